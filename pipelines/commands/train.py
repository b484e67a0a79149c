"""`keras-asd train`."""

from pipelines.commands.options import parse_training


def run(words: list[str]) -> int:
    """Trains a detector on the normal clips of data folders."""
    config, data, folder, verify = parse_training(words)
    # TensorFlow takes seconds to load, and --help needs none.
    from pipelines.programs.train import train

    train(data, config, folder, verify)
    print(f"The run is in {folder}; judge it: keras-asd evaluate {folder} DATA")
    return 0
