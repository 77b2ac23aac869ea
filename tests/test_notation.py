"""The notation page names every public name of the package, once."""

import inspect
import re
from collections import Counter
from pathlib import Path

import nbformat
import pytest

import comlib
from comlib.evidence import glossary

FRONT = {name for name, thing in vars(comlib).items()
         if not name.startswith("_") and not inspect.ismodule(thing)} - {"figures"}
PAGE = Path(__file__).parents[1] / "book/notation.ipynb"


def names_on_the_page() -> list[str]:
    cells = nbformat.read(PAGE, 4).cells
    outputs = [o for c in cells if c.cell_type == "code" for o in c.outputs]
    tables = [o.data["text/markdown"] for o in outputs if "text/markdown" in o.data]
    return [name for table in tables for name in re.findall(r"\| `(\w+)` \|", table)]


def test_the_notation_page_names_every_public_name_once():
    assert Counter(names_on_the_page()).most_common(1)[0][1] == 1
    assert FRONT <= set(names_on_the_page())


def test_a_name_that_is_not_public_is_refused():
    with pytest.raises(comlib.InputError, match="exported by comlib"):
        glossary(comlib, {"perturb_all": ""})


def test_the_glossary_links_a_name_to_its_definition():
    text = glossary(comlib, {"memory_function": "$M_B$"}).text
    assert "{prf:ref}`def-memory-function`" in text and "$M_B$" in text
