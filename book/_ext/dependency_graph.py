"""Sphinx extension: {dependency-graph} draws which statement uses which.

An arrow leads from a statement to one whose text or proof refers to it.
"""

from html import escape

from docutils import nodes
from layered import columns
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective
from statements import OfTheBook, in_order, known, number

WIDTH, HEIGHT, GAP_X, GAP_Y = 146, 44, 32, 12  # of a box, and between boxes
THIN = 10  # height of the place where an edge passes between boxes
LETTERS = 21  # of a title that fit into a box


class dependency_graph(OfTheBook):
    """Stands where the graph will be."""


class DependencyGraph(SphinxDirective):
    """One picture a chapter; what a chapter uses from others is dashed."""

    def run(self):
        return [dependency_graph()]


class Draw(SphinxPostTransform):
    """Put pictures where they belong."""

    default_priority = 5

    def run(self, **_):
        for node in list(self.document.findall(dependency_graph)):
            found = in_order(self.env)
            pages = dict.fromkeys(s.docname for s in found)
            node.replace_self([part for page in pages for part in self.chapter(
                page, [s for s in found if s.docname == page])])

    def chapter(self, page, own):
        """Return the name of a chapter, its picture, and the same in words."""
        labels, everything = [s.label for s in own], known(self.env)
        edges = [(u, s.label) for s in own for u in s.uses if u in everything]
        outside = [s.label for s in in_order(self.env)
                   if s.label not in labels and s.label in {u for u, _ in edges}]
        joined = {label for edge in edges for label in edge}
        alone = [label for label in labels if label not in joined]
        drawn = [*outside, *(label for label in labels if label in joined)]
        name = self.env.titles[page].astext()
        html = f"<p><strong>{self.anchor(page, '', escape(name))}</strong></p>"
        if drawn:
            boxes = {label: self.box(everything[label], label in outside)
                     for label in drawn}
            html += svg(*columns(drawn, edges), boxes, f"What uses what in {name}")
            html += self.words(own)
        if alone:
            listed = ", ".join(self.reference(everything[label]) for label in alone)
            html += f"<p>Not joined to others: {listed}.</p>"
        return [nodes.raw("", html, format="html")]

    def words(self, own):
        """Return the edges as a folded list."""
        everything = known(self.env)
        lines = [(s, [everything[u] for u in s.uses if u in everything]) for s in own]
        items = "".join(
            f"<li>{self.reference(s)} uses {', '.join(map(self.reference, uses))}</li>"
            for s, uses in lines if uses)
        return f"<details><summary>In words</summary><ul>{items}</ul></details>"

    def box(self, statement, outside):
        """Return class, address, number and title of a box."""
        title = "".join(part.astext() for part in statement.title)
        kind = "outside" if outside else statement.kind
        return kind, self.address(statement), number(self.env, statement), title

    def reference(self, statement):
        return self.anchor(statement.docname, statement.label,
                           number(self.env, statement))

    def anchor(self, page, label, words):
        address = self.app.builder.get_relative_uri(self.env.docname, page)
        return f'<a href="{address}{"#" * bool(label)}{label}">{words}</a>'

    def address(self, statement):
        page = self.app.builder.get_relative_uri(self.env.docname, statement.docname)
        return f"{page}#{statement.label}"


def svg(placed, paths, boxes, name) -> str:
    """Return the picture of a graph.

    Args:
        placed: columns of nodes.
        paths: edges as lists of nodes.
        boxes: (class, address, number, title) of the nodes that have a box.
        name: what a screen reader says.
    """
    at, height = positions(placed, boxes)
    width = len(placed) * (WIDTH + GAP_X) - GAP_X
    parts = [f'<path d="{curve(path, at)}"/>' for path in paths]
    parts += [tip(*at[node]) for node in {path[-1]: 0 for path in paths}]
    parts += [box(*at[node], *boxes[node]) for node in boxes]
    size = f'width="{width + 4}" height="{height + 4:g}"'
    return (f'<div class="dependency-graph"><svg role="group" '
            f'aria-label="{escape(name)}" {size} '
            f'viewBox="-2 -2 {width + 4} {height + 4:g}">'
            f'{"".join(parts)}</svg></div>')


def positions(placed, boxes) -> tuple[dict, float]:
    """Return the left middle of every node, columns centred, and the height of all."""
    heights = [[HEIGHT if node in boxes else THIN for node in column]
               for column in placed]
    totals = [sum(column) + GAP_Y * (len(column) - 1) for column in heights]
    at = {}
    for k, column in enumerate(placed):
        y = (max(totals) - totals[k]) / 2
        for node, size in zip(column, heights[k]):
            at[node] = k * (WIDTH + GAP_X), y + size / 2
            y += size + GAP_Y
    return at, max(totals)


def curve(path, at) -> str:
    """Return the outline of an edge from box to box, level where it enters a column."""
    x, y = at[path[0]]
    words = [f"M{x + WIDTH:g} {y:g}"]
    for node in path[1:]:
        (left, y_next), start = at[node], x + WIDTH
        middle = (start + left) / 2
        end = left - 6 * (node == path[-1])
        words.append(f"C{middle:g} {y:g} {middle:g} {y_next:g} {end:g} {y_next:g}")
        if node != path[-1]:
            words.append(f"H{left + WIDTH:g}")
        x, y = left, y_next
    return " ".join(words)


def tip(x, y) -> str:
    """Return an arrow's tip at the left of a box."""
    return f'<path class="tip" d="M{x - 7:g} {y - 4:g}L{x:g} {y:g}l-7 4Z"/>'


def box(x, y, kind, address, words, title) -> str:
    """Return a box with number and shortened title that leads to its statement."""
    short = title if len(title) <= LETTERS else title[:LETTERS - 1].rstrip() + "…"
    return (f'<a href="{address}" class="{kind}"><title>{escape(title)}</title>'
            f'<rect x="{x:g}" y="{y - HEIGHT / 2:g}" width="{WIDTH}" '
            f'height="{HEIGHT}" rx="4"/>'
            f'<text x="{x + 9:g}" y="{y - 4:g}" class="number">{words}</text>'
            f'<text x="{x + 9:g}" y="{y + 13:g}">{escape(short)}</text></a>')


def setup(app):
    app.setup_extension("statements")
    app.add_node(dependency_graph)
    app.add_directive("dependency-graph", DependencyGraph)
    app.add_post_transform(Draw)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
