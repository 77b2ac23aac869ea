"""The experiment of the chapter on gaps, and the measures it rests on."""

import math

import pytest
import torch

from comlib import InputError
from comlib.experiments.inverse.gaps import transients
from comlib.functional import DTYPE
from comlib.measures import flow_constant, lyapunov_norm
from small import small_table


def test_the_bounds_hold_and_the_claimed_value_does_not():
    table = small_table(transients)
    assert (table["exact"] <= table["proved"]).all()
    assert (table["peak"] <= table["constant"]).all()
    assert (table["exact"] > 10 * table["claimed"]).any()


def test_the_lyapunov_norm_is_that_of_the_integral():
    W = torch.tensor([[-1.0, 3.0], [-0.5, -2.0]], dtype=DTYPE)
    t = torch.linspace(0, 20, 20001, dtype=DTYPE)
    flow = torch.matrix_exp(t[:, None, None] * (W + 0.2 * torch.eye(2)))
    P = torch.trapezoid(flow.mT @ flow, t, dim=0)
    norm = float(torch.linalg.matrix_norm(P, 2))
    assert lyapunov_norm(W, 0.2) == pytest.approx(norm, rel=1e-5)


def test_the_flow_constant_of_a_multiple_of_the_identity():
    for m in (1, 7):
        W = -2.0 * torch.eye(m, dtype=DTYPE)
        assert flow_constant(W) == pytest.approx(math.sqrt(6 / math.pi))
        assert flow_constant(W, 2.0) == math.inf
        with pytest.raises(InputError, match="W"):
            lyapunov_norm(W, 2.0)
