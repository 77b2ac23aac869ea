"""The built book needs no network and logs no error, in light and in dark.

Needs the HTML (`make book`) and an installed chromium or chrome.
"""

import shutil
from pathlib import Path

import pytest
import yaml

from comlib.evidence.palette import PALETTE

ROOT = Path(__file__).resolve().parents[1]
HTML = ROOT / "_build/html"
BROWSERS = "chromium", "chromium-browser", "google-chrome", "chrome"
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
LOCAL = "file:", "data:", "blob:"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="no chromium or chrome on the PATH"),
    pytest.mark.skipif(not HTML.exists(), reason="no HTML: run `make book` first"),
]

TYPESET = """() => !window.MathJax || !MathJax.startup || !MathJax.startup.promise
    ? document.querySelectorAll('.math').length === 0
    : MathJax.startup.promise.then(() => true)"""
UNSET = """() => [...document.querySelectorAll('.math')]
    .filter(e => !e.querySelector('mjx-container')).map(e => e.textContent)"""
WRONG = """() => [...document.querySelectorAll(
    'mjx-merror, [data-mjx-error], mjx-container [style*="color: red"]')]
    .map(e => e.textContent)"""


def pages() -> list[str]:
    """Return the toc's pages as they are named in the HTML."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = [toc["root"]]
    files += [c["file"] for part in toc["parts"] for c in part["chapters"]]
    return [name.removesuffix(".ipynb") + ".html" for name in files]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def open_page(browser):
    """Return a function that opens a page and collects what should not happen."""
    contexts = []

    def visit(address: str, scheme: str = "light", width: int = 1280):
        contexts.append(browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 900}))
        page = contexts[-1].new_page()
        page.faults = []
        page.on("request", lambda r: r.url.startswith(LOCAL)
                or page.faults.append(f"request: {r.url}"))
        page.on("requestfailed", lambda r: page.faults.append(f"not found: {r.url}"))
        page.on("console", lambda m: m.type == "error"
                and page.faults.append(f"console: {m.text}"))
        page.on("pageerror", lambda e: page.faults.append(f"script: {e}"))
        page.goto(address)
        page.wait_for_function(TYPESET)
        return page

    yield visit
    for context in contexts:
        context.close()


def faults(page) -> list[str]:
    """Return what is wrong with an open page."""
    return (page.faults
            + [f"not typeset: {text}" for text in page.evaluate(UNSET)]
            + [f"MathJax: {text}" for text in page.evaluate(WRONG)])


COLOURS = """() => [...new Set([...document.querySelectorAll('div.panels svg *')]
    .flatMap(e => [getComputedStyle(e).fill, getComputedStyle(e).stroke])
    .filter(c => c !== 'none'))]"""
FIGURES = """() => [...document.querySelectorAll('div.panels')].map(figure => {
    const box = e => e.getBoundingClientRect()
    const panels = [...figure.querySelectorAll('svg')].filter(e => box(e).width)
    return {alt: figure.getAttribute('aria-label'),
        tops: panels.map(e => box(e).top), bottoms: panels.map(e => box(e).bottom),
        right: Math.max(0, ...panels.map(e => box(e).right)),
        text: Math.min(99, ...panels.flatMap(e =>
            [...e.querySelectorAll('g[transform*="scale("]')].map(g =>
                100 * g.getAttribute('transform').match(/scale\\(([\\d.]+)/)[1]
                * box(e).width / e.viewBox.baseVal.width)))}
    })"""


def rgb(colours) -> set[str]:
    return {f"rgb({int(c[1:3], 16)}, {int(c[3:5], 16)}, {int(c[5:], 16)})"
            for c in colours}


@pytest.mark.parametrize("name", pages())
def test_page_is_complete_fits_a_phone_and_has_the_colours_of_the_mode(name, open_page):
    page = open_page((HTML / name).as_uri())
    assert faults(page) == []
    assert page.query_selector("div.cell_output img") is None, "a figure without SVG"
    seen = []
    for mode, theme in enumerate(("light", "dark")):
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        seen.append(set(page.evaluate(COLOURS)))
        assert seen[mode] <= rgb(pair[mode] for pair in PALETTE.values())
    fixed = rgb(light for light, dark in PALETTE.values() if light == dark)
    assert seen[0] & seen[1] <= fixed
    page.set_viewport_size({"width": 420, "height": 900})
    fits_a_phone(page)
    assert faults(page) == []


def fits_a_phone(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for figure in page.evaluate(FIGURES):
        assert figure["alt"] and figure["tops"] and figure["right"] <= 420, figure
        below = zip(figure["bottoms"], figure["tops"][1:], strict=False)
        assert all(bottom <= top for bottom, top in below), figure
        assert figure["text"] >= 11, figure


@pytest.mark.parametrize("scheme, width", [("light", 1280), ("dark", 420)])
def test_a_page_opens_in_the_mode_of_its_reader(scheme, width, open_page):
    page = open_page((HTML / "book/foundations/stability.html").as_uri(), scheme, width)
    assert page.get_attribute("html", "data-theme") == scheme
    assert faults(page) == []
    if width == 420:
        fits_a_phone(page)


def test_search_works_without_network(open_page):
    page = open_page((HTML / "search.html").as_uri() + "?q=memory")
    page.wait_for_selector("#search-results li a")
    assert faults(page) == []


def test_the_root_page_leads_to_the_book(open_page):
    page = open_page((HTML / "index.html").as_uri())
    page.wait_for_url("**/" + pages()[0])


@pytest.mark.parametrize("body, words", [
    ("<img src='http://127.0.0.1:9/x.png'>", "request: http"),
    ("<img src='absent.png'>", "not found: file"),
    ("<script>console.error('broken')</script>", "console: broken"),
    ("<script>throw Error('thrown')</script>", "script: thrown"),
    (r"<script src='{mathjax}'></script><span class='math'>x</span>", "not typeset: x"),
    (r"<script src='{mathjax}'></script><span class='math'>\(x^2^3\)</span>",
     "MathJax: "),
    (r"<script src='{mathjax}'></script><span class='math'>\(\nonsense\)</span>",
     "MathJax: "),
])
def test_fault_is_found(body, words, open_page, tmp_path):
    mathjax = (HTML / "_static/mathjax/tex-chtml.js").as_uri()
    page = tmp_path / "page.html"
    page.write_text("<!doctype html>" + body.replace("{mathjax}", mathjax))
    found = faults(open_page(page.as_uri()))
    assert any(fault.startswith(words) for fault in found), found
