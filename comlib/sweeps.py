"""A grid of configurations, run once each, on any executor."""

import functools
import hashlib
import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import fields, replace
from pathlib import Path

import torch
from tqdm import tqdm

from .functional import InputError
from .tables import Table, write_text


def sweep(
    run: Callable[[object], Table], configs: Sequence[object], folder: str | Path,
    executor: Executor | None = None, progress: bool = True,
) -> list[Table]:
    """Return run(config) for every config, in order; what is finished is kept.

    Each result is written to ``folder`` in one step, under a name made from the
    configuration, as soon as it is there. A second call runs only what is missing:
    after an interruption, after an error, or when the grid has grown. The name does
    not know what ``run`` does: use another folder when that changes.

    Args:
        run: an experiment's ``run``.
        configs: frozen dataclasses with eval(repr(config)) == config, all different.
        folder: where results lie; made if needed.
        executor: any ``concurrent.futures.Executor``, for instance a
            ProcessPoolExecutor or Dask's ``client.get_executor()``; without one
            the configs run here, one after the other.
        progress: show a progress bar.

    Raises:
        InputError: no configs, or one that occurs twice.
        Exception: what a run raised, after the others have finished.
    """
    configs, folder = list(configs), Path(folder)
    if not configs or len(set(map(repr, configs))) < len(configs):
        raise InputError("configs", "must be at least one, all different",
                         f"{len(configs)} configs", "leave out the duplicates")
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{config_key(config)}.csv" for config in configs]
    todo = [(c, p) for c, p in zip(configs, paths) if not p.exists()]
    bar = tqdm(total=len(configs), initial=len(configs) - len(todo),
               disable=not progress)
    errors = []
    for outcome in _outcomes(run, todo, executor):
        try:
            outcome()
        except Exception as error:  # the others go on, so that nothing is lost
            errors.append(error)
        bar.update()
    bar.close()
    if errors:
        raise errors[0]
    return [Table.from_csv(path) for path in paths]


def config_key(config: object) -> str:
    """Return a file name for a configuration: its type and a hash of its literal.

    Args:
        config: a frozen dataclass.
    """
    literal = f"{type(config).__module__}.{config!r}"
    return hashlib.sha256(literal.encode()).hexdigest()[:20]


def variations(config: object, **values: Sequence[object]) -> list[object]:
    """Return copies of ``config`` for all combinations of field values.

    The last field varies fastest.

    Args:
        config: the configuration that is varied.
        values: field=values to take.

    Raises:
        InputError: a name that is not a field.
    """
    known = [field.name for field in fields(config)]
    for name in values:
        if name not in known:
            raise InputError(name, f"must be a field of {type(config).__name__}",
                             name, f"choose from {known}")
    combinations = itertools.product(*values.values())
    return [replace(config, **dict(zip(values, c))) for c in combinations]


def _outcomes(run: Callable, todo: list, executor: Executor | None):
    """Yield, as runs finish, callables that raise what the run raised."""
    if executor is None:
        for config, path in todo:
            yield functools.partial(_run_and_store, run, config, path)
        return
    futures = [executor.submit(_run_in_worker, run, config, path)
               for config, path in todo]
    try:
        for future in as_completed(futures):
            yield future.result
    finally:
        for future in futures:  # an interruption drops what has not begun
            future.cancel()


def _run_and_store(run: Callable, config: object, path: Path) -> None:
    """Run one config; its file appears when it is whole."""
    write_text(path, run(config).to_text())


def _run_in_worker(run: Callable, config: object, path: Path) -> None:
    """The same with one thread: two processes of one thread beat one of two."""
    torch.set_num_threads(1)
    _run_and_store(run, config, path)
