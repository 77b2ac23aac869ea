"""Stored data: figure data, long runs and GPU runs, each with its provenance."""

import json
import subprocess
from dataclasses import dataclass

import pytest
import torch

from comlib import InputError, Table, figure_data, gpu_record, record, stored
from comlib.evidence import data, origin, records, sweeps
from comlib.evidence.data import RecordError


@dataclass(frozen=True)
class Config:
    width: int = 3
    scale: float = 0.1
    device: str = "cpu"


@dataclass
class Changeable:
    width: int = 3


@dataclass(frozen=True)
class WithTensor:
    weight: object = None


GPU = Config(device="cuda")


def run(config) -> Table:
    return Table(index=range(config.width), y=[config.scale] * config.width)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    stored_here = tmp_path / "records"
    stored_here.mkdir()
    monkeypatch.setattr(data, "FOLDER", stored_here)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COMLIB_REGEN", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    return stored_here


@pytest.fixture
def regenerate(monkeypatch):
    monkeypatch.setenv("COMLIB_REGEN", "1")


@pytest.fixture
def cuda(monkeypatch):
    """A machine that looks as if it had a GPU; every run allocates on it."""
    counts = iter(range(1000))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: None)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Test GPU")
    monkeypatch.setattr(torch.cuda, "memory_stats",
                        lambda: {"allocation.all.allocated": next(counts)})


@pytest.fixture
def stored_gpu_run(cuda, monkeypatch):
    record("wide", run, GPU, device="cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def store(name, table, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("COMLIB_REGEN", "1")
        figure_data(name, table)


def test_figure_data_are_written_and_then_found_equal(folder, monkeypatch, capsys):
    table = Table(time=[0.0, 0.5], memory=[1.0, 1 / 3])
    store("decay", table, monkeypatch)
    figure_data("decay", table)
    line = "figure data decay: 2 rows, columns time, memory\n"
    assert capsys.readouterr().out == 2 * line
    assert Table.from_csv(folder / "decay.csv")["memory"][0] == 1.0


def test_figure_data_are_not_written_without_being_asked(folder, monkeypatch):
    store("decay", Table(x=[1.0]), monkeypatch)
    figure_data("decay", Table(x=[1.0 + 1e-8]))
    assert (folder / "decay.csv").read_text() == "x\n1.0\n"


def test_figure_data_that_differ_are_said_with_column_row_and_values(monkeypatch):
    store("decay", Table(t=[0, 1], m=[1.0, 0.5]), monkeypatch)
    with pytest.raises(RecordError, match="column m, row 1: stored 0.5, computed 0.6"):
        figure_data("decay", Table(t=[0, 1], m=[1.0, 0.6]))


@pytest.mark.parametrize("other", [
    Table(x=[1.0, 2.0], s=["a", "c"]), Table(x=[1.0], s=["a"]),
    Table(s=["a", "b"], x=[1.0, 2.0]), Table(x=[1.0, float("nan")], s=["a", "b"]),
    Table(x=[1.0, float("inf")], s=["a", "b"]), Table(x=["a", "b"], s=["a", "b"])])
def test_figure_data_of_another_shape_or_kind_differ(other, monkeypatch):
    store("decay", Table(x=[1.0, 2.0], s=["a", "b"]), monkeypatch)
    with pytest.raises(AssertionError):
        figure_data("decay", other)


def test_the_tolerance_of_figure_data_can_be_set(monkeypatch):
    store("decay", Table(x=[1.0]), monkeypatch)
    figure_data("decay", Table(x=[1.05]), rtol=0.1)
    with pytest.raises(RecordError):
        figure_data("decay", Table(x=[1.05]))


def test_missing_figure_data_name_the_cure():
    with pytest.raises(RecordError, match="COMLIB_REGEN=1"):
        figure_data("nowhere", Table(x=[1.0]))


@pytest.mark.parametrize("name", [
    "Decay", "a b", "../decay", "", "a.", ".a", "a..b", "a/b"])
def test_names_of_records_are_checked(name):
    for call in (lambda: figure_data(name, Table(x=[1.0])), lambda: stored(name),
                 lambda: record(name, run, Config()),
                 lambda: gpu_record(name, run, GPU)):
        with pytest.raises(InputError, match="dots"):
            call()


def test_a_run_comes_back_with_config_and_provenance(folder):
    made = record("narrow", run, Config(width=2))
    assert made.table == run(Config(width=2))
    assert stored("narrow") == made
    assert eval(made.config) == Config(width=2)
    assert made.run.endswith("test_records.run")
    assert set(made.provenance) == {"commit", "date", "python", "torch", "numpy",
                                    "cuda", "device", "dtype", "wall_time_s"}
    assert made.provenance["dtype"] == "torch.float64"
    assert made.provenance["wall_time_s"] >= 0
    assert [p.name for p in folder.iterdir()] == ["narrow.json"]


def test_an_address_is_a_path(folder, monkeypatch):
    record("linear.escape.law", run, Config())
    store("linear.escape.law", Table(x=[1.0]), monkeypatch)
    found = sorted(str(p.relative_to(folder)) for p in folder.rglob("*.*"))
    assert found == ["linear/escape/law.csv", "linear/escape/law.json"]


def test_a_sweep_becomes_one_record_with_a_column_for_what_varies():
    configs = sweeps.variations(Config(), width=(1, 2), scale=(0.1, 0.5))
    made = record("grid", run, configs)
    assert stored("grid") == made
    assert made.table.columns == ("width", "scale", "index", "y")
    assert made.table["width"].tolist() == [1, 1, 2, 2, 2, 2]
    assert [eval(text) for text in made.configs] == configs
    assert len(made.seconds) == 4 and "and 3 more" in repr(made)


def test_a_sweep_that_was_interrupted_goes_on(monkeypatch, tmp_path):
    asked = []

    def once(config):
        asked.append(config.width)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return run(config)

    configs = sweeps.variations(Config(), width=(1, 2, 3))
    with pytest.raises(KeyboardInterrupt):
        record("grid", once, configs)
    record("grid", once, configs)
    assert asked == [1, 2, 2, 3]


def test_a_record_with_nan_and_infinity_is_strict_json(folder):
    table = Table(x=[float("nan"), float("inf")], s=["a\nb", "c"])
    record("odd", lambda config: table, Config())
    text = (folder / "odd.json").read_text()
    json.loads(text, parse_constant=lambda name: pytest.fail(name))
    assert stored("odd").table == table


@pytest.mark.parametrize("config", [Changeable(), WithTensor(torch.ones(2)),
                                    {"width": 3}, 3])
def test_a_config_that_is_not_a_literal_is_refused(config):
    with pytest.raises(InputError, match="plain values"):
        record("odd", run, config)


@pytest.mark.parametrize("device", ["cuda", "tpu"])
def test_the_device_must_be_the_one_of_the_config(device):
    with pytest.raises(InputError, match="config.device"):
        record("odd", run, Config(device="cpu"), device=device)


def test_a_run_that_fails_leaves_no_record(folder):
    with pytest.raises(ZeroDivisionError):
        record("odd", lambda config: 1 / 0, Config())
    assert not list(folder.iterdir())


@pytest.mark.parametrize("text", ["", "{", "{}", '{"table": 3}', "[]"])
def test_a_broken_record_says_so(folder, text):
    (folder / "odd.json").write_text(text)
    with pytest.raises(RecordError, match="broken"):
        stored("odd")


def test_a_run_that_was_never_made_says_so():
    with pytest.raises(RecordError, match="not recorded"):
        stored("nowhere")


def test_without_gpu_and_record_it_is_said_plainly(capsys):
    assert gpu_record("wide", run, GPU) is None
    said = capsys.readouterr().out
    assert "no GPU run has been recorded yet" in said
    assert "COMLIB_REGEN=1 python book/notebooks.py" in said


def test_without_gpu_the_stored_run_is_shown(stored_gpu_run, capsys):
    shown = gpu_record("wide", lambda config: pytest.fail("ran without a GPU"), GPU)
    assert shown.table == run(GPU)
    said = capsys.readouterr().out
    for word in ("Test GPU", "torch", "commit", "20", " s\n", "Config(width=3"):
        assert word in said


def test_without_gpu_nothing_is_stored_even_when_regenerating(folder, regenerate):
    assert gpu_record("wide", run, GPU) is None
    assert not list(folder.iterdir())


def test_a_stored_run_of_another_config_is_not_shown(stored_gpu_run):
    with pytest.raises(RecordError, match="width=3.*asked for.*width=4"):
        gpu_record("wide", run, Config(width=4, device="cuda"))


def test_with_gpu_and_regenerate_the_run_is_stored(cuda, regenerate):
    made = gpu_record("wide", run, GPU)
    assert stored("wide") == made
    assert made.provenance["device"] == "Test GPU"
    again = gpu_record("wide", run, Config(width=4, device="cuda"))
    assert stored("wide") == again and len(again.table) == 4


def test_with_gpu_the_run_is_compared_with_the_stored_one(cuda, folder):
    record("wide", run, GPU, device="cuda")
    before = (folder / "wide.json").read_bytes()
    gpu_record("wide", run, GPU)

    def other(config) -> Table:
        return run(config).with_columns(y=[0.1, 0.1, 0.2])

    with pytest.raises(RecordError, match="column y, row 2"):
        gpu_record("wide", other, GPU)
    gpu_record("wide", other, GPU, rtol=2.0)
    gpu_record("wide", other, GPU, ignore=("y",))
    assert (folder / "wide.json").read_bytes() == before


def test_with_gpu_but_no_record_the_run_is_returned_and_not_stored(cuda, folder):
    assert gpu_record("wide", run, GPU).table == run(GPU)
    assert not list(folder.iterdir())


def test_a_gpu_run_that_stays_on_the_cpu_is_refused(cuda, folder, monkeypatch):
    monkeypatch.setattr(torch.cuda, "memory_stats", lambda: {})
    with pytest.raises(RecordError, match="used no GPU memory"):
        record("wide", run, GPU, device="cuda")
    assert not list(folder.iterdir())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_real_gpu_run_is_recorded(monkeypatch):
    monkeypatch.undo()

    def on_gpu(config) -> Table:
        return Table(y=torch.ones(config.width, device=config.device))

    made = records._measure("wide", on_gpu, GPU, "cuda")
    assert made.provenance["device"] == torch.cuda.get_device_name()


def git(folder, *arguments):
    who = ("-c", "user.name=t", "-c", "user.email=t@t")
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True,
                   capture_output=True)


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A small repository that stands for the one comlib lies in."""
    root = tmp_path / "checkout"
    here = root / "comlib" / "evidence"
    for path in (here / "origin.py", root / "comlib" / "models.py",
                 root / "comlib" / "records" / "old.json"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    git(root, "init")
    git(root, "add", ".")
    git(root, "commit", "-m", "first")
    monkeypatch.setattr(origin, "__file__", str(here / "origin.py"))
    return root


def test_the_commit_is_marked_when_code_has_changed(checkout):
    clean = origin.commit()
    assert len(clean) == 40
    (checkout / "comlib" / "records" / "new.json").write_text("{}")
    assert origin.commit() == clean
    (checkout / "comlib" / "models.py").write_text("changed")
    assert origin.commit() == clean + "+"


def test_the_commit_of_somebody_elses_repository_is_not_taken(checkout):
    git(checkout, "rm", "--cached", "comlib/evidence/origin.py")
    assert origin.commit() == "unknown"


def test_without_a_repository_the_commit_is_unknown(tmp_path, monkeypatch):
    monkeypatch.setattr(origin, "__file__", str(tmp_path / "origin.py"))
    assert origin.commit() == "unknown"


def test_without_git_the_commit_is_unknown(checkout, monkeypatch):
    monkeypatch.setenv("PATH", str(checkout))
    assert origin.commit() == "unknown"
