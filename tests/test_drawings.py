"""A figure's SVG is made small and cut into panels that a page can colour and stack."""

import io
import re
from xml.etree import ElementTree

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
import pytest  # noqa: E402

from comlib.evidence.figures import COLOURS, panels, style  # noqa: E402
from comlib.evidence.palette import PALETTE  # noqa: E402


@pytest.fixture(scope="module")
def notebooks(load):
    return load("book/notebooks.py")


@pytest.fixture(scope="module")
def drawings(load):
    return load("book/_ext/drawings.py")


@pytest.fixture
def figure():
    with plt.rc_context():
        style()
        fig, axes = panels(2, height=2.0)
        for k, ax in enumerate(axes):
            ax.plot([0, 1, 2], [0, k, 2], marker="o")
            ax.set(title=f"panel {k}", xlabel="$\\beta$")
        yield fig
        plt.close("all")


def svg(fig, salt: str = "a") -> str:
    stream = io.StringIO()
    with plt.rc_context({"svg.hashsalt": salt}):
        fig.savefig(stream, format="svg", bbox_inches="tight")
    return stream.getvalue()


def test_small_svg_does_not_depend_on_salt_or_date(figure, notebooks):
    small = notebooks.small_svg(svg(figure))
    assert small == notebooks.small_svg(svg(figure, "b")) == notebooks.small_svg(small)
    assert "metadata" not in small and len(small) < 0.65 * len(svg(figure))


def test_small_svg_has_the_ids_it_uses_and_every_element_that_draws(figure, notebooks):
    large, small = svg(figure), notebooks.small_svg(svg(figure))
    used = set(re.findall(r'(?:href="|url\()#(\w+)', small))
    ids = re.findall(r'\bid="(\w+)"', small)
    assert len(ids) == len(set(ids))
    assert set(ids) - {"figure_1", "subfigure_1", "subfigure_2"} == used
    for tag in ("<path ", "<use ", "<clipPath ", "<rect "):
        assert large.count(tag) == small.count(tag) > 0, tag


def test_small_svg_moves_nothing_by_more_than_a_hundredth(figure, notebooks):
    large, small = svg(figure), notebooks.small_svg(svg(figure))
    paths = [[float(x) for d in re.findall(r'\bd="([^"]*)"', text)
              for x in re.findall(r"-?[\d.]+", d)] for text in (large, small)]
    assert len(paths[0]) == len(paths[1]) > 100
    assert max(abs(a - b) for a, b in zip(*paths, strict=True)) <= 0.0051


def test_each_panel_stands_alone_with_its_own_ground_as_frame(figure, notebooks,
                                                              drawings):
    drawn = drawings.drawing(notebooks.small_svg(svg(figure)), "d7", 'a "b" & c')
    assert drawn.startswith(
        '<div class="panels" role="img" aria-label="a &quot;b&quot; &amp; c"><svg ')
    parts = ElementTree.fromstring(drawn).findall("svg")
    boxes = [[float(x) for x in part.get("viewBox").split()] for part in parts]
    assert boxes[0][2:] == pytest.approx(boxes[1][2:]) and len(boxes) == 2
    assert 0 <= boxes[1][0] - boxes[0][0] - boxes[0][2] < 10
    for part, box in zip(parts, boxes, strict=True):
        across = [float(use.get("x")) for use in part.iter("use") if use.get("x")]
        assert all(box[0] <= x <= box[0] + box[2] for x in across) and len(across) > 6
        assert part.get("style") == f"--inches: {box[2] / 72:.3g}"
    ids = re.findall(r'\bid="([^"]*)"', drawn)
    assert all(name.startswith("d7-") for name in ids) and len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="|url\()#([^")]+)', drawn)) <= set(ids)


def test_a_figure_without_panels_is_one(notebooks, drawings):
    with plt.rc_context():
        style()
        fig, ax = plt.subplots()
        ax.plot([0, 1])
        drawn = drawings.drawing(notebooks.small_svg(svg(fig)), "d1", "x")
        plt.close(fig)
    assert len(ElementTree.fromstring(drawn).findall("svg")) == 1


def test_what_lies_between_panels_is_refused(figure, notebooks, drawings):
    figure.suptitle("of all panels")
    with pytest.raises(ValueError, match="outside"):
        drawings.drawing(notebooks.small_svg(svg(figure)), "d1", "x")


def test_colours_of_the_palette_become_properties_and_no_other(figure, notebooks,
                                                               drawings):
    figure.axes[0].lines[0].set_color("#ff0000")
    drawn = drawings.drawing(notebooks.small_svg(svg(figure)), "d1", "x")
    assert f"stroke: {COLOURS[0]}" not in drawn and "stroke: var(--fig-blue)" in drawn
    assert set(re.findall(r"#[0-9a-f]{6}\b", drawn)) == {"#ff0000"}
    sheet = drawings.style_sheet()
    light, dark = sheet.split("@media not print")
    for name, pair in PALETTE.items():
        assert f"--fig-{name}: {pair[0]}" in light
        assert f"--fig-{name}: {pair[1]}" in dark
    assert 'html[data-theme="dark"]' in dark and "data-theme" not in light
