"""`keras-asd calibrate`."""

import argparse


def run(words: list[str]) -> int:
    """Sets the decisions of a run anew."""
    parser = argparse.ArgumentParser(
        prog="keras-asd calibrate",
        description="Sets p-values and decisions of a run anew, by fresh "
        "normal clips that it has not seen. Scores stay as they are. A "
        "machine keeps what it had where fresh clips are too few for the "
        "wished rate; copies of a recording count once. Export again "
        "afterwards.",
    )
    parser.add_argument("run", help="folder of a finished training run")
    parser.add_argument(
        "data",
        nargs="+",
        metavar="DATA",
        help="data folders; the clips of their train splits count, all normal",
    )
    options = parser.parse_args(words)
    from pipelines.programs.calibrate import calibrate

    for machine, number in calibrate(options.run, options.data).items():
        print(f"{machine}\t{number} clips")
    return 0
