"""Records of settings, and their fields: default, rule, search range."""

import dataclasses
import math
import typing
from collections.abc import Callable
from typing import Any
from typing import Literal

Value = int | float | str | bool


@dataclasses.dataclass(frozen=True)
class Range:
    """Search range of one setting.

    Args:
        reason: Reason for this range.
        grid: Values of a grid search, added to the configured value.
        low: Smallest value; `None` for choices.
        high: Largest value; `None` for choices.
        sampling: Sampling scale, `log` for equal factors instead of equal
            differences.
        step: Step between whole numbers; a factor if `sampling` is `log`.
        choices: All values, in order; the values of the field's type if empty.

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
        """Kind of the values."""
        if self.low is None:
            return "choice"
        return "float" if self.step is None else "int"


@dataclasses.dataclass(frozen=True)
class Rule:
    """A condition on a value, and its wording in error messages.

    >>> at_least(8).is_met(7), at_least(8).text
    (False, 'at least 8')
    """

    is_met: Callable[[Any], bool]
    text: str


def at_least(low: float) -> Rule:
    """The rule `low <= value`."""
    return Rule(lambda value: value >= low, f"at least {low}")


def within(low: float, high: float, text: str = "") -> Rule:
    """The rule `low <= value <= high`."""
    text = text or f"in [{low}, {high}]"
    return Rule(lambda value: low <= value <= high, text)


FINITE = Rule(math.isfinite, "a finite number")
POSITIVE = Rule(lambda value: value > 0, "positive")
NOT_NEGATIVE = Rule(lambda value: value >= 0, "zero or positive")
NOT_EMPTY = Rule(bool, "at least one")
ANGLE = Rule(lambda value: 0 <= value < math.pi / 2, "radians, below pi / 2")


def setting(
    default: Any, rule: Rule | None = None, search: Range | None = None
) -> Any:
    """A dataclass field with a rule and a search range.

    Args:
        default: Default value.
        rule: Rule that every value must satisfy.
        search: Search range; `None` if it is never searched over.
    """
    return dataclasses.field(
        default=default, metadata={"rule": rule, "search": search}
    )


def check_fields(record: Any) -> None:
    """Checks every field of a record against its rule.

    Raises:
        ValueError: For the first field that breaks its rule, or is a number
            that is not finite.
    """
    for field in dataclasses.fields(record):
        rule, value = field.metadata.get("rule"), getattr(record, field.name)
        if isinstance(value, float) and not math.isfinite(value):
            rule = rule if rule and not rule.is_met(value) else FINITE
        if rule is not None and not rule.is_met(value):
            raise ValueError(
                f"`{field.name}` must be {rule.text}. "
                f"Received: {field.name}={value}."
            )


class Record:
    """Base of settings that are chosen by name, checked when they are made."""

    def __post_init__(self):
        check_fields(self)

    @property
    def idle_fields(self) -> set[str]:
        """Names of fields that have no effect, given the other fields."""
        return set()


def search_ranges(kind: type) -> dict[str, Range]:
    """Search ranges of a record's fields, by field name.

    A range without choices has those of the field's type.

    >>> from pipelines.settings.losses import ArcFace
    >>> search_ranges(ArcFace)["margin"].high
    1.2
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
