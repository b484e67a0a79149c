"""The command `keras-asd export`."""

from collections.abc import Sequence
from typing import Literal

from pipelines.commands.command import command
from pipelines.commands.printing import print_files
from pipelines.exporting.export_form import FORMS

Form = Literal[FORMS]  # type: ignore[valid-type]


@command
def run(
    run: str,
    *,
    to: str,
    also: Sequence[Form] = (),
    false_alarm_rate: float | None = None,
    scorer: str | None = None,
    trust: Sequence[str] = (),
) -> None:
    """Exports a run as a SavedModel, and in other forms.

    The SavedModel is for TensorFlow Serving, checked against the run, with
    all that serving needs.

    Args:
        run: Folder of a finished training run.
        to (DIR): Folder of the served model, such as saved_models/fan; the
            next version appears in it.
        also (FORM): Further forms beside it.
        false_alarm_rate (RATE): Share of normal clips that may raise an
            alarm, where a request has no rate of its own. Defaults to the
            one of the training.
        scorer (NAME): Scorer to fit on the run's normal clips in place of its
            own; `keras-asd train --scorer.help` lists them.
        trust (PACKAGE): Packages of your own classes, where the run has any.
    """
    from pipelines.calibration.requested_rates import requested_rate
    from pipelines.programs.export import export

    requested_rate(false_alarm_rate)
    print_files([export(run, to, scorer, false_alarm_rate, also, trust)])
