"""Sweeps: each configuration runs once, on any executor, and nothing is lost."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from comlib import InputError, Table, sweep, variations
from comlib.evidence.sweeps import SweepError, config_key


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


def doubled(config: Config) -> Table:
    return Table(width=[config.width], value=[2 * config.width * config.rate])


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
    with pytest.raises(SweepError, match=r"1 of 3 .*\n.*=13.*: thirteen") as caught:
        sweep(run, configs(tmp_path, (13, 1, 2)), tmp_path / "out", progress=False)
    assert isinstance(caught.value.__cause__, ValueError)
    assert marks(tmp_path) == [13, 1, 2]
    assert len(list((tmp_path / "out").glob("*.json"))) == 2


def test_the_manifest_says_which_config_lies_where(tmp_path):
    with pytest.raises(SweepError):
        sweep(run, configs(tmp_path, (13, 1)), tmp_path / "out", progress=False)
    first, second = (tmp_path / "out/manifest.txt").read_text().splitlines()[1:]
    assert "failed" in first and "width=13" in first
    name, state, text = second.split(None, 2)
    assert (tmp_path / "out" / name).exists() and state == "done" and "width=1" in text


def test_another_run_with_the_same_config_has_another_result(tmp_path):
    first = sweep(run, [Config()], tmp_path, progress=False)
    second = sweep(doubled, [Config()], tmp_path, progress=False)
    assert values(first + second) == [0.5, 1.0]


def test_configs_of_two_modules_have_two_names():
    twin = type("Config", (Config,), {"__module__": "elsewhere"})
    assert config_key(run, twin()) != config_key(run, Config())


@pytest.mark.parametrize("old, new", [
    ("1,0.5", "1,0.6"), ('  "1,0.5"\n', ""), ('"sha256"', '"sha"'), ("{", "\0")])
def test_a_result_that_was_changed_is_not_accepted(old, new, tmp_path):
    sweep(run, [Config()], tmp_path, progress=False)
    path, = tmp_path.glob("*.json")
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(SweepError, match=f"{path.name} is broken"):
        sweep(run, [Config()], tmp_path, progress=False)


@dataclass(frozen=True)
class Heights:
    """A config that is not its literal: long arrays are abridged."""

    heights: object = None


def test_a_config_that_is_no_literal_is_refused(tmp_path):
    with pytest.raises(InputError, match="plain values"):
        sweep(run, [Heights(np.zeros(2000))], tmp_path)


def test_an_interruption_keeps_what_was_finished(tmp_path):
    stop = tmp_path / "stop"
    stop.touch()

    def fragile(config):
        if config.width == 3 and stop.exists():
            raise KeyboardInterrupt
        return run(config)

    with pytest.raises(KeyboardInterrupt):
        sweep(fragile, configs(tmp_path), tmp_path / "out", progress=False)
    stop.unlink()
    assert values(sweep(fragile, configs(tmp_path), tmp_path / "out", progress=False)
                  ) == [0.5, 1.0, 1.5]
    assert marks(tmp_path) == [1, 2, 3]


def test_a_half_written_result_does_not_count(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    first = configs(tmp_path)[0]
    (folder / f".{config_key(run, first)}.json.1.partial").write_text("{")
    assert values(sweep(run, [first], folder, progress=False)) == [0.5]


@pytest.mark.parametrize("executor", [
    lambda: ThreadPoolExecutor(2),
    lambda: ProcessPoolExecutor(1, mp_context=get_context("spawn"))])
def test_any_executor_gives_the_same_tables(executor, tmp_path):
    with executor() as pool:
        tables = sweep(run, configs(tmp_path), tmp_path / "out", pool, progress=False)
    assert values(tables) == [0.5, 1.0, 1.5]


def test_a_dask_cluster_is_an_executor(tmp_path):
    distributed = pytest.importorskip("distributed", reason="dask is not installed")
    with distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
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
