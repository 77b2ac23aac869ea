"""What is read off the stacks of the chapter: errors, rates, powers, coefficients."""

import itertools
import math

import numpy as np
import torch

from comlib import Table, white_noise

from .constructions import equal_poles, gelu_product, powers, real_factors


def simulated(table: Table, modes: tuple[int, ...] = (4, 8, 12)) -> Table:
    """Return mean square errors of ``gelu_product`` on noise, beside the given ones.

    Columns: ``gelu`` and its standard ``deviation``; ``expected``, the error of all
    products and the squared mean that the stack, without a bias, does not remove;
    ``log10_G``, of the constant in thm-stack-memory.

    Args:
        table: of the experiment ``products``.
        modes: which of its rows.
    """
    x, rows = white_noise(100, 500, dt=1.0, seed=0), []
    wanted = x[:, 200:, 0] * x[:, 198:-2, 0]
    for m in modes:
        model, case = gelu_product(2, m, 0.85, 0.01), table.where(modes=m)
        error = (model(x)[:, 200:, 0].detach() - wanted).square().mean(1)
        Q = torch.linalg.qr(powers(real_factors(m, 0.85))).Q
        rows.append((m, case["real"][0], case["two"][0], float(error.mean()),
                     float(error.std()) / math.sqrt(len(error)),
                     case["two"][0] + float(Q[0] @ Q[2]) ** 2,
                     math.log10(model.memory_bound(1)[0])))
    names = ("modes", "real", "two", "gelu", "deviation", "expected", "log10_G")
    return Table.from_rows(names, rows)


def cube_error(lags: tuple[int, int, int], cubes: int = 400) -> float:
    """Return the error of the best sum of cubes of Re c h_z for three distinct lags.

    Args:
        lags: of the target, a product of three samples.
        cubes: number of random z inside the disc of radius .55, and of random c.
    """
    g, n = np.random.default_rng(0), 12
    z = 0.55 * g.uniform(size=cubes) ** 0.5 * np.exp(1j * np.pi * g.uniform(size=cubes))
    c = np.exp(2j * np.pi * g.uniform(size=cubes))
    v = (c * z ** np.arange(n)[:, None]).real
    kernels = np.einsum("ji,ki,li->jkli", v, v, v).reshape(-1, cubes)
    f = np.zeros((n, n, n))
    for order in itertools.permutations(lags):
        f[order] = 1 / 6
    fit = np.linalg.lstsq(kernels, f.ravel(), rcond=1e-13)[0]
    return 6 * float(((kernels @ fit - f.ravel()) ** 2).sum())


def fitted_rates(factor: float, start: int, stop: int) -> Table:
    """Return the rate that a fit of an exponential to equal poles reads off, by layers.

    Columns: ``rate``, the true one; ``fitted`` on the window; ``peak``, the first time
    at which the response is largest.

    Args:
        factor: of all layers.
        start: beginning of the window.
        stop: its end.
    """
    rows, k = [], np.arange(start, stop + 1)
    for L in (1, 2, 3, 4):
        rho = equal_poles(L, factor).kernel_samples(stop + 1)[:, 0, 0].detach().numpy()
        slope = np.polyfit(k, np.log(rho[k]), 1)[0]
        # two samples may be equal but for rounding
        peak = int(np.argmax(rho > (1 - 1e-9) * rho.max()))
        rows.append((L, -math.log(factor), -float(slope), peak))
    return Table.from_rows(("layers", "rate", "fitted", "peak"), rows)


def window_powers(table: Table, start: int, stop: int) -> Table:
    """Return the slope of log size against log time on a window, for each stack.

    Args:
        table: of the experiment ``shared_poles``.
        start: beginning of the window, > 0.
        stop: its end.
    """
    rows = []
    for jitter, kind in table.groups("jitter"):
        for L, one in kind.groups("layers"):
            use = (one["time"] >= start) & (one["time"] <= stop)
            slope = np.polyfit(np.log(one["time"][use]), np.log(one["size"][use]), 1)[0]
            rows.append((jitter, L, float(slope)))
    return Table.from_rows(("jitter", "layers", "power"), rows)


def slopes_of(table: Table) -> Table:
    """Return the powers on [500, 2000], a column for each number of layers up to four.

    The column ``early`` has that of four layers on [100, 300].

    Args:
        table: of the experiment ``shared_poles``.
    """
    late, early = window_powers(table, 500, 2000), window_powers(table, 100, 300)
    rows = [(jitter, *some["power"].tolist(),
             float(early.where(jitter=jitter, layers=4)["power"][0]))
            for jitter, some in late.groups("jitter")]
    return Table.from_rows(("jitter", "L1", "L2", "L3", "L4", "early"), rows)


def leading_coefficients(z: tuple[float, ...], c: np.ndarray) -> np.ndarray:
    """Return the coefficients of k^(L-1) z_n^k in the response of L stacked filters.

    They are fitted to twice as many samples as unknowns, so that a response of another
    form gives other coefficients.

    Args:
        z: the poles of all filters.
        c: weights, (layers, poles).
    """
    L, N = c.shape
    k = np.arange(2 * L * N)
    response = np.eye(1, len(k))[0]
    for row in c:
        samples = (row[:, None] * np.array(z)[:, None] ** k).sum(0)
        response = np.convolve(response, samples)[: len(k)]
    basis = np.stack([k**p * one**k for one in z for p in range(L)], 1)
    return np.linalg.lstsq(basis, response, rcond=None)[0].reshape(N, L)[:, -1]
