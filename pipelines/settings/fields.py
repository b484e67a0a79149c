"""Fields of settings: default, rule and range of a search, in one place."""

import dataclasses
import math
import typing
from collections.abc import Callable
from typing import Any
from typing import Literal

Value = int | float | str | bool


@dataclasses.dataclass(frozen=True)
class Range:
    """Values of one setting that a search tries.

    Args:
        reason: Why this range.
        grid: Values of a grid search, beside the setting's own.
        low: Least value; `None` where there are choices.
        high: Largest value.
        sampling: `log` where factors count, not differences.
        step: Between whole numbers; a factor where `sampling` is `log`.
        choices: All values, in order; those of the type if empty.

    >>> Range("ArcFace has 64.", (30.0,), 8.0, 128.0, sampling="log").low
    8.0
    """

    reason: str
    grid: tuple[Value, ...] = ()
    low: float | None = None
    high: float | None = None
    sampling: Literal["linear", "log"] = "linear"
    step: int | None = None
    choices: tuple[Value, ...] = ()

    @property
    def kind(self) -> Literal["float", "int", "choice"]:
        """What its values are."""
        if self.low is None:
            return "choice"
        return "float" if self.step is None else "int"


@dataclasses.dataclass(frozen=True)
class Rule:
    """A condition on a value, and its words in an error.

    >>> at_least(8).is_met(7), at_least(8).text
    (False, 'at least 8')
    """

    is_met: Callable[[Any], bool]
    text: str


def at_least(low: float) -> Rule:
    """The rule that a value is `low` or more."""
    return Rule(lambda value: value >= low, f"at least {low}")


def within(low: float, high: float, text: str = "") -> Rule:
    """The rule `low <= value <= high`."""
    text = text or f"in [{low}, {high}]"
    return Rule(lambda value: low <= value <= high, text)


POSITIVE = Rule(lambda value: value > 0, "positive")
NOT_NEGATIVE = Rule(lambda value: value >= 0, "zero or positive")
NOT_EMPTY = Rule(bool, "at least one")
ANGLE = Rule(lambda value: 0 <= value < math.pi / 2, "radians, below pi / 2")


def setting(
    default: Any, rule: Rule | None = None, search: Range | None = None
) -> Any:
    """A dataclass field with a rule and a range for searches.

    Args:
        default: Its value where nothing is said.
        rule: What every value must satisfy.
        search: Values that a search tries.
    """
    return dataclasses.field(
        default=default, metadata={"rule": rule, "search": search}
    )


def check_fields(record: Any) -> None:
    """Refuses a record with a field that breaks its rule.

    Raises:
        ValueError: For the first such field.
    """
    for field in dataclasses.fields(record):
        rule, value = field.metadata.get("rule"), getattr(record, field.name)
        if rule is not None and not rule.is_met(value):
            raise ValueError(
                f"`{field.name}` must be {rule.text}. "
                f"Received: {field.name}={value}."
            )


def search_ranges(kind: type) -> dict[str, Range]:
    """Ranges of a record's fields, by their names.

    Choices are those of the field's type where the range names none.
    """
    types = typing.get_type_hints(kind)
    found = {}
    for field in dataclasses.fields(kind):
        search = field.metadata.get("search")
        if search is None:
            continue
        if search.kind == "choice":
            choices = search.choices or typing.get_args(types[field.name])
            search = dataclasses.replace(search, choices=choices, grid=choices)
        found[field.name] = search
    return found
