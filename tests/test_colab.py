"""Chapters run from nothing but their notebooks, as in Colab.

The notebook is the one that the Colab button opens. The environment is new and has
what comlib declares to need, and a kernel, as links to the packages installed here,
so torch is not installed twice. comlib comes from a temporary repository that holds
this checkout as it is now.
"""

import json
import shutil
import subprocess
import sys
from importlib.metadata import distribution, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

sys.path.insert(0, str(Path(__file__).parent))
from conftest import ROOT, chosen, copy_checkout, run  # noqa: E402
from test_book import NAMES, NUMBERED  # noqa: E402
from test_mutations import MUTATIONS  # noqa: E402

HTML = ROOT / "_build/html"
KERNEL = ["ipykernel", "nbclient"]
IMPORT_ALL = """
import importlib, pkgutil, comlib
for info in pkgutil.walk_packages(comlib.__path__, "comlib."):
    if not info.name.endswith("__main__"):
        importlib.import_module(info.name)
"""

pytestmark = pytest.mark.slow

EXECUTE = """
import nbformat, sys
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], 4)
notebook.cells.append(nbformat.v4.new_code_cell("import comlib; comlib.__file__"))
NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
nbformat.write(notebook, "done.ipynb")
"""


def needed(requirements: list[str]) -> set[str]:
    """Return the distributions that some requirements bring, without their extras."""
    found, left = set(), list(requirements)
    while left:
        requirement = Requirement(left.pop())
        marker = requirement.marker
        if requirement.name not in found and (
                marker is None or marker.evaluate({"extra": ""})):
            found.add(requirement.name)
            left += requires(requirement.name) or []
    return found


def link(name: str, packages: Path) -> None:
    """Make an installed distribution importable from another folder."""
    installed = distribution(name)
    for top in {path.parts[0] for path in installed.files or []}:
        target = packages / top
        if top != ".." and not top.endswith(".pth") and not target.exists():
            target.symlink_to(Path(installed.locate_file(top)).resolve())


@pytest.fixture(scope="module")
def repository(tmp_path_factory) -> str:
    """The address of a repository with the working tree as its only commit."""
    folder = copy_checkout(tmp_path_factory.mktemp("repository"))
    author = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*author, "commit", "-qm", "copy"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return f"git+file://{folder}"


@pytest.fixture
def python(tmp_path) -> Path:
    """The interpreter of a new environment without comlib."""
    folder = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    interpreter = folder / "bin/python"
    packages = subprocess.run(
        [interpreter, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True, capture_output=True, text=True).stdout.strip()
    for name in sorted(needed([*requires("comlib"), *KERNEL, "pip"])):
        link(name, Path(packages))
    return interpreter


def test_the_environment_has_what_comlib_needs_and_no_more(python, tmp_path):
    assert run(python, "-c", "import torch, ipykernel", cwd=tmp_path).returncode == 0
    for name in ("comlib", "sphinx", "pytest", "yaml"):
        missing = run(python, "-c", f"import {name}", cwd=tmp_path)
        assert f"No module named '{name}'" in missing.stderr


@pytest.mark.skipif(not HTML.exists(), reason="no HTML: run `make book` first")
@pytest.mark.parametrize("chapter", chosen(
    {name: {f"{name}.md"} for name in [*MUTATIONS, *NAMES]}, most=1))
def test_chapter_runs_from_its_notebook_alone(chapter, python, repository, tmp_path):
    shutil.copy(HTML / f"{chapter}.ipynb", tmp_path / "chapter.ipynb")
    result = run(python, "-c", EXECUTE, "chapter.ipynb", cwd=tmp_path,
                 COMLIB_SOURCE=repository)
    assert result.returncode == 0, result.stderr[-3000:]
    *cells, where = [cell for cell in json.loads(
        (tmp_path / "done.ipynb").read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"]
    assert str(python.parents[1]) in str(where["outputs"][0]["data"])
    if chapter in NUMBERED:
        shown = "".join("".join(output["data"]["text/plain"])
                        for output in cells[-1]["outputs"])
        assert "hold" in shown and "FAILS" not in shown
    # other chapters find what they import: see `imports_what_is_declared`
    result = run(python, "-c", IMPORT_ALL, cwd=tmp_path)
    assert result.returncode == 0, result.stderr[-3000:]
