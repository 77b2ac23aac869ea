"""Where a result comes from: what ran, with which configuration, code and machine."""

import functools
import platform
import subprocess
from collections.abc import Callable
from dataclasses import is_dataclass
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import torch

from ..checks import InputError

EXPERIMENTS = "comlib.experiments."


def literal(config: object) -> str:
    """Return the configuration as a Python literal, from which it can be made again.

    Args:
        config: a frozen dataclass of plain values.

    Raises:
        InputError: the literal does not evaluate back to the configuration.
    """
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


def run_name(run: Callable) -> str:
    """Return what ran: an experiment's address, or the full name of another function.

    Args:
        run: config -> Table; parts of it may be fixed by ``functools.partial``.
    """
    while isinstance(run, functools.partial):
        run = run.func
    module = getattr(run, "__module__", None) or "unknown"
    name = getattr(run, "__qualname__", type(run).__qualname__)
    if module.startswith(EXPERIMENTS) and name == "run":
        return module.removeprefix(EXPERIMENTS)
    return f"{module}.{name}"


def _git(*arguments: str) -> str:
    here = Path(__file__).parent
    done = subprocess.run(["git", "-C", str(here), *arguments], check=True,
                          capture_output=True, text=True, timeout=60)
    return done.stdout.strip()


def commit() -> str:
    """Return the commit of this checkout, + if code has changed since, or unknown.

    Notebooks and records do not count as code: a run rewrites them.
    """
    try:
        _git("ls-files", "--error-unmatch", "origin.py")  # else it is another's tree
        changed = _git("status", "--porcelain", "--", ":/",
                       ":(exclude,top)comlib/records", ":(exclude,top)book")
        return _git("rev-parse", "HEAD") + "+" * bool(changed)
    except (OSError, subprocess.SubprocessError):
        return "unknown"


def device_name(device: str) -> str:
    """Return the name of the GPU or of the processor.

    Args:
        device: "cpu" or "cuda".
    """
    if device == "cuda":
        return torch.cuda.get_device_name()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.processor() or platform.machine()


def provenance(device: str) -> dict[str, str]:
    """Return commit, date (UTC), versions and device of a run that ends now.

    Args:
        device: "cpu" or "cuda".
    """
    return {"commit": commit(), "date": datetime.now(timezone.utc).date().isoformat(),
            "python": platform.python_version(), "torch": str(torch.__version__),
            "numpy": np.__version__, "cuda": torch.version.cuda or "none",
            "device": device_name(device)}
