"""The command-line parser that all commands share."""

import re
from collections.abc import Sequence
from typing import Any
from typing import NoReturn

from jsonargparse import ArgumentParser

from pipelines.commands.help_formatter import HelpFormatter
from pipelines.files.names import printable
from pipelines.settings.plain_yaml import check_yaml
from pipelines.settings.plain_yaml import read_yaml
from pipelines.settings.spelling import reword


class Parser(ArgumentParser):
    """A parser with a compact help page and a `--config` file.

    Flags override the file, wherever it stands among them; those that take
    several words add to the file's. Dashes within a flag's name are taken for
    underscores.

    Args:
        prog: The command, such as `keras-asd train`.
        **kwargs: Other arguments of jsonargparse's `ArgumentParser`.

    >>> parser = Parser(prog="keras-asd sing", description="Sings.")
    >>> parser.parse_args([]).config is None
    True
    """

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.setdefault("formatter_class", HelpFormatter)
        super().__init__(*args, **kwargs)
        self.add_argument(
            "--config",
            action="config",
            metavar="FILE",
            help="YAML file with these settings; flags override it",
        )

    def parse_args(self, args: Any = None, *others: Any, **kwargs: Any) -> Any:
        if args is not None:
            args = _sort_words(args)
            try:
                _check_words(args)
            except (OSError, ValueError) as error:
                self.error(str(error))
        return super().parse_args(args, *others, **kwargs)

    def error(self, message: str, ex: Exception | None = None) -> NoReturn:
        """Prints the usage and what is wrong, and exits with code 2."""
        message = re.sub(r"<class '([\w.]+)'>", r"\1", message)
        message = re.sub(
            r'Parser key "([\w.]+)":\s*',
            lambda found: f"{self._shown(found[1])}: ",
            message,
        )
        message = re.sub(
            r"(?<=arguments are required: ).*",
            lambda found: ", ".join(map(self._shown, found[0].split(", "))),
            message,
        )
        message = message.replace(
            "'str' object does not support item assignment",
            "several values must be a list in the file, such as [one, two]",
        )
        lines = map(printable, reword(message).split("\n"))
        super().error("\n".join(lines), ex)

    def _shown(self, name: str) -> str:
        """A flag, or the word that stands for a positional."""
        for action in self._actions:
            if action.dest == name:
                return str((*action.option_strings, action.metavar)[0])
        return f"--{name}"


def _check_words(words: Sequence[str]) -> None:
    """Refuses files and values of flags that may not end when they are parsed.

    Args:
        words: Words that `_sort_words` has sorted.
    """
    flag = ""
    for word in words:
        if word == "--":
            break
        if word.startswith("--"):
            flag, _, value = word.partition("=")
        else:
            value = word
        if flag == "--config" and value:
            if not isinstance(read_yaml(value), dict):
                raise ValueError(
                    "A file of settings must hold names and values. Received: "
                    f"{value}. `--print_config` shows one."
                )
        elif flag and value.lstrip().startswith(("[", "{")):
            check_yaml(value)
        if value:
            flag = ""


def _sort_words(words: Sequence[str]) -> list[str]:
    """The words with underscores in flags, and with `--config` first.

    jsonargparse lets a file override the flags before it.
    """
    words = list(words)
    end = words.index("--") if "--" in words else len(words)
    files: list[str] = []
    others: list[str] = []
    for word in words[:end]:
        flag, is_given, value = word.partition("=")
        if flag.startswith("--"):
            flag = "--" + flag[2:].replace("-", "_")
        is_file = flag == "--config" or files[-1:] == ["--config"]
        (files if is_file else others).append(flag + is_given + value)
    if files[-1:] == ["--config"]:  # Its file is missing.
        return others + files + words[end:]
    return files + others + words[end:]
