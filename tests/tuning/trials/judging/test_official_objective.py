import logging

import numpy as np
import pytest
import soundfile

from keras_asd.metrics import official_scores
from pipelines.settings.config import Config
from tuning.trials.judging.official_objective import OfficialObjective
from tuning.trials.search_data import prepare_search

CONFIG = Config(clip_seconds=1.0, holdout=0.3)


class LevelDetector:
    """Scores a clip by a number that follows from its waveform."""

    keys = dict.fromkeys(["fan/id_00", "fan/id_02"])
    embedder: "LevelDetector"

    def __init__(self):
        self.embedder = self

    def predict_on_batch(self, windows):
        return np.abs(windows[:, :7]).sum(axis=1, keepdims=True)

    def score(self, vectors, places):
        scores = np.asarray(vectors)[:, 0]
        return {"anomaly_score": scores, "angle": np.zeros(len(scores))}


@pytest.fixture
def data(two_fans, tmp_path):
    return prepare_search([str(two_fans)], CONFIG, tmp_path / "search")


def test_the_score_is_the_official_one_of_the_labelled_clips(data, two_fans):
    objective = OfficialObjective([str(two_fans)], data, CONFIG)
    clips = [one.clip for one in objective.clips]
    assert len(clips) == 12 and {clip.split for clip in clips} == {"test"}
    assert objective.year == 2020
    detector = LevelDetector()
    found = objective.measure(detector, CONFIG)

    scores = [
        np.abs(soundfile.read(clip.path, dtype="float32")[0][:7]).sum()
        for clip in clips
    ]
    expected = official_scores(
        2020,
        np.array([clip.machine for clip in clips]),
        np.array([clip.section for clip in clips]),
        np.array([""] * 12),
        np.array([clip.is_anomaly for clip in clips]),
        np.array(scores),
    )
    assert found == {"val_official_score": expected.official_score}
    assert objective.measure(detector, CONFIG) == found


def test_a_section_without_anomalies_is_refused_at_once(data, two_fans):
    for path in two_fans.glob("fan/test/anomaly_id_02_*.wav"):
        path.unlink()
    with pytest.raises(ValueError, match="fan/id_02 has no anomaly"):
        OfficialObjective([str(two_fans)], data, CONFIG)


def test_a_folder_without_labelled_clips_is_refused(data, write_hum, tmp_path):
    for index in range(3):
        write_hum(f"bare/fan/train/normal_id_00_{index:08d}.wav")
    with pytest.raises(ValueError, match="labelled test clips"):
        OfficialObjective([str(tmp_path / "bare")], data, CONFIG)


def test_clips_of_other_machines_are_left_out_and_told(
    data, two_fans, write_hum, tmp_path, caplog
):
    for label in ("normal", "anomaly"):
        write_hum(f"more/pump/test/{label}_id_00_00000000.wav")
    roots = [str(two_fans), str(tmp_path / "more")]
    with caplog.at_level(logging.WARNING):
        objective = OfficialObjective(roots, data, CONFIG)
    assert "left out: 2 labelled clips" in caplog.text
    assert {one.clip.machine for one in objective.clips} == {"fan"}


def test_a_clip_without_a_score_is_named(data, two_fans):
    objective = OfficialObjective([str(two_fans)], data, CONFIG)
    gone = objective.clips[4].clip.path
    gone.unlink()
    with pytest.raises(ValueError, match=gone.name):
        objective.measure(LevelDetector(), CONFIG)
