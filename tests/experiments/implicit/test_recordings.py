"""The experiments of the chapter on real recordings."""

import math

import matplotlib
import pytest

from comlib import stored
from comlib.evidence.origin import literal
from comlib.experiments.implicit.recordings import chosen, decoding, facts, network
from comlib.experiments.implicit.recordings.task import recording, splits
from small import small_table

matplotlib.use("agg")


def test_the_parts_of_a_split_do_not_overlap():
    data = recording("surrogate", 1200, 2)
    test, choose = splits(data, 5, 2, validate=True)
    held = len(choose.held[0])
    assert len(test.held[0]) == 400 - 5 + 1 - 2 and held == 200 - 5 + 1 - 2
    assert choose.moments.yy != test.moments.yy


def test_a_network_stays_closer_to_its_convolution_if_it_is_wider():
    small = {"length": 1500, "neurons": 4, "delay": 2, "updates": (10,), "window": 6}
    apart = [network.run(network.Config(width=m, **small))["apart"][0]
             for m in (20, 500)]
    assert apart[1] < 0.5 * apart[0]


def test_the_generated_data_say_so_in_table_and_figure():
    table = small_table(decoding)
    assert all("GENERATED" in text for text in table["source"])
    fig = decoding.plot(table)
    assert all("GENERATED" in ax.get_title() for ax in fig.axes)
    matplotlib.pyplot.close(fig)


def test_what_is_chosen_is_among_what_is_offered():
    table = small_table(chosen)
    assert set(table["amount"]) <= {0.1, 1.0, 5.0}
    assert set(table.where(method="ν chosen")["shape"]) <= {0.3, 0.8}
    assert (table.where(method="unscaled")["shape"] == math.inf).all()


@pytest.mark.parametrize("name", ["facts", "decoding", "chosen", "widths", "networks"])
def test_the_stored_runs_are_of_the_recording(name):
    record = stored(f"implicit.recordings.{name}")
    assert set(record.table["source"]) == {"recording, area 2 (sha256 f6bbe271)"}
    assert "+" not in record.provenance["commit"]


def test_the_stored_methods_agree_on_the_unscaled_convolution():
    fixed = stored("implicit.recordings.decoding").table
    free = stored("implicit.recordings.chosen").table.where(method="unscaled")
    for delay in (0, 10):
        row = free.where(delay=delay)
        assert row["r2"] == pytest.approx(fixed.where(
            delay=delay, recurrent=math.inf, updates=int(row["amount"][0]))["r2"])


def test_the_recording_has_the_breaks_and_rates_that_were_stored():
    table = stored("implicit.recordings.facts").table
    assert set(table["breaks"]) == {418} and set(table["inputs"]) == {52}
    assert literal(facts.RECORDS["facts"]).startswith("Config(recording='s1'")
