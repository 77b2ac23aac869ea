"""Sphinx extension: all that is made from the whole book, and its style."""

PARTS = ("access", "statement_lists", "dependency_graph", "search_units", "interface")


def setup(app):
    for part in PARTS:
        app.setup_extension(part)
    app.add_css_file("reference.css", priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
