"""`keras-asd explain`."""

import argparse
import sys


def run(words: list[str]) -> int:
    """Draws what in each clip makes its anomaly score."""
    parser = argparse.ArgumentParser(
        prog="keras-asd explain",
        description="Draws what in each clip makes its anomaly score: RISE "
        "maps over time and frequency.",
    )
    parser.add_argument("run", help="folder of a finished training run")
    parser.add_argument("clips", nargs="+", metavar="CLIP", help="recordings")
    parser.add_argument(
        "--to",
        default="explanations",
        metavar="DIR",
        help="where the pictures go (explanations)",
    )
    parser.add_argument(
        "--machine",
        metavar="KEY",
        help="<machine>/<section> or <machine>; read from each clip's name "
        "and folders where it is there",
    )
    parser.add_argument(
        "--masks", type=int, default=2000, help="for each picture (2000)"
    )
    parser.add_argument(
        "--fill",
        choices=["neutral", "nearest"],
        default="nearest",
        help="what hidden parts show: what the nearest normal clip has there "
        "(nearest), or the clip's own mean over time",
    )
    options = parser.parse_args(words)
    from pipelines.programs.explain import ClipExplanation
    from pipelines.programs.explain import explain

    num_errors = 0
    for made in explain(
        options.run,
        options.clips,
        options.to,
        options.machine,
        options.masks,
        options.fill,
    ):
        if isinstance(made, ClipExplanation):
            print(
                f"{made.anomaly_score:.6g}\t{made.key}\t{made.clip}\tfrom "
                f"{made.seconds:.1f} s: {', '.join(map(str, made.files))}",
                flush=True,
            )
        else:
            num_errors += 1
            print(f"keras-asd: left out: {made[0]}: {made[1]}", file=sys.stderr)
    return 2 if num_errors == len(options.clips) else 0
