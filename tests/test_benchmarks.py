"""The benchmark runs, says what it should, and compares like with like.

No test looks at a time: how fast a machine is, is not a property of the code.
"""

import itertools
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from comlib import Table, stored
from comlib.evidence import data
from comlib.experiments.reference.speed.__main__ import main
from comlib.experiments.reference.speed.report import (growth, other_ratios, ratio,
                                                       step_ratios)
from comlib.experiments.reference.speed import suite
from comlib.experiments.reference.speed.suite import Config, cases, measured, run
from comlib.experiments.reference.speed.timing import Case, medians, relative_error

TINY = Config(widths=(2, 3), wide=(4,), batch=4, length=6, copies=4,
              memory_length=12, repeats=1)
COLUMNS = ("workload", "m", "length", "batch", "copies", "naive_ms", "loop_ms",
           "torch_ms", "single_ms", "ours_ms", "ratio", "ratio_wall", "error",
           "share")


@pytest.fixture(scope="module")
def table():
    return run(TINY)


def test_the_columns_are_those_that_are_announced(table):
    assert table.columns == COLUMNS


def test_every_error_is_at_rounding_level(table):
    assert len(table) > 30
    assert table["error"].max() <= 1e-12


def test_every_time_is_a_positive_number_and_torch_and_single_have_their_rows(table):
    for name in ("naive_ms", "loop_ms", "ours_ms", "ratio", "ratio_wall"):
        assert (table[name] > 0).all() and np.isfinite(table[name]).all()
    own = np.char.startswith(table["workload"], "step nn.RNN")
    assert own.any() and (np.isfinite(table["torch_ms"]) == own).all()
    stacks = np.isin(table["workload"], [
        "sweep dense tanh", "sweep diagonal hardtanh", "ensemble step dense tanh"])
    assert stacks.any() and (np.isfinite(table["single_ms"]) == stacks).all()


@pytest.mark.parametrize("workload", [
    "step diagonal identity", "step diagonal tanh", "step diagonal hardtanh",
    "step dense identity", "step dense tanh", "step dense hardtanh",
    "step diagonal closed form", "step dense closed form", "sweep dense tanh",
    "sweep diagonal hardtanh", "sweep closed form", "ensemble step dense tanh",
    "memory diagonal identity", "memory dense tanh", "impulse response dense identity",
    "tangent kernel dense identity", "tangent kernel diagonal tanh"])
def test_every_workload_is_there(table, workload):
    assert len(table.where(workload=workload)) > 0


def test_ratios_of_the_record_are_those_of_its_times():
    table = stored("reference.speed.cpu").table
    assert np.allclose(table["ratio"], table["naive_ms"] / table["ours_ms"], rtol=1e-8)
    share = table["share"][np.isfinite(table["share"])]
    assert len(share) > 30 and 0 < share.min() and share.max() < 1


@pytest.mark.slow
def test_shares_of_the_record_come_from_two_rates():
    record = stored("reference.speed.cpu")
    table, config = record.table, eval(record.configs[0], {"Config": Config})
    made = list(cases(config))
    assert [case.workload for case in made] == table["workload"].tolist()
    least, work = table["share"] * table["ours_ms"], np.array(
        [[case.flops, case.bytes] for case in made])
    known = np.isfinite(least)
    assert (work[~known] == 0).all()
    rows = work[known] / least[known, None]
    times = np.linalg.lstsq(rows, np.ones(len(rows)), rcond=None)[0]
    assert np.abs(rows @ times - 1).max() < 1e-8 and (times > 0).all()


def test_growth_finds_the_slope_of_a_power(table):
    sizes = [2.0, 4.0, 8.0]
    made = Table(workload=["w"] * 3, m=[8] * 3, length=[int(s) for s in sizes],
                 batch=[1] * 3, copies=[1] * 3, naive_ms=[s**2 for s in sizes],
                 ours_ms=[3 * s for s in sizes])
    found = growth(made)
    assert found["size"].tolist() == ["length"]
    assert np.allclose([found["naive_slope"][0], found["ours_slope"][0]], [2, 1])
    assert {"m", "length", "copies"} == set(growth(table)["size"].tolist())


def test_the_tables_of_the_page_show_the_ratios_of_the_largest_sizes():
    made = Table(
        workload=["step a"] * 2 + ["sweep b"] * 2, m=[8, 64, 8, 8], length=[1] * 4,
        batch=[512, 512, 4, 4], copies=[1, 1, 2, 4], naive_ms=[2.0, 40, 9, 36],
        loop_ms=[2.0, 6, 9, 9], torch_ms=[np.nan] * 4, single_ms=[np.nan] * 2 + [1, 3],
        ours_ms=[1.0, 2, 1, 2], ratio=[2.0, 20, 9, 18], share=[0.1, 0.5, 0.2, np.nan])
    assert repr(step_ratios(made)).endswith("| a | 2.0 | 20 | 3.0 |  | 50 % |")
    assert repr(other_ratios(made)).endswith("| sweep b | 8 | 4 | 18 | 4.5 | 1.5 |")
    assert ratio(made, "sweep b", 8) == 18


def test_ways_that_compute_different_things_are_refused():
    x = torch.ones(3, dtype=torch.float64)
    ways = {"naive": lambda: [x + 1e-6], "loop": lambda: [x], "ours": lambda: [x]}
    with pytest.raises(AssertionError, match="naive computes something else"):
        measured(Case("w", 1, 1, 1, 1, ways), TINY, 1.0, 1.0)
    with pytest.raises(AssertionError, match="shape"):
        relative_error([x], [x[:2]])


def test_an_error_of_ours_is_shown():
    x = torch.ones(3, dtype=torch.float64)
    ways = {"naive": lambda: [x], "loop": lambda: [x], "ours": lambda: [x + 1e-3]}
    assert measured(Case("w", 1, 1, 1, 1, ways), TINY, 1.0, 1.0)["error"] > 1e-4


def test_the_ways_take_turns():
    calls = []
    medians({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 3, "cpu")
    turns = [name for name, _ in itertools.groupby(calls)]
    assert turns == list("ab" * 4)  # the first finds out how long a call takes


@pytest.fixture
def few_cases(monkeypatch):
    """The first workloads only."""
    monkeypatch.setattr(suite, "cases", lambda config: itertools.islice(
        cases(config), 6))


def test_the_number_of_threads_is_put_back(few_cases):
    before = torch.get_num_threads()
    run(replace(TINY, threads=before + 1))
    assert torch.get_num_threads() == before


def test_a_record_holds_table_and_provenance(
        few_cases, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(data, "FOLDER", tmp_path)
    monkeypatch.setattr("comlib.experiments.reference.speed.__main__.QUICK", {
        name: value for name, value in vars(TINY).items()
        if name not in ("threads", "device")})
    main(["--quick", "--out", "benchmark-of-a-test"])
    entry = json.loads((tmp_path / "benchmark-of-a-test.json").read_text())
    assert entry["table"][0].split(",") == list(COLUMNS)
    assert eval(entry["config"], {"Config": Config}) == TINY
    assert {"device", "torch", "wall_time_s"} <= set(entry["provenance"])
    assert "growth" in capsys.readouterr().out


def test_the_sizes_of_the_command_are_sizes():
    assert all(next(cases(Config(**sizes))) for sizes in (suite.QUICK, suite.FULL))


@pytest.mark.slow
def test_the_command_is_there():
    done = subprocess.run([sys.executable, "-m", "benchmarks", "--help"], text=True,
                          capture_output=True, cwd=Path(__file__).parents[1])
    assert done.returncode == 0, done.stderr
    assert "--quick" in done.stdout
