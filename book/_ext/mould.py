"""Sphinx extension: the shape of a chapter's blocks.

Proofs with ``:class: dropdown`` are folded, statements carry a badge that says
whose they are, and a paragraph that begins with **Idea.** has a style of its own.
"""

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx_proof.directive import ProofDirective
from sphinx_proof.nodes import NODE_TYPES, unenumerable_node

BADGES = {"paper", "correction", "ours", "standard"}
"""Whose a statement is: each carries one of these as a class."""
QUALIFIERS = {"secondhand": "second hand", "recalled": "from memory"}
"""How we know it, if not from the text itself: at most one more class."""


class fold(nodes.General, nodes.Element):
    """What is folded under its ``summary``."""


def visit_fold(self, node):
    self.body.append(self.starttag(node, "details"))
    self.body.append(f"<summary>{node['summary']}</summary>\n")


def depart_fold(self, node):
    self.body.append("</details>\n")


class Proof(ProofDirective):
    """A proof, folded if its class is dropdown."""

    def run(self):
        if "dropdown" not in self.options.get("class", []):
            (proof,) = super().run()
            proof[0]["ids"] = []  # sphinx-proof gives all proofs the same
            return [proof]
        node = fold(classes=["fold", "proof-fold"], summary="Proof")
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


def badge(classes: list[str]) -> nodes.inline:
    """Return the badge for a statement's classes."""
    (kind,) = [name for name in classes if name in BADGES]
    words = [kind, *(QUALIFIERS[name] for name in classes if name in QUALIFIERS)]
    return nodes.inline("", ", ".join(words), classes=["badge", f"badge-{kind}"])


def badge_role(name, rawtext, text, line, inliner, options=None, content=None):
    """``{badge}`ours` ``: the badge alone, for its legend."""
    return [badge(text.split())], []


class Mould(SphinxTransform):
    """Badges, unique ids and the style of ideas."""

    default_priority = 500

    def apply(self):
        for kind in (*NODE_TYPES.values(), unenumerable_node):
            for statement in self.document.findall(kind):
                self.finish(statement)
        for paragraph in self.document.findall(nodes.paragraph):
            first = paragraph[0] if len(paragraph) else None
            if isinstance(first, nodes.strong) and first.astext() == "Idea.":
                paragraph["classes"].append("idea")

    @staticmethod
    def finish(statement):
        classes = statement["classes"]
        statement[1]["ids"] = [f"{statement['label']}-content"]
        if any(kind in BADGES for kind in classes):
            statement[0] += [nodes.Text(" "), badge(classes)]


def setup(app):
    app.add_node(fold, html=(visit_fold, depart_fold),
                 latex=(lambda *_: None,) * 2, text=(lambda *_: None,) * 2)
    app.add_directive_to_domain("prf", "proof", Proof, override=True)
    app.add_role("badge", badge_role)
    app.add_transform(Mould)
    app.setup_extension("sphinx_proof")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
