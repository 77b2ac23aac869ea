"""book/notebooks.py writes the same bytes twice; book/conftest.py compares them."""

import base64
import copy
import io
import re
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from matplotlib.figure import Figure
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parent))
from conftest import ROOT, nbval  # noqa: E402

from comlib.evidence.figures import COLOURS  # noqa: E402

CHAPTER = '''\
---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A chapter

```{code-cell} ipython3
print(1 / 3);
```

```{code-cell} ipython3
:tags: [rtol:1e-2]

2 / 3
```

```{code-cell} ipython3
"silent";
```

```{code-cell} ipython3
import matplotlib.pyplot as plt

fig, ax = plt.subplots()
ax.plot([0, 1, 2], [0, 3, 1])
plt.show()
```
'''


@pytest.fixture(scope="module")
def policy(load):
    return load("book/conftest.py")


@pytest.fixture(scope="module")
def notebooks(load):
    return load("book/notebooks.py")


@pytest.fixture(scope="module")
def small_book(tmp_path_factory, notebooks) -> Path:
    """A checkout with one chapter, an empty package, and our policy."""
    root = tmp_path_factory.mktemp("small")
    for name in ("book", "comlib", "tests"):
        (root / name).mkdir()
    for name in ("_config.yml", "book/conftest.py", "tests/nbval_sanitize.cfg"):
        shutil.copy(ROOT / name, root / name)
    (root / "comlib/__init__.py").write_text("")
    (root / "book/chapter.md").write_text(CHAPTER)
    assert notebooks.write(root / "book/chapter.md", root)
    return root


def test_second_run_gives_the_same_bytes(small_book, notebooks):
    notebook = small_book / "book/chapter.ipynb"
    before = notebook.read_bytes()
    assert notebooks.write(small_book / "book/chapter.md", small_book, force=True)
    assert notebook.read_bytes() == before


def test_chapter_is_run_again_only_if_it_or_the_package_changed(tmp_path, small_book,
                                                               notebooks):
    root = shutil.copytree(small_book, tmp_path / "copy")
    chapter = root / "book/chapter.md"
    assert not notebooks.write(chapter, root)
    for changed in ("comlib/__init__.py", "book/chapter.md", "book/chapter.ipynb"):
        before = notebooks.key(chapter, root)
        (root / changed).write_text((root / changed).read_text() + "\n")
        assert notebooks.key(chapter, root) != before, changed


def test_new_address_reaches_text_and_leaves_the_rest_alone(tmp_path, small_book,
                                                            notebooks):
    root = shutil.copytree(small_book, tmp_path / "copy")
    config, chapter = root / "_config.yml", root / "book/chapter.md"
    before = chapter.read_text()
    url = re.search(r"url: (\S+)", config.read_text()).group(1)
    config.write_text(config.read_text().replace(url, "https://example.org/new"))
    assert "git+https://example.org/new@main" in notebooks.refresh(chapter, root).cells[
        1].source
    assert chapter.read_text() == before.replace(url, "https://example.org/new")


def test_first_cell_is_put_before_all_other_code(small_book):
    text = (small_book / "book/chapter.md").read_text()
    assert text.index("import comlib") < text.index("print(1 / 3)")
    assert text.count(":tags: [colab, remove-cell]") == 1


def drawing(height: int) -> str:
    """Return a PNG of a line of some height."""
    image = Image.new("RGB", (640, 400), "white")
    ImageDraw.Draw(image).line([(20, 380), (620, 380 - height)], "black", 4)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


TAMPERED = {
    "a number": (1, lambda o: o.update(text=o.text.replace("0.3333", "0.3334")), 1),
    "a digit within tolerance": (
        1, lambda o: o.update(text=o.text.replace("3\n", "4\n")), 0),
    "a number within its tag": (2, lambda o: o.data.update({"text/plain": "0.667"}), 0),
    "a number outside its tag": (2, lambda o: o.data.update({"text/plain": "0.7"}), 1),
    "a figure": (4, lambda o: o.data.update({"image/png": drawing(100)}), 1),
    "no figure": (4, lambda o: o.data.pop("image/png"), 1),
}


@pytest.mark.slow
def test_nbval_compares(small_book, tmp_path):
    root = shutil.copytree(small_book, tmp_path / "copy")
    notebook = nbformat.read(root / "book/chapter.ipynb", 4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    expected = ["PASSED"] * len(code)
    for what, (index, tamper, fails) in TAMPERED.items():
        notebook.cells.append(copy.deepcopy(code[index]))
        tamper(notebook.cells[-1].outputs[0])
        assert notebook.cells[-1] != code[index], what
        expected.append("FAILED" if fails else "PASSED")
    nbformat.write(notebook, root / "book/chapter.ipynb")
    shown = nbval("book/chapter.ipynb", root, "-v", "--tb=no").stdout
    assert re.findall(r"::Cell \d+ (PASSED|FAILED)", shown) == expected, shown[-3000:]


@pytest.mark.parametrize("stored, computed, same", [
    ("error 0.49834", "error 0.498340000001", True),
    ("error 0.49834", "error 0.4984", False),
    ("rate 1.5e-3", "rate 1.5000000001e-3", True),
    ("a b", "a  b\n", True),
    ("a b", "a c", False),
    ("1000001 rows", "1000000 rows", False),
    ("1 2", "1", False),
    ("nan", "0.0", False),
])
def test_text_is_compared_number_by_number(stored, computed, same, policy):
    assert policy.same_text(stored, computed) is same


def test_figures_are_compared_by_their_ink(policy):
    assert policy.moved_ink(drawing(300), drawing(300)) == 0
    assert policy.moved_ink(drawing(300), drawing(100)) > policy.MOVED_INK


def two_curves(first: str, second: str, dpi: int = 160) -> str:
    """Return a picture of two curves of these colours."""
    figure = Figure(dpi=dpi)
    axes = figure.subplots()
    axes.plot([0, 1, 2], [0, 1, 0.5], color=first, lw=1.8)
    axes.plot([0, 1, 2], [1, 0.3, 0.9], color=second, lw=1.8)
    file = io.BytesIO()
    figure.savefig(file)
    return base64.b64encode(file.getvalue()).decode()


@pytest.mark.parametrize("first, second", [(0, 1), (1, 3), (2, 3)])
def test_curves_that_swap_their_colours_are_noticed(first, second, policy):
    pair = COLOURS[first], COLOURS[second]
    stored = two_curves(*pair)
    assert policy.changed_colour(stored, two_curves(*pair[::-1])) > policy.MOVED_COLOUR
    assert policy.changed_colour(stored, two_curves(*pair, dpi=110)) < 0.1
    data = [{"data": {"image/png": picture}} for picture in
            (stored, two_curves(*pair[::-1]))]
    assert "colour" in policy.figure_complaint(data[:1], data[1:])
    assert policy.figure_complaint(data[:1], data[:1]) == ""


def test_gpu_cells_are_compared_only_where_there_is_no_cuda(policy, monkeypatch):
    from nbval.plugin import IPyNbCell

    monkeypatch.setattr(IPyNbCell, "compare_outputs", lambda *arguments: "compared")
    policy.compare_with_tolerance()
    cell = IPyNbCell.__new__(IPyNbCell)
    cell.cell = nbformat.v4.new_code_cell(metadata={"tags": ["gpu"]})
    for cuda, answer in ((True, True), (False, "compared")):
        monkeypatch.setattr(policy, "has_cuda", lambda cuda=cuda: cuda)
        assert cell.compare_outputs([], []) == answer
