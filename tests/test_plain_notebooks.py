"""The notebook beside every page says what the page says, without MyST.

Needs the HTML (`make book`). What is read of a notebook is what a Markdown parser
finds in it; it is compared with what stands on the page.
"""

import functools
import html
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from sphinx_proof.nodes import NODE_TYPES

sys.path.insert(0, str(Path(__file__).parent))
from conftest import ROOT  # noqa: E402
from test_book import NAMES  # noqa: E402
from test_offline import BROWSER, browser, faults, open_page, pages  # noqa: E402, F401

HTML = ROOT / "_build/html"
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
BASE = CONFIG["html"]["baseurl"]
KINDS = "|".join(kind.title() for kind in NODE_TYPES)
PARSER = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)

built = pytest.mark.skipif(not HTML.exists(), reason="no HTML: run `make book` first")


@functools.cache
def page(name: str) -> BeautifulSoup:
    text = (HTML / f"{name}.html").read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser")


@functools.cache
def notebook(name: str, folder: Path = HTML):
    return nbformat.read(folder / f"{name}.ipynb", 4)


def texts(cells) -> list[str]:
    """Return everything in Markdown: cells, and outputs of cells."""
    found = []
    for cell in cells:
        if cell.cell_type == "markdown":
            found.append(cell.source)
        else:
            found += [output.data["text/markdown"] for output in cell.outputs
                      if "text/markdown" in output.get("data", {})]
    return found


def tokens(text: str) -> list:
    """Return all tokens of some Markdown, those within lines and tags too."""
    found = []
    for token in PARSER.parse(text):
        found += [token, *(token.children or [])]
        if token.type == "html_block":
            found += tokens(re.sub(r"<[^>]*>", "", token.content))
    return found


def formulas(text: str) -> list[str]:
    return [bare(token.content) for token in tokens(text)
            if token.type.startswith("math_")]


def bare(formula: str) -> str:
    """Return a formula without what only the page or only the notebook needs."""
    formula = re.sub(r"\\tag\{[^}]*\}|\\(begin|end)\{(split|aligned)\}", "", formula)
    formula = formula.replace(r"\|", r"\Vert").replace("|", r"\vert")
    return re.sub(r"\s", "", formula)


def raw_myst(text: str) -> list[str]:
    """Return directives and roles that are left in some Markdown."""
    found = [token.info for token in tokens(text)
             if token.type == "fence" and token.info.startswith("{")]
    inline = [token for token in tokens(text) if not token.children]
    found += [before.content for before, code in zip(inline, inline[1:])
              if (before.type, code.type) == ("text", "code_inline")
              and re.search(r"\{[\w:+-]+\}$", before.content)]
    return found + re.findall(r"(?m)^[>\s]*:{3,}.*$", text)


def links(text: str) -> list[str]:
    return [token.attrs["href"] for token in tokens(text) if token.type == "link_open"]


def anchors(text: str) -> list[str]:
    return re.findall(r'<a id="([^"]*)"', text)


def broken(address: str, here: set[str]) -> bool:
    """Whether a link of a notebook leads to nothing in the book.

    Args:
        address: as it stands in the notebook.
        here: the anchors of the notebook.
    """
    if address.startswith("#"):
        return address[1:] not in here
    if not address.startswith(BASE):
        return not address.startswith("https://")
    name, _, place = address.removeprefix(BASE).partition("#")
    target = HTML / (name or "index.html")
    return not target.exists() or bool(place) and (
        f'id="{place}"' not in target.read_text(encoding="utf-8"))


@built
@pytest.mark.parametrize("name", NAMES)
def test_buttons_lead_to_the_notebook(name):
    colab = page(name).find("a", title="Launch on Colab")["href"]
    download = page(name).find("a", class_="btn-download-source-button")["href"]
    repository = CONFIG["repository"]["url"].removeprefix("https://github.com/")
    assert colab == ("https://colab.research.google.com/github/"
                     f"{repository}/blob/colab/{name}.ipynb")
    assert (HTML / name).parent / download == HTML / f"{name}.ipynb"
    nbformat.validate(notebook(name))


@built
@pytest.mark.parametrize("name", pages())
def test_every_button_of_a_page_that_leads_into_the_book_arrives(name):
    group = page(name.removesuffix(".html")).find(class_="article-header-buttons")
    inside = [link["href"] for link in group.find_all("a", href=True)
              if not link["href"].startswith("https://")]
    assert bool(inside) == (name.removesuffix(".html") in NAMES)
    assert [a for a in inside if not ((HTML / name).parent / a).is_file()] == []


@built
@pytest.mark.parametrize("name", NAMES)
def test_code_is_the_chapters(name):
    def sources(cells):
        return [cell.source for cell in cells if cell.cell_type == "code"]

    stored = notebook(name, ROOT).cells
    assert sources(notebook(name).cells) == sources(stored)


@built
@pytest.mark.parametrize("name", NAMES)
def test_pictures_are_the_chapters(name):
    def pictures(cells):
        return [data for cell in cells if cell.cell_type == "code"
                for output in cell.outputs
                for kind, data in output.get("data", {}).items() if "image" in kind]

    assert pictures(notebook(name).cells) == pictures(notebook(name, ROOT).cells)


@built
@pytest.mark.parametrize("name", NAMES)
def test_no_directive_and_no_role_is_left(name):
    assert [raw_myst(text) for text in texts(notebook(name).cells)
            if raw_myst(text)] == []


@built
@pytest.mark.parametrize("name", NAMES)
def test_formulas_are_those_of_the_page(name):
    wanted = [bare(math.find_all(string=True, recursive=False)[-1].strip()[2:-2])
              for math in page(name).select("article .math")]
    found = [f for text in texts(notebook(name).cells) for f in formulas(text)]
    assert found == wanted


@built
@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_those_of_the_page(name):
    soup = page(name).find("article")
    text = "\n".join(texts(notebook(name).cells))
    statements = [s.get_text().strip() for s in
                  soup.select(".proof > .admonition-title > .caption-number")]
    assert re.findall(rf"(?:\*\*|<b>)((?:{KINDS}) [\d.]+)", text) == statements
    figures = [s.get_text().strip() for s in soup.select("figcaption .caption-number")]
    assert re.findall(r"(?m)^(?:<a[^>]*></a>)?\*(Fig\. [\d.]+)\*", text) == figures
    equations = [e.find(string=True).strip("()") for e in soup.select(".eqno")]
    assert re.findall(r"\\tag\{([\d.]+)\}", text) == equations


@built
@pytest.mark.parametrize("name", NAMES)
def test_what_the_page_folds_is_folded(name):
    text = "\n".join(texts(notebook(name).cells))
    folds = "article .admonition.dropdown, article details:not(.hide)"
    wanted = page(name).select(folds)
    assert text.count("<details") == text.count("</details>") == len(wanted)


@built
@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name):
    found = texts(notebook(name).cells)
    here = {anchor for text in found for anchor in anchors(text)}
    assert [address for text in found for address in links(text)
            if broken(address, here)] == []


@built
@pytest.mark.browser
@pytest.mark.skipif(BROWSER is None, reason="no chromium or chrome on the PATH")
def test_formulas_that_differ_from_the_page_can_be_typeset(
        open_page, tmp_path):  # noqa: F811
    shown = {token.content for name in NAMES for text in texts(notebook(name).cells)
             for token in tokens(text) if token.type.startswith("math_")
             and re.search(r"\\tag|\\begin\{split|< |[Vv]ert ", token.content)}
    mathjax = (HTML / "_static/mathjax/tex-chtml.js").as_uri()
    lines = [f"<p class='math'>\\[{html.escape(formula)}\\]</p>" for formula in shown]
    head = f"<!doctype html><meta charset='utf-8'><script src='{mathjax}'></script>"
    (tmp_path / "page.html").write_text(head + "\n".join(lines), encoding="utf-8")
    assert len(shown) > 9
    assert faults(open_page((tmp_path / "page.html").as_uri())) == []


@built
def test_notebooks_are_pushed_as_one_commit(tmp_path):
    def git(*words):
        return subprocess.run(["git", "-C", tmp_path, *words], check=True, text=True,
                              capture_output=True).stdout.split()

    git("init", "-q", "--bare")
    for _ in range(2):
        subprocess.run([ROOT / ".ci/notebooks", tmp_path], check=True)
    assert git("rev-list", "--all", "--count") == ["1"]
    assert git("ls-tree", "-r", "--name-only", "colab") == sorted(
        f"{name}.ipynb" for name in NAMES)


@pytest.mark.parametrize("text", [
    "```{note}\nwords\n```", ":::{prf:theorem}", "> :::{note}", "by {prf:ref}`thm-x`.",
    "> [{cite:t}`someone2020`](https://x.org)"])
def test_raw_myst_is_found(text):
    assert raw_myst(text)


def test_what_looks_like_myst_and_is_none_passes():
    assert raw_myst("```python\n{x}\n```\n$\\hat{x}`$, `{a}`, [1] and $x_{t}$`y`") == []


@built
@pytest.mark.parametrize("address", [
    "#thm-absent", f"{BASE}book/absent.html", f"{BASE}book/index.html#absent",
    "index.ipynb"])
def test_broken_link_is_found(address):
    assert broken(address, {"thm-x"}) and not broken("#thm-x", {"thm-x"})
