"""Tables: columns, selection, stacking, and the text they are stored as."""

import pickle

import numpy as np
import pytest
import torch

from comlib import InputError, Table
from comlib.evidence.files import check_name, write_text


def sample() -> Table:
    return Table(time=[0.0, 0.5, 1.0], index=[0, 1, 2], kind=["a", "b", "b"])


def test_columns_keep_their_order_and_length():
    table = Table(time=torch.arange(4.0), memory=np.ones(4))
    assert table.columns == ("time", "memory")
    assert len(table) == 4
    assert table["memory"].tolist() == [1.0] * 4


def test_a_column_is_float64_int64_or_text():
    table = Table(x=torch.ones(2), n=[True, False], m=np.array([1, 2], np.uint8),
                  s=["a", "b"])
    assert [table[c].dtype.kind for c in table.columns] == ["f", "i", "i", "U"]
    assert table["x"].dtype == np.float64 and table["n"].dtype == np.int64


def test_a_tensor_with_gradient_becomes_a_column():
    assert Table(x=torch.ones(2, requires_grad=True))["x"].tolist() == [1.0, 1.0]


def test_a_table_cannot_be_changed():
    source = np.ones(3)
    table = Table(x=source)
    source[0] = 7.0
    assert table["x"][0] == 1.0
    with pytest.raises(ValueError):
        table["x"][0] = 2.0


@pytest.mark.parametrize("columns, argument", [
    ({}, "columns"), ({"x": []}, "x"), ({"x": [1, 2], "y": [1]}, "columns"),
    ({"x": 1.0}, "x"), ({"x": [[1.0]]}, "x"), ({"x": [[1], [1, 2]]}, "x"),
    ({"x": [1j]}, "x"), ({"x": ["a", 1]}, "x"), ({"x": [None]}, "x"),
    ({"x": [10 ** 30]}, "x")])
def test_bad_columns_are_named(columns, argument):
    with pytest.raises(InputError) as error:
        Table(**columns)
    assert error.value.argument == argument


def test_an_unknown_column_names_the_columns_that_exist():
    with pytest.raises(InputError, match="time, index, kind"):
        sample()["memory"]


def test_equality_compares_names_order_and_values():
    assert sample() == sample()
    assert sample() != sample().with_columns(index=[0, 1, 3])
    assert Table(a=[1], b=[2]) != Table(b=[2], a=[1])
    assert Table(a=[1]) != Table(a=["1"])
    assert Table(a=[np.nan]) == Table(a=[np.nan])
    assert Table(a=[1]) != [1]


def test_where_keeps_the_matching_rows():
    assert sample().where(kind="b") == Table(time=[0.5, 1.0], index=[1, 2],
                                             kind=["b", "b"])
    assert sample().where(kind="b", index=2)["time"].tolist() == [1.0]


def test_where_finds_a_float_that_was_computed():
    table = Table(beta=[0.1 + 0.2, 0.4], error=[1, 2])
    assert table.where(beta=0.3)["error"].tolist() == [1]
    assert len(Table(x=[np.nan, np.inf, 1.0]).where(x=np.inf)) == 1


@pytest.mark.parametrize("value", [{"kind": "c"}, {"index": "a"}, {"time": "a"},
                                   {"time": 0.4}, {"kind": 1},
                                   {"kind": "a", "index": 2}])
def test_where_without_a_match_says_which_values_occur(value):
    with pytest.raises(InputError, match="values: "):
        sample().where(**value)


def test_with_columns_adds_and_replaces():
    table = sample().with_columns(index=[5, 6, 7], square=[0.0, 0.25, 1.0])
    assert table.columns == ("time", "index", "kind", "square")
    assert table["index"].tolist() == [5, 6, 7]
    with pytest.raises(InputError, match="equal lengths"):
        sample().with_columns(short=[1])


def test_stack_repeats_each_label_over_its_table():
    parts = [Table(t=[0, 1], y=[1.0, 2.0]), Table(t=[0], y=[3.0])]
    assert Table.stack(parts, beta=[0.5, 1.0]) == Table(
        beta=[0.5, 0.5, 1.0], t=[0, 1, 0], y=[1.0, 2.0, 3.0])


@pytest.mark.parametrize("parts, labels", [
    ([], {}), ([Table(a=[1]), Table(b=[1])], {}), ([Table(a=[1])], {"run": [1, 2]}),
    ([Table(a=[1])], {"a": [1]}), ([Table(a=[1]), Table(a=["x"])], {})])
def test_stack_refuses_what_does_not_fit(parts, labels):
    with pytest.raises(InputError):
        Table.stack(parts, **labels)


def test_a_csv_file_comes_back_as_it_was(tmp_path):
    table = Table(x=[1.0, -0.25, np.nan, np.inf, -np.inf], n=[1, -2, 3, 4, 5],
                  s=["a", "b,c", 'say "d"', "two\nlines", ""])
    table.to_csv(tmp_path / "x.csv")
    back = Table.from_csv(tmp_path / "x.csv")
    assert back == table
    assert [back[c].dtype.kind for c in back.columns] == ["f", "i", "U"]


def test_a_csv_file_is_rewritten_byte_for_byte(tmp_path):
    path = tmp_path / "x.csv"
    Table(x=np.random.default_rng(0).normal(size=50)).to_csv(path)
    first = path.read_bytes()
    Table.from_csv(path).to_csv(path)
    assert path.read_bytes() == first
    assert b"\r" not in first
    assert [p.name for p in tmp_path.iterdir()] == ["x.csv"]


def test_numbers_are_written_with_ten_digits_and_no_minus_zero():
    text = Table(x=[1 / 3, -0.0, 2.0, 1e-300], n=[0, 1, 2, 3]).to_text()
    assert text == "x,n\n0.3333333333,0\n0.0,1\n2.0,2\n1e-300,3\n"


def test_text_that_would_come_back_as_numbers_is_refused():
    with pytest.raises(InputError, match="numbers written as text"):
        Table(s=["1", "nan"]).to_text()


@pytest.mark.parametrize("text", ["", "a,b\n", "a,b\n1\n", "a,a\n1,2\n", "a\n1\n\n"])
def test_a_broken_csv_is_refused(text):
    with pytest.raises(InputError):
        Table.from_text(text)


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "x.txt"
    write_text(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "new \ud800")
    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_long_table_is_shown_by_its_first_six_rows():
    shown = repr(Table(time=np.arange(20) / 3, kind=["a"] * 20)).split("\n")
    assert shown[0].split() == ["time", "kind"]
    assert shown[2].split() == ["0.3333", "a"]
    assert len(shown) == 8 and shown[-1] == "... (20 rows)"
    assert "..." not in repr(sample())


def test_a_table_survives_pickling():
    assert pickle.loads(pickle.dumps(sample())) == sample()


@pytest.mark.parametrize("name", ["Upper", "under_score", "-a", "a--b", "", "../a",
                                  "a.b"])
def test_names_are_lower_case_words_with_hyphens(name):
    assert check_name("name", "memory-of-2-kernels") == "memory-of-2-kernels"
    with pytest.raises(InputError, match="hyphens"):
        check_name("name", name)


def test_values_and_groups_follow_the_order_of_the_rows():
    table = Table(task=["b", "a", "b"], m=[1, 2, 3])
    assert table.values("task") == ["b", "a"]
    assert [(task, rows["m"].tolist()) for task, rows in table.groups("task")] == [
        ("b", [1, 3]), ("a", [2])]


def test_a_table_is_made_of_rows():
    assert Table.from_rows(("x", "s"), [(1, "a"), [2, "b"]]) == Table(
        x=[1, 2], s=["a", "b"])
    for rows in ([], [(1,)], [(1, 2), (3,)]):
        with pytest.raises(InputError, match="rows"):
            Table.from_rows(("x", "y"), rows)
