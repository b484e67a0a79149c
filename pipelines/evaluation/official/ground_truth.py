"""Ground truth of evaluation sets, in the files of DCASE's evaluators."""

import dataclasses
import logging
import pathlib
import re
from collections import defaultdict

from pipelines.datasets.dcase_layout import parse_dcase_name
from pipelines.evaluation.official.labelled_scores import TrueClip
from pipelines.evaluation.official.value_file import read_flag
from pipelines.evaluation.official.value_file import read_rows
from pipelines.evaluation.official.value_file import read_values

logger = logging.getLogger(__name__)

LIST_NAME = "eval_data_list.csv"
_FILE_NAME = re.compile(
    r"ground_truth_(?P<machine>.+)_(?P<section>section_[0-9]{2})"
    r"(?:_(?P<domain>source|target))?_test\.csv"
)
# Keys: machine and section, then anonymous name.
Truth = dict[tuple[str, str], dict[str, TrueClip]]


def read_ground_truth(folder: pathlib.Path, year: int) -> Truth:
    r"""Reads which clips of an evaluation set are anomalies.

    It reads `eval_data_list.csv` in 2020; `ground_truth_data`, with the domain
    in the file names, in 2021; and `ground_truth_domain` as well from 2022 on.
    Original names come from `ground_truth_attributes`, if it exists; the
    evaluators do not read it. Where it contradicts labels or domains, as that
    of 2022 does for ToyCar and ToyTrain, the section has no original names, and
    a warning says so.

    Args:
        folder: Folder of the evaluator, with the files above.
        year: Integer, 2020 to 2026.

    Returns:
        For each machine and section, the true clips by their names in the
        evaluation set. All keys are sorted.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If a file is malformed, or an original name in the list of
            2020 has another label; the message has the file and the line.

    >>> import tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> text = "fan\nid_01_00000000.wav,anomaly_id_01_00000007.wav,1\n"
    >>> _ = (folder / "eval_data_list.csv").write_text(text)
    >>> truth = read_ground_truth(folder, 2020)
    >>> truth["fan", "id_01"]["id_01_00000000.wav"].original_name
    'anomaly_id_01_00000007.wav'

    Reference: the official evaluators of DCASE Task 2, 2020 to 2026.
    """
    truth = _read_list(folder) if year == 2020 else _read_folders(folder, year)
    return {key: dict(sorted(truth[key].items())) for key in sorted(truth)}


def _read_list(folder: pathlib.Path) -> Truth:
    path = folder / LIST_NAME
    if not path.is_file():
        raise FileNotFoundError(
            f"The folder of 2020's ground truth must hold `{LIST_NAME}`. "
            f"Received: {folder}. Is the year right?"
        )
    truth: Truth = defaultdict(dict)
    machine = None
    for where, row in read_rows(path):
        if len(row) == 1:
            machine = row[0].strip()
            continue
        section = parsed.section if (parsed := parse_dcase_name(row[0])) else ""
        if len(row) != 3 or machine is None or not section.startswith("id_"):
            raise ValueError(
                "The list must have the machine on a line of its own, then "
                "lines `id_XX_########.wav,original name,0 or 1`. Received: "
                f"{','.join(row)!r} in {where}."
            )
        clips = truth[machine, section]
        if row[0] in clips:
            raise ValueError(
                f"Each clip must come once. Received: {row[0]!r} again in "
                f"{where}."
            )
        clip = TrueClip(read_flag(row[2], where, "A label"))
        clips[row[0]] = _with_originals(clip, row[1:2], where)
    return truth


def _read_folders(folder: pathlib.Path, year: int) -> Truth:
    truth: Truth = defaultdict(dict)
    for path in sorted((folder / "ground_truth_data").glob("*.csv")):
        match = _FILE_NAME.fullmatch(path.name)
        if match is None or (match["domain"] is not None) != (year == 2021):
            continue
        labels = read_values(path)
        domains = _read_domains(folder, path.name, match["domain"], set(labels))
        clips = {
            name: TrueClip(read_flag(text, where, "A label"), domains[name])
            for name, (text, where) in labels.items()
        }
        _add_original_names(clips, folder, path.name, match)
        truth[match["machine"], match["section"]].update(clips)
    if not truth:
        form = "section_XX_source_test" if year == 2021 else "section_XX_test"
        raise FileNotFoundError(
            f"The folder of {year}'s ground truth must hold "
            f"`ground_truth_data/ground_truth_<machine>_{form}.csv`. "
            f"Received: {folder}, which has no such file. Is the year right?"
        )
    return truth


def _read_domains(
    folder: pathlib.Path, file_name: str, domain: str | None, names: set[str]
) -> dict[str, str]:
    if domain is not None:
        return dict.fromkeys(names, domain)
    path = folder / "ground_truth_domain" / file_name
    if not path.is_file():
        raise FileNotFoundError(
            "The folder of the ground truth must hold the domains of each "
            f"section since 2022. Received: {folder} without {path}."
        )
    values = read_values(path)
    if set(values) != names:
        raise ValueError(
            "The files of labels and of domains must name the same clips. "
            f"Received: {path}, which differs in "
            f"{sorted(set(values) ^ names)[0]!r}."
        )
    return {
        name: "target" if read_flag(text, where, "A domain") else "source"
        for name, (text, where) in values.items()
    }


def _add_original_names(
    clips: dict[str, TrueClip],
    folder: pathlib.Path,
    file_name: str,
    match: re.Match[str],
) -> None:
    """Reads the file of 2023 and later, or 2022's, which has a header."""
    attributes = folder / "ground_truth_attributes"
    number = match["section"].removeprefix("section_")
    named: dict[str, TrueClip] = {}
    for path in (
        attributes / file_name,
        attributes / match["machine"] / f"attributes_{number}.csv",
    ):
        if not path.is_file():
            continue
        for where, row in read_rows(path):
            name = pathlib.PurePath(row[0]).name
            if name == "file_name":
                continue
            if name not in clips:
                raise ValueError(
                    "The file of original names must name clips of the set. "
                    f"Received: {name!r} in {where}."
                )
            try:
                named[name] = _with_originals(clips[name], row[1:], where)
            except _Contradiction as error:
                logger.warning(
                    "%s/%s is judged without its original names. %s",
                    match["machine"],
                    match["section"],
                    error,
                )
                return
    clips |= named


class _Contradiction(ValueError):
    """An original name tells another label or domain than the truth."""


def _with_originals(clip: TrueClip, cells: list[str], where: str) -> TrueClip:
    names = []
    for cell in cells:
        name = pathlib.PurePath(cell).name
        name = name if name.endswith(".wav") else f"{name}.wav"
        parsed = parse_dcase_name(name)
        if parsed is None or parsed.is_anomaly is None:
            continue  # Value of an attribute.
        in_name = (parsed.is_anomaly, parsed.domain)
        if in_name != (clip.is_anomaly, clip.domain):
            raise _Contradiction(
                "The original name must have the label and domain of its clip. "
                f"Received: {name!r} in {where}, for a clip of label "
                f"{int(clip.is_anomaly)} and domain {clip.domain}. Tables "
                "with wrong labels are in circulation."
            )
        names.append(name)
    return dataclasses.replace(clip, original_names=tuple(names))
