"""The architecture: imports point downwards, names are explained, code stays short.

Each rule is a function from a module to a list of complaints; the last tests feed
small offending modules to them and expect the complaint.
"""

import ast
import graphlib
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import comlib

ROOT = Path(__file__).parents[1]
BELOW = {"checks", "arguments"}
KNOWS = {
    "checks": set(),
    "arguments": {"checks"},
    "functional": BELOW,
    "evidence": {*BELOW, "functional"},
    "kernels": {*BELOW, "functional"},
    "models": {*BELOW, "functional"},
    "targets": {*BELOW, "functional", "kernels", "models"},
    "measures": {*BELOW, "functional", "evidence", "kernels", "models", "targets"},
    "measures.spectrum": set(),
    "measures.approximation": set(),
    "measures.perturbation": {"measures.spectrum"},
    "dynamics": {*BELOW, "functional", "evidence", "kernels"},
    "modes": {*BELOW, "functional", "models"},
    "wide": {*BELOW, "functional", "models"},
    "horizon": {*BELOW, "functional", "kernels", "models"},
    "data": {*BELOW, "functional"},
    "generalisation": {*BELOW, "functional"},
    "training": {*BELOW, "functional", "evidence", "kernels", "models", "targets",
                 "measures"},
    "experiments": {"", *BELOW, "functional", "evidence", "kernels", "models",
                    "targets", "measures", "dynamics", "modes", "wide", "data",
                    "generalisation", "horizon", "training"},
}
"""What each folder may import, besides itself; a folder in a folder may also import
what the outer one may, and its modules, which in turn do not know it."""

ONLY = {"evidence.palette": set(),
        "evidence.panels": {*BELOW, "evidence.palette"},
        "evidence.figures": {*BELOW, "evidence.tables", "evidence.palette",
                             "evidence.panels"}}
"""Modules that know less than their folder may."""

ALLOWED_LOCAL = {("data.digits", "sklearn")}
"""(module, what it may import inside a function): what takes a second to import."""

NOT_MEASURES = {("measures.perturbation.ball", "perturb"),
                ("measures.perturbation.ascent", "worst_case"),
                ("measures.perturbation.ascent", "in_eigenvalues")}
"""Public functions beside the measures that do something else: return a functional."""

PRINTING = {"evidence.data", "evidence.records", "experiments.__main__",
            "experiments.reference.speed.__main__"}
NUMBERS = {"float", "int", "bool", "complex", "Tensor", "torch.Tensor", "Table",
           "Float", "Int", "Bool", "Complex", "Num", "Inexact", "Real"}


def module_name(path: Path) -> str:
    """``measures.memory`` for comlib/measures/memory.py, ``measures`` for its init."""
    parts = path.relative_to(ROOT / "comlib").with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


PATHS = {module_name(p): p for p in sorted((ROOT / "comlib").rglob("*.py"))}
MODULES = sorted(PATHS)
KNOWN = set(PATHS).union(KNOWS)


def folder(name: str) -> str:
    """The folder with rules that a module lies in, e.g. ``measures.perturbation``."""
    while name and name not in KNOWS:
        name = name.rpartition(".")[0]
    return name


def longest_known(target: str) -> str:
    while target and target not in KNOWN:
        target = target.rpartition(".")[0]
    return target


def imported(name: str, tree: ast.AST, package: bool) -> set[str]:
    """The comlib modules that a module imports; "" is comlib itself."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {a.name.partition(".")[2] for a in node.names
                      if a.name.split(".")[0] == "comlib"}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = ["comlib", *name.split(".")][:len(name.split(".")) + 1 + package
                                                     - node.level]
                base = ".".join([*above, *base.split(".")]).rstrip(".")
            if base.split(".")[0] == "comlib":
                inner = base.partition(".")[2]
                found |= {longest_known(f"{inner}.{a.name}".strip("."))
                          for a in node.names}
    return found - {name}


def may_import(here: str, there: str) -> bool:
    """Whether a folder may import from another: what it or a folder around it may."""
    while here:
        if there == here or there in KNOWS[here]:
            return True
        here = here.rpartition(".")[0]
    return False


def import_complaints(name: str, source: str, package: bool = False) -> list[str]:
    if not folder(name):
        return [f"{name}: is in no folder with rules"]
    complaints = []
    for other in sorted(imported(name, ast.parse(source), package)):
        if package and other.startswith(name + "."):
            continue
        if name in ONLY and other not in ONLY[name]:
            complaints.append(f"{name}: may not know {other}")
        elif not other and not may_import(folder(name), ""):
            complaints.append(f"{name}: imports the whole of comlib")
        elif other and not folder(other):
            complaints.append(f"{name}: imports {other}, in no folder with rules")
        elif other and not may_import(folder(name), folder(other)):
            complaints.append(f"{name}: may not import {other}")
    return complaints


def circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """Return groups of modules that import each other in a circle."""
    order = graphlib.TopologicalSorter(imports)
    try:
        order.prepare()
    except graphlib.CycleError as error:
        return [error.args[1]]
    return []


def functions(tree: ast.AST):
    return [node for node in ast.walk(tree)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def size_complaints(name: str, source: str) -> list[str]:
    complaints = []
    if len(source.splitlines()) > 250:
        complaints.append(f"{name}: {len(source.splitlines())} lines, 250 at most")
    for node in functions(ast.parse(source)):
        first = node.body[0]
        is_doc = ast.get_docstring(node) is not None
        doc = first.end_lineno - first.lineno + 1 if is_doc else 0
        if (length := node.end_lineno - node.lineno + 1 - doc) > 40:
            complaints.append(f"{name}.{node.name}: {length} lines, 40 at most")
    wide = [i for i, line in enumerate(source.splitlines(), 1) if len(line) > 88]
    return complaints + [f"{name}, line {i}: wider than 88 columns" for i in wide]


def habit_complaints(name: str, source: str) -> list[str]:
    """Imports inside functions, global seeding, printing."""
    tree, complaints = ast.parse(source), []
    for function in functions(tree):
        for node in ast.walk(function):
            names = ([a.name for a in node.names] if isinstance(node, ast.Import) else
                     [node.module] if isinstance(node, ast.ImportFrom) else [])
            complaints += [f"{name}.{function.name}: imports {n} inside a function"
                           for n in names if (name, n) not in ALLOWED_LOCAL]
    for node in ast.walk(tree):
        called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        if re.fullmatch(r"(torch(\.\w+)*\.(manual_seed(_all)?|seed)|"
                        r"(np|numpy)\.random\.seed|random\.seed)", called):
            complaints.append(f"{name}, line {node.lineno}: {called} seeds globally")
        if called == "print" and name not in PRINTING:
            complaints.append(f"{name}, line {node.lineno}: prints")
    return complaints


def measure_complaints(name: str, source: str) -> list[str]:
    """Public functions of measures return a number, a tensor or a table."""
    complaints = []
    for node in ast.parse(source).body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        if (name, node.name) in NOT_MEASURES:
            continue
        text = ast.unparse(node.returns) if node.returns else "nothing"
        text = node.returns.value if isinstance(node.returns, ast.Constant) else text
        heads = {re.split(r"\[", part.strip())[0]
                 for part in re.sub(r"\[[^\]]*\]", "[]", str(text)).split("|")}
        if not heads <= NUMBERS:
            complaints.append(f"{name}.{node.name}: returns {text}, not a number, "
                              "a tensor or a Table")
    return complaints


def doc_complaints(name: str, thing: object) -> list[str]:
    """Every public thing is documented, and each of its arguments mentioned."""
    doc = inspect.getdoc(thing) if not inspect.isclass(thing) else thing.__doc__
    if not doc or doc.startswith(f"{getattr(thing, '__name__', '')}("):
        return [f"{name}: has no docstring"]
    if not callable(thing):
        return []
    if inspect.isclass(thing):
        inside = [c for c in thing.__mro__ if c.__module__.split(".")[0] == "comlib"]
        doc = "\n".join(c.__doc__ or "" for c in inside or [thing])
    try:
        arguments = set(inspect.signature(thing).parameters)
    except ValueError:
        return []
    arguments -= {"self", "args", "kwargs"}
    return [f"{name}: argument {a} is not explained" for a in sorted(arguments)
            if not re.search(rf"\b{re.escape(a)}\b", doc)]


def public_things(module) -> list[tuple[str, object]]:
    """Functions and classes defined in a module, and the methods of those classes."""
    things = []
    for name, thing in vars(module).items():
        if name.startswith("_") or getattr(thing, "__module__", "") != module.__name__:
            continue
        if inspect.isclass(thing) or inspect.isfunction(thing):
            things.append((f"{module.__name__}.{name}", thing))
        if inspect.isclass(thing):
            own = {m: getattr(raw, "__func__", raw) for m, raw in vars(thing).items()}
            things += [(f"{module.__name__}.{name}.{m}", getattr(thing, m))
                       for m, raw in own.items()
                       if not m.startswith("_") and inspect.isfunction(raw)]
    return things


@pytest.fixture(params=[name for name in MODULES if name])
def module(request):
    return request.param


def test_imports_point_downwards(module):
    package = PATHS[module].name == "__init__.py"
    assert import_complaints(module, PATHS[module].read_text(), package) == []


def test_modules_and_functions_are_short(module):
    assert size_complaints(module, PATHS[module].read_text()) == []


def test_there_are_no_bad_habits(module):
    assert habit_complaints(module, PATHS[module].read_text()) == []


def test_every_argument_of_a_public_thing_is_explained(module):
    things = public_things(importlib.import_module(f"comlib.{module}"))
    assert [c for name, thing in things for c in doc_complaints(name, thing)] == []


@pytest.mark.parametrize("name", [n for n in MODULES if n.startswith("measures")])
def test_a_measure_returns_a_number_a_tensor_or_a_table(name):
    assert measure_complaints(name, PATHS[name].read_text()) == []


FRONT = sorted(name for name, thing in vars(comlib).items()
               if not name.startswith("_") and not inspect.ismodule(thing))


@pytest.mark.parametrize("name", FRONT)
def test_every_public_name_is_documented(name):
    assert doc_complaints(name, getattr(comlib, name)) == []


def test_the_front_is_small():
    assert 45 <= len(FRONT) <= 55


def descendants(cls):
    for child in cls.__subclasses__():
        yield child
        yield from descendants(child)


@pytest.mark.parametrize("family, folders", [
    ("functional.Functional", ("models", "targets", "wide")),
    ("kernels.Kernel", ("kernels",)),
    ("models.Parameterization", ("models",))])
def test_every_member_of_a_family_is_exported_by_its_folder(family, folders):
    for name in filter(None, MODULES):
        importlib.import_module(f"comlib.{name}")
    module, _, base = family.rpartition(".")
    base = getattr(importlib.import_module(f"comlib.{module}"), base)
    members = {c.__name__ for c in descendants(base) if not c.__name__.startswith("_")
               and c.__module__.startswith("comlib.")
               and not c.__module__.startswith("comlib.experiments.")}
    exported = set().union(*(vars(importlib.import_module(f"comlib.{folder}"))
                             for folder in folders))
    assert members and members <= exported


def test_importing_comlib_is_cheap_and_does_not_change_torch():
    code = ("import sys, torch; state = torch.get_rng_state().tolist();"
            "import comlib, comlib.data; assert 'sklearn' not in sys.modules;"
            "assert 'matplotlib.pyplot' not in sys.modules;"
            "assert torch.get_default_dtype() == torch.float32;"
            "assert state == torch.get_rng_state().tolist()")
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_no_modules_import_each_other_in_a_circle():
    imports = {name: imported(name, ast.parse(path.read_text()),
                              path.name == "__init__.py") - {""}
               for name, path in PATHS.items() if name}
    packages = {name for name, path in PATHS.items() if path.name == "__init__.py"}
    # a package imports its modules, and they import each other, not the package
    inner = {name: {other for other in found if other not in packages}
             for name, found in imports.items() if name not in packages}
    assert circles(inner) == []


@pytest.mark.parametrize("name, source, complaint", [
    ("kernels.base", "from ..models import RNN", "may not import models"),
    ("kernels.base", "import comlib.models", "may not import models"),
    ("kernels.base", "from comlib import RNN", "the whole of comlib"),
    ("kernels.base", "from .. import RNN", "the whole of comlib"),
    ("models.networks", "from ..targets import impulse", "may not import targets"),
    ("models.networks", "def f():\n    from ..evidence import Claim", "may not import"),
    ("measures.memory", "from ..training import fit", "may not import training"),
    ("measures.memory", "from .spectrum.radii import x", "may not import"),
    ("measures.spectrum.radii", "from ..perturbation.ball import x", "may not import"),
    ("evidence.figures", "from ..functional import DTYPE", "may not know functional"),
    ("managers", "", "in no folder with rules")])
def test_an_import_that_points_the_wrong_way_is_found(name, source, complaint):
    assert any(complaint in c for c in import_complaints(name, source))


@pytest.mark.parametrize("name, source", [
    ("models.networks", "from ..functional import Functional\nimport torch, math"),
    ("measures.memory", "from ..functional import x\nfrom ..evidence import Table"),
    ("measures.perturbation.error", "from ..distance import distance"),
    ("measures.perturbation.error", "from ..spectrum.radii import x"),
    ("evidence.figures", "from .tables import Table\nimport matplotlib.pyplot as plt"),
    ("experiments.linear.escape.x", "from comlib import RNN")])
def test_an_import_that_points_downwards_is_accepted(name, source):
    assert import_complaints(name, source) == []


def test_a_circle_is_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})
    assert not circles({"a": {"b", "c"}, "b": {"c"}, "c": set()})


@pytest.mark.parametrize("source, complaint", [
    ("x = 1\n" * 251, "250 at most"), ("def f():\n" + "    x = 1\n" * 40, "40 at most"),
    ("x = '" + "y" * 90 + "'", "wider than 88")])
def test_what_is_too_long_is_found(source, complaint):
    assert any(complaint in c for c in size_complaints("m", source))


def test_docstrings_do_not_count_as_lines_of_a_function():
    source = 'def f():\n    """\n' + "    a\n" * 50 + '    """\n'
    assert not size_complaints("m", source)


@pytest.mark.parametrize("source, complaint", [
    ("def f():\n    import torch", "inside a function"),
    ("def f():\n    from torch import nn", "inside a function"),
    ("torch.manual_seed(0)", "seeds"), ("def f():\n    np.random.seed(0)", "seeds"),
    ("torch.cuda.manual_seed_all(0)", "seeds"), ("random.seed(1)", "seeds"),
    ("print(1)", "prints")])
def test_a_bad_habit_is_found(source, complaint):
    assert any(complaint in c for c in habit_complaints("models.scan", source))


def test_a_local_generator_and_a_printing_record_are_accepted():
    assert not habit_complaints("models.scan", "g = torch.Generator().manual_seed(0)")
    assert not habit_complaints("evidence.records", "print(1)")


@pytest.mark.parametrize("returns, fine", [
    (" -> float", True), (" -> 'Table'", True), (' -> Float[Tensor, "time d"]', True),
    (' -> float | Float[Tensor, "*stack"]', True), ("", False), (" -> None", False),
    (" -> tuple[float, float]", False), (" -> dict", False), (" -> Figure", False),
    (" -> float | None", False)])
def test_what_a_measure_returns_is_judged(returns, fine):
    complaints = measure_complaints("measures.m", f"def f(x){returns}:\n    pass")
    assert (complaints == []) is fine


def undocumented(x):
    return x


def half_documented(x, y):
    """Return x."""


class Bare:
    def __init__(self, width):
        pass


class Bound:
    """A class whose argument is not explained."""

    def __init__(self, width):
        pass


@pytest.mark.parametrize("thing, complaint", [
    (undocumented, "no docstring"), (half_documented, "argument y"),
    (Bare, "no docstring"), (Bound, "argument width")])
def test_what_is_not_explained_is_found(thing, complaint):
    assert any(complaint in c for c in doc_complaints("thing", thing))


def test_torch_is_left_at_single_precision_by_the_tests():
    assert torch.get_default_dtype() == torch.float32
