import csv
import os
import pathlib

import pytest

from pipelines.datasets.clip import Clip
from pipelines.evaluation.score_files import write_score_files
from pipelines.methods.scored_clip import ScoredClip


def score(path, machine, section, anomaly_score):
    clip = Clip(pathlib.Path(path), machine, section, "test", None)
    return ScoredClip(clip, anomaly_score)


@pytest.mark.parametrize(
    "machine, section, folder, expected",
    [
        ("fan", "id_04", "fan/test", "fan_id_04"),
        ("ToyCar", "section_00", "ToyCar/test", "ToyCar_section_00_test"),
        ("fan", "section_03", "source_test", "fan_section_03_source_test"),
        ("fan", "section_03", "target_test", "fan_section_03_target_test"),
        ("my pump", "all", "test", "my pump_all"),
        ("../a/b", "c\\d\n", "test", "..%2Fa%2Fb_c%5Cd%0A"),
    ],
)
def test_files_bear_the_names_of_the_challenge(
    tmp_path, machine, section, folder, expected
):
    scored = score(f"{folder}/a.wav", machine, section, 1.0)
    [path] = write_score_files(tmp_path / "scores", [scored])
    assert path == tmp_path / "scores" / f"anomaly_score_{expected}.csv"
    assert path.read_text() == "a.wav,1.0\n"


def test_lines_are_sorted_by_name_and_scores_come_back_exactly(tmp_path):
    scores = {"c.wav": 1 / 3, "a.wav": -1e-300, "b.wav": 2**60 + 0.0}
    clips = [score(name, "fan", "id_00", x) for name, x in scores.items()]
    [path] = write_score_files(tmp_path, clips)
    assert path.read_bytes().count(b"\r") == 0
    rows = [line.split(",") for line in path.read_text().splitlines()]
    assert [name for name, _ in rows] == ["a.wav", "b.wav", "c.wav"]
    assert {name: float(text) for name, text in rows} == scores


def test_names_with_commas_and_quotes_come_back(tmp_path):
    names = ['a,"b".wav', "é.wav"]
    clips = [score(name, "fan", "id_00", 1.0) for name in names]
    [path] = write_score_files(tmp_path, clips)
    with open(path, newline="", encoding="utf-8") as file:
        assert [row[0] for row in csv.reader(file)] == names


def test_a_name_that_is_not_utf_8_is_spelt(tmp_path):
    scored = score(os.fsdecode(b"caf\xe9.wav"), "fan", "id_00", 1.0)
    [path] = write_score_files(tmp_path, [scored])
    assert path.read_bytes() == b"caf\\xe9.wav,1.0\n"


def test_equal_names_are_told_apart_by_their_folder(tmp_path):
    clips = [
        score("fan/id_00/normal/0.wav", "fan", "id_00", 1.0),
        score("fan/id_00/abnormal/0.wav", "fan", "id_00", 2.0),
    ]
    [path] = write_score_files(tmp_path, clips)
    assert path.read_text() == "abnormal/0.wav,2.0\nnormal/0.wav,1.0\n"
