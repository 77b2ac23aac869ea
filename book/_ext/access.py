"""Sphinx extension: what assistive tools need and the theme does not give."""


def list_sources(app, pagename, templatename, context, doctree):
    """Make the bibliography's entries items of its list: docutils' role is outdated."""
    if "body" in context:
        context["body"] = context["body"].replace(
            'role="doc-biblioentry"', 'role="listitem"')


def setup(app):
    app.add_js_file("access.js", loading_method="defer")
    app.connect("html-page-context", list_sources)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
