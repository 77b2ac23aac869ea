"""What several test files need: the checkout, a copy of it, and book/*.py."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def pytest_configure(config):
    if config.getoption("jaxtyping_packages", None):
        importlib.import_module("shapes")


def pytest_runtest_setup(item):
    """Let shapes be checked anew in every test."""
    if "shapes" in sys.modules:
        sys.modules["shapes"].CALLS.clear()


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def load():
    """Return a module of the book by its path: it is no package."""
    def module(path: str):
        spec = importlib.util.spec_from_file_location(
            f"book_{Path(path).stem}", ROOT / path)
        loaded = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(loaded)
        return loaded

    return module


def tracked(root: Path = ROOT) -> list[Path]:
    """Return the files git knows or would add, relative to the checkout."""
    listing = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"],
        cwd=root, check=True, capture_output=True, text=True).stdout
    return [Path(name) for name in sorted(set(listing.split("\0")))
            if name and (root / name).is_file()]


def copy_checkout(target: Path, root: Path = ROOT) -> Path:
    """Copy what git tracks, as it is now, to a new folder."""
    for path in tracked(root):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / path, target / path)
    return target


def chosen(files: dict[str, set[str]], root: Path = ROOT,
           most: int | None = None) -> list[str]:
    """Return the chapters that a slow test takes, by the variable CHAPTERS.

    "all" is every chapter; a commit, if none is given origin/main, those with a file
    that changed since. If there is none, or git knows no such commit: the first.

    Args:
        files: for each chapter the files that matter to the test.
        root: the checkout.
        most: how many of those that changed.
    """
    base = os.environ.get("CHAPTERS") or "origin/main"
    if base == "all":
        return list(files)
    changed = subprocess.run(
        ["git", "diff", "--name-only", "--merge-base", base],
        cwd=root, capture_output=True, text=True).stdout.splitlines()
    return [n for n in files if files[n] & {*changed}][:most] or list(files)[:1]


def run(*command, cwd: Path, **variables) -> subprocess.CompletedProcess:
    """Run a command in a folder, with nothing of this checkout on its path."""
    environment = {k: v for k, v in os.environ.items()
                   if k != "PYTHONPATH" and not k.startswith(("COMLIB_", "PYTEST_"))}
    return subprocess.run(
        [str(word) for word in command], cwd=cwd, text=True, capture_output=True,
        env=environment | {"OMP_NUM_THREADS": "1"} | variables, timeout=900)


def nbval(notebook: Path | str, cwd: Path, *words) -> subprocess.CompletedProcess:
    """Run `pytest --nbval` on notebooks of a copied checkout."""
    return run(sys.executable, "-m", "pytest", "--nbval", notebook, *words,
               "-p", "no:cacheprovider", cwd=cwd)
