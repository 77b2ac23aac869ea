"""Figures: what is drawn is what the table holds."""

import io

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402

from comlib import InputError, Table
from comlib.evidence.figures import bands, grid, heatmap, lines, slope, style

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


def test_a_grid_is_always_a_matrix_of_axes():
    fig, axes = grid(1, 2, sharey=True)
    assert axes.shape == (1, 2)
    for ax in axes.flat:
        assert lines(ONE, "time", "bound", ax=ax) == (fig, ax)
    assert [ax.get_ylabel() for ax in axes.flat] == ["bound", ""]
    assert grid(1, 1)[1].shape == (1, 1)


def test_a_heatmap_puts_each_value_into_its_cell():
    table = Table(m=[2, 1, 1], k=[1, 1, 2], error=[0.2, 0.1, 0.3])
    fig, ax = heatmap(table, "m", "k", "error")
    cells = ax.collections[0].get_array()
    assert cells[0].tolist() == [0.1, 0.2]
    assert cells[1, 0] == 0.3 and np.ma.is_masked(cells[1, 1])
    assert fig.axes[1].get_ylabel() == "error"


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


def test_text_is_legible_on_a_phone():
    smallest = min(plt.rcParams[f"{axis}tick.labelsize"] for axis in "xy")
    pixels = plt.rcParams["figure.figsize"][0] * plt.rcParams["figure.dpi"]
    height = smallest / 72 * plt.rcParams["figure.dpi"] * 380 / pixels
    assert height >= 7.5
