"""A chapter notices when the package computes something else.

Each numbered chapter has one mutation: a line of comlib is made wrong in a copy of
the checkout, and `pytest --nbval` on the chapter must fail there. Add a chapter's
mutation here when you add the chapter: a wrong sign, factor or exponent, in a line
that the chapter's theorems speak of. Only chapters that changed are tried, all of
them with CHAPTERS=all: see `chosen` in conftest.py.
"""

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from conftest import chosen, copy_checkout, nbval  # noqa: E402
from test_book import NUMBERED  # noqa: E402

MUTATIONS = {
    # chapter: (file, its text, the wrong text)
    "book/foundations/functionals": (
        "comlib/targets/linear.py",
        "causal_convolution(self.dt * samples, x)", "causal_convolution(samples, x)"),
    "book/foundations/networks": (
        "comlib/models/discretisations.py",
        "torch.linalg.matrix_exp(dt * pad)",
        "torch.linalg.matrix_exp(0.99 * dt * pad)"),
    "book/foundations/memory": (
        "comlib/measures/suprema.py",
        "response(x) / x.abs().amax(-1)", "response(x) / (1 + x).abs().amax(-1)"),
    "book/foundations/atlas": (
        "comlib/experiments/foundations/atlas/periodic_network.py",
        "W @ np.tanh(z)", "W @ np.arctan(z)"),
    "book/foundations/stability": (
        "comlib/kernels/decaying.py",
        "roots_genlaguerre(width, self.p - 1)", "roots_genlaguerre(width, self.p)"),
    "book/foundations/suprema": (
        "comlib/measures/perturbation/certificates.py",
        "_integral(g, r), g / r", "_integral(g, r), g / (2 * r)"),
    "book/inverse/linear": (
        "comlib/experiments/inverse/linear/figure_one.py",
        "torch.expm1(b * t)", "torch.expm1(2 * b * t)"),
    "book/remedies/images": (
        "comlib/training/classification.py",
        "/= slope.square()", "/= slope.abs()"),
    "book/appendix/computing": (
        "comlib/measures/losses.py",
        "weights.flip(0).cumsum(0).flip(0)", "weights.cumsum(0)"),
    "book/linear/universality": (
        "comlib/kernels/sums.py",
        "(math.pi / (2 * width + 2))", "(math.pi / (2 * width + 1))"),
    "book/linear/rates": (
        "comlib/measures/approximation/jackson.py",
        "* favard * 2**-alpha * growth", "* favard * 2**alpha * growth"),
    "book/linear/dynamics": (
        "comlib/dynamics/plateau.py",
        "(a * l1).square()", "l1.square()"),
    "book/linear/training": (
        "comlib/targets/lorenz.py",
        "ring[:-3] - ring[3:]", "ring[:-3] - ring[2:-1]"),
    "book/linear/curse": (
        "comlib/kernels/trapezoid.py",
        "return 2 * float(np.exp(logs).sum())", "return float(np.exp(logs).sum())"),
    "book/linear/margin": (
        "comlib/kernels/trapezoid.py",
        "(math.log(share) + special.gammaln(p)) / omega",
        "(math.log(share) + special.gammaln(p)) / p"),
    "book/linear/escape": (
        "comlib/dynamics/slow_manifold.py",
        "math.log(16 * math.pi", "math.log(8 * math.pi"),
    "book/linear/duplicated": (
        "comlib/dynamics/duplicated.py",
        "- 1.5 * math.log(m)", "- math.log(m)"),
    "book/linear/optimisers": (
        "comlib/dynamics/flows.py",
        "force - self.mu * v", "force - 2 * self.mu * v"),
    "book/remedies/sensitivity": (
        "comlib/modes/moments.py",
        "(1 + q) * P / (1 - q) ** 3", "(1 - q) * P / (1 - q) ** 3"),
    "book/inverse/nonlinear": (
        "comlib/experiments/inverse/nonlinear/oracle.py",
        "torch.lgamma(s[:, None] - k + 1)", "torch.lgamma(s[:, None] - k + 2)"),
    "book/inverse/short": (
        "comlib/experiments/inverse/nonlinear/oracle.py",
        "torch.lgamma(s[:, None] + 1)", "torch.lgamma(s[:, None] + 2)"),
    "book/remedies/nonlinear": (
        "comlib/models/unit_gain.py",
        "return eigenvalue.abs()", "return 2 * eigenvalue.abs()"),
    "book/inverse/language": (
        "comlib/experiments/inverse/language/classifiers.py",
        "self.head(total / lengths[:, None])", "self.head(total / lengths.max())"),
    "book/inverse/lessons": (
        "comlib/measures/perturbation/norms.py",
        "return gradient.sign()", "return gradient.sign() / 2"),
    "book/inverse/filtering": (
        "comlib/experiments/inverse/filtering/teachers.py",
        "roots_jacobi(nodes, 0.0, power - 1)", "roots_jacobi(nodes, 0.0, power)"),
    "book/implicit/rich": (
        "comlib/wide/networks.py",
        "return scale * (late @ early.mT)", "return late @ early.mT"),
    "book/implicit/staircase": (
        "comlib/dynamics/dense_flow.py",
        "return 2 * abs(R) * float(1 + (a / gaps**2).sum())",
        "return 2 * abs(R) * float(1 + (a / gaps).sum())"),
    "book/linear/inverse": (
        "comlib/measures/spectrum/transients.py",
        "(A + A.mT) / 2", "(A + A.mT) / 2.02"),
    "book/inverse/approximation": (
        "comlib/experiments/inverse/approximation/box_and_ball.py",
        "else beta * math.sqrt(m)", "else beta * m"),
    "book/inverse/theorem": (
        "comlib/measures/perturbation/lower_curve.py",
        "abs(kernel.laplace(-beta)) - mass", "abs(kernel.laplace(-beta))"),
    "book/inverse/gaps": (
        "comlib/measures/spectrum/lyapunov.py",
        "2 * L * (L + 2 * r)", "L * r"),
    "book/implicit/kernel": (
        "comlib/wide/factors.py",
        "+ eta_W * j * variances.c", "+ eta_W * (j + 1) * variances.c"),
    "book/implicit/tradeoff": (
        "comlib/wide/risk.py",
        "pairs[tau] += (T - tau) / sequences",
        "pairs[tau] += 2 * (T - tau) / sequences"),
    "book/implicit/recordings": (
        "comlib/data/windows.py",
        "recording.y[at - delay]", "recording.y[at]"),
    "book/implicit/recurrences": (
        "comlib/wide/recurrences.py",
        "math.comb(2 * n, n) // (n + 1)", "math.comb(2 * n, n) // (n + 2)"),
    "book/implicit/path": (
        "comlib/wide/paths.py",
        "(1 - rate * s) ** at", "(1 - rate * s) ** (at + 1)"),
    "book/implicit/bias": (
        "comlib/experiments/implicit/bias/laws.py",
        "rate * updates * factors * (", "rate * updates * factors.sqrt() * ("),
    "book/remedies/reparameterisation": (
        "comlib/measures/perturbation/modulus.py",
        "math.sqrt(f.a / f.b) / 2", "math.sqrt(f.a / f.b)"),
    "book/remedies/extension": (
        "comlib/horizon/carried.py",
        "short * (2 * window + 1 - short)", "short * (2 * window - short)"),
    "book/remedies/learning": (
        "comlib/modes/rates.py",
        "(2 * gain**2 - 2 * gain + 1) / 4", "(2 * gain**2 - gain + 1) / 4"),
    "book/remedies/stacks": (
        "comlib/models/stack.py",
        "torch.lgamma(k + L) - torch.lgamma(k + 1)",
        "torch.lgamma(k + L + 1) - torch.lgamma(k + 2)"),
    "book/remedies/generalisation": (
        "comlib/generalisation/measure.py",
        "covariance.diagonal().sqrt()", "covariance.diagonal()"),
    "book/remedies/rescaling": (
        "comlib/horizon/lags.py",
        "back.unfold(0, length, 1) @ weights.flip(0)",
        "back.unfold(0, length, 1) @ weights"),
}

CHANGED = chosen({name: {f"{name}.md", f"{name}.ipynb", mutation[0]}
                  for name, mutation in MUTATIONS.items()})

pytestmark = pytest.mark.slow


def test_every_numbered_chapter_has_a_mutation():
    assert sorted(MUTATIONS) == sorted(NUMBERED)


@pytest.mark.parametrize("chapter", CHANGED[:1])
def test_an_unchanged_copy_passes(chapter, tmp_path):
    result = nbval(f"{chapter}.ipynb", copy_checkout(tmp_path))
    assert result.returncode == 0, result.stdout[-3000:]


def mutate(root: Path, file: str, right: str, wrong: str) -> None:
    """Replace a text that must occur exactly once."""
    source = (root / file).read_text(encoding="utf-8")
    assert source.count(right) == 1, (
        f"{file} holds {right!r} {source.count(right)} times: mend MUTATIONS")
    (root / file).write_text(source.replace(right, wrong), encoding="utf-8")


@pytest.mark.parametrize("chapter", CHANGED)
def test_chapter_notices_its_mutation(chapter, tmp_path):
    mutate(copy_checkout(tmp_path), *MUTATIONS[chapter])
    result = nbval(f"{chapter}.ipynb", tmp_path)
    # 1: cells failed. A mutation that breaks the import would fail every cell.
    assert result.returncode == 1, result.stdout[-3000:]
    assert " passed" in result.stdout, "nothing ran: the mutation broke the package"


def test_a_mutation_whose_text_is_gone_is_an_error(tmp_path):
    (tmp_path / "module.py").write_text("x = 1\n")
    with pytest.raises(AssertionError, match="0 times"):
        mutate(tmp_path, "module.py", "y = 1", "y = 2")


def test_the_chapters_that_changed_are_chosen(tmp_path, monkeypatch):
    def git(*words):
        author = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
        subprocess.run(["git", *author, *words], cwd=tmp_path, check=True)

    files = {name: {f"{name}.md", "shared.py"} for name in "abcd"}
    for name in "abcd":
        (tmp_path / f"{name}.md").write_text("words\n")
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "first")
    monkeypatch.setenv("CHAPTERS", "HEAD")
    assert chosen(files, tmp_path) == ["a"]
    for name in "cd":
        (tmp_path / f"{name}.md").write_text("other words\n")
    assert chosen(files, tmp_path) == ["c", "d"]
    assert chosen(files, tmp_path, most=1) == ["c"]
    monkeypatch.setenv("CHAPTERS", "unknown")
    assert chosen(files, tmp_path) == ["a"]
    monkeypatch.setenv("CHAPTERS", "all")
    assert chosen(files, tmp_path, most=1) == list(files)
