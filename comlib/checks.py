"""Bad input: what every argument is checked with, and how it is refused."""

import math
from collections.abc import Iterable, Sized
from dataclasses import fields
from numbers import Integral, Real

import torch
from torch import Tensor


class InputError(ValueError):
    """Bad input, said in four parts.

    Args:
        argument: the name of the argument.
        rule: what it must be.
        got: what came.
        cure: what to do about it.
    """

    def __init__(self, argument: str, rule: str, got: object, cure: str):
        super().__init__(argument, rule, got, cure)  # all four, to survive a pickle
        self.argument, self.rule, self.got, self.cure = argument, rule, got, cure

    def __str__(self) -> str:
        return f"{self.argument}: {self.rule}; got {self.got}; {self.cure}"


class UnstableError(InputError):
    """Parameters with which the recurrence would not forget its state."""


def check_count(argument: str, value: int, least: int = 1) -> int:
    """Return ``value`` if it is a whole number of at least ``least``.

    Args:
        argument: the name that the error message gives.
        value: what came.
        least: the smallest number allowed.

    Raises:
        InputError: it is not.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise InputError(argument, f"must be a whole number >= {least}",
                         shown(value), f"pass an int, e.g. {argument}={least + 10}")
    return int(value)


def check_positive(argument: str, value: float, zero: bool = False) -> float:
    """Return ``value`` as a float if it is finite and positive.

    Args:
        argument: the name that the error message gives.
        value: what came.
        zero: allow zero too.

    Raises:
        InputError: it is not.
    """
    rule = "must be a finite number " + (">= 0" if zero else "> 0")
    try:
        number = math.nan if isinstance(value, (str, bool)) else float(value)
    except (TypeError, ValueError, RuntimeError):
        number = math.nan
    if not (0 < number < math.inf or (zero and number == 0)):
        raise InputError(argument, rule, shown(value), f"pass e.g. {argument}=1.0")
    return number


def check_choice(argument: str, value: str, known: Iterable[str]) -> str:
    """Return ``value`` if it is one of the known names.

    Args:
        argument: the name that the error message gives.
        value: what came.
        known: the names.

    Raises:
        InputError: it is none of them.
    """
    known = list(known)
    if not isinstance(value, str) or value not in known:
        raise InputError(argument, f"must be one of {', '.join(known)}", shown(value),
                         f"choose one, e.g. {argument}={known[0]!r}")
    return value


def check_filled(argument: str, value: Sized) -> Sized:
    """Return ``value`` if it holds something.

    Args:
        argument: the name that the error message gives.
        value: what came.

    Raises:
        InputError: it is empty.
    """
    if len(value) == 0:
        raise InputError(argument, "must hold at least one", "none",
                         "leave the call out, or pass one")
    return value


def check_finite(argument: str, value: float) -> float:
    """Return ``value`` if it is a finite number of any sign.

    Args:
        argument: the name that the error message gives.
        value: what came.

    Raises:
        InputError: it is not.
    """
    if not isinstance(value, Real) or not math.isfinite(value):
        raise InputError(argument, "must be a finite number", shown(value),
                         f"pass e.g. {argument}=1.0")
    return value


def shown(value: object) -> str:
    """Return one short line for what came: a tensor's type and shape, else its repr.

    Args:
        value: what came.
    """
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return f"{type(value).__name__} of {value.dtype}, shape {tuple(value.shape)}"
    text = repr(value) if len(repr(value)) < 60 else f"a {type(value).__name__}"
    return text if "\n" not in text else f"a {type(value).__name__}"


def check_parameters(cls: type, parameters: dict[str, object]) -> None:
    """Check that keyword parameters are fields of a dataclass.

    Args:
        cls: the dataclass.
        parameters: what came, by name.

    Raises:
        InputError: one of them is not a field.
    """
    known = [field.name for field in fields(cls)]
    for name, value in parameters.items():
        if name not in known:
            raise InputError(name, f"must be a parameter of {cls.__name__}",
                             f"{name}={value!r}", f"choose from {known}")


def check_tensor(argument: str, value: Tensor, shape: str) -> Tensor:
    """Return ``value`` if it is a finite real floating point tensor.

    Args:
        argument: the name that the error message gives.
        value: what came.
        shape: the names of its dimensions, e.g. ``"batch time d_in"``.

    Raises:
        InputError: not a tensor, wrong number of dimensions, an empty
            dimension, not floating point, or not finite.
    """
    wanted = f"must be a tensor of shape ({', '.join(shape.split())})"
    if not isinstance(value, Tensor):
        raise InputError(argument, wanted, type(value).__name__,
                         "convert it with torch.as_tensor(..., dtype=torch.float64)")
    if value.ndim != len(shape.split()) or 0 in value.shape:
        raise InputError(argument, wanted + ", no dimension empty",
                         tuple(value.shape), "reshape it")
    if not value.dtype.is_floating_point:
        raise InputError(argument, "must be real floating point", value.dtype,
                         f"convert it with {argument}.to(torch.float64)")
    if not torch.isfinite(value).all():
        raise InputError(argument, "must be finite", "NaN or infinity",
                         "look where it was computed")
    return value
