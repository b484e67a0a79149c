"""The command `keras-asd thresholds`."""

from collections.abc import Sequence

from pipelines.commands.command import UsageError
from pipelines.commands.command import command
from pipelines.commands.command import refuse_together


@command
def run(
    run: str,
    *,
    rate: float | None = None,
    one_in: float | None = None,
    per_day: float | None = None,
    clips_per_day: float | None = None,
    trust: Sequence[str] = (),
) -> None:
    """Prints which score is an alarm, and how often that is false.

    For every machine of a run, prints the anomaly score from which on a clip
    raises an alarm, how many normal clips it was drawn from, what these are,
    and, where they are unseen, the 95 % interval of the false-alarm rate.

    Args:
        run: Folder of a finished training run.
        rate: Share of the normal clips that may raise an alarm. Defaults to
            the run's false_alarm_rate.
        one_in (N): The same, as at most one false alarm in N normal clips.
        per_day (K): The same, as K false alarms a day; with --clips_per_day.
        clips_per_day (C): Clips that are scored in a day.
        trust (PACKAGE): Packages of your own classes, where the run has any.
    """
    refuse_together(rate=rate, one_in=one_in, per_day=per_day)
    if (per_day is None) != (clips_per_day is None):
        raise UsageError("--per_day and --clips_per_day belong together")
    from pipelines.calibration.requested_rates import requested_rate
    from pipelines.programs.thresholds import thresholds

    requested = requested_rate(rate, one_in, per_day, clips_per_day)
    print(thresholds(run, requested, trust))
