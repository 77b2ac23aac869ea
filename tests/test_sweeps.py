"""Sweeps: each configuration runs once, on any executor, and nothing is lost."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pytest

from comlib import InputError, Table
from comlib.sweeps import config_key, sweep, variations


@dataclass(frozen=True)
class Config:
    """A number, and where to leave a mark."""

    width: int = 1
    rate: float = 0.5
    marks: str = ""


def run(config: Config) -> Table:
    """Leave a mark, and fail for width 13."""
    if config.marks:
        with Path(config.marks).open("a") as marks:
            marks.write(f"{config.width}\n")
    if config.width == 13:
        raise ValueError("thirteen")
    return Table(width=[config.width], value=[config.width * config.rate])


def configs(tmp_path, widths=(1, 2, 3)) -> list[Config]:
    return variations(Config(marks=str(tmp_path / "marks")), width=widths)


def marks(tmp_path) -> list[int]:
    return [int(line) for line in (tmp_path / "marks").read_text().split()]


def values(tables) -> list[float]:
    return [float(table["value"][0]) for table in tables]


def test_a_sweep_returns_tables_in_the_order_of_the_configs(tmp_path):
    tables = sweep(run, configs(tmp_path, (3, 1, 2)), tmp_path / "out", progress=False)
    assert values(tables) == [1.5, 0.5, 1.0]


def test_what_is_finished_is_not_run_again(tmp_path):
    sweep(run, configs(tmp_path), tmp_path / "out", progress=False)
    tables = sweep(run, configs(tmp_path, (2, 3, 4)), tmp_path / "out", progress=False)
    assert values(tables) == [1.0, 1.5, 2.0]
    assert sorted(marks(tmp_path)) == [1, 2, 3, 4]


def test_a_failure_is_raised_after_the_others_have_finished(tmp_path):
    with pytest.raises(ValueError, match="thirteen"):
        sweep(run, configs(tmp_path, (13, 1, 2)), tmp_path / "out", progress=False)
    assert marks(tmp_path) == [13, 1, 2]
    assert len(list((tmp_path / "out").glob("*.csv"))) == 2


def test_an_interruption_keeps_what_was_finished(tmp_path):
    def interrupted(config):
        if config.width == 3:
            raise KeyboardInterrupt
        return run(config)

    with pytest.raises(KeyboardInterrupt):
        sweep(interrupted, configs(tmp_path), tmp_path / "out", progress=False)
    assert values(sweep(run, configs(tmp_path), tmp_path / "out", progress=False)) == [
        0.5, 1.0, 1.5]
    assert marks(tmp_path) == [1, 2, 3]


def test_a_half_written_result_does_not_count(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    first = configs(tmp_path)[0]
    (folder / f".{config_key(first)}.csv.1.partial").write_text("width,value\n1,")
    assert values(sweep(run, [first], folder, progress=False)) == [0.5]


@pytest.mark.parametrize("executor", [
    lambda: ThreadPoolExecutor(2),
    lambda: ProcessPoolExecutor(2, mp_context=get_context("spawn"))])
def test_any_executor_gives_the_same_tables(executor, tmp_path):
    with executor() as pool:
        tables = sweep(run, configs(tmp_path), tmp_path / "out", pool, progress=False)
    assert values(tables) == [0.5, 1.0, 1.5]


def test_a_dask_cluster_is_an_executor(tmp_path):
    distributed = pytest.importorskip("distributed", reason="dask is not installed")
    with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        with distributed.Client(cluster) as client:
            tables = sweep(run, configs(tmp_path), tmp_path / "out",
                           client.get_executor(), progress=False)
            again = sweep(run, configs(tmp_path), tmp_path / "out",
                          client.get_executor(), progress=False)
    assert values(tables) == values(again) == [0.5, 1.0, 1.5]
    assert sorted(marks(tmp_path)) == [1, 2, 3]


def test_a_grid_holds_every_combination_and_the_last_field_varies_fastest():
    cells = variations(Config(), width=(1, 2), rate=(0.1, 0.2))
    assert [(c.width, c.rate) for c in cells] == [
        (1, 0.1), (1, 0.2), (2, 0.1), (2, 0.2)]


@pytest.mark.parametrize("bad", [[], [Config(), Config()]], ids=["none", "twice"])
def test_configs_must_be_some_and_different(bad, tmp_path):
    with pytest.raises(InputError, match="configs"):
        sweep(run, bad, tmp_path)


def test_a_grid_over_a_field_that_does_not_exist_is_refused():
    with pytest.raises(InputError, match="depth"):
        variations(Config(), depth=(1, 2))
