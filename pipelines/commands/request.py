"""`keras-asd request`."""

import argparse


def run(words: list[str]) -> int:
    """Scores clips with a model that TensorFlow Serving serves."""
    parser = argparse.ArgumentParser(
        prog="keras-asd request",
        description="Scores clips with a model that TensorFlow Serving serves. "
        "Prints a line a clip: anomaly score, machine, clip, decision (1 "
        "alarm, 0 normal, -1 none) and p-value.",
    )
    parser.add_argument(
        "url",
        help="http://HOST:8501/v1/models/NAME or grpc://HOST:8500/NAME",
    )
    parser.add_argument("clips", nargs="+", metavar="CLIP", help="recordings")
    parser.add_argument(
        "--machine",
        metavar="KEY",
        help="<machine>/<section> or <machine>; read from each clip's name "
        "and folders where it is there",
    )
    parser.add_argument(
        "--false_alarm_rate",
        type=float,
        metavar="RATE",
        help="wished share of false alarms; as the model was exported if not "
        "given",
    )
    parser.add_argument(
        "--sampling_rate",
        type=int,
        default=16_000,
        metavar="HZ",
        help="that the model expects; 16000 if not given",
    )
    parser.add_argument(
        "--recording_channel",
        type=_channel,
        default="mean",
        metavar="CHANNEL",
        help="`mean` or an index, of what is decoded here: everything but "
        "16-bit PCM WAV; mean if not given",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=30.0,
        metavar="SECONDS",
        help="how long an answer may take; 30 if not given",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="one JSON object a line, also for a clip that is left out",
    )
    options = parser.parse_args(words)
    from pipelines.client.address import connect
    from pipelines.programs.request import request_clips
    from pipelines.scoring.score_line import print_score

    num_scored = 0
    for row in request_clips(
        connect(options.url, options.timeout),
        options.clips,
        options.machine,
        options.false_alarm_rate,
        options.sampling_rate,
        options.recording_channel,
    ):
        num_scored += row["anomaly_score"] is not None
        print_score(row, options.json)
    return 0 if num_scored else 2


def _channel(word: str) -> int | str:
    return int(word) if word.isdecimal() else word
