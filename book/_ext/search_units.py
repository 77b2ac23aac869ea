"""Sphinx extension: the search finds statements, sections and names, with excerpts.

Sphinx's own search knows pages, and shows excerpts only of pages that it can fetch,
which file:// forbids. So the text of each unit is written into a script, which
_static/search.js reads on the search page.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from statements import chapters, is_statement, number

FILE = "search-units.js"
SKIPPED = (nodes.raw, nodes.comment, nodes.math_block, nodes.literal_block,
           nodes.image)


def is_unit(node) -> bool:
    """Whether a node is found by itself: a section, a statement, a name in code."""
    if isinstance(node, nodes.section):
        return isinstance(node.parent, (nodes.document, nodes.section))
    return isinstance(node, addnodes.desc) or is_statement(node)


def words(env, inside) -> str:
    """Return nodes as text without the units in them; a formula is \\(one word\\)."""
    return "".join(word(env, node) for node in inside)


def word(env, node) -> str:
    """Return one node as text; what is no part of a sentence has a space around."""
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, nodes.math):
        return f"\\({node.astext()}\\)"
    if isinstance(node, addnodes.pending_xref):
        return referred(env, node)
    if is_unit(node) or isinstance(node, SKIPPED):
        return ""
    text = words(env, node.children)
    return text if isinstance(node, nodes.Inline) else f" {text} "


def referred(env, node) -> str:
    """Return what the reader sees of a reference to a statement or to a source."""
    target = node["reftarget"]
    if node.get("refdomain") == "prf":
        found = env.statements.get(target)
        return number(env, found) if found else target
    if node.get("refdomain") == "cite":
        labels = {c.key: c.formatted_entry.label
                  for c in env.get_domain("cite").citations}
        return labels.get(target, target)
    return words(env, node.children)


def line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def unit(env, node) -> dict:
    """Return title, anchor, text and defined terms of a unit."""
    text = [n for n in node.children if not isinstance(n, nodes.title)]
    found = {"text": line(words(env, text)), "terms": []}
    if is_statement(node):
        statement = env.statements[node["label"]]
        title = f"{number(env, statement)} {words(env, statement.title)}"
        if statement.kind == "definition":  # it sets in bold what it explains
            found["terms"] = [t.astext().lower() for t in node.findall(nodes.strong)]
        return found | {"title": line(title), "anchor": node["label"]}
    if isinstance(node, addnodes.desc):
        signature = node.next_node(addnodes.desc_signature)
        return found | {"title": signature.get("fullname", ""),
                        "anchor": (signature["ids"] or [""])[0],
                        "text": line(words(env, [node[-1]]))}
    title = words(env, node.next_node(nodes.title).children)
    page = isinstance(node.parent, nodes.document)
    return found | {"title": line(title), "anchor": "" if page else node["ids"][0]}


def units(env) -> list[dict]:
    """Return all units in the order of the book, with their pages."""
    found = []
    for docname in dict.fromkeys(chapters(env)):
        page = env.titles[docname].astext()
        for node in env.get_doctree(docname).findall(nodes.Element):
            if is_unit(node):
                found.append(unit(env, node) | {"page": page, "doc": docname})
    return found


def write(app, error):
    """Write the units beside the other static files."""
    if error is None and app.builder.format == "html":
        text = json.dumps(units(app.env), ensure_ascii=False, separators=(",", ":"))
        file = Path(app.outdir, "_static", FILE)
        file.write_text(f"const SEARCH_UNITS = {text};\n", encoding="utf-8")


def add_scripts(app, pagename, templatename, context, doctree):
    """Load the units and their search after Sphinx's own, before it starts."""
    if pagename == "search":
        for file in (FILE, "search.js"):
            app.add_js_file(file, loading_method="defer", priority=900)


def setup(app):
    app.setup_extension("statements")
    app.set_html_assets_policy("always")  # formulas in results need MathJax there
    app.connect("html-page-context", add_scripts)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
