"""What must be true of every chapter; each check returns a list of complaints.

A chapter is a pair: x.md is what people write, x.ipynb is what was run. The checks
read both and start no kernel. tests/test_book.py applies them to the book, and
shows with a sample that each of them can fail.
"""

import ast
import base64
import functools
import re
import sys
from dataclasses import dataclass
from importlib.metadata import requires
from pathlib import Path

import jupytext
import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from comlib.evidence.palette import PALETTE

COLUMNS, LINES = 76, 14
FIGURE_BYTES, NOTEBOOK_BYTES = 120_000, 1_000_000
THEOREM = re.compile(
    r"^\s*(?::{3,}|`{3,})\{prf:(theorem|proposition|lemma|corollary)\}(.*)\n"
    r"((?:\s*:[\w-]+:.*\n)*)", re.M)
BLOCK = re.compile(
    r"^\s*(:{3,})\{(?:prf:)?(\w+)\}(.*)\n((?:\s*:[\w-]+:.*\n)*)", re.M)
BADGES = {"paper", "correction", "ours", "standard"}
QUALIFIERS = {"secondhand", "recalled"}
OPEN_PROOF = 12
DOWNLOAD = re.compile(
    r"\{download\}`[^<`]*<(/comlib/records/[a-z0-9/-]+\.csv)>`\.?\s*\Z")
COLOUR = re.compile(r"#[0-9a-f]{6}\b")
CLOSING = re.compile(r"#+\s+(Exercises|Notes)\b")


@dataclass
class Chapter:
    """A pair of files, read.

    Args:
        text: the cells of x.md.
        notebook: the cells of x.ipynb, with outputs.
        size: of x.ipynb in bytes.
        root: the checkout.
    """

    text: nbformat.NotebookNode
    notebook: nbformat.NotebookNode
    size: int
    root: Path

    @classmethod
    def read(cls, path: Path, root: Path) -> "Chapter":
        """Read the pair of which ``path`` is the .md."""
        notebook = path.with_suffix(".ipynb")
        return cls(jupytext.read(path), nbformat.read(notebook, 4),
                   notebook.stat().st_size, root)

    def code(self) -> list:
        """Return the code cells of the notebook."""
        return [c for c in self.notebook.cells if c.cell_type == "code"]

    def prose(self) -> str:
        """Return the Markdown of the notebook."""
        return "\n\n".join(
            c.source for c in self.notebook.cells if c.cell_type == "markdown") + "\n"


def tags(cell) -> list:
    return cell.metadata.get("tags", [])


@functools.cache
def parse_source(source: str) -> ast.Module:
    return ast.parse(TransformerManager().transform_cell(source))


def parse(cell) -> ast.Module:
    """Parse a code cell, IPython magics included; for all checks once."""
    return parse_source(cell.source)


def calls(cell, *names: str) -> list[ast.Call]:
    """Return the calls of functions with these names in a cell."""
    return [node for node in ast.walk(parse(cell)) if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name) and node.func.id in names]


def text_argument(call: ast.Call, position: int, name: str) -> str | None:
    """Return an argument of a call that is written as a string, else None."""
    found = {k.arg: k.value for k in call.keywords}.get(name)
    if found is None and len(call.args) > position:
        found = call.args[position]
    return found.value if isinstance(found, ast.Constant) else None


def pair_in_sync(chapter: Chapter) -> list[str]:
    def cells(notebook):
        return [(c.cell_type, c.source.strip(), dict(c.metadata))
                for c in notebook.cells]

    text, notebook = cells(chapter.text), cells(chapter.notebook)
    if len(text) != len(notebook):
        return [f"{len(text)} cells in the text, {len(notebook)} in the notebook"]
    return [f"cell {k} differs between text and notebook"
            for k, (a, b) in enumerate(zip(text, notebook, strict=True)) if a != b]


def executed_in_order(chapter: Chapter) -> list[str]:
    counts = [cell.execution_count for cell in chapter.code()]
    if counts != list(range(1, len(counts) + 1)):
        return [f"execution counts are {counts}: nbval would compare nothing"]
    return []


def clean_outputs(chapter: Chapter) -> list[str]:
    return [f"cell {cell.execution_count} stores an error or stderr"
            for cell in chapter.code() for output in cell.outputs
            if output.output_type == "error" or output.get("name") == "stderr"]


def every_output_is_compared(chapter: Chapter) -> list[str]:
    """Complain about what nbval would let pass: its tags, and its comments."""
    return [f"cell {cell.execution_count} is not compared: {word!r}"
            for cell in chapter.code()
            for word in [*tags(cell), *re.findall(r"#.*", cell.source)]
            if re.search(r"nbval|PYTEST_VALIDATE|raises-exception", word, re.I)]


def described_figures(chapter: Chapter) -> list[str]:
    complaints = []
    for cell in chapter.code():
        pictures = [o.data["image/png"] for o in cell.outputs
                    if "image/png" in o.get("data", {})]
        if "figure" in cell.metadata.get("mystnb", {}) and not pictures:
            complaints.append(f"cell {cell.execution_count}: no figure was drawn")
        if pictures:
            options = cell.metadata.get("mystnb", {})
            complaints += [f"cell {cell.execution_count}: {words}" for words in
                           figure_complaints(pictures, options, chapter.root)]
    return complaints


def figure_complaints(pictures: list, options: dict, root: Path) -> list[str]:
    """Say what a figure lacks, from its cell's ``mystnb`` options."""
    complaints = []
    if len(pictures) > 1:
        complaints.append(f"{len(pictures)} figures in one cell")
    if not options.get("image", {}).get("alt", "").strip():
        complaints.append("figure without alt text")
    if not options.get("figure", {}).get("name"):
        complaints.append("figure without a name")
    link = DOWNLOAD.search(options.get("figure", {}).get("caption", ""))
    if not link:
        complaints.append("figure without a caption that ends with its data")
    elif not (root / link.group(1).lstrip("/")).exists():
        complaints.append(f"{link.group(1)} does not exist")
    if any(len(base64.b64decode(p)) >= FIGURE_BYTES for p in pictures):
        complaints.append(f"figure of {FIGURE_BYTES} bytes or more")
    return complaints


def drawn_figures(chapter: Chapter) -> list[str]:
    """Figures have an SVG, small, in the colours that the dark mode knows."""
    complaints = []
    for cell, output in ((c, o) for c in chapter.code() for o in c.outputs
                         if "image/png" in o.get("data", {})):
        drawing = output.data.get("image/svg+xml", "")
        strange = set(COLOUR.findall(drawing)) - {pair[0] for pair in PALETTE.values()}
        faults = {"no SVG": not drawing, f"an SVG of {len(drawing)} characters":
                  len(drawing) >= FIGURE_BYTES,
                  f"colours that are not in the palette: {sorted(strange)}": strange}
        complaints += [f"cell {cell.execution_count}: a figure with {words}"
                       for words, fault in faults.items() if fault]
    return complaints


def small(chapter: Chapter) -> list[str]:
    if chapter.size >= NOTEBOOK_BYTES:
        return [f"notebook of {chapter.size} bytes"]
    return []


def no_definitions(chapter: Chapter) -> list[str]:
    # a cell tagged own-code shows readers how they define something themselves
    kinds = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef
    return [f"cell {cell.execution_count} defines {node.name}: move it to comlib"
            for cell in chapter.code() for node in ast.walk(parse(cell))
            if isinstance(node, kinds)
            and "own-code" not in cell.metadata.get("tags", [])]


def short_cells(chapter: Chapter) -> list[str]:
    complaints = []
    for cell in chapter.code():
        lines = cell.source.splitlines()
        if len(lines) > LINES:
            complaints.append(f"cell {cell.execution_count} has {len(lines)} lines")
        complaints += [f"cell {cell.execution_count} has a line of {len(line)} columns"
                       for line in lines if len(line) > COLUMNS]
    return complaints


def theorems_are_claimed(chapter: Chapter) -> list[str]:
    claimed = set()
    for cell in chapter.code():
        if "claim" in tags(cell):
            claimed |= {text_argument(c, 1, "label") for c in calls(cell, "Claim")}
            claimed |= {text_argument(c, 0, "label") for c in calls(cell, "Untested")}
    complaints = []
    for kind, title, options in THEOREM.findall(chapter.prose()):
        label = re.search(r":label:\s*(\S+)", options)
        if not label:
            complaints.append(f"{kind}{title} has no label")
        elif label.group(1) not in claimed:
            complaints.append(f"{label.group(1)} is neither claimed nor untested")
    return complaints


def ledgers(chapter: Chapter) -> set[str]:
    """Return the names that are bound to ``Checks()``."""
    return {node.targets[0].id for cell in chapter.code() for node in parse(cell).body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
            and getattr(node.value.func, "id", "") == "Checks"}


def shows_claims(chapter: Chapter, cell) -> bool:
    """Whether a cell ends with the chapter's claims."""
    end = parse(cell).body[-1]
    shown = getattr(getattr(end, "value", None), "id", "") in ledgers(chapter)
    return "claim" in tags(cell) and shown


def ends_with_verdict(chapter: Chapter) -> list[str]:
    last = chapter.code()[-1]
    if not shows_claims(chapter, last):
        return ["the last code cell does not show the claims, with the tag claim"]
    if not any(calls(c, "Claim") for c in chapter.code() if "claim" in tags(c)):
        return ["the verdict claims nothing"]
    after = chapter.notebook.cells[chapter.notebook.cells.index(last) + 1:]
    headings = re.findall(r"(?m)^#+\s.*$", "\n".join(cell.source for cell in after))
    return [f"{heading!r} comes after the verdict"
            for heading in headings if not CLOSING.match(heading)]


def claims_reach_a_verdict(chapter: Chapter) -> list[str]:
    """Complain about claims kept in a variable that no verdict is given."""
    shown = {node.id for cell in chapter.code()
             for call in calls(cell, *ledgers(chapter))
             for node in ast.walk(call) if isinstance(node, ast.Name)}
    kept = [(cell.execution_count, node.targets[0].id) for cell in chapter.code()
            for node in parse(cell).body if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and any(isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
                    and call.func.id in ("Claim", "Untested")
                    for call in ast.walk(node.value))]
    return [f"cell {count}: the claims {name} reach no verdict"
            for count, name in kept if name not in shown]


def blocks(chapter: Chapter, *names: str) -> list[tuple[str, str, set, str]]:
    """Return name, title, classes and body of the blocks with these names."""
    prose, found = chapter.prose(), []
    for match in BLOCK.finditer(prose):
        fence, name, title, options = match.groups()
        if name in names:
            body = re.split(rf"(?m)^\s*{fence}\s*$", prose[match.end():], maxsplit=1)[0]
            classes = re.search(r":class:\s*(.*)", options)
            found.append((name, title.strip(), set(classes[1].split())
                          if classes else set(), options + body))
    return found


def one_badge(chapter: Chapter) -> list[str]:
    kinds = ("theorem", "proposition", "lemma", "corollary", "definition", "remark",
             "example", "observation", "conjecture", "assumption", "algorithm")
    complaints = []
    for kind, title, classes, _ in blocks(chapter, *kinds):
        if len(classes & BADGES) != 1:
            complaints.append(f"{kind} {title!r} needs one class of {sorted(BADGES)}")
        if len(classes & QUALIFIERS) > 1:
            complaints.append(f"{kind} {title!r} is known in one way")
    return complaints


def definitions_claim_nothing(chapter: Chapter) -> list[str]:
    defined = {label[1] for _, _, _, body in blocks(chapter, "definition")
               if (label := re.search(r":label:\s*(\S+)", body))}
    labels = {text_argument(c, 1, "label") for cell in chapter.code()
              for c in calls(cell, "Claim")}
    return [f"a claim hangs on {label}, but a definition cannot fail: name the theorem "
            "or the figure, or make it a test of the package"
            for label in sorted(filter(None, labels))
            if label in defined or label.startswith("def-")]


def long_proofs_fold(chapter: Chapter) -> list[str]:
    return [f"a proof of {lines} lines is not folded: {body.strip()[:40]!r}"
            for _, _, classes, body in blocks(chapter, "proof")
            if (lines := len(body.strip().splitlines())) > OPEN_PROOF
            and "dropdown" not in classes]


def scaffolding_folds(chapter: Chapter) -> list[str]:
    """Complain about open imports and drawing, and about prints in a loop."""
    complaints = []
    for cell in chapter.code():
        nodes = [*ast.walk(parse(cell))]
        imports = any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in nodes)
        hidden = {"hide-input", "remove-input", "remove-cell"} & set(tags(cell))
        if (imports or "plt.show()" in cell.source) and not hidden:
            complaints.append(f"cell {cell.execution_count} needs the tag hide-input")
        if any(isinstance(loop, ast.For) and "print(" in ast.unparse(loop)
               for loop in nodes):
            complaints.append(f"cell {cell.execution_count} prints in a loop: "
                              "show a Table")
    return complaints


def imports_what_is_declared(chapter: Chapter) -> list[str]:
    """Complain about packages that an environment with comlib alone may lack."""
    needed = {re.match(r"[\w-]+", text)[0] for text in requires("comlib")}
    found = set()
    for cell in chapter.code():
        for node in ast.walk(parse(cell)):
            found |= {a.name for a in getattr(node, "names", [])
                      if isinstance(node, ast.Import)}
            found |= {node.module} if isinstance(node, ast.ImportFrom) else set()
    unknown = {name.split(".")[0] for name in found} - sys.stdlib_module_names
    return [f"{name} is nothing that comlib declares to need"
            for name in sorted(unknown - needed - {"comlib", "IPython"})]


def framed(chapter: Chapter) -> list[str]:
    found = [classes for *_, classes, _ in blocks(chapter, "admonition")]
    return [f"there must be one admonition of class {name}, not {count}"
            for name in ("question", "takeaways")
            if (count := sum(name in classes for classes in found)) != 1]


def starts_with(chapter: Chapter, source: str, wanted: list[str]) -> list[str]:
    """Complain unless the first code cell is the one that installs comlib."""
    first = chapter.code()[0]
    if first.source != source or tags(first) != wanted:
        return ["the first code cell is not the Colab cell: run `make notebooks`"]
    return []


def record_names(chapter: Chapter) -> dict[str, set[str]]:
    """Return the records that a chapter's code names, by what must exist."""
    names = {"figures": ["figure_data"], "runs": ["stored"], "perhaps": ["gpu_record"]}
    found = {kind: {text_argument(call, 0, "name") for cell in chapter.code()
                    for call in calls(cell, *functions) if not template(call)}
             for kind, functions in names.items()}
    for cell in chapter.code():
        texts = [node.value for node in ast.walk(parse(cell))
                 if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        found["perhaps"] |= {template(call).format(text) for text in texts
                             for call in calls(cell, "stored") if template(call)}
    return found


def template(call: ast.Call) -> str:
    """Return "x-{}" of a call with f"x-{y}": some text of its cell stands for y."""
    first = call.args[0] if call.args else None
    if not isinstance(first, ast.JoinedStr):
        return ""
    return "".join(part.value if isinstance(part, ast.Constant) else "{}"
                   for part in first.values)


def records_complaints(chapters: list[Chapter], root: Path) -> list[str]:
    """Complain about records that nobody reads, or that are read and missing."""
    named = {kind: set().union(*(record_names(c)[kind] for c in chapters))
             for kind in ("figures", "runs", "perhaps")}
    folder = root / "comlib/records"
    figures, runs = ({".".join(path.relative_to(folder).with_suffix("").parts)
                      for path in folder.rglob(f"*.{kind}")}
                     for kind in ("csv", "json"))
    orphans = (figures - named["figures"]) | (runs - named["runs"] - named["perhaps"])
    missing = (named["figures"] - figures) | (named["runs"] - runs)
    return ([f"record {name} is read by no chapter" for name in sorted(orphans)]
            + [f"record {name} does not exist" for name in sorted(map(str, missing))])


CHECKS = [pair_in_sync, executed_in_order, clean_outputs, every_output_is_compared,
          described_figures, drawn_figures, small, no_definitions, short_cells,
          theorems_are_claimed, claims_reach_a_verdict, one_badge,
          definitions_claim_nothing, long_proofs_fold, scaffolding_folds,
          imports_what_is_declared]
