"""Sphinx extension: lists of statements, as in {statements} with :class: ours."""

from docutils import nodes
from docutils.parsers.rst import directives
from mould import BADGES, badge
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode
from statements import OfTheBook, in_order, number


class statement_list(OfTheBook):
    """Stands where a list of statements will be."""


class StatementList(SphinxDirective):
    """All statements with one of the classes, chapter by chapter.

    Args (option):
        class: any of BADGES; without it all of them.
    """

    option_spec = {"class": directives.class_option}

    def run(self):
        wanted = self.options.get("class", sorted(BADGES))
        unknown = sorted(set(wanted) - set(BADGES))
        if unknown:
            raise self.error(f"class: must be among {sorted(BADGES)}, got {unknown}")
        return [statement_list(wanted=wanted)]


class FillLists(SphinxPostTransform):
    """Put the lists where they belong, before references are resolved."""

    default_priority = 5

    def run(self, **_):
        for node in list(self.document.findall(statement_list)):
            wanted = set(node["wanted"])
            shown = [s for s in in_order(self.env) if wanted & set(s.marks)]
            parts = [part for page in dict.fromkeys(s.docname for s in shown)
                     for part in self.chapter(page, shown)]
            node.replace_self(parts or nodes.paragraph("", "None."))

    def chapter(self, page, shown):
        """Return a chapter's name with a link, and its statements as a list."""
        name = self.link(page, "", self.env.titles[page].astext())
        items = nodes.bullet_list(classes=["statements"])
        items += [self.item(s) for s in shown if s.docname == page]
        return [nodes.paragraph("", "", nodes.strong("", "", name)), items]

    def item(self, statement):
        """Return number, title and whose it is in one line."""
        link = self.link(statement.docname, statement.label,
                         number(self.env, statement))
        title = [part.deepcopy() for part in statement.title]
        space = nodes.Text(" ")
        return nodes.list_item("", nodes.paragraph(
            "", "", link, space, *title, space.copy(), badge(statement.marks)))

    def link(self, page, anchor, words):
        return make_refnode(self.app.builder, self.env.docname, page, anchor,
                            nodes.inline("", words))


def setup(app):
    app.setup_extension("statements")
    app.add_node(statement_list)
    app.add_directive("statements", StatementList)
    app.add_post_transform(FillLists)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
