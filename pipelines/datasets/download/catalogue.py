"""Catalogue of data sets: their Zenodo records, machines and archives."""

import dataclasses
import importlib.resources

import yaml

PARTS = ("development", "additional", "evaluation")


@dataclasses.dataclass(frozen=True)
class Part:
    """A third of a data set of DCASE Task 2, which has a record of its own.

    Args:
        data_set: Data set, such as `"dcase2020"`.
        name: `"development"`, `"additional"` (normal clips of the machines
            of the evaluation) or `"evaluation"` (test clips without label).
        record: Number of the Zenodo record.
        archives: Names of the archives by machine, as far as known.
        unpacked_gb: Size of the clips, roughly, in 1e9 bytes.
        is_verified: Whether the names were compared with the record.

    >>> read_catalogue()["dcase2026"]["development"].archives["ToyCar"]
    'dev_ToyCar_r2.zip'
    """

    data_set: str
    name: str
    record: int
    archives: dict[str, str]
    unpacked_gb: float
    is_verified: bool


def read_catalogue() -> dict[str, dict[str, Part]]:
    """Reads the catalogue: parts by name, by data set.

    >>> list(read_catalogue())[0], list(read_catalogue()["dcase2020"])
    ('dcase2020', ['development', 'additional', 'evaluation'])
    """
    text = importlib.resources.files("pipelines.datasets.download").joinpath(
        "records.yaml"
    )
    entries = yaml.safe_load(text.read_text(encoding="utf-8"))
    return {
        data_set: {
            name: _make_part(data_set, name, entry)
            for name, entry in parts.items()
        }
        for data_set, parts in entries.items()
    }


def choose_parts(data_set: str, names: list[str]) -> list[Part]:
    """Looks up parts of a data set, in the order of the catalogue.

    Raises:
        ValueError: If the data set or a part is not known.

    >>> [part.record for part in choose_parts("dcase2023", ["evaluation"])]
    [7860847]
    """
    catalogue = read_catalogue()
    if data_set not in catalogue:
        raise ValueError(
            f"The data set must be one of {', '.join(catalogue)}. "
            f"Received: {data_set!r}."
        )
    if not names or (unknown := set(names) - set(PARTS)):
        raise ValueError(
            f"`parts` must be some of {', '.join(PARTS)}. "
            f"Received: parts={sorted(unknown) if names else names}."
        )
    parts = catalogue[data_set]
    return [part for name, part in parts.items() if name in names]


def _make_part(data_set: str, name: str, entry: dict) -> Part:
    renamed = entry.get("renamed", {})
    return Part(
        data_set=data_set,
        name=name,
        record=entry["record"],
        archives={
            machine: renamed.get(
                machine, entry["archives"].format(machine=machine)
            )
            for machine in entry["machines"]
        },
        unpacked_gb=entry["unpacked_gb"],
        is_verified=entry["verified"],
    )
