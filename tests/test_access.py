"""The built book is searched, read and operated by everyone.

Needs the HTML (`make book`) and an installed chromium or chrome, as test_offline.py.
"""

import re
from pathlib import Path

import pytest
from test_offline import HTML, browser, faults, open_page, pytestmark  # noqa: F401

PAGES = ("book/index.html", "book/foundations/stability.html",
         "book/reference/teaching.html", "book/bibliography.html")
EXCUSED = {"region",  # the logo's words stand outside the theme's landmarks
           "empty-table-header"}  # it takes a head that is a formula for empty

BEYOND = """() => [...document.querySelectorAll('.bd-article *')].filter(e => {
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    if (!box.width || e.closest('mjx-container > *, svg a')) return false;
    const hides = ['hidden', 'clip'].includes(style.overflowX)
        && e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1;
    let scroller = e;
    while (scroller
           && !['auto', 'scroll'].includes(getComputedStyle(scroller).overflowX))
        scroller = scroller.parentElement;
    return hides || (box.right > innerWidth + 1 && !scroller);
}).map(e => e.outerHTML.slice(0, 120))"""
STOPS = """() => [...document.querySelectorAll('.bd-article mjx-container, .math')]
    .filter(e => e.tabIndex >= 0 && e.scrollWidth <= e.clientWidth)
    .map(e => e.textContent)"""


def search(open_page, query: str):  # noqa: F811
    page = open_page((HTML / "search.html").as_uri() + "?q=" + query.replace(" ", "+"))
    page.wait_for_selector("#search-results li")
    assert faults(page) == []
    return page


def first_result(page) -> tuple[str, str, str]:
    """Return page and anchor, the title and the excerpt of the first result."""
    item = page.locator("#search-results li").first
    address = item.locator("a").get_attribute("href")
    return address, item.locator("a").inner_text(), item.locator("p").inner_text()


@pytest.mark.parametrize("page, label", [
    ("book/foundations/stability.html", "thm-shift"),
    ("book/linear/curse.html", "thm-hankel-width"),
])
def test_search_finds_a_statement_by_its_number(page, label, open_page):  # noqa: F811
    text = (HTML / page).read_text(encoding="utf-8")
    number = re.search(rf'id="{label}".*?caption-number">([^<]+)<', text, re.S)[1]
    address, title, excerpt = first_result(search(open_page, number.strip()))
    assert address == f"{page}#{label}"
    assert title.startswith(number.strip()) and excerpt


@pytest.mark.parametrize("query, label", [
    ("Hankel operator", "def-hankel"), ("stability margin", "def-stability-margin")])
def test_search_finds_a_term_where_it_is_defined(query, label, open_page):  # noqa: F811
    page = search(open_page, query)
    address, _, excerpt = first_result(page)
    name, anchor = address.split("#")
    assert anchor == label and query in excerpt
    assert f'id="{label}"' in (HTML / name).read_text(encoding="utf-8")


def test_search_finds_other_forms_of_a_word_but_no_other_word(open_page):  # noqa: F811
    found = search(open_page, "Memories").locator("#search-results li")
    assert found.count() > 10
    ring = search(open_page, "ring").locator("#search-results mark").all_inner_texts()
    assert ring and all(re.match(r"\W*ring", word, re.I) for word in ring)


def test_search_says_when_there_is_nothing(open_page):  # noqa: F811
    page = open_page((HTML / "search.html").as_uri() + "?q=xylophone")
    page.wait_for_selector("text=0 places")
    assert faults(page) == []


@pytest.mark.parametrize("path", sorted(HTML.rglob("*.html")),
                         ids=lambda path: str(path.relative_to(HTML)))
def test_no_id_occurs_twice(path):
    ids = re.findall(r'\sid="([^"]+)"', path.read_text(encoding="utf-8"))
    assert {name for name in ids if ids.count(name) > 1} == set()


@pytest.mark.parametrize("path", sorted(HTML.rglob("*.html")),
                         ids=lambda path: str(path.relative_to(HTML)))
def test_no_head_of_a_column_is_empty(path):
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"<th\b[^>]*>(?:\s|</?p>)*</th>", text) == []


@pytest.mark.parametrize("scheme, width", [("light", 1280), ("dark", 420)])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_out_of_reach(name, scheme, width, open_page):  # noqa: F811
    page = open_page((HTML / name).as_uri(), scheme, width)
    page.wait_for_timeout(100)  # scrolling parts have become stops by then
    assert page.evaluate(BEYOND) == []
    assert page.evaluate(STOPS) == []
    axe = pytest.importorskip("axe_playwright_python")
    page.evaluate(Path(axe.__file__).with_name("axe.min.js").read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]
            if v["id"] not in EXCUSED] == []


def test_a_clipped_part_is_found(open_page, tmp_path):  # noqa: F811
    page = tmp_path / "page.html"
    wide = "<div style='width: 2000px'>x</div>"
    page.write_text(f"<!doctype html><div class='bd-article'>{wide}"
                    f"<div style='overflow: hidden'>{wide}</div>"
                    f"<div style='overflow: auto'>{wide}</div></div>")
    assert len(open_page(page.as_uri()).evaluate(BEYOND)) == 3
