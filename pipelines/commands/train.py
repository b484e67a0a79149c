"""`keras-asd train`."""

from pipelines.commands.options import parse_training
from pipelines.files.names import escape_name


def run(words: list[str]) -> int:
    """Trains a detector on the normal clips of data folders."""
    config, data, folder, verify = parse_training(words)
    # TensorFlow takes seconds to load, and --help needs none.
    from pipelines.programs.train import train

    train(data, config, folder, verify)
    name = escape_name(folder)
    print(f"The run is in {name}; judge it: keras-asd evaluate {name} DATA")
    return 0
