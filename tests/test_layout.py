"""Numbers and tables on a page."""

import math

import pytest

from comlib import Table
from comlib.evidence.layout import Grid, fixed, plain


@pytest.mark.parametrize("value, digits, text", [
    (0.5, 3, "0.500"), (1234.5, 2, "1200"), (9.96, 2, "10"), (-0.0, 2, "0"),
    (1e-7, 2, "1.0e-07"), (math.inf, 2, "∞"), (-math.inf, 2, "-∞"),
    (math.nan, 2, "nan"), (1e9, 3, "1.00e+09")])
def test_fixed_keeps_its_digits(value, digits, text):
    assert fixed(value, digits) == text


@pytest.mark.parametrize("tie", [0.125, 2.5, 1.35, 4.45e-7])
def test_values_that_differ_by_rounding_look_the_same(tie):
    assert len({fixed(tie * (1 + k * 1e-14), 2) for k in range(-5, 6)}) == 1
    assert len({plain(tie * (1 + k * 1e-14), 2) for k in range(-5, 6)}) == 1


def test_a_table_shows_chosen_columns_under_headings():
    table = Table(width=[4, 16], error=[0.123456, 1 / 3], name=["a", "b"])
    grid = table.show(digits=2, name="who", error="$|e|$")
    assert grid._repr_markdown_().split("\n") == [
        "| who | $\\|e\\|$ |", "| :--- | ---: |", "| a | 0.12 |", "| b | 0.33 |"]
    assert "width" in table._repr_markdown_() and "0.1235" in repr(table)


def test_a_long_table_says_how_long_it_is():
    table = Table(x=range(40))
    assert table.show(rows=3)._repr_markdown_().endswith("| 2 |\n\n... (40 rows)")
    assert repr(table).endswith("... (40 rows)")


def test_html_escapes_its_cells():
    assert Grid(["a<b"], [["x & y"]]).to_html() == (
        "<table><tr><th>a&lt;b</th></tr><tr><td>x &amp; y</td></tr></table>")
