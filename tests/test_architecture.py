"""The architecture: imports point downwards, names are explained, code stays short.

Each rule is a function from a module to a list of complaints; the last tests feed
small offending modules to them and expect the complaint.
"""

import ast
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import comlib
from comlib.source import documentation

ROOT = Path(__file__).parents[1]
LAYERS = [
    {"functional", "layout", "tables"},
    {"signals", "kernels", "parameterizations", "recurrence"},
    {"targets", "counterexamples", "recurrent", "response", "models", "deep", "gated",
     "adapters", "lorenz"},
    {"measures", "training", "dynamics", "sweeps", "records", "claims", "ledger",
     "source", "figures"},
    {"experiments", "benchmarks"},
]
ONLY = {"figures": {"functional", "tables"}}
"""Modules that know less than their layer may."""

ALLOWED = {
    ("benchmarks.__main__", "benchmarks.report"),
    ("benchmarks.__main__", "benchmarks.suite"),
    ("benchmarks.responses", "benchmarks.loops"),
    ("benchmarks.responses", "benchmarks.timing"),
    ("benchmarks.responses", "benchmarks.steps"),
    ("benchmarks.stacks", "benchmarks.loops"),
    ("benchmarks.stacks", "benchmarks.steps"),
    ("benchmarks.stacks", "benchmarks.timing"),
    ("benchmarks.steps", "benchmarks.loops"),
    ("benchmarks.steps", "benchmarks.timing"),
    ("benchmarks.suite", "benchmarks.responses"),
    ("benchmarks.suite", "benchmarks.stacks"),
    ("benchmarks.suite", "benchmarks.steps"),
    ("benchmarks.suite", "benchmarks.tangents"),
    ("benchmarks.suite", "benchmarks.timing"),
    ("benchmarks.tangents", "benchmarks.loops"),
    ("benchmarks.tangents", "benchmarks.steps"),
    ("benchmarks.tangents", "benchmarks.timing"),
    ("training.descent", "measures"),
    ("training.descent", "training.protocols"),
    ("training.descent", "training.results"),
    ("training.exact", "training.protocols"),
    ("training.exact", "training.results"),
    ("training.exponentials", "training.results"),
    ("training.fitting", "training.descent"),
    ("training.fitting", "training.exact"),
    ("training.fitting", "training.protocols"),
    ("training.fitting", "training.results"),
    ("training.fitting", "training.sampled"),
    ("training.sampled", "training.protocols"),
    ("training.sampled", "training.results"),
    ("training.exact", "measures"),
    ("training.exponentials", "measures"),
    ("training.reduction", "measures"),
    ("dynamics.flows", "dynamics.mode_loss"),
    ("dynamics.plateau", "dynamics.mode_loss"),
    ("tables", "functional"),
    ("tables", "layout"),
    ("ledger", "claims"),
    ("kernels.decaying", "kernels.base"),
    ("kernels.base", "kernels.integrals"),
    ("kernels.delayed", "kernels.base"),
    ("kernels.gaussian", "kernels.base"),
    ("kernels.gaussian", "kernels.decaying"),
    ("kernels.kink", "kernels.base"),
    ("kernels.matrix", "kernels.base"),
    ("kernels.sums", "kernels.base"),
    ("kernels.sums", "kernels.decaying"),
    ("kernels.trapezoid", "kernels.decaying"),
    ("measures.ascent", "measures.stability"),
    ("measures.brackets", "measures.ascent"),
    ("measures.brackets", "measures.certificates"),
    ("measures.brackets", "measures.continuous"),
    ("measures.brackets", "measures.distance"),
    ("measures.brackets", "measures.stability"),
    ("measures.certificates", "measures.envelopes"),
    ("measures.envelopes", "measures.radii"),
    ("measures.envelopes", "measures.transients"),
    ("measures.transients", "measures.radii"),
    ("measures.memory", "measures.suprema"),
    ("models", "recurrent"),
    ("models", "response"),
}
"""(module, sibling in the same layer that it may import)."""

ALLOWED_LOCAL = set()
"""(module, what it may import inside a function)."""

NOT_MEASURES = {("measures.stability", "perturb"), ("measures.ascent", "worst_case"),
                ("measures.ascent", "in_eigenvalues")}
"""Public functions beside the measures that do something else: return a functional."""

PRINTING = {"records", "claims", "ledger", "benchmarks"}
NUMBERS = {"float", "int", "bool", "complex", "Tensor", "torch.Tensor", "Table",
           "Float", "Int", "Bool", "Complex", "Num", "Inexact", "Real"}


def module_name(path: Path) -> str:
    """``measures.memory`` for comlib/measures/memory.py, ``measures`` for its init."""
    parts = path.relative_to(ROOT / "comlib").with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


PATHS = {module_name(p): p for p in sorted((ROOT / "comlib").rglob("*.py"))}
MODULES = sorted(PATHS)
KNOWN = set(PATHS).union(*LAYERS) - {""}


def layer(name: str) -> int | None:
    top = name.split(".")[0]
    return next((i for i, names in enumerate(LAYERS) if top in names), None)


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


def import_complaints(name: str, source: str, package: bool = False) -> list[str]:
    if layer(name) is None:
        return [f"{name}: is in no layer"]
    complaints = []
    for other in sorted(imported(name, ast.parse(source), package)):
        if package and other.startswith(name + "."):
            continue
        top, other_top = name.split(".")[0], other.split(".")[0]
        if other == "":
            complaints.append(f"{name}: imports the whole of comlib")
        elif layer(other) is None:
            complaints.append(f"{name}: imports {other}, which is in no layer")
        elif top in ONLY and other_top not in ONLY[top]:
            complaints.append(f"{name}: may not know {other}")
        elif layer(other) > layer(name):
            complaints.append(f"{name}: imports {other} from a layer above")
        elif layer(other) == layer(name) and not allowed(name, other):
            complaints.append(f"{name}: imports its sibling {other}")
    return complaints


def allowed(name: str, other: str) -> bool:
    return (name, other) in ALLOWED


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
        if called == "print" and name.split(".")[0] not in PRINTING:
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


@pytest.mark.parametrize("name", getattr(comlib, "__all__", []))
def test_every_public_name_is_documented(name):
    thing = getattr(comlib, name)
    if inspect.isclass(thing) or callable(thing):
        assert doc_complaints(name, thing) == []
    elif not inspect.ismodule(thing):
        assert documentation(comlib, name)


def descendants(cls):
    for child in cls.__subclasses__():
        yield child
        yield from descendants(child)


@pytest.mark.parametrize("module, family", [
    ("functional", "Functional"), ("kernels", "Kernel"),
    ("parameterizations", "Parameterization")])
def test_every_member_of_a_family_is_public(module, family):
    if module not in KNOWN or not hasattr(comlib, "__all__"):
        pytest.skip(f"comlib.{module} or comlib.__all__ does not exist yet")
    for name in filter(None, MODULES):
        importlib.import_module(f"comlib.{name}")
    base = getattr(importlib.import_module(f"comlib.{module}"), family)
    members = {c.__name__ for c in descendants(base)
               if c.__module__.startswith("comlib.")}
    assert members and members <= set(comlib.__all__)


def test_importing_comlib_does_not_import_pyplot_nor_change_torch():
    code = ("import sys, torch; state = torch.get_rng_state().tolist();"
            "import comlib; assert 'matplotlib.pyplot' not in sys.modules;"
            "assert torch.get_default_dtype() == torch.float32;"
            "assert state == torch.get_rng_state().tolist()")
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_every_exception_to_the_layers_is_in_use():
    used = set()
    for name in filter(None, MODULES):
        package = PATHS[name].name == "__init__.py"
        for other in imported(name, ast.parse(PATHS[name].read_text()), package):
            used.add((name, other))
    assert ALLOWED <= used


@pytest.mark.parametrize("name, source, complaint", [
    ("tables", "from .models import RNN", "from a layer above"),
    ("tables", "import comlib.models", "from a layer above"),
    ("tables", "from comlib import RNN", "the whole of comlib"),
    ("tables", "from . import RNN", "the whole of comlib"),
    ("kernels", "from .signals import impulse", "sibling signals"),
    ("kernels", "def f():\n    from .claims import Claim", "from a layer above"),
    ("measures.memory", "from ..training import fit", "sibling training"),
    ("measures.memory", "from .tangent import x", "sibling measures"),
    ("figures", "from .models import RNN", "may not know models"),
    ("managers", "", "in no layer")])
def test_an_import_that_points_the_wrong_way_is_found(name, source, complaint):
    assert any(complaint in c for c in import_complaints(name, source))


@pytest.mark.parametrize("name, source", [
    ("models", "from .functional import Functional\nimport torch, math"),
    ("measures.memory", "from ..functional import x\nfrom ..tables import Table"),
    ("figures", "from .tables import Table\nimport matplotlib.pyplot as plt"),
    ("tables", "from .functional import InputError")])
def test_an_import_that_points_downwards_is_accepted(name, source):
    assert import_complaints(name, source) == []


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
    assert any(complaint in c for c in habit_complaints("models", source))


def test_a_local_generator_and_a_printing_record_are_accepted():
    assert not habit_complaints("models", "g = torch.Generator().manual_seed(0)")
    assert not habit_complaints("records", "print(1)")


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
