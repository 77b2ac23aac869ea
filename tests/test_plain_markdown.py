"""Every kind of block becomes Markdown that viewers without MyST show."""

import base64
import sys
from pathlib import Path

import nbformat
import pytest
from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent))
from conftest import ROOT  # noqa: E402

CONFIG = {
    "extensions": ["myst_nb", "sphinx_proof", "sphinx_design", "mould",
                   "plain_notebooks"],
    "myst_enable_extensions": ["amsmath", "colon_fence", "deflist", "dollarmath"],
    "nb_mime_priority_overrides": [("html", "text/markdown", 5)],
    "nb_execution_mode": "off", "nb_render_markdown_format": "myst", "numfig": True,
    "html_theme": "sphinx_book_theme", "html_title": "The book",
    # Sphinx's default is one dictionary for all projects of a process
    "source_suffix": {".md": "myst-nb", ".ipynb": "myst-nb"},
    "html_baseurl": "https://x.org/", "plain_notebooks_branch": "colab",
    "html_theme_options": {"repository_url": "https://github.com/a/b",
                           "repository_branch": "main", "use_source_button": True},
}
STATEMENT = """\
:::{prf:theorem} A *title*
:label: thm-x

Let $a<b$.

$$
a &= b \\\\
c &= |d|
$$ (eq-x)
:::
"""
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@pytest.fixture
def convert(tmp_path, monkeypatch):
    """Return a function from the cells of a page to those of its notebook."""
    monkeypatch.syspath_prepend(str(ROOT / "book/_ext"))
    (tmp_path / "other.md").write_text("# Other\n\n(place)=\n## There\n")
    (tmp_path / "picture.gif").write_bytes(PIXEL)

    def built(*cells, warnings=None):
        cells = [nbformat.v4.new_markdown_cell("# Page"), *(
            nbformat.v4.new_markdown_cell(cell) if isinstance(cell, str) else cell
            for cell in cells)]
        metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"},
                    "language_info": {"name": "python"}}
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata),
                       tmp_path / "page.ipynb")
        app = Sphinx(tmp_path, None, tmp_path / "out", tmp_path / "trees", "html",
                     CONFIG | {"root_doc": "page"}, status=None, warning=warnings,
                     freshenv=True)
        app.build()
        return nbformat.read(tmp_path / "out/page.ipynb", 4).cells

    return built


@pytest.fixture
def text(convert):
    """Return a function from Markdown to that in the notebook, below its head."""
    def converted(source):
        cells = convert(source)
        head, _, rest = "\n\n".join(c.source for c in cells).partition("*\n\n")
        assert head == "# Page\n\n*The page [Page](https://x.org/page.html) of " \
                       "[The book](https://x.org/)."
        return rest

    return converted


def test_statement_is_a_quotation_with_its_number(text):
    assert text(STATEMENT + "\nBy {prf:ref}`thm-x` and {eq}`eq-x`.") == r"""
> <a id="thm-x" name="thm-x"></a>**Theorem 1 (A *title*)**
>
> Let $a< b$.
>
> <a id="equation-eq-x" name="equation-eq-x"></a>
>
> $$\begin{split} a &= b \\ c &= |d| \end{split} \tag{1}$$

By [Theorem 1](#thm-x) and [(1)](#equation-eq-x).
""".strip()


def test_places_that_nothing_leads_to_are_not_marked(text):
    assert "<a " not in text(STATEMENT)


def test_links_lead_to_published_pages(text):
    assert text("{doc}`other`, {ref}`there <place>`, [w](https://w.org), "
                "{download}`this <picture.gif>`").split(", ")[:3] == [
        "[Other](https://x.org/other.html)", "[there](https://x.org/other.html#place)",
        "[w](https://w.org)"]


def test_data_and_pictures_lie_where_the_page_has_them(convert, tmp_path, text):
    made = text("![what](picture.gif) {download}`this <picture.gif>`")
    assert "![what](https://x.org/_images/picture.gif)" in made
    address = made.rpartition("(https://x.org/")[2].removesuffix(")")
    assert (tmp_path / "out" / address).read_bytes() == PIXEL


@pytest.mark.parametrize("source", [
    "- one\n- two", "- one\n\n- two\n\n  more", "3. three\n4. four", "> said $x$",
    "a `b` *c*", "**b**", "```python\nx = 1\n```", "$$x + y$$", "A\nline", "***",
    "a_b, \\_a, a\\*b",
    r"\begin{align} a &= b \end{align}", "``a`b``",
    "| a | b |\n| --- | ---: |\n| `b` | 1 |"])
def test_plain_markdown_stays(source, text):
    assert text(source).replace("---", "***") == source.replace("---", "***")


@pytest.mark.parametrize("source, made", [
    ("| $\\|a\\|$ |\n|---|\n| `b\\|c` |",
     "| $\\vert a\\vert $ |\n| --- |\n| `b\\|c` |"),
    ("$x<y$ and $x < y$", "$x< y$ and $x < y$"),
    ("a &lt;b> c", "a &lt;b> c"),
    ("term\n: means *this*", "- **term**: means *this*"),
    (":::{note}\nWords\n:::", "> **Note**\n>\n> Words"),
    (":::{admonition} A $t$\nWords\n:::", "> **A $t$**\n>\n> Words"),
    (":::{admonition} T\n:class: dropdown\nWords\n:::",
     "<details><summary><b>T</b></summary>\n\nWords\n\n</details>"),
    (":::{dropdown} Solution\nWords\n:::",
     "<details><summary><b>Solution</b></summary>\n\nWords\n\n</details>"),
    (":::{prf:proof}\nSo it is.\n:::", "*Proof.* So it is."),
    (":::{prf:proof}\n:class: dropdown\n\nSo.\n\n- one\n:::",
     "<details><summary><b>Proof</b></summary>\n\nSo.\n\n- one\n\n</details>"),
    (":::{prf:lemma} L\n:label: lem-x\n:class: paper recalled\nWords\n:::",
     "> **Lemma 1 (L) `paper, from memory`**\n>\n> Words"),
    ("1. one\n\n   :::{dropdown} Solution\n   Words\n   :::\n2. two",
     "1. one\n\n   <details><summary><b>Solution</b></summary>\n\n   Words\n\n"
     "   </details>\n\n2. two"),
    ("% comment\n\nwords", "words"),
    ("- one\n  1. two", "- one\n\n  1. two"),
    ("## Two\n\n### Three", "## Two\n\n### Three"),
])
def test_blocks_become(source, made, text):
    assert text(source) == made


def test_code_keeps_its_outputs_and_markdown_its_references(convert):
    markdown = nbformat.v4.new_output("display_data", {
        "text/plain": "x", "text/html": "<b>x</b>",
        "text/markdown": "see {prf:ref}`thm-x`"})
    plain = nbformat.v4.new_output("display_data", {"text/html": "<b>y</b>"})
    code = nbformat.v4.new_code_cell("f()", outputs=[plain, markdown])
    hidden = [nbformat.v4.new_code_cell("g()", metadata={"tags": ["remove-cell"]})
              for _ in range(2)]
    _, *cells = convert(STATEMENT, hidden[0], "words", code, hidden[1])
    assert [cell.source for cell in cells] == ["g()", "f()", "g()"]
    first, shown, _ = cells
    assert first.metadata.jupyter.source_hidden and first.metadata.cellView == "form"
    assert not shown.metadata
    assert [output.data for output in shown.outputs] == [
        plain.data, {"text/plain": "x", "text/markdown": "see [Theorem 1](#thm-x)"}]


def test_what_has_no_markdown_is_a_warning(convert, tmp_path):
    log = (tmp_path / "log").open("w+")
    convert("```{eval-rst}\n:field: value\n```\n\n```{eval-rst}\n| line\n```",
            warnings=log)
    log.seek(0)
    assert "no Markdown for <line_block>" in log.read()
