"""Sphinx extension: beside every page its notebook, readable without MyST.

x.html gets x.ipynb: the chapter's code and stored outputs, and the text as
plain Markdown with the numbers and links of the page. The download button leads
there, the Colab button to the same file on the branch ``plain_notebooks_branch``,
onto which the published files are pushed. Links lead to ``html_baseurl``.
"""

import re
from pathlib import Path

import nbformat
from docutils import nodes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from plain_markdown import Markdown
from sphinx.transforms.post_transforms import SphinxPostTransform


class MarkOutputs(SphinxPostTransform):
    """Say in the tree which output of its cell some Markdown is.

    Runs before MyST-NB puts the kind that is shown in the place of each bundle.
    """

    default_priority = 1

    def run(self, **kwargs):
        for cell in self.document.findall(is_cell):
            bundles = [node for node in cell.findall(nodes.container)
                       if node.get("nb_element") == "mime_bundle"]
            for index, bundle in enumerate(bundles):
                for kind in bundle.children:
                    if kind["mime_type"] == "text/markdown":
                        marked = nodes.container("", *kind.children, output=index)
                        kind.children = []
                        kind += marked


def is_cell(node: nodes.Node) -> bool:
    """Whether a node is a code cell."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def pieces(section: nodes.Element, level: int = 1):
    """Yield headings, blocks and code cells of a page in their order."""
    for node in section.children:
        if isinstance(node, nodes.section):
            yield from pieces(node, level + 1)
        elif isinstance(node, nodes.title):
            yield level - 1, node
        else:
            yield 0, node


def code_cell(stored, node, write: Markdown):
    """Return a stored code cell; its outputs in Markdown are those of the page.

    Args:
        stored: the cell in the chapter's notebook.
        node: the cell on the page, None if the page does not show it.
        write: what turns the page's blocks into Markdown.
    """
    outputs = stored.outputs if node else []
    cell = new_code_cell(stored.source, outputs=outputs,
                         execution_count=stored.execution_count)
    folded = {"hide-input", "hide-cell", "remove-input"}
    if node is None or folded & set(stored.metadata.get("tags", [])):
        cell.metadata.update(cellView="form", jupyter={"source_hidden": True})
    written = {shown["output"]: write(shown) for shown in
               (node.findall(nodes.container) if node else ()) if "output" in shown}
    bundles = [output.data for output in outputs if "data" in output]
    for index, bundle in enumerate(bundles):
        bundle.pop("text/markdown", None)  # it may hold roles
        if index in written:
            bundle.pop("text/html", None)  # it would be shown instead
            bundle["text/markdown"] = written[index]
    return cell


def cells_of(doctree, stored: list, write: Markdown, note: str):
    """Yield the cells of a page's notebook.

    Code that the page does not show comes right before the next that it shows.

    Args:
        doctree: the page, resolved.
        stored: the cells of the chapter's notebook.
        write: what turns the page's blocks into Markdown.
        note: a sentence below the title.
    """
    text, hidden = [], dict(enumerate(stored))

    def finished(stop=len(stored)):
        if text:
            yield new_markdown_cell("\n\n".join(text))
            text.clear()
        for index in range(stop):
            cell = hidden.pop(index, None)
            if cell and cell.cell_type == "code":
                yield code_cell(cell, None, write)

    for level, node in pieces(doctree):
        if is_cell(node):
            yield from finished(node["cell_index"])
            yield code_cell(hidden.pop(node["cell_index"]), node, write)
            text += map(write.caption, node.findall(nodes.figure))
        elif level:
            yield from finished(0)
            text.append(f"{'#' * level} {write.inside(node)}")
            text += [note] if level == 1 else []
        else:
            text += filter(None, [write(node).strip("\n")])
    yield from finished()


def write_notebook(app, page: str, doctree) -> None:
    """Write the notebook of a page beside the page."""
    stored = nbformat.read(app.env.doc2path(page), 4)
    root, name = app.config.html_baseurl, app.builder.get_target_uri(page)
    links = [node.get("refid") or node.get("refuri", "").partition("#")[2]
             for node in doctree.findall(nodes.reference)
             if node.get("refuri", "#").startswith("#")]
    title = app.env.titles[page].astext()
    note = f"*The page [{title}]({root}{name}) of [{app.config.html_title}]({root}).*"
    write = Markdown(app.builder, root + name, set(links))
    cells = list(cells_of(doctree, stored.cells, write, note))
    for number, cell in enumerate(cells):
        cell["id"] = f"c{number:03d}"
    target = Path(app.outdir, page).with_suffix(".ipynb")
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata={
        key: stored.metadata[key] for key in ("kernelspec", "language_info")}), target)


def leading_to(notebook: str, branch: str, items: list):
    """Return a header's buttons, leading to the page's notebook if it has one.

    Args:
        notebook: its name, empty if there is none.
        branch: where its published copy lies.
        items: buttons, and groups of buttons.
    """
    found = []
    for item in items:
        item = {**item}
        if "buttons" in item:
            item["buttons"] = leading_to(notebook, branch, item["buttons"])
        if item.get("label") == "download-source-button":
            if not notebook:
                continue
            item |= {"url": notebook, "tooltip": "Download notebook"}
        elif item.get("label") == "source-file-button":  # x.md is what is written
            item["url"] = item["url"].replace(".ipynb?", ".md?")
        elif item.get("text") == "Colab":
            item["url"] = re.sub("/blob/[^/]+/", f"/blob/{branch}/", item["url"])
        found.append(item)
    return found


def on_page(app, pagename, templatename, context, doctree):
    """Write the notebook and let the page's buttons lead to it."""
    notebook = ""
    if doctree is not None and app.env.doc2path(pagename).endswith(".ipynb"):
        write_notebook(app, pagename, doctree)
        notebook = f"{Path(pagename).name}.ipynb"
    context["header_buttons"] = leading_to(
        notebook, app.config.plain_notebooks_branch, context["header_buttons"])


def setup(app):
    app.add_config_value("plain_notebooks_branch", "", "html")
    app.add_post_transform(MarkOutputs)
    app.connect("html-page-context", on_page, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
