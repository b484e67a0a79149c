"""Every error of the code has an entry in the page on troubleshooting."""

import ast
import functools
import pathlib
import re

ROOT = pathlib.Path(__file__).parents[1]
ROOMS = ("keras_asd", "pipelines", "tuning")
PAGE = ROOT / "docs" / "troubleshooting.md"
# What the code fills in, here and on the page.
GAP = "…"
# A bug, not an error of use; a message of another error, given on.
NOT_OURS = {"AttributeError", "KeyError", "StopIteration"}
INTERNAL = "A command must have a function `run`."


def text_of(node):
    """The fixed parts of an expression that makes a message."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(map(text_of, node.values))
    if isinstance(node, ast.BinOp):
        return text_of(node.left) + text_of(node.right)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return text_of(node.func.value)
    return GAP


def messages(path):
    """The rules of the errors that a file makes, up to `Received`."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    raised = [node.exc for node in nodes if isinstance(node, ast.Raise)]
    for node in nodes:
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", "")
            is_error = name.endswith("Error") or node in raised
            rule = text_of(node.args[0]).split("Received")[0].strip()
            if is_error and name not in NOT_OURS and re.search(r"\w{4}", rule):
                yield rule, f"{path.relative_to(ROOT)}:{node.lineno}"


def entries():
    """The fixed parts of each entry of the page, by heading."""
    text = PAGE.read_text(encoding="utf-8")
    parts = {}
    for entry in text.split("\n## ")[1:]:
        title, *lines = entry.split("\n\n")
        parts[title] = re.findall(r"``? ?(.+?) ?``?(?=[,.]|$)", lines[0], re.M)
    return parts


@functools.cache
def rules():
    return [
        message
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        for message in messages(path)
    ]


def test_every_error_is_of_a_family_with_an_entry():
    fixed = [part for parts in entries().values() for part in parts]
    missing = [
        f"{place}: {rule}"
        for rule, place in rules()
        if rule != INTERNAL and not any(part in rule for part in fixed)
    ]
    assert not missing, "\n".join(missing)
    assert len(rules()) > 300


def test_every_fixed_part_of_an_entry_is_that_of_an_error():
    for title, parts in entries().items():
        assert parts, title
        for part in parts:
            assert any(part in rule for rule, _ in rules()), (title, part)


def test_an_entry_has_a_meaning_and_a_way_out():
    for entry in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        assert len(entry.split("\n\n")) >= 3, entry
