"""Sphinx extension: what the statements of the book are, and what they use."""

from dataclasses import dataclass

from docutils import nodes
from mould import BADGES, QUALIFIERS, fold
from sphinx import addnodes
from sphinx_proof.nodes import proof_node


@dataclass
class Statement:
    """A definition, a theorem and so on, with its label.

    Args:
        label: how the book refers to it; also its anchor.
        docname: the page it stands on.
        kind: theorem, definition, ...
        title: the nodes of its title, without parentheses and badge.
        marks: its classes that say whose it is.
        uses: labels of the statements that it or its proof refers to.
    """

    label: str
    docname: str
    kind: str
    title: list
    marks: list
    uses: list


def is_statement(node) -> bool:
    """Whether a node is a statement with a label."""
    return "realtype" in node.attributes and bool(node["label"])


def is_proof(node) -> bool:
    """Whether a node is a proof, folded or not."""
    return (isinstance(node, proof_node)
            or isinstance(node, fold) and "proof-fold" in node["classes"])


def with_proofs(doctree):
    """Yield each statement of a page with itself, then with each of its proofs.

    A proof belongs to the last statement above it.
    """
    owner = None
    for node in doctree.findall(nodes.Element):
        if is_statement(node):
            owner = node
            yield owner, node
        elif owner and is_proof(node):
            yield owner, node


def bare_title(node, form: str) -> list:
    """Return the nodes of a statement's title without what its format puts around."""
    before, after = form.split("%t", 1)
    parts = [part.deepcopy() for part in node.next_node(nodes.title).children]
    last = parts[-1] if parts else None
    if isinstance(last, nodes.inline) and "badge" in last["classes"]:
        del parts[-2:]  # and the space before it
    if parts and isinstance(parts[0], nodes.Text):
        parts[0] = nodes.Text(parts[0].removeprefix(before))
    if parts and isinstance(parts[-1], nodes.Text):
        parts[-1] = nodes.Text(parts[-1].removesuffix(after))
    return parts


def references(node) -> list[str]:
    """Return the labels of the statements that a node refers to."""
    return [x["reftarget"] for x in node.findall(addnodes.pending_xref)
            if x.get("refdomain") == "prf"]


def collect(app, doctree):
    """Note the statements of a page, and give their proofs anchors."""
    found, docname = known(app.env), app.env.docname
    for owner, node in with_proofs(doctree):
        label = owner["label"]
        if node is owner:
            marks = [c for c in node["classes"] if c in (*BADGES, *QUALIFIERS)]
            found[label] = Statement(label, docname, node["realtype"], bare_title(
                node, app.config.proof_title_format), marks, [])
            count = 0
        else:
            count += 1
            box = node if isinstance(node, fold) else node[0]
            box["ids"] = [f"{label}-proof{count if count > 1 else ''}"]
        found[label].uses += [u for u in references(node)
                              if u != label and u not in found[label].uses]


def known(env) -> dict[str, Statement]:
    """Return the statements read so far by label."""
    if not hasattr(env, "statements"):
        env.statements = {}
    return env.statements


def in_order(env) -> list[Statement]:
    """Return the statements in the order of the book."""
    pages = {name: k for k, name in enumerate(chapters(env))}
    last = len(pages)
    return sorted(known(env).values(), key=lambda s: pages.get(s.docname, last))


def chapters(env) -> list[str]:
    """Return the pages in the order of the table of contents."""
    root = env.config.root_doc
    return [root, *(page for page in _below(env, root))]


def _below(env, page):
    for child in env.toctree_includes.get(page, []):
        yield child
        yield from _below(env, child)


def number(env, statement: Statement) -> str:
    """Return the kind and the number of a statement, as in Theorem 4.6."""
    numbers = env.toc_fignumbers.get(statement.docname, {})
    for ids in numbers.values():
        if statement.label in ids:
            place = ".".join(map(str, ids[statement.label]))
            return f"{statement.kind.title()} {place}"
    return statement.kind.title()


def forget(app, env, docname):
    """Drop the statements of a page that is read again."""
    env.statements = {k: s for k, s in known(env).items() if s.docname != docname}


def merge(app, env, docnames, other):
    """Take over what another process read."""
    known(env).update({k: s for k, s in known(other).items() if s.docname in docnames})


class OfTheBook(nodes.General, nodes.Element):
    """Stands where something made from the whole book will be."""


def note_page(app, doctree):
    """Remember the pages made from the whole book: a change anywhere changes them."""
    pages = listing(app.env)
    pages.discard(app.env.docname)
    if next(doctree.findall(OfTheBook), None):
        pages.add(app.env.docname)


def listing(env) -> set[str]:
    """Return the pages whose content comes from the whole book."""
    if not hasattr(env, "listing_pages"):
        env.listing_pages = set()
    return env.listing_pages


def setup(app):
    app.setup_extension("sphinx_proof")
    app.setup_extension("mould")
    app.connect("doctree-read", collect)
    app.connect("doctree-read", note_page)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", lambda app, env: sorted(listing(env) & env.found_docs))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
