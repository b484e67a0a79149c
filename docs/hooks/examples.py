"""Docstrings of this package in the form that mkdocstrings reads."""

import re

import griffe

EXAMPLE = re.compile(r"^( *)>>> .*(?:\n\1\S.*|\n\1 +\S.*)*", re.MULTILINE)
CALL_ARGUMENTS = re.compile(r"^Call arguments:\n((?:    .*(?:\n|$))+)", re.M)


class Docstrings(griffe.Extension):
    """Fences every `>>>`, and lists what a layer is called with."""

    def on_object(self, *, obj, **_):
        if obj.docstring:
            text = EXAMPLE.sub(r"\1```pycon\n\g<0>\n\1```", obj.docstring.value)
            obj.docstring.value = CALL_ARGUMENTS.sub(list_arguments, text)


def list_arguments(match):
    """The lines `name: text` of a section as a list."""
    lines = re.sub("^    ", "", match[1], flags=re.M)
    items = re.sub(r"^(\w[\w, ]*):", r"- **`\1`** –", lines, flags=re.M)
    return f"**Called with:**\n\n{items}\n"
