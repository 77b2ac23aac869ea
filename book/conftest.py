"""The policy of `pytest --nbval book`: every output is compared, with tolerance.

Text must agree word by word; numbers with a decimal point or an exponent may
differ by a relative 1e-6, or by what a cell's tag says (`rtol:1e-3`). Figures must
have their ink and their colours in the same places. Stderr is not compared: library
chatter differs between machines (tests/test_book.py forbids *stored* stderr). A cell
tagged `gpu` runs everywhere and is compared only where there is no CUDA device.
"""

import base64
import functools
import io
import math
import os
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

ROOT = Path(__file__).resolve().parents[1]
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?!\w)")
RTOL, ATOL = 1e-6, 1e-12
MOVED_INK = 0.05
"""A curve drawn x1.2 moves 5.3 % of the ink, another font or dpi none of it."""
MOVED_COLOUR = 0.2
"""Two curves that swap colours lose half of them or more, a fifth if both are shades
of orange; of a picture that is scaled by 0.7 up to 12 % go."""
COLOUR = 60
"""Differences of a channel, of 255, that are seen."""


def same_number(stored: str, computed: str, rtol: float) -> bool:
    """Whether two printed numbers agree; whole numbers must be equal."""
    if stored == computed:
        return True
    if stored.lstrip("+-").isdigit() and computed.lstrip("+-").isdigit():
        return False
    return math.isclose(float(stored), float(computed), rel_tol=rtol, abs_tol=ATOL)


def same_text(stored: str, computed: str, rtol: float = RTOL) -> bool:
    """Whether two texts agree: words exactly, numbers within a tolerance."""
    if NUMBER.sub("#", stored).split() != NUMBER.sub("#", computed).split():
        return False
    pairs = zip(NUMBER.findall(stored), NUMBER.findall(computed), strict=True)
    return all(same_number(a, b, rtol) for a, b in pairs)


def small(picture: str, mode: str) -> Image.Image:
    """Return a base64 PNG 480 pixels wide, on white, in grey ("L") or colour."""
    image = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    image = Image.alpha_composite(white, image).convert(mode)
    height = round(480 * image.height / image.width)
    return image.resize((480, height), Image.Resampling.BOX)


def moved_ink(stored: str, computed: str) -> float:
    """Return the share of dark pixels without a counterpart within 3 pixels."""
    images = small(stored, "L"), small(computed, "L")
    if abs(images[0].height - images[1].height) > 8:
        return 1.0
    images = images[0], images[1].resize(images[0].size)
    dark = [np.asarray(image) < 190 for image in images]
    near = [np.asarray(image.filter(ImageFilter.MinFilter(7))) < 190
            for image in images]
    lost = [(dark[i] & ~near[1 - i]).sum() / max(dark[i].sum(), 1) for i in (0, 1)]
    return float(max(lost))


def changed_colour(stored: str, computed: str) -> float:
    """Return the share of coloured pixels without one like it within 3 pixels."""
    images = small(stored, "RGB"), small(computed, "RGB")
    first, second = (np.asarray(image.resize(images[0].size)).astype(int)
                     for image in images)
    lost = []
    for mine, other in ((first, second), (second, first)):
        down, right = np.nonzero(mine.max(-1) - mine.min(-1) > COLOUR)
        around = np.pad(other, ((3, 3), (3, 3), (0, 0)), "wrap")
        near = [np.abs(mine[down, right] - around[down + i, right + j]).max(-1)
                for i in range(7) for j in range(7)]
        lost.append((np.min(near, 0) > COLOUR).sum() / max(len(down), 1))
    return float(max(lost))


def figures(outputs: list) -> list[str]:
    """Return the pictures among a cell's outputs."""
    found = [output.get("data", {}).get("image/png") for output in outputs]
    return [picture for picture in found if picture]


def figure_complaint(stored: list, computed: list) -> str:
    """Say what differs between the figures of two lists of outputs, or ''."""
    before, after = figures(stored), figures(computed)
    if len(before) != len(after):
        return f"{len(before)} figures are stored, {len(after)} were drawn"
    for picture, new in zip(before, after, strict=True):
        moved = moved_ink(picture, new)
        if moved > MOVED_INK:
            return f"a figure differs from the stored one: {moved:.1%} of the ink moved"
        changed = changed_colour(picture, new)
        if changed > MOVED_COLOUR:
            return f"a figure differs from the stored one: {changed:.1%} of its colour"
    return ""


def tolerate(cell, stored: list, computed: list) -> None:
    """Copy the stored text over a computed one that agrees within tolerance."""
    tags = cell.cell.metadata.get("tags", [])
    rtol = next((float(t[5:]) for t in tags if t.startswith("rtol:")), RTOL)
    for before, after in zip(stored, computed, strict=False):
        if "text" in before and "text" in after:
            if same_text(cell.sanitize(before.text), cell.sanitize(after.text), rtol):
                after.text = before.text
        texts = before.get("data", {}), after.get("data", {})
        for kind in set(texts[0]) & set(texts[1]) - {"image/png"}:
            pair = [cell.sanitize(text[kind]) for text in texts]
            if isinstance(pair[0], str) and same_text(*pair, rtol):
                texts[1][kind] = texts[0][kind]


@functools.cache
def has_cuda() -> bool:
    """Whether cells tagged `gpu` would compute something new here."""
    import torch

    return torch.cuda.is_available()


def compare_with_tolerance() -> None:
    """Teach nbval, which compares strings and no figures, our comparison."""
    from nbval.plugin import IPyNbCell

    strict = IPyNbCell.compare_outputs

    def compare(cell, test, ref, skip_compare=None):
        if "gpu" in cell.cell.metadata.get("tags", []) and has_cuda():
            return True
        stored = [output for output in ref if output.get("name") != "stderr"]
        computed = [output for output in test if output.get("name") != "stderr"]
        tolerate(cell, stored, computed)
        complaint = figure_complaint(stored, computed)
        if complaint:
            cell.comparison_traceback = [complaint]
            return False
        for output in stored:  # only book/notebooks.py draws it
            output.get("data", {}).pop("image/svg+xml", None)
        return strict(cell, computed, stored, skip_compare)

    IPyNbCell.compare_outputs = compare


def count_executions() -> None:
    """Let a trailing `;` silence a cell: nbval runs cells without a history."""
    from nbval.kernel import RunningKernel

    def execute(kernel, source, allow_stdin=None):
        return kernel.kc.execute(source, store_history=True,
                                 allow_stdin=allow_stdin, stop_on_error=False)

    RunningKernel.execute_cell_input = execute


def prepare_kernels() -> None:
    """Kernels import this checkout, use one thread each, and never rewrite data."""
    path = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, path))
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.pop("COMLIB_REGEN", None)
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"


def pytest_configure(config):
    option = config.option
    if not getattr(option, "nbval", False):
        return
    option.nbval_current_env = option.nbval_kernel_name is None
    option.nbval_sanitize_with = (
        option.nbval_sanitize_with or str(ROOT / "tests/nbval_sanitize.cfg"))
    if option.nbval_cell_timeout == 2000:  # nbval's default
        option.nbval_cell_timeout = 120
    prepare_kernels()
    compare_with_tolerance()
    count_executions()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """The cells of one notebook share a kernel, hence a worker."""
    if not getattr(config.option, "nbval", False):
        return None
    from xdist.scheduler import LoadFileScheduling

    return LoadFileScheduling(config, log)
