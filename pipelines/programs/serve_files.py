"""Configuration files for TensorFlow Serving, Docker and Kubernetes."""

import logging
import os
import pathlib
import shlex
from typing import Any

import jinja2

from keras_asd import __version__
from pipelines import atomic
from pipelines.exporting.publishing import versions
from pipelines.exporting.request_size import MAX_CLIPS
from pipelines.exporting.request_size import MAX_REQUEST_SECONDS
from pipelines.exporting.served_versions import NUM_SERVED
from pipelines.exporting.served_versions import check_image
from pipelines.exporting.served_versions import read_served_versions

logger = logging.getLogger(__name__)

IMAGE = "tensorflow/serving:2.19.1"
# The one that the repository's Dockerfile makes; `keras-asd` is in it.
SCORING_IMAGE = f"keras-asd-watch:{__version__}"
MOST_SHARDS = 100_000
CONFIGURATION = (
    "models.config",
    "batching.config",
    "monitoring.config",
    "healthy.sh",
)
ARGUMENTS = (
    "--port=8500",
    "--rest_api_port=8501",
    "--model_config_file=/config/models.config",
    "--model_config_file_poll_wait_seconds=60",
    # At its start the server reads the labels before it has loaded a version.
    "--allow_version_labels_for_unavailable_models=true",
    "--monitoring_config_file=/config/monitoring.config",
)
BATCHING = (
    "--enable_batching=true",
    "--batching_parameters_file=/config/batching.config",
)


def write_serving_files(
    models: str,
    target: str,
    is_batching: bool = False,
    image: str | None = None,
    num_shards: int | None = None,
) -> list[pathlib.Path]:
    """Writes the configuration of a server, for Docker and for Kubernetes.

    A folder of hidden files alone, such as an export that failed or has not
    ended leaves, is passed over with a warning.

    Args:
        models: Folder of exported models, each with its versions.
        target: Folder for the files; existing ones are replaced.
        is_batching: Whether the server joins simultaneous requests.
        image: Image of the server; that of `IMAGE` if `None`. A warning
            tells where its version is older than a model's TensorFlow.
        num_shards: Number of shards in which a job of Kubernetes scores a
            list, `score-job.yaml`; no such file if `None`.

    Returns:
        Paths of the files, `SERVING.md` last.

    Raises:
        FileNotFoundError: If there is no exported model, or one of the
            folders holds no version.
        ValueError: If the newest version of a model is not whole, a model's
            name cannot stand in a URL, `image` is no name of an image, or
            the number of shards is out of range.

    >>> write_serving_files("no_such_folder", "serving")
    Traceback (most recent call last):
    FileNotFoundError: `models` must be a folder of exported models. ...
    """
    root, folder = pathlib.Path(models), pathlib.Path(target)
    served = list(map(read_served_versions, _find_models(root, folder)))
    image = image or IMAGE
    check_image(image, served)
    if num_shards is not None and not 1 <= num_shards <= MOST_SHARDS:
        raise ValueError(
            f"`shards` must be at least 1 and at most {MOST_SHARDS}. Received: "
            f"shards={num_shards}."
        )
    facts: dict[str, Any] = {
        "image": image,
        "scoring_image": SCORING_IMAGE,
        "num_shards": num_shards,
        "served": served,
        "names": [model.name for model in served],
        "machine": shlex.quote(served[0].machine),
        "num_served": NUM_SERVED,
        "max_clips": MAX_CLIPS,
        "max_request_seconds": MAX_REQUEST_SECONDS,
        "arguments": ARGUMENTS + (BATCHING if is_batching else ()),
        "models": _relative(root, folder),
        "is_batching": is_batching,
    }
    texts = {name: _render(name, facts) for name in CONFIGURATION}
    facts["configuration"] = dict(texts)
    job = () if num_shards is None else ("score-job.yaml",)
    for name in ("docker-compose.yml", "kubernetes.yaml", *job, "SERVING.md"):
        texts[name] = _render(name, facts)
    for name, text in texts.items():
        atomic.write_text(folder / name, text)
    return [folder / name for name in texts]


def _find_models(
    root: pathlib.Path, target: pathlib.Path
) -> list[pathlib.Path]:
    """The folders of exported models, sorted."""
    if versions(root):
        raise ValueError(
            "`models` must be a folder of exported models. Received: "
            f"models={root}, which is a model itself. Give its parent folder."
        )
    folders = [
        path
        for path in (sorted(root.iterdir()) if root.is_dir() else [])
        if path.is_dir()
        and not path.name.startswith(".")
        and path.resolve() != target.resolve()
        and not _is_begun(path)
    ]
    if not folders:
        raise FileNotFoundError(
            "`models` must be a folder of exported models. Received: "
            f"models={root}, which holds none. `keras-asd export RUN --to "
            f"{root}/NAME` writes one."
        )
    return folders


def _is_begun(folder: pathlib.Path) -> bool:
    """Whether a first export into it has failed, or has not ended yet."""
    entries = list(folder.iterdir())
    is_begun = bool(entries) and all(path.name[0] == "." for path in entries)
    if is_begun:
        logger.warning("passed over, since it holds no version: %s", folder)
    return is_begun


def _relative(root: pathlib.Path, folder: pathlib.Path) -> str:
    """From one folder to the other, so that both can be moved together.

    A dollar is doubled: Docker Compose puts a variable there otherwise.
    """
    path = pathlib.Path(os.path.relpath(root.resolve(), folder.resolve()))
    return f"./{path.as_posix()}".replace("$", "$$")


def _render(name: str, facts: dict) -> str:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("pipelines.programs", "serving"),
        autoescape=False,  # noqa: S701  # no HTML is written
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name).render(facts)
