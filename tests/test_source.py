"""The source shown beside a formula."""

import pytest

from comlib import InputError, show_source


def double(x):
    """Return 2*x."""
    return 2 * x


class Decay:
    """A documented class.

    With a long docstring.
    """

    rate = 1.0
    """How fast."""

    @property
    def half_life(self):
        """Return the time; é before and after é."""

        text = "a string that stays"
        return len(text) / self.rate

    def abstract(self):
        """Return nothing yet."""


def test_the_docstring_is_left_out():
    assert repr(show_source(double)) == "def double(x):\n    return 2 * x"


def test_the_docstring_is_kept_on_request():
    assert '"""Return 2*x."""' in repr(show_source(double, doc=True))


def test_a_class_is_shown_without_any_docstring():
    text = repr(show_source(Decay))
    assert text == '''class Decay:
    rate = 1.0

    @property
    def half_life(self):
        text = "a string that stays"
        return len(text) / self.rate

    def abstract(self):
        ...'''
    compile(text, "shown", "exec")


def test_methods_and_properties_are_shown_without_indentation():
    text = repr(show_source(Decay.half_life))
    assert text.startswith("@property\ndef half_life(self):")
    assert repr(show_source(Decay.abstract)) == "def abstract(self):\n    ..."


def test_objects_are_shown_below_each_other_as_one_python_block():
    text = show_source(double, Decay.abstract)._repr_markdown_()
    assert text.startswith("```python\ndef double") and text.endswith("...\n```")
    assert "return 2 * x\n\n\ndef abstract" in text


def test_what_is_shown_is_the_code_that_runs():
    scope = {}
    exec(repr(show_source(double)), scope)
    assert scope["double"](4) == double(4)


@pytest.mark.parametrize("objects", [(), (len,), (3,)])
def test_objects_without_source_are_refused(objects):
    with pytest.raises(InputError):
        show_source(*objects)
