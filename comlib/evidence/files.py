"""Names of what is stored, and files that are written in one step."""

import os
import re
import uuid
from pathlib import Path

from ..checks import InputError

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def check_name(argument: str, value: object) -> str:
    """Return ``value`` if it is lower case words joined with hyphens.

    Args:
        argument: the name that the error message gives.
        value: what came.

    Raises:
        InputError: it is not.
    """
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise InputError(argument, "must be lower case words joined with hyphens",
                         repr(value), f"pass e.g. {argument}='memory-of-a-kernel'")
    return value


def check_address(argument: str, value: object) -> str:
    """Return ``value`` if it is names, see ``check_name``, joined with dots.

    Args:
        argument: the name that the error message gives.
        value: what came.

    Raises:
        InputError: it is not.
    """
    if not isinstance(value, str) or not all(map(_NAME.fullmatch, value.split("."))):
        raise InputError(argument, "must be the chapter and a name, joined with dots",
                         repr(value), f"pass e.g. {argument}='linear.escape.law'")
    return value


def write_text(path: Path, text: str) -> None:
    """Write a text file in one step: readers see the old text or the new.

    Args:
        path: where; its folder exists.
        text: what; line ends are kept as they are.
    """
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")
    try:
        partial.write_bytes(text.encode("utf-8"))
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
