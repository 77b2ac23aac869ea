"""Where a result comes from: code, versions and machine."""

import platform
import subprocess
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import torch


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
        _git("ls-files", "--error-unmatch", "__init__.py")  # else it is another's tree
        changed = _git("status", "--porcelain", "--", ":/",
                       ":(exclude,top)comlib/records/figures",
                       ":(exclude,top)comlib/records/runs", ":(exclude,top)book")
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
