"""A grid of configurations, run once each, on any executor."""

import functools
import hashlib
import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import fields, replace
from pathlib import Path
from typing import NamedTuple

import torch
from tqdm import tqdm

from ..arguments import checked
from ..checks import InputError
from .files import write_text
from .origin import literal, run_name
from .tables import Table


class SweepError(RuntimeError):
    """Some runs of a sweep failed, or a stored result is not what was written."""


class Finished(NamedTuple):
    """The result of one configuration.

    Args:
        config: the configuration as a literal.
        table: what the run returned.
        seconds: how long it took.
    """

    config: str
    table: Table
    seconds: float


@checked
def sweep(
    run: Callable[[object], Table], configs: Sequence[object], folder: str | Path,
    executor: Executor | None = None, progress: bool = True,
) -> list[Table]:
    """Return run(config) for every config, in order; what is finished is kept.

    Each result is written to ``folder`` in one step, as soon as it is there, with
    what ran, its config, its seconds and a checksum; ``manifest.txt`` lists them. A
    second call runs only what is missing: after an interruption, after an error, or
    when the grid has grown. The code of ``run`` is not compared: use another folder
    when it changes.

    Args:
        run: an experiment's ``run``.
        configs: frozen dataclasses with eval(repr(config)) == config, all different.
        folder: where results lie; made if needed.
        executor: any ``concurrent.futures.Executor``, for instance Dask's
            ``client.get_executor()`` or a ProcessPoolExecutor with the context
            "spawn" (forked workers may outlive a parent that was killed); without
            one the configs run here, one after the other.
        progress: show a progress bar.

    Raises:
        InputError: no configs, one that occurs twice, or one that is no literal.
        SweepError: some runs failed, after the others have finished; it names their
            configs and follows from the first error. Or a stored file is broken.
    """
    return [done.table for done in finished(run, configs, folder, executor, progress)]


@checked
def finished(
    run: Callable[[object], Table], configs: Sequence[object], folder: str | Path,
    executor: Executor | None = None, progress: bool = True,
) -> list[Finished]:
    """Do what ``sweep`` does, and return configs and seconds, too.

    Args:
        run: as there.
        configs: as there.
        folder: as there.
        executor: as there.
        progress: as there.

    Raises:
        InputError: as there.
        SweepError: as there.
    """
    configs, folder = list(configs), Path(folder)
    if not configs or len(set(map(literal, configs))) < len(configs):
        raise InputError("configs", "must be at least one, all different",
                         f"{len(configs)} configs", "leave out the duplicates")
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{config_key(run, config)}.json" for config in configs]
    todo = [(c, p) for c, p in zip(configs, paths) if not p.exists()]
    bar = tqdm(total=len(configs), initial=len(configs) - len(todo),
               disable=not progress)
    errors = []
    try:
        for config, outcome in _outcomes(run, todo, executor):
            try:
                outcome()
            except Exception as error:  # the others go on, so that nothing is lost
                errors.append((literal(config), error))
            bar.update()
    finally:
        bar.close()
        _write_manifest(run, configs, paths, dict(errors))
    if errors:
        listed = "".join(f"\n  {text}: {error}" for text, error in errors[:5])
        raise SweepError(f"{len(errors)} of {len(configs)} configs of {run_name(run)} "
                         f"failed; the others are kept in {folder}{listed}"
                         ) from errors[0][1]
    return [_read(path) for path in paths]


@checked
def config_key(run: Callable, config: object) -> str:
    """Return a file name for a run: a hash of what runs and of its configuration.

    Args:
        run: what runs.
        config: a frozen dataclass.

    Raises:
        InputError: the configuration is no literal.
    """
    text = f"{run_name(run)} {type(config).__module__}.{literal(config)}"
    return hashlib.sha256(text.encode()).hexdigest()[:20]


@checked
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


def _outcomes(
    run: Callable, todo: list, executor: Executor | None
) -> Iterator[tuple[object, Callable]]:
    """Yield, as runs finish, configs and callables that raise what the run raised."""
    if executor is None:
        for config, path in todo:
            yield config, functools.partial(_run_and_store, run, config, path)
        return
    futures = {executor.submit(_run_in_worker, run, config, path): config
               for config, path in todo}
    try:
        for future in as_completed(futures):
            yield futures[future], future.result
    finally:
        for future in futures:  # an interruption drops what has not begun
            future.cancel()


def _run_and_store(run: Callable, config: object, path: Path) -> None:
    """Run one config, unless another process has; its file appears when it is whole."""
    if path.exists():
        return
    start = time.perf_counter()
    lines = run(config).to_text().split("\n")[:-1]
    entry = {"run": run_name(run), "config": literal(config),
             "seconds": round(time.perf_counter() - start, 3),
             "sha256": _digest(lines), "table": lines}
    write_text(path, json.dumps(entry, indent=1, ensure_ascii=False) + "\n")


def _run_in_worker(run: Callable, config: object, path: Path) -> None:
    """The same with one thread: two processes of one thread beat one of two."""
    torch.set_num_threads(1)
    _run_and_store(run, config, path)


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _read(path: Path) -> Finished:
    """Return what a file holds, if that is what was written."""
    try:
        entry = json.loads(path.read_bytes())
        if _digest(entry["table"]) != entry["sha256"]:
            raise ValueError("the checksum differs")
        table = Table.from_text("\n".join(entry["table"]) + "\n")
        return Finished(entry["config"], table, float(entry["seconds"]))
    except (ValueError, KeyError, TypeError) as error:
        raise SweepError(f"{path} is broken ({error}); delete it, and call sweep "
                         "again") from None


def _write_manifest(
    run: Callable, configs: list, paths: list[Path], failed: dict[str, Exception]
) -> None:
    """List what the folder holds for these configs, one line each."""
    lines = [f"{run_name(run)}: {len(configs)} configs"]
    for config, path in zip(configs, paths):
        text = literal(config)
        state = (f"failed: {failed[text]!r}" if text in failed else
                 "done" if path.exists() else "missing")
        lines.append(f"{path.name}  {state}  {text}")
    write_text(paths[0].parent / "manifest.txt", "\n".join(lines) + "\n")
