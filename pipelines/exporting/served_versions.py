"""Versions of exported models that a server is to load."""

import dataclasses
import json
import logging
import pathlib
import re
from collections.abc import Sequence

from pipelines.exporting.manifest import verify_manifest
from pipelines.exporting.publishing import versions
from pipelines.runs.artefacts import CONTRACT

logger = logging.getLogger(__name__)

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# HOST:PORT/PATH/NAME:TAG@DIGEST
IMAGE = re.compile(
    r"[\w.-]+(:\d+)?(/[\w.-]+)*?(:(?P<tag>[\w.-]+))?(@sha256:[0-9a-f]{64})?",
    re.ASCII,
)
# Beside canary and stable the next one, which is loaded before it has a label.
NUM_SERVED = 3


@dataclasses.dataclass(frozen=True)
class ServedVersions:
    """A model, its labelled versions, and what they were written by.

    Args:
        name: Name of the model.
        canary: The newest version.
        stable: The one before it; the newest where there is none.
        tensorflow: Newest TensorFlow that wrote one of them, `None` if the
            manifests do not say.
        machine: A key that the model knows.

    >>> ServedVersions("fan", 2, 1, "2.17.1", "fan/id_00").canary
    2
    """

    name: str
    canary: int
    stable: int
    tensorflow: str | None
    machine: str

    @property
    def job(self) -> str:
        """A name that Kubernetes allows, of a job with this model.

        >>> ServedVersions("Fan_2", 2, 1, "2.17.1", "fan").job
        'keras-asd-score-fan-2-version-2'
        """
        name = re.sub(r"[^a-z0-9]+", "-", self.name.lower())[:30].strip("-")
        return f"keras-asd-score-{name}-version-{self.canary}"


def read_served_versions(folder: pathlib.Path) -> ServedVersions:
    """Reads which versions of a model a server is to load, all of them whole.

    Args:
        folder: Folder of an exported model.

    Raises:
        FileNotFoundError: If there is no version.
        ValueError: If the newest version is not whole, or the model's name
            cannot stand in a URL.

    >>> read_served_versions(pathlib.Path("no_such_model"))
    Traceback (most recent call last):
    FileNotFoundError: Each folder of `models` must hold a version. ...
    """
    if not NAME.fullmatch(folder.name):
        raise ValueError(
            "A model's name must be of letters, digits, dots, dashes and "
            f"underscores. Received: {folder}. Rename the folder."
        )
    if not (numbers := versions(folder)):
        raise FileNotFoundError(
            "Each folder of `models` must hold a version. Received: "
            f"{folder}, which has none. Export into it, or move it away."
        )
    canary, older = numbers[-1], numbers[-NUM_SERVED:-1]
    whole = {canary: verify_manifest(folder / str(canary))}
    for number in older:
        try:
            whole[number] = verify_manifest(folder / str(number))
        except ValueError as fault:
            logger.warning("%s It gets no label; move it away.", fault)
    written = [
        manifest.get("written_by", {}).get("tensorflow")
        for manifest in whole.values()
    ]
    contract = (folder / str(canary) / CONTRACT).read_text(encoding="utf-8")
    return ServedVersions(
        folder.name,
        canary,
        max({*whole} - {canary}, default=canary),
        max(filter(None, written), key=_numbers, default=None),
        json.loads(contract)["machines"][0],
    )


def check_image(image: str, models: Sequence[ServedVersions]) -> None:
    """Warns where the image of a server is older than a model.

    Args:
        image: Name of the image; its version is known if its tag begins with
            one, such as `tensorflow/serving:2.19.1`.
        models: Models that it is to serve.

    Raises:
        ValueError: If it is no name of an image.

    >>> check_image("two words", [])
    Traceback (most recent call last):
    ValueError: `image` must be a name such as tensorflow/serving:2.19.1. ...
    """
    if not (found := IMAGE.fullmatch(image)):
        raise ValueError(
            "`image` must be a name such as tensorflow/serving:2.19.1. "
            f"Received: image={image!r}."
        )
    served_by = _numbers(found["tag"] or "")
    for model in models:
        wrote = _numbers(model.tensorflow or "")
        if served_by and wrote and served_by[:2] < wrote[:2]:
            logger.warning(
                "The server must not be older than the model. Received: "
                "image=%s for %s, which TensorFlow %s wrote. Name a newer one "
                "with --image, or export with TensorFlow %d.%d.",
                image,
                model.name,
                model.tensorflow,
                *served_by[:2],
            )


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers that a version begins with, two at least, or none."""
    found = re.match(r"v?(\d+(?:\.\d+)+)", version)
    return tuple(map(int, found[1].split("."))) if found else ()
