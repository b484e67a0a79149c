"""`keras-asd score`."""

import argparse
import json
import sys


def run(words: list[str]) -> int:
    """Scores single clips."""
    parser = argparse.ArgumentParser(
        prog="keras-asd score",
        description="Scores single clips with a run or an exported model.",
    )
    parser.add_argument(
        "model", help="folder of a run, or of an exported model"
    )
    parser.add_argument("clips", nargs="+", metavar="CLIP", help="recordings")
    parser.add_argument(
        "--machine",
        metavar="KEY",
        help="<machine>/<section> or <machine>; read from each clip's name "
        "and folders where it is there",
    )
    parser.add_argument(
        "--json", action="store_true", help="one JSON object a line"
    )
    options = parser.parse_args(words)
    from pipelines.scoring import load_scorer
    from pipelines.scoring import score_clips

    num_errors = 0
    scorer = load_scorer(options.model)
    for scored in score_clips(scorer, options.clips, options.machine):
        num_errors += "error" in scored
        if "error" in scored:
            print(
                f"keras-asd: left out: {scored['clip']}: {scored['error']}",
                file=sys.stderr,
            )
        elif options.json:
            print(json.dumps(scored), flush=True)
        else:
            print(
                f"{scored['anomaly_score']:.6g}\t{scored['machine']}\t"
                f"{scored['clip']}",
                flush=True,
            )
    return 2 if num_errors == len(options.clips) else 0
