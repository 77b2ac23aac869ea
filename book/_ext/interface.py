"""Sphinx extension: the package's interface, read from its source by sphinx-autoapi.

``.. interface:: public`` shows what ``import comlib`` offers, ``.. interface:: rest``
the other public names of its modules. Nothing is imported, so the book is rendered
without the packages that comlib needs.
"""

import re

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode, nested_parse_with_titles

PACKAGE = "comlib"
ELSEWHERE = ("experiments", "benchmarks", "records")  # chapters show these at work
MARKUP = re.compile(r"([\\*|`]|_(?!\w))")
SHAPE = re.compile(r"jaxtyping\.(\w+)\[([^,\[\]]+), ([^\[\]]*)\]")
LITERAL = re.compile(r"(``.*?``|^\s*:[a-z]+(?: [^:]*)?:|:\w+(?::\w+)?:`[^`]*`)")


def definitions(env) -> list:
    """Return the documented names where they are defined, module by module."""
    found = []
    for module in sorted(env.autoapi_objects.values(), key=lambda m: m.id):
        if shown(module.id):
            found += [c for c in module.children if c.docstring and not c.imported
                      and c.type in ("function", "class", "exception", "data")
                      and not c.short_name.startswith("_")]
    return found


def shown(module: str) -> bool:
    """Whether the interface shows a module: not what is private or an experiment."""
    package, *inside = module.split(".")
    return package == PACKAGE and not set(inside[:1]) & set(ELSEWHERE)


def exported(env) -> list:
    """Return what the package exports, where it is defined, in the package's order."""
    package = env.autoapi_objects[PACKAGE]
    names = package.obj["all"]
    if names is None:  # then its imports are its interface
        names = [c.short_name for c in package.children if c.imported]
    places = {d.short_name: d for d in definitions(env) if d.short_name in names}
    return [places[name] for name in names if name in places]


def module_of(definition) -> str:
    return definition.id.rpartition(".")[0]


class Interface(SphinxDirective):
    """The names with signature and documentation, under headings.

    Args:
        public: the exported names, under the rooms they come from.
        rest: all others, under their modules.
    """

    required_arguments = 1

    def run(self):
        self.env.note_reread()  # the package may have changed, the page has not
        public = exported(self.env)
        if self.arguments[0] == "rest":
            rooms = by_room([d for d in definitions(self.env) if d not in public], 99)
        else:
            rooms = by_room(public, 2)
        objects, lines = self.env.autoapi_objects, []
        for room, members in rooms.items():
            lines += section(objects[room], members)
        if public and self.arguments[0] != "rest":
            lines = [line for room in rooms.items() for line in summary(*room)] + lines
        parent = nodes.Element()
        nested_parse_with_titles(self.state, StringList(lines, "interface"), parent)
        return parent.children


def by_room(members, depth: int) -> dict[str, list]:
    """Return the definitions under the first parts of their module's name."""
    rooms = {}
    for member in members:
        room = ".".join(module_of(member).split(".")[:depth])
        rooms.setdefault(room, []).append(member)
    return rooms


def summary(room: str, members) -> list[str]:
    """Return a table of the names of a room, each with its first sentence."""
    names = [f"   {member.id}" for member in members]
    return [f"``{room}``", "", ".. autoapisummary::", "   :nosignatures:", "",
            *names, ""]


def section(room, members) -> list[str]:
    """Return the heading of a module or package, and what is said of its members."""
    lines = [room.id, "-" * len(room.id), "", *room.docstring.splitlines(), ""]
    for member in members:
        name = f"{module_of(member)}::{member.short_name}"
        lines += [f".. autoapi{member.type}:: {name}"]
        inside = [c.short_name for c in member.children if c.docstring
                  and not (c.inherited or c.short_name.startswith("_"))]
        if inside:
            lines += [f"   :members: {', '.join(inside)}"]
        lines += [""]
    return lines


def quoted(app, what, name, obj, options, arguments, returned):
    """Give shapes back the quotes that autoapi takes from them."""
    return tuple(text and SHAPE.sub(r"\1[\2, '\3']", text)
                 for text in (arguments, returned))


def plain(app, what, name, obj, options, lines):
    """Let docstrings be plain text: escape what is markup, link the sources.

    Some have stars that are escaped already.
    """
    for k, line in enumerate(lines):
        parts = LITERAL.split(line.replace(r"\*", "*"))
        parts[::2] = [MARKUP.sub(r"\\\1", part) for part in parts[::2]]
        lines[k] = re.sub(r"\b((?:def|thm|prp|lem|cor|rem|obs|asm|conj)-[a-z0-9-]+\b)",
                          r":prf:ref:`\1`", "".join(parts))


def short_link(app, env, node, contnode):
    """Lead an annotation to the one name that the interface shows for it."""
    if node.get("refdomain") != "py":
        return None
    last, known = node["reftarget"].split(".")[-1], env.get_domain("py").objects
    found = [n for n in known if n.split(".")[-1] == last and n.startswith(PACKAGE)]
    if len(found) == 1 and known[found[0]].objtype != "method":
        place = known[found[0]]
        return make_refnode(app.builder, node["refdoc"], place.docname, place.node_id,
                            contnode, found[0])
    return contnode  # a type of another package


def setup(app):
    app.setup_extension("sphinx.ext.napoleon")
    app.setup_extension("autoapi.extension")
    app.add_directive("interface", Interface)
    app.connect("autodoc-process-docstring", plain, priority=900)
    app.connect("autodoc-process-signature", quoted)
    app.connect("missing-reference", short_link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
