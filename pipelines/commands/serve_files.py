"""The command `keras-asd serve-files`."""

from pipelines.commands.command import command
from pipelines.commands.printing import print_files


@command
def run(
    models: str,
    *,
    to: str,
    image: str | None = None,
    batching: bool = False,
    shards: int | None = None,
) -> None:
    """Writes what TensorFlow Serving takes to serve exports.

    The configuration is for Docker Compose and for Kubernetes. The newest
    version of each model has the label `canary`, the one before it `stable`.
    Write the files again after each export.

    Args:
        models: Folder of exported models, such as saved_models.
        to (DIR): Folder of the files; those of an earlier time are replaced.
        image: Image of the server. Defaults to the one that this package was
            made for; a warning tells where it is older than a model.
        batching: Let the server join requests that come at once; then clips
            that are sent as waveforms must all be of one length.
        shards (N): Write score-job.yaml, too: a job of Kubernetes that scores a
            list of clips in N parts.
    """
    from pipelines.programs.serve_files import write_serving_files

    print_files(write_serving_files(models, to, batching, image, shards))
