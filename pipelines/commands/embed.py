"""The command `keras-asd embed`."""

from collections.abc import Sequence

from pipelines.commands.command import command
from pipelines.commands.printing import print_files


@command
def run(
    run: str,
    data: Sequence[str],
    *,
    to: str | None = None,
    max_clips: int = 5000,
    trust: Sequence[str] = (),
) -> None:
    """Embeds clips with a run, and draws them as a map.

    The run's normal clips and the test clips of the data folders are mapped
    by t-SNE: by machine, label and domain.

    Args:
        run: Folder of a finished training run.
        data: Data folders.
        to (DIR): Folder of embeddings and map. Defaults to RUN/embeddings.
        max_clips (N): Largest number of clips on the map.
        trust (PACKAGE): Packages of your own classes, where the run has any.
    """
    from pipelines.programs.embed import embed

    folder = to or f"{run}/embeddings"
    print_files(embed(run, data, folder, max_clips, trust=trust))
