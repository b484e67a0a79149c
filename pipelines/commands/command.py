"""Commands, made from typed and documented functions."""

import dataclasses
import functools
import inspect
import types
import typing
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import Literal

import docstring_parser
from jsonargparse import ArgumentParser

from pipelines.commands.parsing import Parser

UNIONS = (types.UnionType, typing.Union)


class UsageError(ValueError):
    """An error that is reported with the usage of the command.

    >>> str(UsageError("--hop needs --window"))
    '--hop needs --window'
    """


def refuse_together(**values: Any) -> None:
    """Refuses more than one of flags that exclude each other.

    Args:
        **values: Value of each flag, `None` where it was not given.

    Raises:
        UsageError: If more than one was given.

    >>> refuse_together(rate=0.01, one_in=None)
    """
    given = [name for name, value in values.items() if value is not None]
    if len(given) > 1:
        flags = ", ".join(f"--{name}" for name in given)
        raise UsageError(f"not allowed together: {flags}")


@dataclasses.dataclass(frozen=True)
class OneOf:
    """The words that an argument takes, where only a program knows them.

    Args:
        texts: A line of help for each word; empty for none.

    >>> Name = typing.Annotated[str, OneOf({"fan": "", "pump": ""})]
    """

    texts: Mapping[str, str]


def command(
    function: Callable[..., int | None],
) -> Callable[[Sequence[str]], int]:
    """Makes a command of a function: its parameters are what it takes.

    See `add_arguments`. The docstring is the help page, `UsageError` an
    error with the usage, and the exit code what the function returns, 0 for
    `None`. The command is named after the function's module.

    Returns:
        A function of the words after the command's name.

    >>> @command
    ... def run(clips: Sequence[str], *, times: int = 1) -> None:
    ...     '''Plays clips.
    ...
    ...     Args:
    ...         clips (CLIP): Recordings.
    ...         times: How often.
    ...     '''
    ...     print(clips, times)
    >>> run(["a.wav", "b.wav", "--times", "2"])
    ['a.wav', 'b.wav'] 2
    0
    """
    name = function.__module__.rpartition(".")[2].replace("_", "-")

    @functools.wraps(function)
    def run(words: Sequence[str]) -> int:
        text = _docstring(function)
        about = (text.short_description or "", text.long_description or "")
        parser = Parser(
            prog=f"keras-asd {name}",
            description="\n\n".join(about),
            epilog=_list_texts(function),
        )
        add_arguments(parser, function)
        options = parser.parse_args(words).as_dict()
        del options["config"]
        try:
            return function(**_gather(function, options)) or 0
        except UsageError as error:
            parser.error(str(error))

    return run


def add_arguments(parser: ArgumentParser, function: Callable[..., Any]) -> None:
    """Adds an argument for each parameter of a function or dataclass.

    Args:
        parser: Takes the arguments.
        function: Parameters before `*` are positionals, those after it
            flags of their name (those of an optional `Sequence` none or more
            words); a dataclass is the flags of its fields. `bool`
            is a flag without a value, `Sequence`
            one or more words, `Literal` and `OneOf` some words only; other
            types are read by jsonargparse. The help is that of `Args` in the
            docstring, where `name (WORD): text` shows WORD for the value.

    Raises:
        KeyError: If a parameter is not documented.

    >>> def listen(run: str, *, masks: int = 2000):
    ...     '''Listens.
    ...
    ...     Args:
    ...         run: Folder of a run.
    ...         masks: Number of masks.
    ...     '''
    >>> parser = Parser(prog="keras-asd listen")
    >>> add_arguments(parser, listen)
    >>> parser.parse_args(["runs/a", "--masks", "3"]).masks
    3
    """
    texts = {text.arg_name: text for text in _docstring(function).params}
    hints = typing.get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        if dataclasses.is_dataclass(hints[name]):
            add_arguments(parser, hints[name])
            continue
        options = _read_type(hints[name])
        options["help"] = " ".join((texts[name].description or "").split())
        if word := texts[name].type_name:
            options["metavar"] = word
        is_optional = parameter.default is not parameter.empty
        is_field = dataclasses.is_dataclass(function)
        if parameter.kind is not parameter.KEYWORD_ONLY and not is_field:
            options.setdefault("metavar", name.upper())
            if is_optional:
                options["nargs"] = "*" if "nargs" in options else "?"
            parser.add_argument(name, **options)
            continue
        options["required"] = not is_optional
        if is_optional:
            options["default"] = parameter.default
        if "nargs" in options:
            options["action"] = "extend"
            options["default"] = list(options["default"])
        parser.add_argument(f"--{name}", **options)


def _gather(
    function: Callable[..., Any], options: dict[str, Any]
) -> dict[str, Any]:
    """Options with those of a dataclass made into one."""
    for name, hint in typing.get_type_hints(function).items():
        if isinstance(hint, type) and dataclasses.is_dataclass(hint):
            fields = [field.name for field in dataclasses.fields(hint)]
            options[name] = hint(**{key: options.pop(key) for key in fields})
    return options


def _docstring(function: Callable[..., Any]) -> docstring_parser.Docstring:
    return docstring_parser.parse(inspect.getdoc(function) or "")


def _read_type(hint: Any) -> dict[str, Any]:
    """The arguments of `add_argument` for a type."""
    arguments = typing.get_args(hint)
    origin = typing.get_origin(hint)
    if origin in UNIONS and arguments[1:] == (types.NoneType,):
        return _read_type(arguments[0])
    if hint is bool:
        return {"action": "store_true"}
    if origin is Sequence:
        return {**_read_type(arguments[0]), "nargs": "+"}
    if origin is Literal:
        return {"choices": arguments}
    if origin is typing.Annotated:
        return {"choices": tuple(arguments[1].texts)}
    return {"type": hint}


def _list_texts(function: Callable[..., Any]) -> str:
    """The words of `OneOf` with their texts, a line each."""
    hints = typing.get_type_hints(function, include_extras=True)
    return "\n".join(
        f"  {word:16}{text}"
        for hint in hints.values()
        for choice in getattr(hint, "__metadata__", ())
        for word, text in choice.texts.items()
        if text
    )
