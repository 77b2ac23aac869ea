"""The task of the chapter: a small linear teacher, seen through noise."""

from dataclasses import dataclass

from torch import Tensor

from comlib import white_noise
from comlib.wide import SecondMoments, Variances, WideNetwork

TEACHER = Variances(W=0.3, U=1.0, c=1.0)


@dataclass(frozen=True, eq=False)
class Task:
    """Moments of training and of test sequences, and the teacher behind them.

    Args:
        train: moments of the sequences that the gradient sees.
        test: moments of as many fresh ones.
        teacher: its impulse response, (time, 1, 1).
    """

    train: SecondMoments
    test: SecondMoments
    teacher: Tensor


def teacher_task(length: int, count: int, decibels: float, seed: int) -> Task:
    """Return the task of a random linear network of four neurons.

    Inputs are white of variance one, and so is the noise in the outputs, up to its
    size.

    Args:
        length: window T.
        count: sequences N, and as many for the test.
        decibels: ratio of the variances of outputs and noise.
        seed: of teacher and data.
    """
    teacher = WideNetwork.random(4, TEACHER, seed=seed)
    x = white_noise(2 * count, length, dt=1.0, seed=seed + 1)
    clean = teacher(x).detach()
    size = clean.square().mean().sqrt() * 10 ** (-decibels / 20)
    y = clean + size * white_noise(2 * count, length, dt=1.0, seed=seed + 2)
    train, test = (SecondMoments.of(x[k::2], y[k::2]) for k in (0, 1))
    return Task(train, test, teacher.kernel_samples(length).detach())
