"""The chapters are what chapter_checks.py says, and the checks can fail."""

import ast
import copy
import functools
import re
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))
import chapter_checks as checks  # noqa: E402
from conftest import ROOT, tracked  # noqa: E402

BOOK = ROOT / "book"
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|Users|work|tmp|mnt)/\w")


def notebooks_of_toc() -> dict[str, bool]:
    """Return the toc's entries without suffix, and whether they are numbered."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    entries = {toc["root"]: False}
    for part in toc["parts"]:
        for chapter in part["chapters"]:
            entries[chapter["file"]] = bool(part.get("numbered"))
    return entries


TOC = notebooks_of_toc()
PAIRS = sorted(p.with_suffix("") for p in BOOK.rglob("*.ipynb")
               if p.with_suffix(".md").exists() and "_build" not in p.parts)
NAMES = [str(p.relative_to(ROOT)) for p in PAIRS]
NUMBERED = [name for name in NAMES if TOC.get(f"{name}.ipynb")]


@functools.cache
def chapter(name: str) -> checks.Chapter:
    return checks.Chapter.read(ROOT / f"{name}.md", ROOT)


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", NAMES)
def test_chapter_passes(name, check):
    assert check(chapter(name)) == []


@pytest.mark.parametrize("name", NUMBERED)
def test_numbered_chapter_has_its_frame(name):
    assert checks.framed(chapter(name)) == []


@pytest.mark.parametrize("name", NUMBERED)
def test_numbered_chapter_ends_with_its_verdict(name):
    assert checks.ends_with_verdict(chapter(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_first_code_cell_is_the_template(name, load):
    notebooks = load("book/notebooks.py")
    wanted = notebooks.colab_cell(), notebooks.COLAB_TAGS
    assert checks.starts_with(chapter(name), *wanted) == []


def test_every_record_is_read_and_every_record_read_exists():
    assert checks.records_complaints([chapter(name) for name in NAMES], ROOT) == []


def test_toc_and_pairs_are_the_same_set():
    listed = {name for name in TOC if name.endswith(".ipynb")}
    assert listed == {f"{name}.ipynb" for name in NAMES}


def test_every_page_of_the_toc_exists():
    files = [[name] if name.endswith(".ipynb") else [f"{name}.md", f"{name}.rst"]
             for name in TOC]
    assert [pair for pair in files if not any((ROOT / f).exists() for f in pair)] == []


def test_no_notebook_lacks_its_text_and_no_chapter_its_notebook(load):
    alone = [p for p in BOOK.rglob("*.ipynb") if not p.with_suffix(".md").exists()]
    texts = load("book/notebooks.py").chapters()
    alone += [p for p in texts if not p.with_suffix(".ipynb").exists()]
    assert alone == []


def test_the_repository_has_one_address():
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    url = config["repository"]["url"]
    options = config["sphinx"]["config"]["html_theme_options"]
    assert options["repository_url"] == url
    assert options["repository_branch"] == config["repository"]["branch"]
    owner, name = url.removeprefix("https://github.com/").split("/")
    assert config["html"]["baseurl"] == f"https://{owner}.github.io/{name}/"
    for name in ("README.md", "CITATION.cff", "pyproject.toml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert url in text, name
        host = re.findall(r"https://github\.com/[\w.-]+/[\w-]+", text)
        assert set(host) == {url}, name


def machine_paths(text: str) -> list[str]:
    return [line.strip()[:100] for line in text.splitlines()
            if MACHINE_PATH.search(line)]


def test_no_tracked_file_names_a_path_of_some_machine():
    found = {}
    for path in tracked():
        if "mathjax" not in path.parts and path.suffix not in (".woff", ".png"):
            text = (ROOT / path).read_text(encoding="utf-8", errors="replace")
            found[str(path)] = machine_paths(text)
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_requirements_are_pinned_exactly_and_end_with_the_package():
    def lines(name):
        text = (ROOT / name).read_text(encoding="utf-8")
        bare = [line.split("#")[0].strip() for line in text.splitlines()]
        return [line for line in bare if line]

    first, *pins, last = lines("requirements.txt")
    assert (first, last) == ("-r requirements-docs.txt", "-e .")
    pins += lines("requirements-docs.txt")
    exact = re.compile(r'[\w.-]+==[\w.]+(; python_version (<|>=) "3\.11")?')
    assert [pin for pin in pins if not exact.fullmatch(pin)] == []
    named = [(pin.split("==")[0], pin.partition(";")[2]) for pin in pins]
    assert sorted(set(named)) == sorted(named)  # a pin stands once


def test_the_oldest_versions_are_the_lower_bounds():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    bounds = dict(re.findall(r'(?m)^  "([\w-]+)>=([\d.]+)",$', text))
    pins = dict(re.findall(r"(?m)^([\w-]+)==([\d.]+)$",
                           (ROOT / "requirements-oldest.txt").read_text()))
    assert len(bounds) >= 6 and set(bounds) == set(pins)
    for name, bound in bounds.items():
        assert pins[name].removesuffix(".0") == bound.removesuffix(".0"), name


def test_the_build_of_the_pages_imports_only_what_it_installs():
    found = {}
    for path in sorted((BOOK / "_ext").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = [alias.name for node in ast.walk(tree)
                 if isinstance(node, ast.Import) for alias in node.names]
        names += [node.module for node in ast.walk(tree)
                  if isinstance(node, ast.ImportFrom) and not node.level]
        found[path.name] = {name.split(".")[0] for name in names}
    absent = {"comlib", "torch", "numpy", "scipy", "matplotlib", "jupytext", "PIL"}
    assert found and {n: names & absent for n, names in found.items()
                      if names & absent} == {}


# A small chapter that passes, and what breaks it.

SAMPLE = '''\
# Sample

:::{admonition} Question
:class: question

Why?
:::

:::{prf:definition} A thing
:label: def-sample
:class: paper secondhand

A thing.
:::

:::{prf:theorem} A theorem
:label: thm-sample
:class: ours

It holds.
:::

:::{prf:proof}
:class: dropdown

1
2
3
4
5
6
7
8
9
10
11
12
13
:::

:::{admonition} Take-aways
:class: takeaways

It holds.
:::

```{code-cell} ipython3
:tags: [colab, remove-cell]

import comlib
```

```{code-cell} ipython3
---
tags: [hide-input]
mystnb:
  figure:
    name: fig-sample
    caption: A figure. {download}`Data </comlib/records/part/sample.csv>`.
  image:
    alt: A curve.
---
plt.show()
```

```{code-cell} ipython3
figure_data("part.sample", table)
```

```{code-cell} ipython3
:tags: [claim]

checks = Checks()
checks(Claim("one", "thm-sample", 1, equals=1, kind="identity"))
checks
```

## Exercises

None.
'''


@pytest.fixture
def sample(tmp_path):
    """A chapter without fault, in an empty folder with its one record."""
    record = tmp_path / "comlib/records/part/sample.csv"
    record.parent.mkdir(parents=True)
    record.write_text("time\n0\n")
    text = jupytext.reads(SAMPLE, fmt="md:myst")
    notebook = copy.deepcopy(text)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(code, start=1):
        cell.execution_count = count
    code[1].outputs = [nbformat.v4.new_output(
        "display_data", {"image/png": "aaaa", "image/svg+xml": "stroke: #0072b2"})]
    return checks.Chapter(text, notebook, 1000, tmp_path)


def figure(chapter):
    return chapter.code()[1].metadata.mystnb


def test_the_sample_has_no_fault(sample):
    assert [c for check in checks.CHECKS for c in check(sample)] == []
    assert checks.framed(sample) == checks.ends_with_verdict(sample) == []
    assert checks.records_complaints([sample], sample.root) == []
    assert checks.starts_with(sample, "import comlib", ["colab", "remove-cell"]) == []


def test_records_read_in_a_loop_are_those_that_its_cell_names(sample):
    runs = sample.root / "comlib/records/part"
    for name in ("x-one", "x-two", "y-one"):
        (runs / f"{name}.json").touch()
    sample.code()[2].source += '\n[stored(f"part.x-{k}") for k in ("one", "two")]'
    assert checks.records_complaints([sample], sample.root) == [
        "record part.y-one is read by no chapter"]


def picture(size: int):
    return nbformat.v4.new_output("display_data", {"image/png": "aaaa" * (size // 3)})


def prose(chapter, old: str, new: str) -> None:
    """Replace words in the first cell of the chapter."""
    cell = chapter.notebook.cells[0]
    assert old in cell.source
    cell.source = cell.source.replace(old, new)


BREAKAGES = {
    "edited text": (
        checks.pair_in_sync, "differs",
        lambda s: s.text.cells[0].update(source="# Other")),
    "edited tag": (
        checks.pair_in_sync, "differs",
        lambda s: s.text.cells[1].metadata.update(tags=["colab"])),
    "lost cell": (
        checks.pair_in_sync, "cells in the text", lambda s: s.text.cells.pop()),
    "cleared counts": (
        checks.executed_in_order, "compare nothing",
        lambda s: [c.update(execution_count=None) for c in s.code()]),
    "wrong order": (
        checks.executed_in_order, "compare nothing",
        lambda s: s.code()[0].update(execution_count=7)),
    "stderr": (
        checks.clean_outputs, "stderr",
        lambda s: s.code()[0].outputs.append(
            nbformat.v4.new_output("stream", name="stderr", text="!"))),
    "error": (
        checks.clean_outputs, "error",
        lambda s: s.code()[0].outputs.append(
            nbformat.v4.new_output("error", ename="E", evalue="", traceback=[]))),
    "ignored output": (
        checks.every_output_is_compared, "NBVAL_IGNORE_OUTPUT",
        lambda s: s.code()[1].update(source="# NBVAL_IGNORE_OUTPUT\nplt.show()")),
    "tag of nbval": (
        checks.every_output_is_compared, "nbval-skip",
        lambda s: s.code()[1].metadata.update(tags=["nbval-skip"])),
    "error that is awaited": (
        checks.every_output_is_compared, "raises-exception",
        lambda s: s.code()[1].metadata.update(tags=["raises-exception"])),
    "no alt text": (
        checks.described_figures, "alt text", lambda s: figure(s).pop("image")),
    "no name": (
        checks.described_figures, "a name", lambda s: figure(s).figure.pop("name")),
    "no data": (
        checks.described_figures, "ends with its data",
        lambda s: figure(s).figure.update(caption="A figure.")),
    "wrong data": (
        checks.described_figures, "does not exist",
        lambda s: figure(s).figure.update(
            caption=figure(s).figure.caption.replace("sample", "other"))),
    "undrawn figure": (
        checks.described_figures, "no figure was drawn",
        lambda s: s.code()[1].update(outputs=[])),
    "two figures": (
        checks.described_figures, "in one cell",
        lambda s: s.code()[1].outputs.append(picture(3))),
    "large figure": (
        checks.described_figures, "bytes or more",
        lambda s: s.code()[1].update(outputs=[picture(120_000)])),
    "no SVG": (
        checks.drawn_figures, "no SVG",
        lambda s: s.code()[1].outputs[0].data.pop("image/svg+xml")),
    "large SVG": (
        checks.drawn_figures, "120001 characters",
        lambda s: s.code()[1].outputs[0].data.update({"image/svg+xml": "a" * 120_001})),
    "a colour of its own": (
        checks.drawn_figures, "not in the palette: ['#ff0000']",
        lambda s: s.code()[1].outputs[0].data.update(
            {"image/svg+xml": "stroke: #ff0000; fill: #0072b2"})),
    "large notebook": (checks.small, "bytes", lambda s: setattr(s, "size", 1_000_000)),
    "function": (
        checks.no_definitions, "defines f",
        lambda s: s.code()[2].update(source="def f():\n    return 1")),
    "class": (
        checks.no_definitions, "defines A",
        lambda s: s.code()[2].update(source="class A:\n    pass")),
    "wide line": (
        checks.short_cells, "77 columns",
        lambda s: s.code()[2].update(source="#" * 77)),
    "long cell": (
        checks.short_cells, "15 lines",
        lambda s: s.code()[2].update(source="x = 1\n" * 15)),
    "no label": (
        checks.theorems_are_claimed, "no label",
        lambda s: s.notebook.cells[0].update(
            source=s.notebook.cells[0].source.replace(":label: thm-sample\n", ""))),
    "unclaimed theorem": (
        checks.theorems_are_claimed, "neither",
        lambda s: s.code()[-1].update(source='checks(Claim("x", "thm-other", 1))')),
    "claim outside a claim cell": (
        checks.theorems_are_claimed, "neither",
        lambda s: s.code()[-1].metadata.update(tags=[])),
    "no verdict": (
        checks.ends_with_verdict, "last code cell",
        lambda s: s.code()[-1].metadata.update(tags=[])),
    "empty verdict": (
        checks.ends_with_verdict, "claims nothing",
        lambda s: s.code()[-1].update(
            source='checks = Checks()\nchecks(Untested("thm-sample", "x"))\nchecks')),
    "a section after the verdict": (
        checks.ends_with_verdict, "after the verdict",
        lambda s: s.notebook.cells[-1].update(source="## More theory")),
    "claims that no verdict shows": (
        checks.claims_reach_a_verdict, "reach no verdict",
        lambda s: s.code()[2].update(source='kept = [Claim("x", "thm-sample", 1)]')),
    "claims that are collected and never shown": (
        checks.ends_with_verdict, "does not show the claims",
        lambda s: s.code()[-1].update(source=s.code()[-1].source[:-len("checks")])),
    "kept claims that no ledger gets": (
        checks.claims_reach_a_verdict, "reach no verdict",
        lambda s: s.code()[-1].update(source=s.code()[-1].source.replace(
            "checks(C", "kept = (C"))),
    "no badge": (
        checks.one_badge, "theorem 'A theorem' needs one class",
        lambda s: prose(s, ":class: ours", ":class: dropdown")),
    "two badges": (
        checks.one_badge, "definition 'A thing' needs one class",
        lambda s: prose(s, "paper secondhand", "paper ours")),
    "known in two ways": (
        checks.one_badge, "in one way",
        lambda s: prose(s, "paper secondhand", "paper secondhand recalled")),
    "a claim on a definition": (
        checks.definitions_claim_nothing, "cannot fail",
        lambda s: s.code()[-1].update(source=s.code()[-1].source.replace(
            "thm-sample", "def-sample"))),
    "a claim on a definition by another name": (
        checks.definitions_claim_nothing, "thm-sample",
        lambda s: prose(s, "prf:theorem", "prf:definition")),
    "an open proof": (
        checks.long_proofs_fold, "13 lines",
        lambda s: prose(s, ":class: dropdown\n", "")),
    "open imports": (
        checks.scaffolding_folds, "hide-input",
        lambda s: s.code()[2].update(source="import math")),
    "open drawing": (
        checks.scaffolding_folds, "hide-input",
        lambda s: s.code()[1].metadata.update(tags=["figure"])),
    "prints in a loop": (
        checks.scaffolding_folds, "show a Table",
        lambda s: s.code()[2].update(source="for k in range(3):\n    print(k)")),
    "an import that nobody declares": (
        checks.imports_what_is_declared, "pandas",
        lambda s: s.code()[2].update(source="import math, pandas.io\nimport torch")),
    "no question": (
        checks.framed, "question, not 0",
        lambda s: prose(s, ":class: question", ":class: note")),
    "two take-aways": (
        checks.framed, "takeaways, not 2",
        lambda s: prose(s, ":class: question", ":class: question takeaways")),
    "unread record": (
        lambda s: checks.records_complaints([s], s.root), "read by no chapter",
        lambda s: (s.root / "comlib/records/part/orphan.csv").write_text("")),
    "missing record": (
        lambda s: checks.records_complaints([s], s.root), "does not exist",
        lambda s: s.code()[2].update(source='stored("absent")')),
    "other first cell": (
        lambda s: checks.starts_with(s, "import comlib", ["colab", "remove-cell"]),
        "Colab",
        lambda s: s.code()[0].update(source="import numpy")),
}


@pytest.mark.parametrize("fault", BREAKAGES)
def test_check_finds(fault, sample):
    check, words, break_it = BREAKAGES[fault]
    break_it(sample)
    complaints = check(sample)
    assert any(words in complaint for complaint in complaints)


@pytest.mark.parametrize("text", ["see /" + "home/ada/x", 'p = "/' + 'tmp/y"'])
def test_check_finds_a_machine_path(text):
    assert machine_paths(text) == [text]
    assert machine_paths("https://example.org/home/x and book/tmp/y") == []
