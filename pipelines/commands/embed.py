"""`keras-asd embed`."""

import argparse


def run(words: list[str]) -> int:
    """Embeds clips, and draws them as a map."""
    parser = argparse.ArgumentParser(
        prog="keras-asd embed",
        description="Embeds a run's normal clips and the test clips of data "
        "folders, and maps them by t-SNE: by machine, label and domain.",
    )
    parser.add_argument("run", help="folder of a finished training run")
    parser.add_argument("data", nargs="+", help="data folders")
    parser.add_argument(
        "--to",
        metavar="DIR",
        help="where to; RUN/embeddings if left out",
    )
    parser.add_argument(
        "--max_clips", type=int, default=5000, help="on the map (5000)"
    )
    options = parser.parse_args(words)
    from pipelines.programs.embed import embed

    folder = options.to or f"{options.run}/embeddings"
    for path in embed(options.run, options.data, folder, options.max_clips):
        print(f"wrote {path}")
    return 0
