"""Turn chapters (x.md) into notebooks with outputs (x.ipynb).

    python book/notebooks.py [--all] [FILES.md ...]

Each chapter is run in a fresh kernel and written so that a second run gives
the same bytes. Without ``--all`` only chapters are run whose key changed: a hash
of the text, of its notebook, of the package and of the stored runs. Keys lie in
_build, so a fresh checkout runs everything once. The data behind figures are
rewritten, not compared: what differs then shows in `git diff`.
"""

import argparse
import base64
import hashlib
import io
import os
import re
from pathlib import Path
from xml.etree import ElementTree

import jupytext
import nbformat
import yaml
from nbclient import NotebookClient
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
COLAB_TAGS = ["colab", "remove-cell"]
COLAB_CELL = """\
try:
    import comlib
except ImportError:  # in Colab, which has all but the book's package
    import os
    source = "git+{url}@{branch}"
    source = os.environ.get("COMLIB_SOURCE", source)
    %pip install -q {{source}}"""


def colab_cell(root: Path = ROOT) -> str:
    """Return the first code cell of every chapter, from _config.yml."""
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    repository = config["repository"]
    return COLAB_CELL.format(url=repository["url"], branch=repository["branch"])


def chapters(root: Path = ROOT) -> list[Path]:
    """Return the texts of all chapters: the .md files with a kernel."""
    texts = sorted((root / "book").rglob("*.md"))
    return [p for p in texts if "\nkernelspec:" in p.read_text(encoding="utf-8")]


def refresh(text: Path, root: Path = ROOT) -> nbformat.NotebookNode:
    """Put the current Colab cell first in the chapter; return its notebook.

    Args:
        text: the chapter's .md, rewritten only if the cell changed, and only there.
        root: the checkout, whose _config.yml says where the package lives.
    """
    notebook = jupytext.read(text)
    first = next((c for c in notebook.cells if c.cell_type == "code"), None)
    old = text.read_text(encoding="utf-8")
    if first is not None and "colab" in first.metadata.get("tags", []):
        new = old.replace(first.source, colab_cell(root), 1)
    else:
        block = f"```{{code-cell}} ipython3\n:tags: [{', '.join(COLAB_TAGS)}]\n\n"
        block += colab_cell(root) + "\n```\n\n"
        new = re.sub(r"(?m)(?=^```\{code-cell\})|\Z", lambda _: block, old, count=1)
    if new == old:
        return notebook
    text.write_text(new, encoding="utf-8")
    return jupytext.read(text)


def execute(notebook: nbformat.NotebookNode, folder: Path, root: Path = ROOT) -> None:
    """Run a notebook in a fresh kernel that sees this checkout's package."""
    path = [str(root), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
        "COMLIB_REGEN": "1",
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
        # another backend would leave the figures out, without a word
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        extra_arguments=["--IPKernelApp.log_level=40",  # errors only
                         "--InlineBackend.figure_formats={'png', 'svg'}"],
    )
    client.execute(env=environment)


def small_png(picture: str) -> str:
    """Return a base64 PNG in 128 colours and without metadata."""
    image = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    image = Image.alpha_composite(white, image).convert("RGB")
    image = image.quantize(128, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return base64.b64encode(stream.getvalue()).decode()


SVG = "{http://www.w3.org/2000/svg}"
LINK = re.compile(r'((?:href="|url\()#)([\w-]+)')
LENGTHS = re.compile(r'(?<= )(?:d|x|y|width|height)="[^"]*"|translate\([^)]*\)')
DECIMAL = re.compile(r"-?\d+\.\d+")

ElementTree.register_namespace("", SVG[1:-1])


def small_svg(drawing: str) -> str:
    """Return an SVG in hundredths of a point, with the ids it needs, counted."""
    root = ElementTree.fromstring(drawing.replace("xlink:href=", "href="))
    root[:] = [part for part in root if part.tag != f"{SVG}metadata"]
    links = LINK.findall(ElementTree.tostring(root, "unicode"))
    names = {name: f"i{k}" for k, name in enumerate(dict.fromkeys(n for _, n in links))}
    for part in reversed(list(root.iter())):  # children before their parents
        part.text, part.tail = (part.text or "").strip(), None
        part[:] = [piece for child in part for piece in
                   (child if child.tag == f"{SVG}g" and not child.attrib else [child])]
        name = part.attrib.pop("id", "")
        if name in names or name.startswith(("figure", "subfigure")):
            part.set("id", names.get(name, name))
    text = LINK.sub(lambda m: m[1] + names[m[2]], ElementTree.tostring(root, "unicode"))
    text = LENGTHS.sub(lambda m: DECIMAL.sub(hundredths, " ".join(m[0].split())), text)
    return text.replace(" />", "/>")


def hundredths(number: re.Match) -> str:
    """Return a number's text with two digits after the point."""
    return f"{round(float(number[0]), 2):g}"


def merged(outputs: list) -> list:
    """Join neighbouring pieces of one stream, which the kernel cuts at random."""
    joined: list = []
    for output in outputs:
        before = joined[-1] if joined else {}
        if output.output_type == "stream" and before.get("name") == output.name:
            before.text += output.text
        else:
            joined.append(output)
    return joined


SMALL = {"image/png": small_png, "image/svg+xml": small_svg}


def normalise(notebook: nbformat.NotebookNode) -> None:
    """Drop from an executed notebook whatever differs between two runs."""
    jupytext_header = notebook.metadata.get("jupytext", {})
    notebook.metadata = nbformat.from_dict({
        "jupytext": jupytext_header,
        "kernelspec": {
            "display_name": "Python 3", "language": "python", "name": "python3"
        },
        "language_info": {"name": "python"},
    })
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for index, cell in enumerate(notebook.cells):
        cell["id"] = f"c{index:03d}"
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = merged(cell.outputs)
            for output in cell.outputs:
                data = output.get("data", {})
                for kind, small in SMALL.items():
                    if kind in data:
                        data[kind] = small(data[kind])


def key(text: Path, root: Path = ROOT) -> str:
    """Return the hash of everything a chapter's outputs depend on."""
    sources = sorted((root / "comlib").rglob("*.py"))
    runs = sorted((root / "comlib/records").rglob("*.json"))
    digest = hashlib.sha256()
    for path in [text, text.with_suffix(".ipynb"), *sources, *runs]:
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()


def write(text: Path, root: Path = ROOT, force: bool = False) -> bool:
    """Bring x.ipynb up to date with x.md; return whether it had to be run.

    Args:
        text: the chapter's .md.
        root: the checkout it belongs to.
        force: run it even if its key did not change.
    """
    text = text.resolve()
    notebook = refresh(text, root)
    name = text.relative_to(root / "book").with_suffix(".key")
    stamp = root / "_build/notebooks" / name
    if not force and stamp.exists() and stamp.read_text() == key(text, root):
        return False
    execute(notebook, text.parent, root)
    normalise(notebook)
    nbformat.write(notebook, text.with_suffix(".ipynb"))
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(key(text, root))
    return True


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, metavar="FILES.md")
    parser.add_argument("--all", action="store_true", help="run unchanged ones too")
    options = parser.parse_args()
    for text in options.files or chapters():
        print(text.resolve().relative_to(ROOT), end=": ", flush=True)
        print("run" if write(text, force=options.all) else "unchanged", flush=True)


if __name__ == "__main__":
    main()
