"""A chapter runs from nothing but its notebook, as in Colab.

The environment is new and has everything but comlib: a .pth file points it to the
packages installed here, so torch is not installed twice. Python does not read .pth
files found that way, and it is through one that an editable comlib would be seen.
comlib comes from a temporary repository that holds this checkout as it is now.
"""

import json
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from conftest import ROOT, copy_checkout, run  # noqa: E402
from test_book import NUMBERED  # noqa: E402

pytestmark = pytest.mark.slow

EXECUTE = """
import nbformat, sys
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], 4)
notebook.cells.append(nbformat.v4.new_code_cell("import comlib; comlib.__file__"))
NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
nbformat.write(notebook, "done.ipynb")
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory) -> str:
    """The address of a repository with the working tree as its only commit."""
    folder = copy_checkout(tmp_path_factory.mktemp("repository"))
    author = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*author, "commit", "-qm", "copy"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return f"git+file://{folder}"


@pytest.fixture(scope="module")
def python(tmp_path_factory) -> Path:
    """The interpreter of a new environment without comlib."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    interpreter = folder / "bin/python"
    packages = subprocess.run(
        [interpreter, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True, capture_output=True, text=True).stdout.strip()
    (Path(packages) / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return interpreter


def test_the_environment_has_torch_but_not_comlib(python, tmp_path):
    assert run(python, "-c", "import torch", cwd=tmp_path).returncode == 0
    missing = run(python, "-c", "import comlib", cwd=tmp_path)
    assert "No module named 'comlib'" in missing.stderr


@pytest.mark.parametrize("chapter", NUMBERED[:1])
def test_chapter_runs_from_its_notebook_alone(chapter, python, repository, tmp_path):
    shutil.copy(ROOT / f"{chapter}.ipynb", tmp_path / "chapter.ipynb")
    result = run(python, "-c", EXECUTE, "chapter.ipynb", cwd=tmp_path,
                 COMLIB_SOURCE=repository)
    assert result.returncode == 0, result.stderr[-3000:]
    *cells, where = [cell for cell in json.loads(
        (tmp_path / "done.ipynb").read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"]
    assert str(python.parents[1]) in str(where["outputs"][0]["data"])
    shown = "".join("".join(output["data"]["text/plain"])
                    for output in cells[-1]["outputs"])
    assert "holds" in shown and "FAILS" not in shown
