"""Claims: what holds, what fails, and what may not be claimed at all."""

import math

import numpy as np
import pytest
import torch

from comlib import Checks, Claim, InputError, Untested
from comlib.evidence.ledger import ClaimError

NAN, INF = math.nan, math.inf


def claim(value, **relation) -> Claim:
    return Claim("a number", "thm-curse", value, **relation)


@pytest.mark.parametrize("value, relation, holds", [
    (1.0001, {"equals": 1.0, "rtol": 1e-3}, True),
    (1.002, {"equals": 1.0, "rtol": 1e-3}, False),
    (0.998, {"equals": 1.0, "rtol": 1e-3}, False),
    (1e-9, {"equals": 0.0, "atol": 1e-8}, True),
    (1e-7, {"equals": 0.0, "atol": 1e-8}, False),
    (-1.0, {"equals": 1.0, "rtol": 1e-3}, False),
    (3, {"equals": 3}, True), (4, {"equals": 3}, False),
    (2.0, {"at_most": 2.0}, True), (2.1, {"at_most": 2.0}, False),
    (2.1, {"at_most": 2.0, "rtol": 0.1}, True), (-2.1, {"at_most": -2.0}, True),
    (2.0, {"at_least": 2.0}, True), (1.9, {"at_least": 2.0}, False),
    (-2.1, {"at_least": -2.0, "rtol": 0.1}, True),
    (1.9, {"at_least": 2.0, "atol": 0.2}, True),
    (NAN, {"equals": 1.0, "rtol": 1.0}, False), (NAN, {"at_most": 1.0}, False),
    (NAN, {"at_least": 1.0}, False), (INF, {"equals": INF}, True),
    (1.0, {"equals": INF, "rtol": 1.0}, False),
    (-INF, {"equals": INF, "rtol": 1.0}, False),
    (INF, {"equals": 1.0, "rtol": 1.0}, False), (INF, {"at_most": 1.0}, False),
    (INF, {"at_least": INF}, True), (1e308, {"at_least": INF, "rtol": 1.0}, False),
    (True, {}, True), (False, {}, False), (False, {"equals": False}, True)])
def test_a_claim_holds_exactly_when_its_relation_does(value, relation, holds):
    assert claim(value, **relation).holds is holds


@pytest.mark.parametrize("value", [torch.tensor(2.0), np.float64(2.0), torch.tensor(2),
                                   np.int64(2)])
def test_numbers_may_come_from_torch_and_numpy(value):
    assert claim(value, equals=2.0, rtol=1e-9).holds
    assert claim(2.0, equals=value, rtol=1e-9).holds


def test_truth_values_may_come_from_torch_and_numpy():
    assert claim(torch.tensor(True)).holds
    assert not claim(np.bool_(False)).holds


@pytest.mark.parametrize("value, relation", [
    (1.0, {}), (1.0, {"equals": 1.0, "at_most": 2.0, "rtol": 1e-3}),
    (1.0, {"equals": 1.0}), (1.0, {"equals": 1}), (1, {"equals": 1.0}),
    (1.0, {"equals": NAN, "rtol": 1e-3}), (1.0, {"at_most": NAN}),
    (1.0, {"at_most": INF}),
    (1.0, {"at_least": -INF}), (1.0, {"equals": 1.0, "rtol": -1e-3}),
    (1.0, {"equals": 1.0, "rtol": INF}), (1.0, {"equals": 1.0, "atol": NAN}),
    (1, {"equals": True}), (True, {"equals": 1}), (True, {"at_most": True}),
    (torch.ones(2), {"at_most": 1.0}), ("1", {"equals": 1.0, "rtol": 1e-3}),
    (1j, {"equals": 1.0, "rtol": 1e-3}), (None, {"at_most": 1.0})])
def test_a_claim_that_says_nothing_is_refused(value, relation):
    with pytest.raises(InputError):
        claim(value, **relation)


@pytest.mark.parametrize("text, label", [
    ("", "thm-x"), (" ", "thm-x"), ("a\nb", "thm-x"), ("a", "Thm x"), ("a", "")])
def test_a_claim_needs_words_and_a_label(text, label):
    with pytest.raises(InputError):
        Claim(text, label, True)
    with pytest.raises(InputError):
        Untested(label, text)


def test_a_claim_cannot_be_changed():
    with pytest.raises(AttributeError):
        claim(True).value = False


def test_a_reference_of_minus_zero_is_shown_as_zero():
    assert "= 0" in claim(0.0, equals=-0.0, atol=1e-9).line()


def test_all_claims_that_fail_are_listed_with_their_values():
    with pytest.raises(ClaimError) as error:
        Checks()(claim(1.5, equals=1.0, rtol=1e-3, kind="identity"),
                 Claim("fits", "thm-fit", True, kind="observation"),
                 Claim("bounded", "thm-bound", NAN, at_most=2.0, kind="bound"))
    text = str(error.value)
    assert "2 of 3 claims fail" in text
    assert "a number (thm-curse): measured 1.5, must be = 1 (rtol 0.001)" in text
    assert "bounded (thm-bound): measured nan, must be ≤ 2 (exact)" in text
    assert "fits" not in text
    assert isinstance(error.value, AssertionError)


def test_checks_take_claims_and_nothing_else():
    with pytest.raises(InputError):
        Checks()()
    with pytest.raises(InputError, match="bool"):
        Checks()(claim(True, kind="observation"), True)


@pytest.mark.parametrize("value, relation, shown", [
    (1.0 + 1e-13, {"equals": 1.0, "rtol": 1e-9}, "1.0"),
    (0.99341, {"equals": 1.0, "rtol": 0.07}, "0.99"),
    (0.0498756211, {"equals": 0.0498756211208, "rtol": 1e-9}, "0.0498756"),
    (0.9996, {"at_most": 0.9999}, "0.9996"), (-0.234, {"at_most": 0.0}, "-0.23"),
    (12345.6, {"at_least": 10.0}, "12000"), (2e-20, {"at_least": 1e-30}, "2.0e-20"),
    (3e-16, {"at_most": 1e-12}, "0 ± 1e-12"), (0.0, {"at_most": 1e-12}, "0 ± 1e-12"),
    (-3e-16, {"equals": 0.0, "atol": 1e-9}, "0 ± 1e-09"),
    (-5e-9, {"at_most": 1e-12}, "0 ± 1e-06"), (3e-9, {"at_most": 0.5}, "0 ± 1e-06"),
    (0.0, {"at_most": 0.0}, "0 ± 1e-06"), (3e-9, {"at_least": 1e-9}, "3.0e-09"),
    (1.002, {"equals": 1.0, "rtol": 1e-3}, "1.002"), (NAN, {"at_most": 1.0}, "nan"),
    (INF, {"equals": INF}, "∞"), (7, {"equals": 7}, "7"), (True, {}, "true")])
def test_the_measured_value_is_shown_in_the_digits_that_count(value, relation, shown):
    assert claim(value, **relation).measured == shown


@pytest.mark.parametrize("value", [0.125, 0.375, 2.5e-5, 1.25, 0.9999999])
def test_rounding_never_changes_what_is_shown(value):
    for relation in ({"at_most": 2.0}, {"equals": value, "rtol": 1e-6}):
        shown = {claim(value * (1 + k * 1e-13), **relation).measured
                 for k in (-1, 0, 1)}
        assert len(shown) == 1


@pytest.mark.parametrize("kind, relation, allowed", [
    ("identity", {"equals": 1.0, "rtol": 1.0}, True),
    ("identity", {"at_most": 1.0}, True), ("identity", {"at_least": 1.0}, False),
    ("bound", {"equals": 1.0, "rtol": 1.0}, False), ("bound", {"at_most": 1.0}, True),
    ("bound", {"at_least": 1.0}, True), ("observation", {"at_least": 1.0}, True),
    ("regression", {"equals": 1.0, "rtol": 1.0}, True),
    ("regression", {"at_most": 1.0}, False), ("law", {"at_most": 1.0}, False)])
def test_a_kind_fits_its_relation(kind, relation, allowed):
    if allowed:
        assert claim(1.0, kind=kind, **relation).kind == kind
    else:
        with pytest.raises(InputError, match="kind"):
            claim(1.0, kind=kind, **relation)


def test_no_claim_of_a_kind_hangs_on_a_definition():
    with pytest.raises(InputError, match="a definition is a test"):
        Claim("x", "def-norm", True, kind="identity")


def identity(text="one", value=1) -> Claim:
    return Claim(text, "thm-one", value, equals=1, kind="identity")


def test_checks_show_nothing_until_the_end_and_then_everything():
    checks = Checks()
    assert checks(identity(), identity("$|x|$")) is None
    checks(Claim("two", "fig-two", 1.0, at_most=2.0, kind="bound"),
           Untested("thm-three", "needs infinite width"))
    assert checks.summary == ("3 of 3 claims hold: 2 identities, 1 bound; "
                              "1 statement is not tested here.")
    shown = checks._repr_mimebundle_()
    for text in shown.values():
        assert checks.summary in text and "not tested here: needs infinite" in text
    assert "| $\\|x\\|$ | {prf:ref}`thm-one` | 1 | = 1 |" in shown["text/markdown"]
    assert "{numref}`fig-two`" in shown["text/markdown"]
    assert "<td>fig-two</td>" in shown["text/html"]


def test_a_cell_of_checks_may_run_twice():
    checks = Checks()
    for _ in range(2):
        checks(identity())
    assert checks.summary == "1 of 1 claim holds: 1 identity."


def test_a_claim_that_fails_raises_at_once_and_stays_visible():
    checks = Checks()
    with pytest.raises(ClaimError, match="measured 2"):
        checks(identity(), identity("wrong", 2))
    assert checks.summary.startswith("1 of 2 claims hold")
    assert "✗" in repr(checks)


def test_checks_want_claims_that_say_their_kind():
    with pytest.raises(InputError, match="kind"):
        Checks()(claim(1.0, at_most=2.0))
    with pytest.raises(InputError):
        Checks()()
    with pytest.raises(InputError, match="bool"):
        Checks()(True)
