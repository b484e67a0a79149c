"""`keras-asd score`."""

import argparse
import pathlib

DESCRIPTION = """\
Scores clips with a run or an exported model.

Prints a line a clip: anomaly score, machine, clip, decision (1 alarm, 0
normal, -1 none) and p-value; with --window also the seconds where the window
begins and ends. With --out, writes all that and `valid` and `problem` as a
table. Killed and started again with the same words, it goes on where it
stopped; the table appears when it is whole."""


def run(words: list[str]) -> int:
    """Scores single clips, or folders of them."""
    parser = _make_parser()
    options = parser.parse_args(words)
    if options.out and options.json:
        parser.error("--json is for lines; a table is .csv or .parquet")
    if options.hop is not None and options.window is None:
        parser.error("--hop needs --window")
    from pipelines.calibration.false_alarms import requested_rate
    from pipelines.datasets.recording_folder import find_recordings
    from pipelines.programs.score import score_to_table
    from pipelines.scoring.batch_scoring import score_clips
    from pipelines.scoring.clip_scorer import find_model
    from pipelines.scoring.clip_scorer import limit_threads
    from pipelines.scoring.clip_scorer import load_scorer
    from pipelines.scoring.clip_scorer import model_digest
    from pipelines.scoring.score_line import print_score
    from pipelines.scoring.scoring_settings import ScoringSettings

    rate = requested_rate(options.false_alarm_rate, options.one_in)
    if options.threads is not None:
        limit_threads(options.threads)
    model = str(find_model(options.model))
    scorer = load_scorer(model)
    window = options.window
    if window == "model":
        window = scorer.samples / scorer.sampling_rate
    settings = ScoringSettings(
        machine=options.machine,
        window_seconds=window,
        hop_seconds=options.hop,
        false_alarm_rate=rate,
        batch_size=options.batch_size,
        num_threads=options.threads,
    )
    paths = find_recordings(options.clips)
    if options.out:
        num_scored = score_to_table(
            scorer, model_digest(model), paths, options.out, settings
        )
        print(f"wrote {options.out}")
        return 0 if num_scored else 2
    num_scored = 0
    for row in score_clips(scorer, paths, settings):
        num_scored += row["anomaly_score"] is not None
        print_score(row, options.json)
    return 0 if num_scored else 2


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="keras-asd score",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "model", help="folder of a run, or of an exported model"
    )
    parser.add_argument(
        "clips", nargs="+", metavar="CLIP", help="recordings, or folders"
    )
    parser.add_argument(
        "--machine",
        metavar="KEY",
        help="<machine>/<section> or <machine>; read from each clip's name "
        "and folders where it is there",
    )
    parser.add_argument(
        "--out",
        type=pathlib.Path,
        metavar="TABLE",
        help="scores.csv or scores.parquet",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="one JSON object a line, also for a clip that is left out",
    )
    parser.add_argument(
        "--window",
        type=_window,
        metavar="SECONDS",
        help="score every recording, of any length, window by window; `model` "
        "for what the model hears at once. The last one ends with the "
        "recording",
    )
    parser.add_argument(
        "--hop",
        type=float,
        metavar="SECONDS",
        help="from window to window; their length if not given",
    )
    wish = parser.add_mutually_exclusive_group()
    wish.add_argument(
        "--false_alarm_rate",
        type=float,
        metavar="RATE",
        help="wished share of normal clips that raise an alarm; the model's "
        "own if not given",
    )
    wish.add_argument(
        "--one_in",
        type=float,
        metavar="N",
        help="the same, as at most one false alarm in N normal clips",
    )
    parser.add_argument(
        "--batch_size",
        type=_count,
        default=16,
        metavar="N",
        help="score clips of equal length, or windows of --window, together "
        "until they have N windows of the model; 16 if not given. None is "
        "divided: a long clip is heard in one call, unless --window cuts it",
    )
    parser.add_argument(
        "--threads",
        type=_count,
        metavar="N",
        help="for decoding and for TensorFlow; one a core if not given",
    )
    return parser


def _window(word: str) -> float | str:
    return word if word == "model" else float(word)


def _count(word: str) -> int:
    if (number := int(word)) < 1:
        raise ValueError(word)
    return number
