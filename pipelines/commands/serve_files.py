"""The command `keras-asd serve-files`."""

from pipelines.commands.command import command
from pipelines.commands.printing import print_files


@command
def run(models: str, *, to: str, batching: bool = False) -> None:
    """Writes what TensorFlow Serving takes to serve exports.

    The configuration is for Docker Compose and for Kubernetes.

    Args:
        models: Folder of exported models, such as saved_models.
        to (DIR): Folder of the files; those of an earlier time are replaced.
        batching: Let the server join requests that come at once; then clips
            that are sent as waveforms must all be of one length.
    """
    from pipelines.programs.serve_files import write_serving_files

    print_files(write_serving_files(models, to, batching))
