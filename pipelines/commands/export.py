"""`keras-asd export`."""

import argparse

from pipelines.exporting.export_form import FORMS


def run(words: list[str]) -> int:
    """Exports a run as a SavedModel, and in other forms."""
    parser = argparse.ArgumentParser(
        prog="keras-asd export",
        description="Exports a run as a SavedModel for TensorFlow Serving, "
        "checked against the run, with all that serving needs.",
    )
    parser.add_argument("run", help="folder of a finished training run")
    parser.add_argument(
        "--to",
        required=True,
        metavar="DIR",
        help="folder of the served model, such as saved_models/fan; the next "
        "version appears in it",
    )
    parser.add_argument(
        "--also",
        nargs="+",
        default=[],
        choices=FORMS,
        metavar="FORM",
        help=f"further forms beside it: {', '.join(FORMS)}",
    )
    parser.add_argument(
        "--false_alarm_rate",
        type=float,
        metavar="SHARE",
        help="of normal clips that may raise an alarm, where a request has no "
        "wish of its own; as in training if not given",
    )
    parser.add_argument(
        "--scorer",
        metavar="NAME",
        help="fit this scorer on the run's normal clips in place of its own; "
        "`keras-asd train --help` lists them",
    )
    parser.add_argument(
        "--space",
        choices=["own", "sphere", "standardized", "whitened", "raw"],
        help="where it measures; as the run's own if not given",
    )
    options = parser.parse_args(words)
    from pipelines.programs.export import export

    version = export(
        options.run,
        options.to,
        options.scorer,
        options.space,
        options.false_alarm_rate,
        options.also,
    )
    print(f"wrote {version}")
    return 0
