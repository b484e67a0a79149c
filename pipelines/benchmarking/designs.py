"""Which trainings each study compares."""

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of a study: a training like the others but for something.

    Args:
        name: Name of the line.
        changes: Settings that differ from the study's preset.
        snr_db: Power of the machines over their surroundings in the
            built-in data, where it is not the default.

    >>> Row("AdaCos", {"loss": "AdaCos"}).snr_db is None
    True
    """

    name: str
    changes: dict[str, Any]
    snr_db: float | None = None


@dataclasses.dataclass(frozen=True)
class Study:
    """A question and the trainings that answer it.

    Args:
        question: What it asks.
        rows: Its lines.

    >>> STUDIES["collapse"].question
    'Does the embedding collapse without angular classes?'
    """

    question: str
    rows: tuple[Row, ...]


_ONE_CLASS: dict[str, Any] = {
    "loss": "OneClassCompactness",
    "classes": "one",
    "domain_classes": False,
}


def _losses(classes: str, with_domain: bool) -> tuple[Row, ...]:
    task = {"classes": classes, "domain_classes": with_domain}
    return tuple(
        Row(name, {"loss": loss, **task})
        for name, loss in (
            ("intra-class compactness", "IntraClassCompactness"),
            ("compactness + cross-entropy", "CompactnessCrossEntropy"),
            ("AdaCos", "AdaCos"),
            ("sub-cluster AdaCos", "SubclusterAdaCos"),
        )
    )


def _tasks(loss: str) -> tuple[Row, ...]:
    return tuple(
        Row(
            name,
            {"loss": loss, "classes": classes, "domain_classes": with_domain},
        )
        for name, classes, with_domain in (
            ("machine", "machine", False),
            ("machine, section", "section", False),
            ("machine, section, attributes", "attributes", False),
            ("machine, section, attributes, domain", "attributes", True),
        )
    )


# Wilkinghoff & Kurth, https://arxiv.org/abs/2309.15643: their losses and
# auxiliary tasks. Their tables are not known to us number by number.
STUDIES = {
    "compactness": Study(
        "How far does compactness alone go?",
        (
            Row("one class", _ONE_CLASS),
            *_tasks("IntraClassCompactness"),
        ),
    ),
    "machine_labels": Study(
        "Which loss, where machines are the classes?",
        (
            Row("one-class compactness", _ONE_CLASS),
            *_losses("machine", False),
        ),
    ),
    "all_labels": Study(
        "Which loss, where machine, section, attributes and domain are?",
        (
            Row("one-class compactness", _ONE_CLASS),
            *_losses("attributes", True),
        ),
    ),
    "collapse": Study(
        "Does the embedding collapse without angular classes?",
        (
            Row("one-class compactness", _ONE_CLASS),
            *_losses("attributes", True)[::3],
        ),
    ),
    "noise": Study(
        "Which loss hears the machine through noise?",
        tuple(
            dataclasses.replace(
                row, name=f"{row.name}, {snr_db:+g} dB", snr_db=snr_db
            )
            for snr_db in (10.0, 0.0, -10.0)
            for row in (
                Row("one-class compactness", _ONE_CLASS),
                _losses("attributes", True)[-1],
            )
        ),
    ),
    "auxiliary_tasks": Study(
        "How much must the auxiliary task tell apart?",
        (
            Row("none: one-class compactness", _ONE_CLASS),
            *_tasks("SubclusterAdaCos"),
        ),
    ),
}


def choose_study(name: str) -> Study:
    """The study of that name.

    Raises:
        ValueError: If there is none.

    >>> len(choose_study("noise").rows)
    6
    """
    if name not in STUDIES:
        raise ValueError(
            f"`study` must be one of {', '.join(STUDIES)}. "
            f"Received: study={name!r}."
        )
    return STUDIES[name]
