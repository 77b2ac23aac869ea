"""Data that are computed once and read ever after, with their provenance.

``figures/`` holds the table behind each figure, ``runs/`` the runs that take long
or need a GPU. Both are part of the package, so an installed comlib has them. With
the environment variable COMLIB_REGEN=1 they are written, without it compared.
"""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from pathlib import Path

import numpy as np
import torch

from ..functional import DTYPE, InputError
from ..tables import Table, check_name, write_text
from .origin import provenance

FOLDER = Path(__file__).parent
"""Where the records lie."""


class RecordError(AssertionError):
    """A record is missing, unreadable, or not what was computed."""


def _regenerate() -> bool:
    return os.environ.get("COMLIB_REGEN") == "1"


def _compare(what: str, stored: Table, computed: Table, rtol: float, atol: float):
    cure = "find out why, or store it anew with COMLIB_REGEN=1"
    if stored.columns != computed.columns:
        raise RecordError(f"{what}: stored columns {', '.join(stored.columns)}; "
                          f"computed {', '.join(computed.columns)}; {cure}")
    if len(stored) != len(computed):
        raise RecordError(f"{what}: stored {len(stored)} rows, computed "
                          f"{len(computed)}; {cure}")
    for name in stored.columns:
        old, new = stored[name], computed[name]
        if "U" in (old.dtype.kind, new.dtype.kind):
            differs = old.astype(str) != new.astype(str)
        else:
            differs = ~np.isclose(new, old, rtol=rtol, atol=atol, equal_nan=True)
        if differs.any():
            row = int(differs.argmax())
            raise RecordError(
                f"{what}: column {name}, row {row}: stored {old[row]}, computed "
                f"{new[row]} (rtol {rtol:g}, atol {atol:g}; {differs.sum()} of "
                f"{len(old)} rows differ); {cure}")


def figure_data(name: str, table: Table, rtol: float = 1e-6,
                atol: float = 1e-12) -> None:
    """Store the data behind a figure, or compare with what is stored.

    Prints one line that is the same on every machine.

    Args:
        name: name of the file, lower case words joined with hyphens.
        table: what the figure shows.
        rtol: relative tolerance of the comparison.
        atol: absolute tolerance of the comparison.

    Raises:
        InputError: not a name.
        RecordError: nothing is stored, or the values differ.
    """
    path = FOLDER / "figures" / f"{check_name('name', name)}.csv"
    if _regenerate():
        table.to_csv(path)
    elif not path.exists():
        raise RecordError(f"figure data {path.name}: nothing is stored; store it with "
                          "COMLIB_REGEN=1")
    else:
        _compare(f"figure data {path.name}", Table.from_csv(path), table, rtol, atol)
    rows = "1 row" if len(table) == 1 else f"{len(table)} rows"
    print(f"figure data {path.name}: {rows}, columns {', '.join(table.columns)}")


@dataclass(frozen=True, repr=False)
class Record:
    """The result of one run and how it came about.

    Args:
        name: name of the run.
        config: its configuration as a Python literal.
        table: its result.
        provenance: commit (+ if the tree had changes), date (UTC), versions of
            python, torch, numpy and cuda, device, dtype and wall_time_s (seconds).
    """

    name: str
    config: str
    table: Table
    provenance: dict

    def __repr__(self) -> str:
        p = self.provenance
        commit = p["commit"][:12] + "+" * p["commit"].endswith("+")
        return "\n".join([
            f"run {self.name}: {len(self.table)} rows, "
            f"columns {', '.join(self.table.columns)}",
            f"  config  {self.config}",
            f"  device  {p['device']}, {p['dtype']}, {p['wall_time_s']:.4g} s",
            f"  python {p['python']}, torch {p['torch']}, numpy {p['numpy']}, "
            f"cuda {p['cuda']}",
            f"  commit {commit}, {p['date']}"])


def _literal(config: object) -> str:
    text = repr(config)
    frozen = is_dataclass(config) and type(config).__dataclass_params__.frozen
    try:
        same = frozen and eval(text, {type(config).__name__: type(config)}) == config
    except Exception:
        same = False
    if not same:
        raise InputError("config", "must be a frozen dataclass of plain values",
                         text[:80], "use numbers, text and tuples only")
    return text


def _allocations() -> int:
    return torch.cuda.memory_stats().get("allocation.all.allocated", 0)


def _measure(name: str, run: Callable, config: object, device: str) -> Record:
    check_name("name", name)
    text = _literal(config)
    if getattr(config, "device", device) != device or device not in ("cpu", "cuda"):
        raise InputError("device", "must be 'cpu' or 'cuda', and that of the config",
                         repr(device), "set config.device to the device to use")
    before = _allocations() if device == "cuda" else 0
    start = time.perf_counter()
    table = run(config)
    if device == "cuda":
        torch.cuda.synchronize()
        if _allocations() == before:
            raise RecordError(f"run {name}: used no GPU memory; use config.device")
    seconds = time.perf_counter() - start
    dtype = str(getattr(config, "dtype", DTYPE))
    facts = provenance(device) | {"dtype": dtype, "wall_time_s": round(seconds, 3)}
    return Record(name, text, table, facts)


def _path(name: str) -> Path:
    return FOLDER / "runs" / f"{check_name('name', name)}.json"


def record(name: str, run: Callable, config: object, device: str = "cpu") -> Record:
    """Run an experiment, store its result with its provenance, and return both.

    Args:
        name: name of the file, lower case words joined with hyphens.
        run: config -> Table; computes on ``config.device`` if there is one.
        config: a frozen dataclass of plain values: eval(repr(config)) == config.
        device: "cpu" or "cuda": where it runs.

    Raises:
        InputError: not a name, not such a config, or not its device.
        RecordError: a GPU run that did not touch the GPU.
    """
    new = _measure(name, run, config, device)
    entry = {"config": new.config, "provenance": new.provenance,
             "table": new.table.to_text().split("\n")[:-1]}
    write_text(_path(name), json.dumps(entry, indent=1, ensure_ascii=False) + "\n")
    return new


def stored(name: str) -> Record:
    """Return the record of a run that was made before.

    Args:
        name: name of the run.

    Raises:
        InputError: not a name.
        RecordError: there is none, or its file is broken.
    """
    path = _path(name)
    if not path.exists():
        raise RecordError(f"run {name}: not recorded; make it with comlib.record")
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
        table = Table.from_text("\n".join(entry["table"]) + "\n")
        return Record(name, entry["config"], table, entry["provenance"])
    except (ValueError, KeyError, TypeError) as error:
        raise RecordError(f"run {name}: {path.name} is broken ({error}); record it "
                          "again") from None


def gpu_record(name: str, run: Callable, config: object, rtol: float = 1e-6,
               atol: float = 1e-12, ignore: tuple[str, ...] = ()) -> Record | None:
    """Run an experiment where there is a GPU, else show the run that was stored.

    Prints the provenance, or plainly that no run has been recorded yet.

    Args:
        name: name of the run.
        run: config -> Table; computes on ``config.device``.
        config: a frozen dataclass of plain values, with device="cuda" if it has one.
        rtol: relative tolerance of the comparison with the stored run.
        atol: absolute tolerance of the comparison.
        ignore: columns that are not compared, such as seconds.

    Raises:
        InputError: not a name, or not such a config.
        RecordError: the stored run has another config or other values.
    """
    path, text = _path(name), _literal(config)
    old = stored(name) if path.exists() else None
    if torch.cuda.is_available() and _regenerate():
        shown = record(name, run, config, "cuda")
    else:
        if old and old.config != text:
            raise RecordError(f"run {name}: stored with {old.config}, asked for "
                              f"{text}; record it again with COMLIB_REGEN=1 on a GPU")
        shown = old
        if torch.cuda.is_available():
            shown = _measure(name, run, config, "cuda")
            if old:
                _compare(f"run {name}", _but(old.table, ignore),
                         _but(shown.table, ignore), rtol, atol)
    print(shown or f"run {name}: no GPU run has been recorded yet; on a CUDA machine,\n"
          "  COMLIB_REGEN=1 python book/notebooks.py <chapter>\nrecords it")
    return shown


def _but(table: Table, ignore: tuple[str, ...]) -> Table:
    return Table(**{n: table[n] for n in table.columns if n not in ignore})
