"""How annotations are checked at run time: as types are written, ints are floats.

Only the first calls of a function in a test are checked, so that loops stay fast, and
what is never called is not prepared. conftest.py imports this before comlib.
"""

import collections
import functools
import inspect

import jaxtyping
from beartype import BeartypeConf, beartype

check = beartype(conf=BeartypeConf(is_pep484_tower=True))
FIRST = 50
CALLS = collections.Counter()
"""By function; conftest.py starts anew with every test."""
jaxtyped = jaxtyping.jaxtyped


def checked_at_first(function=None, *, typechecker):
    """Decorate as jaxtyping does, and step aside after the first calls."""
    if function is None:
        return functools.partial(checked_at_first, typechecker=typechecker)
    if not inspect.isfunction(function):
        start = getattr(function.__init__, "__globals__", {})
        if start.get("__name__") == __name__:
            return function  # what @checked put before its __init__ is decorated
        return jaxtyped(function, typechecker=typechecker)
    checked = functools.cache(lambda: jaxtyped(function, typechecker=typechecker))

    @functools.wraps(function)
    def call(*args, **kwargs):
        CALLS[call] += 1
        use = checked() if CALLS[call] <= FIRST else function
        return use(*args, **kwargs)

    return call


jaxtyping.jaxtyped = checked_at_first  # what the import hook writes before functions
