"""Sphinx extension: a page draws its figures itself, to colour and stack them.

A figure's SVG is cut into its panels, the subfigures of ``figures.panels``. Its
colours become custom properties, one for each of ``comlib.evidence.palette``, whose
light or dark value the mode decides; book.css places the panels.
"""

import ast
import html
import re
from itertools import count
from pathlib import Path
from xml.etree import ElementTree

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

SVG = "{http://www.w3.org/2000/svg}"
COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
POINT = re.compile(r"-?[\d.]+ -?[\d.]+")
SHEET = "drawings.css"


def palette() -> dict[str, tuple[str, str]]:
    """Return the package's palette, read: pages are built without the package."""
    source = Path(__file__).parents[2] / "comlib/evidence/palette.py"
    found, = (node.value for node in ast.parse(source.read_text("utf-8")).body
              if isinstance(node, ast.Assign)
              and getattr(node.targets[0], "id", "") == "PALETTE")
    return ast.literal_eval(found)


PALETTE = palette()
NAMES = {light: f"var(--fig-{name})" for name, (light, _) in PALETTE.items()}

ElementTree.register_namespace("", SVG[1:-1])


def style_sheet() -> str:
    """Return the custom properties of the palette in both modes."""
    light, dark = ("; ".join(f"--fig-{name}: {pair[k]}" for name, pair in
                             PALETTE.items()) for k in (0, 1))
    return (f":root {{ {light} }}\n"
            f'@media not print {{ html[data-theme="dark"] {{ {dark} }} }}\n')


def panels(svg: ElementTree.Element) -> list[ElementTree.Element]:
    """Return the groups that stand alone; what lies between them would be lost."""
    figure = svg.find(f"{SVG}g")
    parts = [g for g in figure if g.get("id", "").startswith("subfigure")]
    if parts and len(figure) > len(parts) + 1:
        raise ValueError("a figure of panels has a part outside of them")
    return parts or [figure]


def panel(group: ElementTree.Element, defs: list) -> str:
    """Return one panel as an element svg, cut along its first path: its ground."""
    ground = group[0]
    corners = [point.split() for point in POINT.findall(ground.get("d"))]
    x, y = ([float(c[k]) for c in corners] for k in (0, 1))
    width, height = max(x) - min(x), max(y) - min(y)
    group.remove(ground)
    body = "".join(ElementTree.tostring(part, "unicode") for part in [*defs, group])
    body = body.replace(f' xmlns="{SVG[1:-1]}"', "")
    return (f'<svg viewBox="{min(x):g} {min(y):g} {width:g} {height:g}"'
            f' style="--inches: {width / 72:.3g}">{body}</svg>')


def drawing(text: str, name: str, alternative: str) -> str:
    """Return a figure's SVG as HTML.

    Args:
        text: the file.
        name: set before every id, since ids are unique in a page.
        alternative: what the picture shows, in words.
    """
    svg = ElementTree.fromstring(text)
    parts = panels(svg)
    defs = [d for d in svg.findall(f"{SVG}defs") if d.find(f"{SVG}style") is None]
    drawn = "".join(panel(part, defs if part is parts[0] else []) for part in parts)
    drawn = re.sub(r'( id="|href="#|url\(#)', rf"\g<1>{name}-", drawn)
    drawn = COLOUR.sub(lambda m: NAMES.get(m[0].lower(), m[0]), drawn)
    label = html.escape(alternative, quote=True)
    return f'<div class="panels" role="img" aria-label="{label}">{drawn}</div>'


class InlineDrawings(SphinxPostTransform):
    """Put SVG outputs of cells into the page, after myst-nb has chosen them."""

    default_priority = 5
    formats = ("html",)

    def run(self, **options):
        number = count(1)
        for image in list(self.document.findall(nodes.image)):
            if image["uri"].endswith(".svg") and "jupyter_execute" in image["uri"]:
                path = Path(self.app.srcdir, image["uri"].lstrip("/"))
                drawn = drawing(path.read_text(encoding="utf-8"), f"d{next(number)}",
                                image.get("alt", ""))
                image.replace_self(nodes.raw("", drawn, format="html"))


def write_sheet(app):
    folder = Path(app.outdir, "_static")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SHEET).write_text(style_sheet(), encoding="utf-8")


def setup(app):
    app.connect("builder-inited", write_sheet)
    app.add_post_transform(InlineDrawings)
    app.add_css_file(SHEET, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
