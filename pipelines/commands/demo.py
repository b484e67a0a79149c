"""The command `keras-asd demo`."""

from pipelines.commands.command import command
from pipelines.commands.printing import print_report


@command
def run(*, run: str = "runs/demo", to: str = "saved_models/demo") -> None:
    """Goes the whole way on built-in data: train, evaluate, export.

    Args:
        run (DIR): Folder of the run; the recordings lie beside it.
        to (DIR): Folder of the exported model.
    """
    from pipelines.demo import demo

    print_report(demo(run, to))
