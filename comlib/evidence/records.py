"""Runs that take long or need a GPU: made once and read ever after, with provenance."""

import json
import textwrap
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, fields
from pathlib import Path

import torch

from ..arguments import checked
from ..checks import InputError
from ..functional import DTYPE
from .data import RecordError, compare, record_path, regenerate
from .files import write_text
from .origin import literal, provenance, run_name
from .sweeps import finished
from .tables import Table


@dataclass(frozen=True, repr=False)
class Record:
    """The result of a run, or of a sweep of runs, and how it came about.

    Args:
        name: its address, the chapter's and a name.
        run: what ran: an experiment's address.
        configs: the configurations as Python literals, one for a single run.
        seconds: how long each of them took.
        table: its result; of a sweep, with the fields that vary as columns in front.
        provenance: commit (+ if the tree had changes), date (UTC), versions of
            python, torch, numpy and cuda, device, dtype and wall_time_s (seconds).
    """

    name: str
    run: str
    configs: tuple[str, ...]
    seconds: tuple[float, ...]
    table: Table
    provenance: dict

    @property
    def config(self) -> str:
        """The configuration of a single run, the first one of a sweep."""
        return self.configs[0]

    def __repr__(self) -> str:
        p = self.provenance
        commit = p["commit"][:12] + "+" * p["commit"].endswith("+")
        last = f" and {len(self.configs) - 1} more" if len(self.configs) > 1 else ""
        lines = [
            f"{self.name}, run by {self.run}",
            f"  table   {len(self.table)} rows: {', '.join(self.table.columns)}",
            f"  config  {self.config}{last}",
            f"  device  {p['device']}, {p['dtype']}, {p['wall_time_s']:.4g} s",
            f"  code    commit {commit}, {p['date']}, python {p['python']}, "
            f"torch {p['torch']}, numpy {p['numpy']}, cuda {p['cuda']}"]
        return "\n".join(textwrap.fill(line, 76, subsequent_indent=" " * 10,
                                       break_long_words=False, break_on_hyphens=False)
                         for line in lines)


@checked
def record(
    name: str, run: Callable, configs: object, device: str = "cpu",
    executor: Executor | None = None, folder: str | Path | None = None,
) -> Record:
    """Run an experiment, store its result with its provenance, and return both.

    A sequence of configurations is a sweep: it can be resumed, and becomes one
    table, in which every field that varies is a column, unless the tables have it.

    Args:
        name: its address, the chapter's and a name.
        run: config -> Table; computes on ``config.device`` if there is one.
        configs: a frozen dataclass with eval(repr(config)) == config, or several.
        device: "cpu" or "cuda": where it runs.
        executor: of a sweep; see ``sweep``.
        folder: where a sweep keeps what is finished; default _build/runs/<name>.

    Raises:
        InputError: not an address, no such config, or not its device.
        RecordError: a GPU run that did not touch the GPU.
        SweepError: some runs of a sweep failed.
    """
    path = record_path(name, ".json")
    if isinstance(configs, Sequence):
        new = _sweep(name, run, configs, device, executor, folder)
        facts = {"configs": new.configs, "seconds": new.seconds}
    else:
        new = _measure(name, run, configs, device)
        facts = {"config": new.config}
    entry = {"run": new.run, **facts, "provenance": new.provenance,
             "table": new.table.to_text().split("\n")[:-1]}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(entry, indent=1, ensure_ascii=False) + "\n")
    return new


def _check_device(device: str, config: object) -> None:
    if getattr(config, "device", device) != device or device not in ("cpu", "cuda"):
        raise InputError("device", "must be 'cpu' or 'cuda', and that of the config",
                         repr(device), "set config.device to the device to use")


def _facts(device: str, config: object, seconds: float) -> dict:
    dtype = str(getattr(config, "dtype", DTYPE))
    return provenance(device) | {"dtype": dtype, "wall_time_s": round(seconds, 3)}


def _measure(name: str, run: Callable, config: object, device: str) -> Record:
    text = literal(config)
    _check_device(device, config)
    before = _allocations() if device == "cuda" else 0
    start = time.perf_counter()
    table = run(config)
    if device == "cuda":
        torch.cuda.synchronize()
        if _allocations() == before:
            raise RecordError(f"run {name}: used no GPU memory; use config.device")
    seconds = time.perf_counter() - start
    return Record(name, run_name(run), (text,), (round(seconds, 3),), table,
                  _facts(device, config, seconds))


def _sweep(
    name: str, run: Callable, configs: Sequence, device: str,
    executor: Executor | None, folder: str | Path | None,
) -> Record:
    for config in configs:
        _check_device(device, config)
    results = finished(run, configs, folder or Path("_build/runs", name), executor)
    known = results[0].table.columns
    values = {field.name: [getattr(config, field.name) for config in configs]
              for field in fields(configs[0])}
    labels = {n: [v if isinstance(v, (int, float, str)) else repr(v) for v in column]
              for n, column in values.items()
              if len(set(map(repr, column))) > 1 and n not in known}
    table = Table.stack([done.table for done in results], **labels)
    seconds = tuple(done.seconds for done in results)
    return Record(name, run_name(run), tuple(done.config for done in results), seconds,
                  table, _facts(device, configs[0], sum(seconds)))


def _allocations() -> int:
    return torch.cuda.memory_stats().get("allocation.all.allocated", 0)


@checked
def stored(name: str) -> Record:
    """Return the record of a run that was made before.

    Args:
        name: its address, the chapter's and a name.

    Raises:
        InputError: not an address.
        RecordError: there is none, or its file is broken.
    """
    path = record_path(name, ".json")
    if not path.exists():
        raise RecordError(f"run {name}: not recorded; make it with python -m "
                          f"comlib.experiments {name}")
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
        table = Table.from_text("\n".join(entry["table"]) + "\n")
        facts = entry["provenance"]
        configs = entry["configs"] if "configs" in entry else [entry["config"]]
        seconds = entry.get("seconds", [facts["wall_time_s"]])
        return Record(name, entry["run"], tuple(configs), tuple(seconds), table, facts)
    except (ValueError, KeyError, TypeError) as error:
        raise RecordError(f"run {name}: {path.name} is broken ({error}); record it "
                          "again") from None


@checked
def gpu_record(name: str, run: Callable, config: object, rtol: float = 1e-6,
               atol: float = 1e-12, ignore: tuple[str, ...] = ()) -> Record | None:
    """Run an experiment where there is a GPU, else show the run that was stored.

    Prints the provenance, or plainly that no run has been recorded yet.

    Args:
        name: its address, the chapter's and a name.
        run: config -> Table; computes on ``config.device``.
        config: a frozen dataclass of plain values, with device="cuda" if it has one.
        rtol: relative tolerance of the comparison with the stored run.
        atol: absolute tolerance of the comparison.
        ignore: columns that are not compared, such as seconds.

    Raises:
        InputError: not an address, or not such a config.
        RecordError: the stored run has another config or other values.
    """
    path, text = record_path(name, ".json"), literal(config)
    old = stored(name) if path.exists() else None
    if torch.cuda.is_available() and regenerate():
        shown = record(name, run, config, "cuda")
    else:
        if old and old.configs != (text,):
            raise RecordError(f"run {name}: stored with {old.configs}, asked for "
                              f"{text}; record it again with COMLIB_REGEN=1 on a GPU")
        shown = old
        if torch.cuda.is_available():
            shown = _measure(name, run, config, "cuda")
            if old:
                compare(f"run {name}", _but(old.table, ignore),
                         _but(shown.table, ignore), rtol, atol)
    print(shown or f"run {name}: no GPU run has been recorded yet; on a CUDA machine,\n"
          "  COMLIB_REGEN=1 python book/notebooks.py <chapter>\nrecords it")
    return shown


def _but(table: Table, ignore: tuple[str, ...]) -> Table:
    return Table(**{n: table[n] for n in table.columns if n not in ignore})
