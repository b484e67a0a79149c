import csv
import pathlib

import numpy as np
import pytest

from pipelines.calibration.gamma_threshold import gamma_threshold
from pipelines.datasets.clip import Clip
from pipelines.evaluation.decided import write_decided
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.scored_clip import ScoredClip

MACHINES = ("fan", "pump")


def draw_normals(num_clips=24, windows=2):
    """Two machines by turns, and a score for each clip."""
    clips = np.repeat(np.arange(num_clips), windows)
    keys = np.array(
        [f"{MACHINES[clip % 2]}/section_00" for clip in clips.tolist()]
    )
    scores = np.random.default_rng(0).gamma(3.0, 1.0, num_clips)
    scores[1::2] += 10
    vectors = np.zeros((len(clips), 2), "float32")
    return Embeddings(vectors, keys, clips < 0, clips), scores


def draw_test(section="section_00", domains=("source", "target")):
    return [
        ScoredClip(
            Clip(
                pathlib.Path(f"{section}_{domain}_{place:04d}.wav"),
                machine,
                section,
                "test",
                None,
                domain,
            ),
            0.5 * place + 10 * (machine == "pump"),
        )
        for machine in MACHINES
        for domain in domains
        for place in range(20)
    ]


def read(folder, kind, machine, end="section_00_test"):
    path = folder / f"{kind}_{machine}_{end}.csv"
    return dict(csv.reader(path.read_text().splitlines()))


def test_each_section_has_a_threshold_from_its_own_normal_clips(tmp_path):
    normals, scores = draw_normals()
    folder = tmp_path / "submission"
    paths = write_decided(folder, 2023, draw_test(), normals, scores)
    assert len(paths) == 4
    for place, machine in enumerate(MACHINES):
        threshold = gamma_threshold(scores[place::2])
        found = read(folder, "anomaly_score", machine)
        decisions = read(folder, "decision_result", machine)
        assert len(found) == 40
        assert decisions == {
            name: str(int(float(score) > threshold))
            for name, score in found.items()
        }
        assert set(decisions.values()) == {"0", "1"}


def test_clips_without_an_out_of_fold_score_do_not_count(tmp_path):
    normals, scores = draw_normals()
    scores[:4] = np.nan
    write_decided(tmp_path / "a", 2023, draw_test(), normals, scores)
    threshold = gamma_threshold(scores[4::2])
    found = read(tmp_path / "a", "anomaly_score", "fan")
    for name, decision in read(
        tmp_path / "a", "decision_result", "fan"
    ).items():
        assert decision == str(int(float(found[name]) > threshold))


def test_a_section_of_too_few_normal_clips_is_named(tmp_path):
    normals, scores = draw_normals()
    scores[::2][2:] = np.nan
    with pytest.raises(ValueError, match="fan/section_00: .*at least 10"):
        write_decided(tmp_path / "a", 2023, draw_test(), normals, scores)
    assert not (tmp_path / "a").exists()


def test_the_year_is_the_one_that_suits_the_clips(tmp_path):
    normals, scores = draw_normals()
    clips = draw_test(domains=("source",))
    write_decided(tmp_path / "a", None, clips, normals, scores)
    assert read(tmp_path / "a", "decision_result", "pump")
    without = draw_test("id_00", domains=(None,))
    paths = write_decided(tmp_path / "b", None, without, normals, scores)
    assert [path.name for path in paths] == [
        "anomaly_score_fan_id_00.csv",
        "anomaly_score_pump_id_00.csv",
    ]
