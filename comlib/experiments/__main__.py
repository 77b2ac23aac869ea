"""List the stored runs, or make them again: ``python -m comlib.experiments``."""

import argparse
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import ModuleType

from tqdm import tqdm

from comlib import InputError, record, stored
from comlib.evidence.data import record_path
from comlib.evidence.origin import commit

from . import experiments, within


def records(prefix: str = "") -> Iterator[tuple[str, str, ModuleType, object]]:
    """Yield record, experiment, module and config or configs of every stored run.

    Args:
        prefix: of the record's or of the experiment's address.
    """
    for address, module in experiments().items():
        chapter = address.rpartition(".")[0]
        for name, configs in getattr(module, "RECORDS", {}).items():
            full = f"{chapter}.{name}"
            if within(full, prefix) or within(address, prefix):
                yield full, address, module, configs


def listing(prefix: str = "") -> list[str]:
    """Return one line for each experiment and each of its records.

    Args:
        prefix: as in ``records``.
    """
    lines = []
    chosen = {address: [] for address in experiments(prefix)}
    for full, address, _, configs in records(prefix):
        chosen.setdefault(address, []).append((full, configs))
    for address, runs in chosen.items():
        lines.append(f"{address}{'' if runs else '  (runs in its chapter)'}")
        for full, configs in runs:
            count = len(configs) if isinstance(configs, (tuple, list)) else 1
            cost = f"{count} config{'s' * (count > 1)}"
            if record_path(full, ".json").exists():
                p = stored(full).provenance
                cost += f", {p['wall_time_s']:.0f} s, {p['date']}, {p['commit'][:8]}"
            else:
                cost += ", not recorded"
            lines.append(f"    {full}: {cost}")
    return lines


def main(arguments: list[str] | None = None) -> None:
    """List what begins with the given address, or run it.

    Args:
        arguments: of the command line (default: those of this process).

    Raises:
        InputError: no run has such an address.
    """
    parser = argparse.ArgumentParser(
        prog="python -m comlib.experiments",
        description="Without an address: list all experiments and stored runs. With "
        "one: make its runs again, but those already made from this very commit; a "
        "sweep that was interrupted goes on where it was.")
    parser.add_argument("address", nargs="?", default="", help="e.g. linear.escape")
    parser.add_argument("--list", action="store_true", help="list, do not run")
    parser.add_argument("--again", action="store_true",
                        help="also those made from this commit")
    parser.add_argument("--workers", type=int, default=1, help="processes of a sweep")
    parser.add_argument("--folder", type=Path, default=Path("_build/runs"),
                        help="where unfinished sweeps lie (default: %(default)s)")
    given = parser.parse_args(arguments)
    if given.list or not given.address:
        print(*listing(given.address), sep="\n")
        return
    chosen = list(records(given.address))
    if not chosen:
        raise InputError("address", "must be that of a stored run, or of its chapter",
                         repr(given.address), "see python -m comlib.experiments --list")
    for full, _, module, configs in tqdm(chosen, unit="run"):
        if not given.again and is_current(full):
            tqdm.write(f"{full}: made from this commit, kept")
        else:
            new = make(full, module, configs, given.workers, given.folder)
            tqdm.write(repr(new))


def is_current(full: str) -> bool:
    """Whether a record was made from the commit that is checked out, unchanged.

    Args:
        full: its address.
    """
    here = commit()
    return (record_path(full, ".json").exists() and "+" not in here
            and stored(full).provenance["commit"] == here != "unknown")


def make(
    full: str, module: ModuleType, configs: object, workers: int, folder: Path
) -> object:
    """Make one record, a sweep in several processes.

    Args:
        full: its address.
        module: the experiment.
        configs: a config, or several.
        workers: number of processes of a sweep.
        folder: where a sweep keeps what is finished.
    """
    one = configs[0] if isinstance(configs, (tuple, list)) else configs
    device = getattr(one, "device", "cpu")
    if workers == 1 or one is configs:
        return record(full, module.run, configs, device, folder=folder / full)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as executor:
        return record(full, module.run, configs, device, executor, folder / full)


if __name__ == "__main__":
    main()
