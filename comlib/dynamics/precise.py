"""The gradient flow in as many digits as a duplicated start needs.

What decides there are differences of the order exp(-3 c/omega) between numbers of
order one, so that double precision ends at 1/omega = 15.
"""

import decimal
import math
from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from ..arguments import checked
from ..checks import InputError, check_positive
from ..evidence import Table

PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640"
             "628620899862803482534211706798214808651328230664709384460955058223172535")

STAGES = 4
"""A step is extrapolated from 1, 2, .., STAGES steps of the implicit Euler method."""

TOLERANCE = Decimal("1e-5")
"""Of a step: for the weights absolute, for the rates relative to their distance."""

STEPS = 3000
"""Steps after which a flow is given up; one that escapes needs 50 to 500."""


@checked
def precise_flow(
    weights: Sequence[str], delay: float, rate: float = 1.0, drop: float = 0.05,
    until: float = math.inf, sign: int = 1,
) -> Table:
    """Return the columns log_time, drop, a1.., v1.. along theta' = -grad J(theta).

    The target is exp(-c t) +- exp(-(t - delay)^2/2), the rates are c + v_i, and all
    v_i = 0 at the start. The last row is where the loss has fallen by ``drop``, or
    the first step after ``until``.

    Source: thm-duplicated in the book.

    Args:
        weights: decimal numbers with sum one, as strings, so that 0.6 is 6/10.
        delay: 1/omega, at most 60/c.
        rate: c.
        drop: delta.
        until: the last ln(tau).
        sign: of the bump, 1 or -1.

    Raises:
        InputError: wrong arguments, or 3000 steps were not enough.
    """
    check_positive("drop", drop)
    if not 0 < check_positive("rate", rate) * delay <= 60:
        raise InputError("delay", f"must be in (0, {60 / rate:g}]", delay,
                         "pi is known to 144 digits")
    if sign not in (1, -1):
        raise InputError("sign", "must be 1 or -1", sign, "scale the weights instead")
    with decimal.localcontext(decimal.Context(int(40 + 1.6 * rate * delay))):
        try:
            a = np.array([Decimal(x) for x in weights])
        except decimal.InvalidOperation:
            a = np.array([])
        if a.sum() != 1:
            raise InputError("weights", "must have the sum one", weights,
                             "an exact start has learnt exp(-c t)")
        loss = _Loss(Decimal(delay), Decimal(rate), sign)
        start = np.concatenate([a, 0 * a])
        rows = [[float(tau.ln()), float(fall), *map(float, x)] for tau, fall, x
                in _follow(loss, start, Decimal(drop), until)]
    names = [f"{letter}{i + 1}" for letter in "av" for i in range(len(a))]
    columns = dict(zip(["log_time", "drop", *names], zip(*rows), strict=True))
    return Table(**columns)


class _Loss:
    """J at theta = (a, v), by the formulas of prp-mode-loss."""

    def __init__(self, delay: Decimal, rate: Decimal, sign: int):
        self.delay, self.rate = delay, rate
        self.size, self.edge = sign * (2 * PI).sqrt(), (-delay * delay / 2).exp()
        self.edge *= sign

    def moments(self, w: Decimal) -> tuple[Decimal, Decimal, Decimal]:
        """The integrals of t^k exp(-w t) times the bump over t >= 0."""
        z = self.delay - w
        l0 = self.size * (w * (w / 2 - self.delay)).exp() * _normal(z)
        l1 = z * l0 + self.edge
        return l0, l1, z * l1 + l0

    def fallen(self, x: np.ndarray) -> Decimal:
        """How far J lies below its value at the start."""
        a, v = np.split(x, 2)
        a, w = np.append(a, Decimal(-1)), np.append(v, Decimal(0)) + self.rate
        L = np.array([self.moments(rate)[0] for rate in w])
        return 2 * a @ L - a @ (1 / (w[:, None] + w)) @ a

    def slopes(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The gradient and the Hessian."""
        a, v = np.split(x, 2)
        w = self.rate + v
        l0, l1, l2 = np.array([self.moments(rate) for rate in w]).T
        S, k = 1 / (w[:, None] + w), 1 / (w + self.rate)
        S2, k2 = S * S, k * k
        S3 = S2 * S
        p, q, r = S @ a - k - l0, l1 + k2 - S2 @ a, 2 * (S3 @ a - k2 * k) - l2
        mixed = np.diag(q) - S2 * a
        rates = np.diag(a * r) + 2 * S3 * a * a[:, None]
        return (np.concatenate([2 * p, 2 * a * q]),
                2 * np.block([[S, mixed], [mixed.T, rates]]))


def _normal(z: Decimal) -> Decimal:
    """The normal distribution function of z >= 0, by a series of positive terms."""
    square, total, n = z * z, Decimal(0), 1
    digits = decimal.getcontext().prec
    if square > 5 * digits:
        return Decimal(1)  # to all digits
    term, least = z * (-square / 2).exp() / (2 * PI).sqrt(), Decimal(10) ** -digits
    while n < square or term > least:
        total, n = total + term, n + 2
        term = term * square / n
    return Decimal("0.5") + total


def _follow(loss, x, drop, until):
    """Yield (tau, fall of the loss, theta) after each step."""
    tau, fall, longer = Decimal(0), Decimal(0), Decimal("0.01")
    floor = (Decimal("-1.2") * loss.delay * loss.rate).exp()
    for _ in range(STEPS):
        x, h, longer = _step(loss, x, longer, floor)
        before, fall = fall, loss.fallen(x)
        if fall >= drop:
            yield tau + h * (drop - before) / (fall - before), drop, x
            return
        tau += h
        yield tau, fall, x
        if tau.ln() > until:
            return
    raise InputError("until", f"must be reached in {STEPS} steps", until,
                     f"only ln(tau) = {tau.ln():.5} was; pass a smaller one")


def _step(loss, x, h, floor):
    """The next point, the step with which it was reached, and the one to try next."""
    while True:
        row, error = _extrapolated(loss, x, h), Decimal("inf")
        if row is not None:
            v = row[-1][len(x) // 2:]
            spread = max(max(v) - min(v), floor)  # v is never all zero
            scale = np.repeat([Decimal(1), spread], len(v))
            error = max(abs(row[-1] - row[-2]) / scale) / TOLERANCE
        factor = Decimal("0.8") / max(error, Decimal("0.001")) ** (Decimal(1) / STAGES)
        if error <= 1:
            return row[-1], h, h * factor
        h *= max(factor, Decimal("0.2"))


def _extrapolated(loss, x, h):
    """The last row of the scheme of Aitken and Neville, or None if a step fails."""
    row: list[np.ndarray] = []
    for n in range(1, STAGES + 1):
        path = [x, x]
        for _ in range(n):
            path.append(_euler(loss, path[-1], 2 * path[-1] - path[-2], h / n))
            if path[-1] is None:
                return None
        last, row = row, [path[-1]]
        for k, old in enumerate(last):
            row.append(row[k] + (row[k] - old) * (n - k - 1) / (k + 1))
    return row


def _euler(loss, x, y, h):
    """Solve y = x - h grad J(y) by Newton's method from y, or return None."""
    size = Decimal("inf")
    for _ in range(12):
        if min(y[len(x) // 2:]) <= -loss.rate:
            return None
        gradient, hessian = loss.slopes(y)
        move = _solve(np.eye(len(x), dtype=int) + h * hessian, x - y - h * gradient)
        y, before, size = y + move, size, max(abs(move))
        if size > max(before, 1):
            return None
        if size < Decimal(10) ** (-decimal.getcontext().prec // 2):
            return y
    return None


def _solve(A: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Gauss's elimination, since numpy has none for decimal numbers."""
    A, n = np.column_stack([A, b]), len(b)
    for k in range(n):
        top = k + int(np.argmax(abs(A[k:, k])))
        A[[k, top]] = A[[top, k]]
        A[k] = A[k] / A[k, k]
        for i in range(n):
            if i != k:
                A[i] = A[i] - A[i, k] * A[k]
    return A[:, n]
