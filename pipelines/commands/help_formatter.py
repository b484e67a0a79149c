"""Help pages of 80 columns: flag, text, default."""

import re
import shutil
import textwrap
import typing
from argparse import SUPPRESS
from argparse import Action
from collections.abc import Iterable
from typing import Any

from jsonargparse import DefaultHelpFormatter

WIDTH = 80
# Where texts begin; a longer flag pushes its first line on.
COLUMN = 26
# Longer choices are listed in the text, unless it has all of them in `code`.
MAX_CHOICES = 24
# What jsonargparse explains at length.
SHORT_TEXTS = {
    "--help": "Show this page and exit",
    "--print_config": "Print all settings, in the form of --config, and exit",
}


class HelpFormatter(DefaultHelpFormatter):
    """A compact help page, without types and defaults that say nothing.

    >>> from jsonargparse import ArgumentParser
    >>> parser = ArgumentParser(prog="sing", formatter_class=HelpFormatter)
    >>> _ = parser.add_argument("song", metavar="SONG", help="Title.")
    >>> _ = parser.add_argument("--times", type=int, default=2, help="Number.")
    >>> print(parser.format_help())
    usage: sing SONG [flags]
    <BLANKLINE>
    positional arguments:
      SONG                    Title
    <BLANKLINE>
    options:
      -h, --help              Show this page and exit
      --times TIMES           Number (2)
    """

    def __init__(self, prog: str, **kwargs: Any):
        kwargs["width"] = min(WIDTH, shutil.get_terminal_size().columns)
        super().__init__(prog, **kwargs)

    def _format_usage(
        self,
        usage: str | None,
        actions: Iterable[Action],
        groups: Iterable[Any],
        prefix: str | None,
    ) -> str:
        actions = list(actions)
        words = [
            self._format_args(action, _word(action))
            for action in actions
            if not action.option_strings
        ]
        words += [
            self._format_action_invocation(action)
            for action in actions
            if action.option_strings and action.required
        ]
        line = " ".join([self._prog, *words, "[flags]"])
        return self._wrap(f"usage: {line}", len("usage: ")) + "\n\n"

    def _format_action(self, action: Action) -> str:
        start = f"  {self._format_action_invocation(action)}  ".ljust(COLUMN)
        return self._wrap(start + self._expand_help(action), COLUMN) + "\n"

    def _format_action_invocation(self, action: Action) -> str:
        if not action.option_strings:
            return _word(action)
        words = [", ".join(action.option_strings)]
        if words[0].endswith(".help"):
            return f"{words[0]} NAME"
        if action.nargs != 0 and "\b" not in str(action.metavar):
            words.append(_word(action))
        if action.nargs in ("+", "*"):
            words.append("...")
        return " ".join(words)

    def _get_help_string(self, action: Action) -> str:
        for flag in action.option_strings:
            if flag in SHORT_TEXTS:
                return SHORT_TEXTS[flag]
            if flag.endswith(".help"):
                return "Show the settings of one of these and exit"
        text = (action.help or "").removesuffix(".")
        choices = _choices(action)
        if not _word(action).startswith("{") and not all(
            f"`{choice}`" in text for choice in choices
        ):
            text = f"{text}. One of {', '.join(choices)}"
        if action.option_strings and action.required:
            return f"{text} (required)"
        default = _default(action)
        return f"{text} ({default})" if default else text

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Wraps paragraphs, and the lines of an indented list."""
        blocks = []
        for block in re.split(r"\n\s*\n", text):
            lines = block.splitlines()
            if block.startswith("  "):
                starts = [re.match(r" *\S+ *", line) for line in lines]
                indents = [len(found[0]) if found else 0 for found in starts]
            else:
                lines, indents = [" ".join(block.split())], [0]
            blocks.append("\n".join(map(self._wrap, lines, indents)))
        return "\n\n".join(blocks) + "\n"

    def _wrap(self, text: str, indent: int) -> str:
        return textwrap.fill(
            text,
            self._width,
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _word(action: Action) -> str:
    """What stands for the value of an argument."""
    word = action.metavar
    choices = _choices(action)
    braces = "{" + ",".join(choices) + "}"
    if word in (None, braces):
        is_short = choices and len(braces) <= MAX_CHOICES
        word = braces if is_short else re.split("[._]", action.dest)[-1].upper()
    return str(word)


def _choices(action: Action) -> list[str]:
    """The words that an argument takes; none if it takes any."""
    found: Iterable[Any] = action.choices or ()
    hints = [getattr(action, "_typehint", None)]
    hints += typing.get_args(hints[0])
    for hint in hints:
        if not found and typing.get_origin(hint) is typing.Literal:
            found = typing.get_args(hint)
    return [str(word) for word in found]


def _default(action: Action) -> str:
    default = action.default
    if default in (None, SUPPRESS) or action.nargs == 0:
        return ""
    if path := getattr(default, "class_path", ""):
        return str(path).rpartition(".")[-1]
    if isinstance(default, list | tuple):
        return ", ".join(map(str, default))
    return str(default).lower() if isinstance(default, bool) else str(default)
