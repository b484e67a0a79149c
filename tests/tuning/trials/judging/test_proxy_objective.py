import logging
import pathlib

import numpy as np
import pytest

from pipelines.datasets.faults.stand_ins import STAND_INS
from pipelines.evaluation.stand_in_windows import stand_in_windows
from pipelines.runs.labels import LabelMap
from pipelines.settings.config import Config
from pipelines.settings.presets import PRESETS
from tuning.settings.search_settings import SearchSettings
from tuning.settings.values import with_values
from tuning.trials.fitting import trial_detector
from tuning.trials.judging.objective import make_objective
from tuning.trials.judging.official_objective import OfficialObjective
from tuning.trials.judging.proxy_objective import ProxyObjective
from tuning.trials.search_data import SearchData
from tuning.trials.search_data import prepare_search

CONFIG = Config(clip_seconds=0.6, holdout=0.3)
MIDDLES = {"fan/id_00": 120.0, "fan/id_02": 180.0}


class HumDetector:
    """Hears how far the loudest frequency is from the section's own."""

    keys = dict.fromkeys(MIDDLES)
    embedder: "HumDetector"

    def __init__(self):
        self.embedder = self
        self.sizes = []

    def predict_on_batch(self, windows):
        self.sizes.append(len(windows))
        power = np.abs(np.fft.rfft(windows, 16_000)) ** 2
        ratio = np.log(power[:, 1000:].sum(axis=1) / power.sum(axis=1))
        return np.stack([power.argmax(axis=1), ratio], axis=1)

    def score(self, vectors, places):
        vectors = np.asarray(vectors)
        middles = np.array(list(MIDDLES.values()))[places]
        scores = np.abs(np.log(vectors[:, 0] / middles)) + vectors[:, 1]
        return {"anomaly_score": scores, "angle": np.zeros(len(scores))}


@pytest.fixture
def data(two_fans, tmp_path):
    return prepare_search([str(two_fans)], CONFIG, tmp_path / "search")


def slow_area(normal_scores, scores):
    wins = [
        1.0 if score > normal else 0.5 if score == normal else 0.0
        for score in scores
        for normal in normal_scores
    ]
    return sum(wins) / len(wins)


def test_the_objective_is_the_mean_of_kinds_of_means_of_sections(data):
    objective = ProxyObjective(data)
    detector = HumDetector()
    found = objective.measure(detector, CONFIG)

    def scores(kind, of, scored_as):
        """Mean over a clip's windows, for each held-out clip of a section."""
        rows = stand_in_windows(objective.folder, objective.clips, kind, CONFIG)
        place = list(MIDDLES).index(scored_as)
        values = []
        for number, one in enumerate(objective.clips):
            if one.clip.key == of:
                windows = rows["window"][rows["clip"] == number]
                assert len(windows) == 2
                vectors = detector.predict_on_batch(windows)
                judged = detector.score(vectors, np.full(2, place))
                values.append(judged["anomaly_score"].mean())
        assert len(values) == 3
        return values

    first, second = MIDDLES
    expected = {
        "siblings": np.mean(
            [
                slow_area(
                    scores("normal", one, one), scores("normal", two, one)
                )
                for one, two in ((first, second), (second, first))
            ]
        )
    }
    for kind in STAND_INS:
        expected[kind] = np.mean(
            [
                slow_area(scores("normal", one, one), scores(kind, one, one))
                for one in MIDDLES
            ]
        )
    name = "val_proxy_auc"
    assert found == pytest.approx(
        {
            name: np.mean(list(expected.values())),
            **{f"{name}_{kind}": area for kind, area in expected.items()},
        }
    )
    assert all(type(value) is float for value in found.values())
    assert found["val_proxy_auc_siblings"] == 1.0
    assert len(set(found.values())) > 3


def test_held_out_clips_alone_are_judged_by(data):
    objective = ProxyObjective(data)
    paths = {one.clip.path for one in objective.clips}
    assert paths == {one.clip.path for one in data.held_out}
    assert not paths & {one.clip.path for one in data.train}


def test_a_real_detector_has_the_same_value_anywhere(data, tmp_path):
    values = {"clip_seconds": 0.6, "holdout": 0.3, "embedding_dim": 16}
    config = with_values(PRESETS["training_free"], values)
    detector = trial_detector(None, data, config)
    found = ProxyObjective(data).measure(detector, config)
    copy = SearchData(
        tmp_path / "other", data.listed[::-1], data.examples, data.label_map
    )
    assert ProxyObjective(copy).measure(detector, config) == found
    assert found["val_proxy_auc"] > 0.6
    assert (tmp_path / "other" / "proxy").is_dir()


def test_a_section_keeps_some_of_its_clips_at_random(data):
    chosen = {
        seed: [
            one.clip.path.name
            for one in ProxyObjective(data, 2, seed=seed).clips
        ]
        for seed in range(5)
    }
    assert all(len(names) == 4 for names in chosen.values())
    assert len({tuple(names) for names in chosen.values()}) > 1
    again = ProxyObjective(data, 2, seed=0).clips
    assert [one.clip.path.name for one in again] == chosen[0]


def test_one_clip_a_section_is_enough(data, caplog):
    with caplog.at_level(logging.WARNING):
        objective = ProxyObjective(data, max_clips_per_section=1)
    assert "the least 1" in caplog.text
    detector = HumDetector()
    found = objective.measure(detector, CONFIG)
    assert 0.0 <= found["val_proxy_auc"] <= 1.0
    # Two sections with a clip of two windows, as they are and altered.
    assert detector.sizes == [4] * 5


def only(data, key):
    listed = tuple(one for one in data.listed if one.clip.key == key)
    return SearchData(data.folder, listed, data.examples, data.label_map)


def test_without_siblings_that_kind_is_left_out_and_told(data, caplog):
    with caplog.at_level(logging.INFO, "tuning"):
        objective = ProxyObjective(only(data, "fan/id_00"))
    assert "no machine has a second section" in caplog.text
    found = objective.measure(HumDetector(), CONFIG)
    parts = {f"val_proxy_auc_{kind}" for kind in STAND_INS}
    assert set(found) == {"val_proxy_auc"} | parts
    mean = np.mean([found[name] for name in parts])
    assert found["val_proxy_auc"] == pytest.approx(mean)


def test_sections_without_a_held_out_clip_are_told(data, caplog):
    listed = [
        one
        for one in data.listed
        if not (one.clip.key == "fan/id_02" and one.role == "held out")
    ]
    lacking = SearchData(
        data.folder, tuple(listed), data.examples, data.label_map
    )
    ProxyObjective(lacking)
    assert "1 sections have no held-out clip" in caplog.text
    assert "fan/id_02" in caplog.text


def test_a_detector_that_broke_is_refused(data):
    class Broken(HumDetector):
        def score(self, vectors, places):
            outputs = super().score(vectors, places)
            return {**outputs, "anomaly_score": outputs["angle"] * np.nan}

    with pytest.raises(ValueError, match="finite"):
        ProxyObjective(data).measure(Broken(), CONFIG)


def test_settings_choose_the_objective(data, two_fans):
    proxy = make_objective(SearchSettings(CONFIG), data)
    assert isinstance(proxy, ProxyObjective)
    settings = SearchSettings(
        CONFIG, objective="val_official_score", development=(str(two_fans),)
    )
    assert isinstance(make_objective(settings, data), OfficialObjective)
    with pytest.raises(ValueError, match="at least 1"):
        ProxyObjective(data, max_clips_per_section=0)


def test_nothing_held_out_is_refused():
    data = SearchData(pathlib.Path("unused"), (), (), LabelMap((), {}))
    with pytest.raises(ValueError, match="held-out clips"):
        ProxyObjective(data)
