"""The Sphinx extensions of the book, on small projects and on plain graphs."""

import io
import re
import sys

import pytest
from conftest import ROOT
from sphinx.testing.util import SphinxTestApp

sys.path.insert(0, str(ROOT / "book/_ext"))
from layered import columns, forward, layers  # noqa: E402

FIRST = """
# Foundations

:::{prf:definition} Margin
:label: def-margin
:class: standard

The **stability margin** of a matrix.
:::

:::{prf:theorem} A bound of $x_1$, corrected
:label: thm-bound
:class: correction

It holds by {prf:ref}`def-margin`.
:::

:::{prf:proof}
Clear.
:::
"""

SECOND = """
# Networks

:::{prf:lemma} Small
:label: lem-small
:class: ours

It is small.
:::

:::{prf:proof}
From {prf:ref}`thm-bound` and {prf:ref}`def-margin`.
:::

:::{prf:proof}
:class: dropdown

Again.
:::
"""

LISTS = """
# Lists

:::{statements}
:class: correction ours
:::

:::{dependency-graph}
:::
"""

CONF = """
extensions = ["myst_parser", "statement_lists", "dependency_graph"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
root_doc = "index"
numfig = True
numfig_secnum_depth = 1
nitpicky = True
autoapi_dirs = ["comlib"]
autoapi_generate_api_docs = False
add_module_names = False
python_use_unqualified_type_names = True
"""


def build(folder, extensions=(), **pages):
    """Build a project of a numbered toc with these pages; return the app."""
    folder.mkdir(exist_ok=True)
    (folder / "conf.py").write_text(CONF + f"extensions += {list(extensions)}\n")
    names = "\n".join(pages)
    (folder / "index.md").write_text(
        f"# Book\n\n```{{toctree}}\n:numbered:\n{names}\n```\n")
    for name, text in pages.items():
        if not list(folder.glob(f"{name}.*")):
            (folder / f"{name}.md").write_text(text)
    app = SphinxTestApp("html", srcdir=folder, warning=io.StringIO())
    app.build()
    app.html = lambda name: (app.outdir / f"{name}.html").read_text()
    app.complaints = app.warning.getvalue()
    app.cleanup()
    return app


@pytest.fixture(scope="module")
def small_book(tmp_path_factory):
    return build(tmp_path_factory.mktemp("book") / "src",
                 first=FIRST, second=SECOND, lists=LISTS)


def test_a_page_builds_without_complaint(small_book):
    assert small_book.complaints == ""


def test_no_id_occurs_twice_on_a_page(small_book):
    for name in ("first", "second"):
        ids = re.findall(r'\bid="([^"]+)"', small_book.html(name))
        assert len(ids) == len(set(ids)), name
    assert 'id="thm-bound-proof"' in small_book.html("first")
    second = small_book.html("second")
    assert 'id="lem-small-proof"' in second and 'id="lem-small-proof2"' in second


def test_a_list_holds_the_statements_of_its_classes_in_order(small_book):
    text = small_book.html("lists").split("dependency-graph")[0]
    found = re.findall(r'href="(\w+\.html#[\w-]+)"[^>]*><span>([\w ]+ [\d.]+)', text)
    assert found == [("first.html#thm-bound", "Theorem 1.1"),
                     ("second.html#lem-small", "Lemma 2.1")]
    assert "A bound of" in text and 'class="math' in text
    assert text.count("badge-correction") == 1 and text.count("badge-ours") == 1


def test_a_list_with_an_unknown_class_is_refused(tmp_path):
    text = "# Page\n\n:::{statements}\n:class: mine\n:::\n"
    assert "must be among" in build(tmp_path / "src", page=text).complaints


def test_a_list_follows_a_change_on_another_page(tmp_path):
    build(tmp_path / "src", first=FIRST, lists=LISTS)
    page = tmp_path / "src/first.md"
    page.write_text(page.read_text().replace("corrected", "mended"))
    assert "mended" in build(tmp_path / "src", first=FIRST, lists=LISTS).html("lists")


def test_the_graph_joins_a_statement_to_what_its_proof_uses(small_book):
    words = re.sub("<[^>]+>", "", small_book.html("lists").split("In words", 1)[1])
    assert "Theorem 1.1 uses Definition 1.1" in words
    assert "Lemma 2.1 uses Theorem 1.1, Definition 1.1" in words
    assert small_book.html("lists").count('class="outside"') == 2


def test_every_box_of_the_graph_leads_to_a_statement(small_book):
    for page, anchor in re.findall(r'<a href="(\w+)\.html#([\w-]+)" class=',
                                   small_book.html("lists")):
        assert f'id="{anchor}"' in small_book.html(page)


def test_layers_are_longest_paths():
    assert layers(list("abcd"), [("a", "b"), ("b", "c"), ("a", "c")]) == {
        "a": 0, "b": 1, "c": 2, "d": 0}


def test_a_circle_loses_the_edge_that_closes_it():
    order, edges = forward(list("cab"), [("a", "b"), ("b", "c"), ("c", "a")])
    assert edges == [("a", "b"), ("b", "c")] and order == ["a", "b", "c"]
    assert forward(["a"], [("a", "a")]) == (["a"], [])


def test_an_edge_over_a_layer_passes_between_boxes():
    placed, paths = columns(list("abc"), [("a", "b"), ("b", "c"), ("a", "c")])
    assert [len(column) for column in placed] == [1, 2, 1]
    assert ["a", ("a", "c", 1), "c"] in paths


def test_columns_are_sorted_so_that_edges_do_not_cross():
    placed, _ = columns(list("abxy"), [("a", "y"), ("b", "x")])
    above = placed[0].index("a") < placed[0].index("b")
    assert above == (placed[1].index("y") < placed[1].index("x"))


PACKAGE = '''"""A package."""

from .rooms import Kernel, size

__all__ = ["size", "Kernel"]
'''

ROOMS = '''"""Rooms.

Second paragraph.
"""

import no_such_package
from jaxtyping import Float
from no_such_package import Tensor


class Kernel:
    """A kernel |rho| <= B, *stack.

    Args:
        d_in: number of inputs.
    """

    bare = 1

    def norm(self) -> float:
        """Return the norm."""

    def _hidden(self):
        """Not shown."""


def size(kernel: Kernel, x: Float[Tensor, "*t"]) -> Float[Tensor, "*t d_in"]:
    """Return the size; see ``|x|``.

    Source: thm-bound in the book.

    Raises:
        ValueError: never.
    """


def other() -> None:
    """Not exported."""
'''


@pytest.fixture(scope="module")
def interface(tmp_path_factory):
    folder = tmp_path_factory.mktemp("interface") / "src"
    (folder / "comlib/experiments").mkdir(parents=True)
    (folder / "comlib/__init__.py").write_text(PACKAGE)
    (folder / "comlib/rooms.py").write_text(ROOMS)
    (folder / "comlib/experiments/__init__.py").write_text(ROOMS)
    for name, which in (("public", "public"), ("others", "rest")):
        (folder / f"{name}.rst").write_text(
            f"{which}\n======\n\n.. interface:: {which}\n")
    pages = dict.fromkeys(("first", "public", "others"), FIRST)
    return build(folder, extensions=["interface"], **pages)


def test_the_interface_needs_no_import_and_no_escapes_in_docstrings(interface):
    assert interface.complaints == ""
    text = re.sub("<[^>]+>", "", interface.html("public"))
    assert "A kernel |rho| &lt;= B, *stack." in text and "d_in –" in text
    assert "Float[Tensor, '*t d_in']" in text


def test_the_interface_shows_exported_names_and_links_statements(interface):
    public, others = interface.html("public"), interface.html("others")
    ids = r'<dt class="sig[^>]*id="([\w.]+)"'
    assert re.findall(ids, public) == [
        "comlib.rooms.size", "comlib.rooms.Kernel", "comlib.rooms.Kernel.norm"]
    assert re.findall(ids, others) == ["comlib.rooms.other"]
    assert 'href="first.html#thm-bound"' in public
    assert 'href="#comlib.rooms.Kernel"' in public
