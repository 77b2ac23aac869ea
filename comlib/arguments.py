"""Annotations as rules: what ``@checked`` makes of the arguments of a call."""

import functools
import inspect
import itertools
import types
import typing
from collections.abc import Callable, Iterable, Sequence
from numbers import Integral, Real

import numpy as np
import torch
from jaxtyping import AbstractArray
from torch import Tensor

from .checks import InputError, shown

SINGLE = {torch.float16, torch.bfloat16, torch.float32, torch.complex32,
          torch.complex64}
"""What is refused: digits that were lost before the call."""

SEQUENCES, UNIONS = (Sequence, Iterable, tuple, list), (types.UnionType, typing.Union)

CURES = {
    ("Functional", "Kernel"): "wrap it: LinearFunctional(kernel, dt)",
    ("Functional", "RNNBase"): "wrap it: TorchRecurrent(module)",
    ("Functional", "Module"): "wrap it: CausalModule(module, dt=dt, d_in=d_in)",
    ("Functional", "function"): "wrap it: CausalModule(function, dt=dt)",
    ("Kernel", "LinearFunctional"): "pass its .kernels[0]",
    ("Kernel", "Functional"): "pass the target's kernel; that of a linear model is "
                              "impulse_response(model, length)",
}
"""How what came becomes what is wanted, by the names of their classes."""

NUMBERS = {bool: "True or False", int: "a whole number", float: "a number, not NaN",
           str: "text"}


def checked(function: Callable | None = None, *, linear: str = "") -> Callable:
    """Check arguments against their annotations before the call.

    NumPy's numbers become Python's; arrays become the sequences, and lists the
    tuples, that are asked for. Dimensions of one name have one size. Tensors and the
    weights of functionals must be in double precision: what was rounded to float32
    is refused, not mended.

    Args:
        function: a function, or a class, whose ``__init__`` is checked then.
        linear: every functional must be linear or affine; the cure if one is not.
    """
    if function is None:
        return functools.partial(checked, linear=linear)
    if isinstance(function, type):
        function.__init__ = checked(function.__init__)
        return function
    parameters = inspect.signature(function).parameters
    order = [name for name, p in parameters.items() if p.kind in (0, 1, 2)]
    more = next((n for n, p in parameters.items() if p.kind is p.VAR_POSITIONAL), "")
    rules = {name: p.annotation for name, p in parameters.items()
             if p.annotation is not p.empty and p.kind is not p.VAR_KEYWORD}

    def look(name: str, value: object, sizes: dict[str, int]) -> object:
        value = check_annotated(name, value, rules[name]) if name in rules else value
        if linear and not getattr(value, "affine", True):
            raise InputError(name, "must be linear or affine to have a memory kernel",
                             type(value).__name__, linear)
        for dimension, size in _sizes(value, rules.get(name)):
            if sizes.setdefault(dimension, size) != size:
                raise InputError(name, f"must have {dimension} = {sizes[dimension]}, "
                                 "like the arguments before", tuple(value.shape),
                                 "make them fit")
        return value

    @functools.wraps(function)
    def call(*args: object, **kwargs: object) -> object:
        names, sizes = [*order, *[more] * (len(args) - len(order))], {}
        return function(
            *[look(name, value, sizes) for name, value in zip(names, args)],
            **{name: look(name, value, sizes) for name, value in kwargs.items()})

    return call


def check_annotated(argument: str, value: object, annotation: object) -> object:
    """Return ``value`` as its annotation says.

    Args:
        argument: the name that the error message gives.
        value: what came.
        annotation: what its function declares.

    Raises:
        InputError: it is something else.
    """
    fits, value = _fit(value, annotation)
    if fits:
        return value
    raise InputError(argument, f"must be {_words(annotation)}", shown(value),
                     _cure(argument, value, annotation))


def _fit(value: object, rule: object) -> tuple[bool, object]:
    """Return whether a value is what an annotation asks for, and the value as that."""
    kind, parts = typing.get_origin(rule) or rule, typing.get_args(rule)
    if kind in UNIONS:
        found = [_fit(value, part) for part in parts]
        return next((one for one in found if one[0]), (False, value))
    if kind in NUMBERS:
        return _fit_number(value, kind)
    if kind in SEQUENCES and parts:
        fits, value = _fit_sequence(value, kind, parts[0])
        fixed = kind is tuple and parts[-1] is not ...
        return fits and (not fixed or len(value) == len(parts)), value
    if kind in (None, types.NoneType):
        return value is None, value
    if kind is Callable:
        return callable(value), value
    if _is_tensor(kind):
        return _fit_tensor(value, kind), value
    if isinstance(kind, type):
        return isinstance(value, kind) and _is_double(value, kind), value
    return True, value


def _fit_number(value: object, wanted: type) -> tuple[bool, object]:
    """Return a number as Python's own; a column of a table has tensors for numbers."""
    if wanted is str:
        return isinstance(value, str), value
    if isinstance(value, np.generic) or (
            wanted is float and isinstance(value, Tensor) and value.ndim == 0):
        value = value.item()
    if wanted is bool or isinstance(value, bool):
        return wanted is bool and isinstance(value, bool), value
    if isinstance(value, Integral):
        return True, int(value)
    return wanted is float and isinstance(value, Real) and value == value, value


def _fit_sequence(value: object, wanted: type, each: object) -> tuple[bool, object]:
    """Return it with its elements checked; what can be read only once is left."""
    if hasattr(value, "tolist"):
        value = value.tolist() if value.ndim == 1 else None
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        return False, value
    if wanted is Iterable and not isinstance(value, Sequence):
        return True, value
    fits = [_fit(one, each) for one in value]
    make = tuple if tuple in (wanted, type(value)) else list
    return all(one[0] for one in fits), make(one[1] for one in fits)


def _fit_tensor(value: object, wanted: type) -> bool:
    """Whether it is a tensor of double precision, with as many dimensions as named."""
    if not isinstance(value, getattr(wanted, "array_type", wanted)):
        return False
    dtype = str(value.dtype).removeprefix("torch.")
    if value.dtype in SINGLE or dtype not in getattr(wanted, "dtypes", (dtype,)):
        return False
    names = getattr(wanted, "dim_str", "*any").split()
    some = names[:1] if names[0].startswith("*") else []
    return value.ndim == len(names) if not some else value.ndim >= len(names) - 1


def _sizes(value: object, rule: object) -> list[tuple[str, int]]:
    """Return the dimensions of a tensor that have names, with their sizes."""
    if not isinstance(value, Tensor):
        return []
    names = next((part.dim_str.split() for part in (rule, *typing.get_args(rule))
                  if hasattr(part, "dim_str")), [])
    return [(name, size) for name, size in zip(reversed(names), reversed(value.shape))
            if name.isidentifier()]


def _is_tensor(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, (Tensor, AbstractArray))


def _is_double(value: object, wanted: type = object) -> bool:
    """Whether the weights of a functional are; torch's layers are converted later."""
    if not isinstance(value, torch.nn.Module) or wanted.__module__.startswith("torch"):
        return True
    return all(p.dtype not in SINGLE
               for p in itertools.chain(value.parameters(), value.buffers()))


def _words(rule: object) -> str:
    """Return what an annotation asks for, in words."""
    kind, parts = typing.get_origin(rule) or rule, typing.get_args(rule)
    if kind in UNIONS:
        return " or ".join(_words(part) for part in parts)
    if kind in SEQUENCES and parts:
        return f"several, each {_words(parts[0])}"
    if _is_tensor(kind):
        shape = ", ".join(getattr(kind, "dim_str", "").split())
        return "a float64 tensor" + (f" of shape ({shape})" if shape else "")
    words = NUMBERS | {Callable: "a function", types.NoneType: "None"}
    return words.get(kind) or f"a {getattr(kind, '__name__', kind)}"


def _classes(rule: object) -> set[str]:
    """Return the names of the classes that an annotation allows."""
    parts = typing.get_args(rule)
    return {getattr(rule, "__name__", "")}.union(*map(_classes, parts))


def _cure(argument: str, value: object, rule: object) -> str:
    """Return what to do with what came."""
    wanted = _classes(rule)
    names = [cls.__name__ for cls in type(value).__mro__]
    if wanted.intersection(names[:-1]) and not _is_double(value):
        return (f"its weights are float32: call {argument}.double(), or wrap torch's "
                "own layers in TorchRecurrent or CausalModule")
    for came in names:
        for (kind, other), cure in CURES.items():
            if kind in wanted and other == came:
                return cure
    if isinstance(value, Tensor):
        return f"reshape it, or convert it with {argument}.double()"
    if "Tensor" in str(rule):
        return "convert it with torch.as_tensor(..., dtype=torch.float64)"
    return "see the docstring"
