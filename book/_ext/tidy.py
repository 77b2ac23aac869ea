"""Sphinx extension: no unused scripts, and a bibliography ordered by author."""

from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style as PlainStyle
from pybtex.style.labels import BaseLabelStyle


class AuthorYear(BaseLabelStyle):
    """Labels as they are cited: Li et al., 2022."""

    def format_labels(self, sorted_entries):
        for entry in sorted_entries:
            names = [" ".join(p.prelast_names + p.last_names)
                     for p in entry.persons["author"]]
            if len(names) > 2:
                names = [f"{names[0]} et al."]
            yield f"{' and '.join(names)}, {entry.fields['year']}"


class AuthorYearList(PlainStyle):
    default_label_style = AuthorYear


def drop_thebe(app, pagename, templatename, context, doctree):
    """Book and theme both load sphinx-thebe, unused here: a console error."""
    def text(script):
        attributes = getattr(script, "attributes", {})
        return f"{getattr(script, 'filename', '')} {attributes.get('body', '')}"

    context["script_files"] = [
        s for s in context.get("script_files", []) if "thebe" not in text(s).lower()]


def setup(app):
    register_plugin("pybtex.style.formatting", "author_year_list", AuthorYearList)
    app.connect("html-page-context", drop_thebe, priority=990)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
