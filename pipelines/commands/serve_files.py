"""`keras-asd serve-files`."""

import argparse


def run(words: list[str]) -> int:
    """Writes what TensorFlow Serving needs to serve exported models."""
    parser = argparse.ArgumentParser(
        prog="keras-asd serve-files",
        description="Writes the configuration with which TensorFlow Serving "
        "serves exported models, for Docker Compose and for Kubernetes.",
    )
    parser.add_argument(
        "models", help="folder of exported models, such as saved_models"
    )
    parser.add_argument(
        "--to",
        required=True,
        metavar="DIR",
        help="where the files go; those of an earlier time are replaced",
    )
    parser.add_argument(
        "--batching",
        action="store_true",
        help="let the server join requests that come at once; then clips that "
        "are sent as waveforms must all be of one length",
    )
    options = parser.parse_args(words)
    from pipelines.programs.serve_files import write_serving_files

    for path in write_serving_files(
        options.models, options.to, options.batching
    ):
        print(f"wrote {path}")
    return 0
