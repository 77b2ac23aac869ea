"""The source of a function beside its formula."""

import ast
import inspect
import re
import textwrap

from ..arguments import checked
from ..checks import InputError


class Source:
    """Python text that a notebook shows as a code block.

    Args:
        text: the source.
    """

    def __init__(self, text: str):
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.text}\n```"


class Glossary(Source):
    """A Markdown table.

    Args:
        text: the table.
    """

    def _repr_markdown_(self) -> str:
        return self.text


def _without_docstrings(text: str) -> str:
    """Drop statements that are only a string; leave ``...`` where one stood alone."""
    lines = text.split("\n")
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        strings = [s for s in node.body if isinstance(s, ast.Expr)
                   and isinstance(getattr(s.value, "value", None), str)]
        for string in strings:
            first, last = string.lineno - 1, string.end_lineno
            before = lines[first].encode()[:string.col_offset].decode()
            if before.strip():
                continue
            lines[first:last] = [None] * (last - first)
            if len(strings) == len(node.body) and string is strings[0]:
                lines[first] = before + "..."
    return "\n".join(line for line in lines if line is not None)


def _tidy(text: str) -> str:
    """One blank line at most, none right below the line that opens a body."""
    text = re.sub(r"\n\s*\n(\s*\n)+", "\n\n", text)
    return re.sub(r":\n\n+(?= )", ":\n", text).strip("\n")


@checked
def show_source(*objects, doc: bool = False) -> Source:
    """Return the source of functions, classes or methods for a cell to show.

    When the code changes, the stored output of the cell no longer agrees.

    Args:
        objects: what to show, one below the other.
        doc: keep the docstrings.

    Raises:
        InputError: nothing to show, or an object without Python source.
    """
    if not objects:
        raise InputError("objects", "must be at least one", "none", "pass a function")
    blocks = []
    for item in objects:
        item = item.fget if isinstance(item, property) else item
        try:
            # what checks the arguments of a formula is no part of it
            text = textwrap.dedent(inspect.getsource(item))
            text = re.sub(r"\A@checked.*\n", "", text)
        except (TypeError, OSError):
            raise InputError("objects", "must be functions, classes or methods",
                             repr(item), "pass the function itself") from None
        blocks.append(_tidy(text if doc else _without_docstrings(text)))
    return Source("\n\n\n".join(blocks))
