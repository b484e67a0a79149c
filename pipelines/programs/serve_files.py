"""Configuration files for TensorFlow Serving, Docker and Kubernetes."""

import json
import logging
import os
import pathlib
import re
import shlex

import jinja2

from pipelines import atomic
from pipelines.exporting.manifest import verify_manifest
from pipelines.exporting.publishing import versions
from pipelines.runs.artefacts import CONTRACT

logger = logging.getLogger(__name__)

IMAGE = "tensorflow/serving:2.19.1"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
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
    "--monitoring_config_file=/config/monitoring.config",
)
BATCHING = (
    "--enable_batching=true",
    "--batching_parameters_file=/config/batching.config",
)


def write_serving_files(
    models: str, target: str, is_batching: bool = False
) -> list[pathlib.Path]:
    """Writes the configuration of a server, for Docker and for Kubernetes.

    A folder of hidden files alone, such as an export that failed or has not
    ended leaves, is passed over with a warning.

    Args:
        models: Folder of exported models, each with its versions.
        target: Folder for the files; existing ones are replaced.
        is_batching: Whether the server joins simultaneous requests.

    Returns:
        Paths of the files, `SERVING.md` last.

    Raises:
        FileNotFoundError: If there is no exported model, or one of the
            folders holds no version.
        ValueError: If the newest version of a model is not whole, or a
            model's name cannot stand in a URL.

    >>> write_serving_files("no_such_folder", "serving")
    Traceback (most recent call last):
    FileNotFoundError: `models` must be a folder of exported models. ...
    """
    root, folder = pathlib.Path(models), pathlib.Path(target)
    newest = _newest_versions(root, folder)
    facts = {
        "image": IMAGE,
        "names": list(newest),
        "machine": _first_machine(next(iter(newest.values()))),
        "arguments": ARGUMENTS + (BATCHING if is_batching else ()),
        "models": _relative(root, folder),
        "is_batching": is_batching,
    }
    texts = {name: _render(name, facts) for name in CONFIGURATION}
    facts["configuration"] = dict(texts)
    for name in ("docker-compose.yml", "kubernetes.yaml", "SERVING.md"):
        texts[name] = _render(name, facts)
    for name, text in texts.items():
        atomic.write_text(folder / name, text)
    return [folder / name for name in texts]


def _newest_versions(
    root: pathlib.Path, target: pathlib.Path
) -> dict[str, pathlib.Path]:
    """The version of each model that a server would load, all of them whole."""
    if versions(root):
        raise ValueError(
            "`models` must be a folder of exported models. Received: "
            f"models={root}, which is a model itself. Give its parent folder."
        )
    names = [
        path.name
        for path in (sorted(root.iterdir()) if root.is_dir() else [])
        if path.is_dir()
        and not path.name.startswith(".")
        and path.resolve() != target.resolve()
        and not _is_begun(path)
    ]
    if not names:
        raise FileNotFoundError(
            "`models` must be a folder of exported models. Received: "
            f"models={root}, which holds none. `keras-asd export RUN --to "
            f"{root}/NAME` writes one."
        )
    newest = {}
    for name in names:
        if not NAME.fullmatch(name):
            raise ValueError(
                "A model's name must be of letters, digits, dots, dashes and "
                f"underscores. Received: {root / name}. Rename the folder."
            )
        if not (numbers := versions(root / name)):
            raise FileNotFoundError(
                "Each folder of `models` must hold a version. Received: "
                f"{root / name}, which has none. Export into it, or move it "
                "away."
            )
        newest[name] = root / name / str(numbers[-1])
        verify_manifest(newest[name])
    return newest


def _is_begun(folder: pathlib.Path) -> bool:
    """Whether a first export into it has failed, or has not ended yet."""
    entries = list(folder.iterdir())
    is_begun = bool(entries) and all(path.name[0] == "." for path in entries)
    if is_begun:
        logger.warning("passed over, since it holds no version: %s", folder)
    return is_begun


def _first_machine(version: pathlib.Path) -> str:
    """A key that the model knows, as a word of a shell."""
    contract = json.loads((version / CONTRACT).read_text(encoding="utf-8"))
    return shlex.quote(contract["machines"][0])


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
