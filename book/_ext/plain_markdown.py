"""Markdown that any notebook viewer shows, made from a page Sphinx has resolved.

Numbers, references and citations are already in the tree: nothing is looked up.
Mathematics stays TeX between dollars. A `<` in it gets a space behind it, since
viewers take `<m` for a tag, and a displayed formula stands on one line, since
they take the `>` of a quotation for a part of it.
"""

import re
from types import SimpleNamespace
from urllib.parse import urljoin

from docutils import nodes
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

SPECIAL = re.compile(r"[\\`*$]|(?<!\w)_|_(?!\w)|<(?=[\w/!])")
logger = logging.getLogger(__name__)


def quoted(text: str) -> str:
    """Return a block of text as a quotation."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def indented(text: str, width: int) -> str:
    """Return a block whose lines after the first stand under it."""
    return re.sub(r"\n(?=.)", "\n" + " " * width, text)


def listed(items) -> str:
    """Return the items of a list, apart from each other if they have many blocks."""
    items = list(items)
    return ("\n\n" if any("\n\n" in item for item in items) else "\n").join(items)


def tex(node: nodes.Node) -> str:
    """Return a formula on one line that no viewer takes for HTML."""
    return re.sub(r"<(?=[\w/!])", "< ", " ".join(node.astext().split()))


class Markdown:
    """A writer of one page: call it with a block, get its Markdown.

    Args:
        builder: the HTML builder, which knows the numbers of this page.
        page: the address of the published page, to which links lead.
        targets: the ids to which this page itself refers.
    """

    def __init__(self, builder, page: str, targets: set[str]):
        self.builder, self.page, self.targets = builder, page, targets

    def __call__(self, node: nodes.Node) -> str:
        """Return the Markdown of a node that is no code cell."""
        for kind in type(node).__mro__:
            method = getattr(self, f"on_{kind.__name__}", None)
            if method:
                return method(node)
        logger.warning("no Markdown for <%s>", node.tagname, location=node)
        return self.inside(node)

    def inside(self, node: nodes.Node) -> str:
        """Return the children as text within a line."""
        return "".join(map(self, node.children))

    def blocks(self, children) -> str:
        """Return nodes as blocks, an empty line between them."""
        return "\n\n".join(filter(None, (self(c).strip("\n") for c in children)))

    def anchor(self, node: nodes.Element) -> str:
        """Return the places in a node to which this page refers."""
        wanted = [name for name in node.get("ids", []) if name in self.targets]
        return "".join(f'<a id="{name}" name="{name}"></a>' for name in wanted)

    def anchored(self, node: nodes.Element, block: str) -> str:
        """Return a block that must start its line, below its anchor."""
        return "\n\n".join(filter(None, [self.anchor(node), block]))

    # within a line

    def on_Text(self, node):
        return SPECIAL.sub(lambda found: "&lt;" if found[0] == "<"
                           else "\\" + found[0], node.astext())

    def on_math(self, node):
        return f"${tex(node)}$"

    def on_literal(self, node):
        text = " ".join(node.astext().split())
        ticks = "``" if "`" in text else "`"
        return f"{ticks}{text}{ticks}"

    def on_strong(self, node):
        return f"**{self.inside(node)}**"

    def on_emphasis(self, node):
        return f"*{self.inside(node)}*"

    def on_reference(self, node):
        address = node.get("refuri") or "#" + node.get("refid", "")
        if not address.startswith("#"):
            address = urljoin(self.page, address)
        elif address[1:] not in self.targets:
            address = self.page + address
        return f"[{self.inside(node)}]({address})"

    def on_download_reference(self, node):
        depth = self.builder.current_docname.count("/")
        path = f"{'../' * depth}_downloads/{node['filename']}"
        return f"[{node.astext()}]({urljoin(self.page, path)})"

    def on_image(self, node):
        picture = self.builder.images.get(node["uri"])
        depth = self.builder.current_docname.count("/")
        path = f"{'../' * depth}_images/{picture}" if picture else node["uri"]
        return f"![{node.get('alt', '')}]({urljoin(self.page, path)})"

    def on_raw(self, node):
        text = node.astext() if "html" in node["format"].split() else ""
        return "" if "<script" in text or "sd-octicon" in text else text

    def on_target(self, node):
        return self.anchor(node)

    def on_inline(self, node):
        mark = "`" if "badge" in node["classes"] else ""
        return self.anchor(node) + mark + self.inside(node) + mark

    def on_comment(self, node):
        return ""

    on_title_reference = on_emphasis
    on_substitution_definition = on_index = on_compound = on_comment
    on_meta = on_topic = on_comment

    # blocks

    def on_paragraph(self, node):
        return self.anchor(node) + self.inside(node)

    def on_math_block(self, node):
        formula = tex(node)
        if node["nowrap"]:
            return self.anchored(node, formula)
        if r"\\" in formula and r"\begin{" not in formula:
            formula = rf"\begin{{split}} {formula} \end{{split}}"
        if node["number"]:
            here = SimpleNamespace(builder=self.builder)
            formula += rf" \tag{{{get_node_equation_number(here, node)}}}"
        return self.anchored(node, f"$${formula}$$")

    def on_literal_block(self, node):
        language = node.get("language", "")
        language = "" if language in ("default", "none", "myst-ansi") else language
        return f"```{language}\n{node.astext().rstrip()}\n```"

    def on_block_quote(self, node):
        return quoted(self.blocks(node.children))

    def on_list_item(self, node, mark="-"):
        return f"{mark} {indented(self.blocks(node.children), len(mark) + 1)}"

    def on_bullet_list(self, node):
        return listed(map(self, node.children))

    def on_enumerated_list(self, node):
        return listed(self.on_list_item(item, f"{number}.") for number, item
                      in enumerate(node.children, node.get("start", 1)))

    on_definition_list = on_bullet_list

    def on_definition_list_item(self, node):
        term, *_, definition = node.children
        meaning = self.blocks(definition.children)
        return f"- **{self.inside(term)}**: {indented(meaning, 2)}"

    def on_table(self, node):
        head, *_ = table = list(node.findall(nodes.row))
        rows = [[self.cell(entry) for entry in row.children] for row in table]
        rows.insert(1, ["---:" if "text-right" in entry["classes"] else "---"
                        for entry in head.children])
        title = "".join(f"*{self.inside(t)}*\n\n" for t in node.findall(nodes.title))
        return title + "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def cell(self, entry):
        """Return a table's cell on one line, free of the bars that end cells."""
        text = re.sub(r"\s*\n\s*", " ", self.blocks(entry.children))
        text = re.sub(r"(?<!\\)\$[^$]*\$", lambda formula: formula[0].replace(
            r"\|", r"\Vert ").replace("|", r"\vert "), text)
        return re.sub(r"(?<!\\)\|", r"\|", text)

    def on_container(self, node):
        return self.blocks(node.children)

    on_section = on_container

    def on_transition(self, node):
        return "---"

    def on_rubric(self, node):
        return f"**{self.inside(node)}**"

    def on_figure(self, node):
        pictures = [self(image) for image in node.findall(nodes.image)]
        return "\n\n".join([*pictures, self.caption(node)])

    def caption(self, figure):
        """Return the number and the text below a figure."""
        text = "".join(self.inside(c) for c in figure.findall(nodes.caption))
        number = self.number("figure", figure)
        name = self.builder.config.numfig_format["figure"] % number
        return f"{self.anchor(figure)}*{name}* {text}"

    def number(self, kind: str, node) -> str:
        """Return a number of the page such as 4.2, an empty text if there is none."""
        parts = self.builder.fignumbers.get(kind, {}).get(next(iter(node["ids"]), ""))
        return ".".join(map(str, parts or ()))

    # statements, proofs, boxes

    def folded(self, node, title: str, body) -> str:
        """Return blocks that open below their title."""
        start = f"<details><summary><b>{title}</b></summary>"
        return self.anchored(node, f"{start}\n\n{self.blocks(body)}\n\n</details>")

    def on_Admonition(self, node):
        name = node.get("realtype", "").title()
        number = self.number(node.get("countertype", ""), node)
        titles = [child for child in node.children if isinstance(child, nodes.title)]
        if not (name or titles):  # a note, a warning
            name = node.tagname.capitalize()
        body = [child for child in node.children if child not in titles]
        title = f"{name} {number}".strip() + "".join(map(self.inside, titles))
        if "dropdown" in node["classes"]:
            return self.folded(node, title.strip(), body)
        head = f"{self.anchor(node)}**{title.strip()}**"
        return quoted(f"{head}\n\n{self.blocks(body)}")

    def on_proof_node(self, node):
        text = self.blocks(node[0].children).removeprefix("Proof. ")
        return f"*Proof.* {text}"

    def on_fold(self, node):
        return self.folded(node, node["summary"], node.children)

    def on_dropdown_main(self, node):
        return self.folded(node, self.inside(node[0]).strip(), node.children[1:])
