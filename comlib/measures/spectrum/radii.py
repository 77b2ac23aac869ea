"""How far a matrix is from instability, when it is not normal.

The stability margin looks at eigenvalues; what a perturbation of given spectral
norm can do is told by these radii, and for a normal matrix they are the margin.
"""

import math

import numpy as np
import torch
from scipy import linalg, optimize
from torch import Tensor

from ...arguments import checked
from ...checks import InputError, check_choice, check_tensor
from ...functional import Functional, check_recurrent, check_single
from .matrices import Matrix, square

_LEVEL = 1e-11  # a level this much lower must not be reached any more
_ROUNDS = 60


@checked
def complex_stability_radius(W: Matrix) -> float:
    """Return r_C(W) = min over omega of sigma_min(i omega - W), to 1e-10.

    The least spectral norm of a complex Delta for which W + Delta is not stable;
    1/r_C is the H-infinity norm of the resolvent. Zero if W is not stable.

    Source: def-stability-radius in the book; Hinrichsen and Pritchard 1986; the
    level sets are those of Boyd and Balakrishnan 1990.

    Args:
        W: a square matrix, or a model, whose W it is.

    Raises:
        InputError: not a square matrix.
    """
    return _complex(_square(W))[0]


@checked
def real_stability_radius(W: Matrix) -> float:
    """Return r_R(W), the least spectral norm of a real destabilising Delta, to 1e-10.

    min over omega >= 0 of max over 0 < gamma <= 1 of the second smallest singular
    value of [[-W, -omega gamma], [omega/gamma, -W]]; r_R >= r_C. Zero if W is not
    stable.

    Source: def-stability-radius in the book; the formula is that of Qiu et al.
    1995, the level sets those of Sreedhar, Van Dooren and Tits 1996.

    Args:
        W: a square matrix, or a model, whose W it is.

    Raises:
        InputError: not a square matrix.
    """
    return _real(_square(W))[0]


@checked
def destabilising_perturbation(W: Matrix, field: str = "real") -> Tensor:
    """Return a Delta of least norm for which W + Delta has an imaginary eigenvalue.

    Source: def-stability-radius in the book; Qiu et al. 1995.

    Args:
        W: a square stable matrix, or a model, whose W it is.
        field: "real" or "complex".

    Raises:
        InputError: not a square matrix, or not a stable one; unknown field.
    """
    A = _square(W)
    check_choice("field", field, ("real", "complex"))
    if linalg.eigvals(A).real.max() >= 0:
        raise InputError("W", "must be stable", "an eigenvalue with Re >= 0",
                         "there is nothing to destabilise")
    if field == "complex":
        r, omega = _complex(A)
        u, _, v = linalg.svd(1j * omega * np.eye(len(A)) - A)
        return torch.from_numpy(r * np.outer(u[:, -1], v[-1]))
    r, omega = _real(A)
    if omega == 0:
        u, _, v = linalg.svd(-A)
        return torch.from_numpy(r * np.outer(u[:, -1], v[-1]))
    return torch.from_numpy(_rank_two(A, omega))


@checked
def blow_up_radius(model: Functional, field: str = "real") -> float:
    """Return the least size of a perturbation of W that leaves a mode undamped.

    From there on E_m is infinite in continuous time. Diagonal: the smallest rate
    among the modes that the input reaches and the readout sees. Dense: the real
    or complex stability radius, which supposes that none is hidden.

    Source: prp-blow-up-radius in the book (ours).

    Args:
        model: one RNN or SSM; measured is the perturbation of W, which is that of
            the weights if the parameterization is Direct.
        field: of the perturbations of a dense W, "real" or "complex".

    Raises:
        InputError: a model without W, or unknown field.
    """
    check_recurrent(model)
    check_choice("field", field, ("real", "complex"))
    W = check_single("model", model).W.detach()
    if model.diagonal:
        seen = (model.c != 0).any(-2) & (model.input_weights != 0).any(-1)
        return float((-check_tensor("W", W, "m")[seen]).clamp(min=0).min()) \
            if seen.any() else math.inf
    return real_stability_radius(W) if field == "real" else complex_stability_radius(W)


def _square(W: Matrix) -> np.ndarray:
    return square(W).detach().cpu().numpy()


def _smallest(A: np.ndarray, omega: float) -> float:
    return float(linalg.svdvals(1j * omega * np.eye(len(A)) - A)[-1])


def _complex(A: np.ndarray) -> tuple[float, float]:
    """Return r_C and the omega >= 0 at which it is attained."""
    eigenvalues, one = linalg.eigvals(A), np.eye(len(A))
    if eigenvalues.real.max() >= 0:
        return 0.0, abs(float(eigenvalues[eigenvalues.real.argmax()].imag))
    r, omega = min((_smallest(A, w), w) for w in {0.0, *np.abs(eigenvalues.imag)})
    for _ in range(_ROUNDS):
        # i omega is an eigenvalue of this matrix where the level is a singular value
        level = r * (1 - _LEVEL)
        z = linalg.eigvals(np.block([[A, -level * one], [level * one, -A.T]]))
        near = np.abs(z.real) < 1e-6 * np.abs(z).max()
        on = np.unique(np.abs(z[near].imag))
        candidates = [*on, *((on[1:] + on[:-1]) / 2), 0.0]
        best = min((_smallest(A, w), w) for w in candidates)
        if best[0] >= level:
            return min(best, (r, omega))
        r, omega = best
    return r, omega


def _second(A: np.ndarray, omega: float, gamma: float) -> float:
    return float(linalg.svdvals(_doubled(A, omega, gamma))[-2])


def _doubled(A: np.ndarray, omega: float, gamma: float) -> np.ndarray:
    one = omega * np.eye(len(A))
    return np.block([[-A, -gamma * one], [one / gamma, -A]])


def _best_gamma(A: np.ndarray, omega: float) -> tuple[float, float]:
    """Return max over gamma of the second smallest singular value, and gamma."""
    if omega == 0:
        return float(linalg.svdvals(A)[-1]), 1.0
    # unimodal in gamma (Qiu et al.), so that a search by sections finds it
    found = optimize.minimize_scalar(
        lambda log: -_second(A, omega, math.exp(log)), bounds=(-18.0, 0.0),
        method="bounded", options={"xatol": 1e-12})
    return max((-float(found.fun), math.exp(found.x)), (_second(A, omega, 1.0), 1.0))


def _below(A: np.ndarray, level: float, gamma: float) -> list[tuple[float, float]]:
    """Return the intervals of omega >= 0 on which the singular value is below."""
    m = 2 * len(A)
    still = -np.kron(np.eye(2), A)
    turn = _doubled(np.zeros_like(A), 1.0, gamma)
    one, zero = level * np.eye(m), np.zeros((m, m))
    fixed = np.block([[-one, still.T], [still, -one]])
    moving = np.block([[zero, turn.T], [turn, zero]])
    z = linalg.eigvals(np.linalg.solve(moving, -fixed))
    real = np.abs(z.imag) < 1e-7 * np.abs(z).max()
    on = np.unique(np.abs(z[real].real))
    ends = [0.0, *on]
    return [(a, b) for a, b in zip(ends, ends[1:])
            if _second(A, (a + b) / 2, gamma) < level]


def _real(A: np.ndarray) -> tuple[float, float]:
    """Return r_R and the omega >= 0 at which it is attained."""
    eigenvalues = linalg.eigvals(A)
    if eigenvalues.real.max() >= 0:
        return 0.0, abs(float(eigenvalues[eigenvalues.real.argmax()].imag))
    start = [0.0, *np.unique(np.abs(eigenvalues.imag))]
    tried = [(*_best_gamma(A, w), w) for w in start]
    r, _, omega = min(tried)
    gammas = [gamma for _, gamma, _ in tried]
    for _ in range(_ROUNDS):
        # no gamma may rule the interval out: the formula takes their maximum
        level, left = r * (1 - _LEVEL), [(0.0, math.inf)]
        for gamma in gammas:
            left = [(max(a, c), min(b, d)) for a, b in left
                    for c, d in _below(A, level, gamma) if max(a, c) < min(b, d)]
        left = [(a, b) for a, b in left if b - a > 1e-13 * (1 + b)]
        if not left:
            break
        for a, b in sorted(left, key=lambda ends: ends[0] - ends[1])[:3]:
            value, gamma = _best_gamma(A, (a + b) / 2)
            gammas.append(gamma)
            r, omega = min((r, omega), (value, (a + b) / 2))
    return r, omega


def _rank_two(A: np.ndarray, omega: float) -> np.ndarray:
    """Return the least real Delta for which i omega is an eigenvalue of A + Delta.

    At the best gamma some singular pair (u, v) has u1.u1 = v1.v1, u2.u2 = v2.v2,
    u1.u2 = v1.v2; then Delta maps v1/gamma and v2 to r u1/gamma and r u2.
    """
    r, gamma = _best_gamma(A, omega)
    u, s, vt = linalg.svd(_doubled(A, omega, gamma))
    near = np.abs(s - r) < 1e-6 * r

    def halves(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return (u[:, near] @ a).reshape(2, -1).T, (vt[near].T @ a).reshape(2, -1).T

    def defect(a: np.ndarray) -> np.ndarray:
        u12, v12 = halves(a)
        return np.append((u12.T @ u12 - v12.T @ v12).ravel(), a @ a - 1)

    # of a multiple singular value the right combination has to be looked for
    found = [optimize.least_squares(defect, a, xtol=1e-15, ftol=1e-15, gtol=1e-15)
             for a in np.eye(near.sum()) + 0.1]
    u12, v12 = halves(min(found, key=lambda solution: solution.cost).x)
    return r * (u12 / [gamma, 1.0]) @ linalg.pinv(v12 / [gamma, 1.0])
