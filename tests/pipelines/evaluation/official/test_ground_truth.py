import re

import pytest

from pipelines.evaluation.official.ground_truth import read_ground_truth
from tests.evaluation_sets import YEARS
from tests.evaluation_sets import draw_set
from tests.evaluation_sets import write_truth

FAN = "ground_truth_fan_section_00_test.csv"


@pytest.mark.parametrize("year", YEARS)
def test_all_that_the_files_tell_is_read(tmp_path, year):
    rows = draw_set(year)
    truth = read_ground_truth(write_truth(tmp_path, year, rows), year)
    assert list(truth) == sorted({row[:2] for row in rows})
    for machine, section, domain, label, name, original in rows:
        clip = truth[machine, section][name]
        assert clip.is_anomaly is bool(label)
        assert clip.domain == (domain or None)
        if year == 2021:
            assert clip.original_name is None
        else:
            assert original in clip.original_names
    for clips in truth.values():
        assert list(clips) == sorted(clips)
    assert sum(map(len, truth.values())) == len(rows)


def test_original_names_are_not_needed(tmp_path):
    write_truth(tmp_path, 2023, draw_set(2023))
    for path in (tmp_path / "ground_truth_attributes").iterdir():
        path.unlink()
    truth = read_ground_truth(tmp_path, 2023)
    clips = truth["fan", "section_00"].values()
    assert {clip.original_name for clip in clips} == {None}


@pytest.mark.parametrize(
    "year, read_as", [(2020, 2023), (2021, 2022), (2023, 2021), (2023, 2020)]
)
def test_a_folder_of_another_year_is_refused(tmp_path, year, read_as):
    write_truth(tmp_path, year, draw_set(year))
    with pytest.raises(FileNotFoundError, match="Is the year right"):
        read_ground_truth(tmp_path, read_as)


def test_missing_domains_are_refused(tmp_path):
    write_truth(tmp_path, 2023, draw_set(2023))
    (tmp_path / "ground_truth_domain" / FAN).unlink()
    with pytest.raises(FileNotFoundError, match=f"ground_truth_domain/{FAN}"):
        read_ground_truth(tmp_path, 2023)


@pytest.mark.parametrize(
    "kind, old, new, rule",
    [
        ("data", r"(?m),\d$", ",2", "label must be 0 or 1"),
        ("data", r"(?m)^(.*)$", r"\1,7", "name,value"),
        ("domain", r"(?m),\d$", ",source", "domain must be 0 or 1"),
        ("domain", r"\A.*\n", "", "same clips"),
        ("data", r"\A(.*\n)", r"\1\1", "must come once"),
        ("attributes", r"\A[^,]*", "a.wav", "clips of the set"),
    ],
)
def test_a_file_that_breaks_its_form_is_refused(tmp_path, kind, old, new, rule):
    write_truth(tmp_path, 2023, draw_set(2023))
    path = tmp_path / f"ground_truth_{kind}" / FAN
    path.write_text(re.sub(old, new, path.read_text(), count=1))
    with pytest.raises(ValueError, match=rule) as error:
        read_ground_truth(tmp_path, 2023)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("year", [2022, 2023])
@pytest.mark.parametrize(
    "old, new", [("normal", "anomaly"), ("source", "target")]
)
def test_names_that_contradict_the_truth_are_left_out_with_a_warning(
    tmp_path, caplog, year, old, new
):
    rows = draw_set(year)
    write_truth(tmp_path, year, rows)
    # 2022's evaluator as published contradicts itself in some sections.
    attributes = tmp_path / "ground_truth_attributes"
    path = attributes / ("fan/attributes_00.csv" if year == 2022 else FAN)
    path.write_text(re.sub(old, new, path.read_text(), count=1))
    truth = read_ground_truth(tmp_path, year)
    fans = truth["fan", "section_00"]
    assert {clip.original_names for clip in fans.values()} == {()}
    others = truth["RoboticArm", "section_00"].values()
    assert all(clip.original_names for clip in others)
    for machine, section, domain, label, name, _ in rows:
        clip = truth[machine, section][name]
        assert (clip.domain, clip.is_anomaly) == (domain, bool(label))
    (warning,) = caplog.messages
    assert warning.startswith("fan/section_00 is judged without its original")
    assert str(path) in warning


@pytest.mark.parametrize(
    "lines, rule",
    [
        (["id_01_00.wav,normal_id_01_00.wav,0"], "a line of its own"),
        (["fan", "id_01_00.wav,0"], "a line of its own"),
        (["fan", "a.wav,normal_id_01_00.wav,0"], "a line of its own"),
        (["fan", "id_01_00.wav,normal_id_01_00.wav,2"], "0 or 1"),
        (["fan", "id_01_00.wav,normal_id_01_00.wav,1"], "label and domain"),
        (["fan", *["id_01_00.wav,normal_id_01_00.wav,0"] * 2], "come once"),
    ],
)
def test_a_list_that_breaks_its_form_is_refused(tmp_path, lines, rule):
    path = tmp_path / "eval_data_list.csv"
    path.write_text("".join(f"{line}\n" for line in lines))
    with pytest.raises(ValueError, match=rule) as error:
        read_ground_truth(tmp_path, 2020)
    assert f"{path}, line {len(lines)}" in str(error.value)
