"""Where the recording of a monkey's somatosensory cortex comes from."""

import hashlib
import os
import urllib.request
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.error import URLError

import numpy as np
import torch
from jaxtyping import Float
from scipy import io
from torch import Tensor

from ..arguments import checked
from ..checks import InputError, check_positive
from ..functional import DTYPE
from .surrogate import surrogate_s1

S1_SHA256 = "f6bbe27135636b944e0b715778dadae41dccf043c26cb880d0191665ca9e7dde"
"""Of the file data/s1_data.mat in the repository KordingLab/spykesML."""

S1_URL = ("https://raw.githubusercontent.com/KordingLab/spykesML/"
          "ff2b1830ae07909e5f1a0811445ca3fd5732dc6f/data/s1_data.mat")
S1_SIZE = 1_423_448
_JUMP = 0.5
"""How far a step of the cursor may lie from velocity times dt before it is a break;
one step in a hundred is off by .3, half of them by less than .01, and trials begin
anew some units away."""


@checked
@dataclass(frozen=True, eq=False)
class Recording:
    """What was measured of a system, and what is to be predicted from it.

    Args:
        x: measured: spike counts in a bin, or voltages, (time, d_in).
        y: to be predicted: velocities of a cursor, or a voltage, (time, d_out).
        dt: seconds between two time points.
        source: where it comes from, in words.
        breaks: time points k that do not follow k - 1, rising.

    Raises:
        InputError: lengths that differ, or a break outside the recording.
    """

    x: Float[Tensor, "time d_in"]
    y: Float[Tensor, "time d_out"]
    dt: float
    source: str
    breaks: tuple[int, ...] = ()

    def __post_init__(self):
        check_positive("dt", self.dt)
        inside = all(0 < k < len(self.x) for k in self.breaks)
        if not inside or list(self.breaks) != sorted(set(self.breaks)):
            raise InputError("breaks", f"must rise, between 1 and {len(self.x) - 1}",
                             list(self.breaks)[:5], "leave out the ends")

    def __len__(self) -> int:
        return len(self.x)


@checked
def load_s1(
    path: str | Path | None = None, *, download: bool = False, surrogate: bool = True,
    cache: str | Path | None = None, sha256: str | None = S1_SHA256,
) -> Recording:
    """Return spikes of 52 neurons in macaque area 2, and the velocity of the cursor.

    Sought in this order: ``path``, or the file that the environment variable S1_DATA
    names; the cache; the internet, if ``download``; then ``surrogate_s1``, whose
    ``source`` says that it is generated. A file that is found must have the checksum.
    Nothing is unpickled: the format is MATLAB's, version 5.

    Source: Benjamin et al. (2018); the repository KordingLab/spykesML, under the MIT
    licence.

    Args:
        path: the file s1_data.mat.
        download: get it (1.4 MB) from its repository, and keep it in the cache.
        surrogate: generate a stand-in if there is no file; else that is an error.
        cache: folder (default: comlib in the user's cache).
        sha256: what the file must have; None for a file of your own.

    Raises:
        InputError: a file that is missing, cut short or of another checksum or
            content; no file, and no surrogate is wanted.
    """
    named = path or os.environ.get("S1_DATA")
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    kept = (Path(cache) if cache else Path(base) / "comlib") / "s1_data.mat"
    if named:
        return _read(_file_bytes(Path(named)), sha256, str(named))
    if kept.exists():
        return _read(kept.read_bytes(), sha256, str(kept))
    reason = "no file"
    if download:
        try:
            return _download(kept, sha256)
        except (URLError, TimeoutError, ConnectionError) as error:
            reason = f"no download: {type(error).__name__}"
    if not surrogate:
        raise InputError("path", "must name the recording's file", reason,
                         "set S1_DATA to s1_data.mat, or pass download=True")
    return Recording(*surrogate_s1(), 0.05, f"GENERATED surrogate ({reason})")


def _file_bytes(path: Path) -> bytes:
    if not path.is_file():
        raise InputError("path", "must be a file that exists", str(path),
                         "get s1_data.mat from KordingLab/spykesML")
    return path.read_bytes()


def _download(kept: Path, sha256: str | None) -> Recording:
    """Fetch, check and keep the file; a partial one never lies in the cache."""
    with urllib.request.urlopen(S1_URL, timeout=30) as answer:
        content = answer.read(2 * S1_SIZE)
    recording = _read(content, sha256, S1_URL)
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(f".{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(kept)
    return recording


def _read(content: bytes, sha256: str | None, where: str) -> Recording:
    """Return what a file holds, after its checksum was found right."""
    found = hashlib.sha256(content).hexdigest()
    if sha256 is not None and found != sha256:
        cut = len(content) < S1_SIZE
        raise InputError("sha256", f"of {where} must be {sha256[:12]}...",
                         f"{found[:12]}... of {len(content)} bytes",
                         "it was cut short: get it again" if cut else
                         "get it again; sha256=None takes any file")
    try:
        data = io.loadmat(BytesIO(content))
        spikes, vel, pos = (np.asarray(data[name], dtype=float)
                            for name in ("spikes", "vel", "pos"))
    except Exception as error:  # a broken file makes the reader raise anything
        raise InputError("path", "must hold spikes, vel and pos in MATLAB 5 format",
                         f"{type(error).__name__} in {where}",
                         "get s1_data.mat again") from None
    away = np.diff(pos, axis=0) - 0.05 * (vel[1:] + vel[:-1]) / 2
    jumps = np.flatnonzero((away**2).sum(1) > _JUMP**2) + 1
    return Recording(torch.tensor(spikes, dtype=DTYPE), torch.tensor(vel, dtype=DTYPE),
                     0.05, f"recording, area 2 (sha256 {found[:8]})",
                     tuple(jumps.tolist()))
