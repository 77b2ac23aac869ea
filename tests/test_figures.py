"""Figures: what is drawn is what the table holds."""

import io

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402

from comlib import InputError, Table
from comlib.evidence.figures import (
    bands,
    heatmap,
    label_lines,
    legend_above,
    lines,
    panels,
    slope,
    style,
)
from comlib.evidence.palette import PALETTE, WIDTHS

TIME = np.array([1.0, 2.0, 4.0])
ONE = Table(time=TIME, memory_norm=1 / TIME, bound=2 / TIME)
LONG = Table.stack([ONE, ONE.with_columns(memory_norm=3 / TIME)], beta=[2.0, 1.0])


@pytest.fixture(autouse=True)
def clean():
    with plt.rc_context():
        style()
        yield
        plt.close("all")


def curves(ax):
    return {line.get_label(): line.get_ydata().tolist() for line in ax.get_lines()}


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_one_column_is_one_curve_without_legend():
    fig, ax = lines(ONE, "time", "memory_norm")
    assert ax.get_lines()[0].get_xdata().tolist() == TIME.tolist()
    assert ax.get_lines()[0].get_ydata().tolist() == (1 / TIME).tolist()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time", "memory norm")
    assert ax.get_legend() is None and ax.figure is fig


def test_several_columns_are_several_curves():
    _, ax = lines(ONE, "time", ["memory_norm", "bound"], ylabel="norm")
    assert curves(ax) == {"memory norm": (1 / TIME).tolist(),
                          "bound": (2 / TIME).tolist()}
    assert legend(ax) == ["memory norm", "bound"]
    assert ax.get_ylabel() == "norm" and not ax.get_legend().get_frame_on()


def test_a_long_table_is_split_by_a_column_in_its_order():
    _, ax = lines(LONG, "time", "memory_norm", by="beta")
    assert curves(ax) == {"beta = 2": (1 / TIME).tolist(),
                          "beta = 1": (3 / TIME).tolist()}
    _, ax = lines(Table.stack([ONE, ONE], model=["RNN", "SSM"]), "time",
                  ["memory_norm", "bound"], by="model")
    assert legend(ax)[0] == "memory norm, RNN" and len(legend(ax)) == 4


def test_labels_replace_the_values_in_order():
    _, ax = lines(LONG, "time", "memory_norm", by="beta", labels=["two", "one"])
    assert curves(ax)["one"] == (3 / TIME).tolist()
    with pytest.raises(InputError, match="2 curves"):
        lines(LONG, "time", "memory_norm", by="beta", labels=["two"])


def test_values_at_or_below_the_floor_are_not_drawn():
    _, ax = lines(ONE, "time", "memory_norm", yscale="log", floor=0.5)
    up = ax.get_lines()[0].get_ydata()
    assert up[0] == 1.0 and np.isnan(up[1:]).all()
    assert (ax.get_xscale(), ax.get_yscale()) == ("linear", "log")


def test_curves_differ_in_colour_and_in_line_style():
    table = Table.stack([ONE] * 7, run=range(7))
    _, ax = lines(table, "time", "bound", by="run")
    curves = ax.get_lines()
    assert len({curve.get_color() for curve in curves}) == 7
    assert len({str(curve._dash_pattern) for curve in curves}) == 7


def test_an_unknown_column_is_named_and_no_empty_figure_is_left():
    for draw in (lambda: lines(ONE, "time", "error"), lambda: lines(ONE, "t", "bound"),
                 lambda: lines(ONE, "time", "bound", by="beta"),
                 lambda: bands(ONE, "time", "bound", "low", "high"),
                 lambda: heatmap(ONE, "time", "bound", "error")):
        with pytest.raises(InputError, match="time, memory_norm, bound"):
            draw()
    assert plt.get_fignums() == []


def test_a_band_reaches_from_lower_to_upper():
    table = ONE.with_columns(low=0.5 / TIME)
    _, ax = bands(table, "time", "memory_norm", "low", "bound")
    corners = ax.collections[0].get_paths()[0].vertices
    assert corners[:, 1].min() == 0.125 and corners[:, 1].max() == 2.0
    line = ax.get_lines()[0]
    assert matplotlib.colors.same_color(ax.collections[0].get_facecolor()[0][:3],
                                        line.get_color())


def test_a_band_ends_at_the_floor():
    table = ONE.with_columns(low=[-1.0] * 3)
    _, ax = bands(table, "time", "memory_norm", "low", "bound", yscale="log", floor=0.1)
    assert ax.collections[0].get_paths()[0].vertices[:, 1].min() == 0.1


def test_panels_are_subfigures_with_their_own_labels():
    fig, axes = panels(3, cols=2, height=2.0, sharey=True)
    assert len(axes) == len(fig.subfigs) == 3
    assert fig.get_size_inches().tolist() == [2 * WIDTHS[2], 4.0]
    for ax, factor in zip(axes, (1, 10, 100), strict=True):
        drawn = lines(ONE.with_columns(bound=factor / TIME), "time", "bound",
                      yscale="log", ax=ax)
        assert drawn == (fig, ax)
    fig.draw_without_rendering()
    assert [ax.get_ylabel() for ax in axes] == ["bound"] * 3
    assert all(ax.yaxis.get_majorticklabels()[0].get_visible() for ax in axes)
    assert len({ax.get_ylim() for ax in axes}) == 1 and axes[0].get_ylim()[1] >= 100
    assert axes[0].get_xlim() != panels(2, sharex=True)[1][0].get_xlim()


def test_panels_share_an_axis_only_if_asked():
    for axis in "xy":
        _, (left, right) = panels(2, **{f"share{axis}": True})
        for name in "xy":
            shared = getattr(left, f"get_shared_{name}_axes")().joined(left, right)
            assert shared is (name == axis)


def texts(ax):
    """The labels at the curves: (text, height of its middle in points)."""
    ax.figure.figure.draw_without_rendering()
    scale = 72 / ax.figure.figure.dpi
    boxes = [(t, t.get_window_extent()) for t in ax.texts]
    return {t.get_text(): (box.y0 + box.y1) / 2 * scale for t, box in boxes}


def test_labels_stand_where_curves_end_and_replace_the_legend():
    _, ax = lines(ONE, "time", ["memory_norm", "bound"])
    label_lines(ax)
    assert ax.get_legend() is None
    heights = texts(ax)
    ends = ax.transData.transform([(4, 0.25), (4, 0.5)])[:, 1] * 72 / ax.figure.dpi
    assert [heights["memory norm"], heights["bound"]] == pytest.approx(ends, abs=2)
    assert [t.get_color() for t in ax.texts] == [c.get_color() for c in ax.lines]
    assert all(t.get_window_extent().x0 >= ax.bbox.x1 - 0.05 * ax.bbox.width
               for t in ax.texts)


def test_labels_of_curves_that_meet_keep_a_distance_and_their_order():
    table = Table.stack([ONE.with_columns(bound=(1 + k / 1e3) / TIME)
                         for k in (2, 0, 1)], run=[2, 0, 1])
    fig, (ax,) = panels(1, height=2.0)
    lines(table, "time", "bound", by="run", ax=ax)
    label_lines(ax)
    heights = texts(ax)
    gaps = np.diff([heights[f"run = {k}"] for k in range(3)])
    assert (gaps >= plt.rcParams["font.size"]).all()


def test_only_labels_that_end_near_each_other_are_moved():
    far = Table(time=TIME / 2, bound=2 / TIME)
    _, ax = lines(ONE, "time", ["memory_norm", "bound"])
    lines(far.with_columns(memory_norm=1 / TIME), "time", "memory_norm", ax=ax,
          labels=["far"])
    ax.set_ylim(-20, 20)
    label_lines(ax)
    heights = texts(ax)
    end = ax.transData.transform((2, 0.25))[1] * 72 / ax.figure.dpi
    assert heights["far"] == pytest.approx(end, abs=1)
    assert heights["bound"] - heights["memory norm"] == pytest.approx(12, abs=0.5)


def test_a_legend_above_stands_outside_of_the_axes_of_its_panel():
    fig, (ax, other) = panels(2)
    lines(ONE, "time", ["memory_norm", "bound"], ax=ax)
    legend_above(ax)
    fig.draw_without_rendering()
    (above,) = ax.figure.legends
    assert ax.get_legend() is None and not other.figure.legends
    assert [t.get_text() for t in above.get_texts()] == ["memory norm", "bound"]
    box = above.get_window_extent()
    assert box.y0 >= ax.bbox.y1 and box.x1 <= ax.figure.bbox.x1


def test_a_curve_that_leaves_the_axes_is_labelled_where_it_leaves():
    _, ax = lines(ONE, "time", ["memory_norm", "bound"])
    ax.set_xlim(1, 3)
    label_lines(ax)
    assert ax.texts[0].xy[0] == pytest.approx(0.5)  # at time 2, the last point seen


def test_a_heatmap_puts_each_value_into_its_cell():
    table = Table(m=[2, 1, 1], k=[1, 1, 2], error=[0.2, 0.1, 0.3])
    fig, ax = heatmap(table, "m", "k", "error")
    cells = ax.collections[0].get_array()
    assert cells[0].tolist() == [0.1, 0.2]
    assert cells[1, 0] == 0.3 and np.ma.is_masked(cells[1, 1])
    assert fig.axes[1].get_ylabel() == "error"
    assert ax.collections[0].get_rasterized()  # else each cell is an element of the SVG


def test_a_heatmap_refuses_a_pair_that_repeats():
    with pytest.raises(InputError, match="once"):
        heatmap(Table(m=[1, 1], k=[1, 1], error=[0.1, 0.2]), "m", "k", "error")


def test_a_guide_has_its_slope():
    _, ax = lines(ONE, "time", "bound", xscale="log", yscale="log")
    slope(ax, 2.0, 3.0, -1.5, "$t^{-1.5}$")
    x, y = ax.get_lines()[-1].get_data()
    assert np.diff(np.log(y)) / np.diff(np.log(x)) == pytest.approx(-1.5)
    assert (x[0], y[0], x[1]) == (2.0, 3.0, 20.0)
    assert ax.texts[0].get_text() == "$t^{-1.5}$"
    with pytest.raises(InputError, match="log"):
        slope(lines(ONE, "time", "bound")[1], 1.0, 1.0, 1.0, "")


def test_style_may_be_set_again_and_forgets_what_came_between():
    before = dict(plt.rcParams)
    plt.rcParams["font.size"] = 3
    style()
    assert dict(plt.rcParams) == before


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_same_table_gives_the_same_bytes(kind):
    def drawn() -> bytes:
        buffer = io.BytesIO()
        fig, _ = lines(LONG, "time", "memory_norm", by="beta")
        undated = {"Date": None} if kind == "svg" else None
        fig.savefig(buffer, format=kind, metadata=undated)
        return buffer.getvalue()
    assert drawn() == drawn()


def contrast(one: str, other: str) -> float:
    """WCAG 2's ratio of the luminances of two colours."""
    bright = []
    for colour in (one, other):
        c = np.array(matplotlib.colors.to_rgb(colour))
        linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
        bright.append(linear @ (0.2126, 0.7152, 0.0722) + 0.05)
    return max(bright) / min(bright)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_colours_are_seen_in_both_modes(mode):
    colours = {name: pair[mode == "dark"] for name, pair in PALETTE.items()}
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    for name in list(colours)[:8]:  # curves, their labels, guides
        assert contrast(colours[name], colours["paper"]) >= 4.5, name
    assert contrast(colours["faint"], colours["paper"]) >= 3
    assert contrast(colours["bright"], colours["dim"]) >= 4.5


DEFICIENCIES = {  # Machado, Oliveira and Fernandes (2009), severity 1
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}


def lab(colour: str, seen_through=np.eye(3)) -> np.ndarray:
    """CIE L*a*b* (D65) of a colour as it is seen."""
    c = np.array(matplotlib.colors.to_rgb(colour))
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(seen_through) @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722],
                    [0.0193, 0.1192, 0.9505]]) @ seen / (0.9505, 1, 1.089)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("kind", DEFICIENCIES)
@pytest.mark.parametrize("mode", [0, 1])
def test_curves_differ_with_any_colour_vision(kind, mode):
    seen = [lab(pair[mode], DEFICIENCIES[kind]) for pair in list(PALETTE.values())[:7]]
    assert np.linalg.norm(lab("#ffffff") - lab("#000000")) == pytest.approx(100, 1e-3)
    distances = [np.linalg.norm(a - b) for k, a in enumerate(seen) for b in seen[:k]]
    assert min(distances) > 10


def test_text_is_legible_on_a_phone():
    smallest = min(plt.rcParams[f"{what}size"] for what in (
        "xtick.label", "ytick.label", "axes.label", "axes.title", "legend.font"))
    width = WIDTHS[1] + 0.2  # a page is 372 pixels wide there, a figure has a margin
    assert smallest / 72 / width * 372 >= 11
