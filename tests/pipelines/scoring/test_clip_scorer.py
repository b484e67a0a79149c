"""Exported models as clip scorers, with SavedModels made by hand."""

import numpy as np
import pytest

from pipelines.exporting.request_size import MAX_CLIPS
from pipelines.runs.labels import LabelMap
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import write_config
from pipelines.scoring.batch_scoring import score_clips
from pipelines.scoring.clip_scorer import load_scorer
from pipelines.scoring.model_folder import find_model
from pipelines.scoring.model_folder import model_digest
from pipelines.scoring.scoring_settings import ScoringSettings
from pipelines.settings.config import Config
from pipelines.settings.embedders import MobileFaceNet
from pipelines.settings.front_ends import LogMel
from pipelines.training.assembly import make_detector
from tests.hand_made_model import write_version
from tests.hand_made_run import end


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "loudness"
    write_version(folder / "9")
    write_version(folder / "10")
    (folder / "11").mkdir()
    (folder / "x").mkdir()
    return folder


def test_the_newest_whole_version_is_the_model(served):
    assert find_model(str(served)) == served / "10"
    assert find_model(str(served / "9")) == served / "9"
    assert model_digest(str(served)) == model_digest(str(served / "10"))
    scorer = load_scorer(str(served))
    assert scorer.machines == ("fan", "pump")
    assert scorer.samples == 8_000


@pytest.mark.parametrize(
    ("rate", "decisions"), [(None, [0, -1]), (0.8, [1, -1])]
)
def test_a_saved_model_gives_arrays_of_all_outputs(served, rate, decisions):
    waveforms = np.array([[0.1, -0.5, 0.2], [0.5, 0.0, 0.1]], "float32")
    scorer = load_scorer(str(served))
    outputs = scorer.score(waveforms, ["fan", "pump\udcff"], rate)
    np.testing.assert_allclose(outputs["anomaly_score"], [0.5, 0.5])
    np.testing.assert_allclose(outputs["p_value"], [0.5, np.nan])
    assert outputs["decision"].tolist() == decisions
    assert outputs["valid"].tolist() == [True, False]
    assert outputs["problem"].tolist() == ["", "level"]


def test_clips_are_scored_by_their_names_with_the_model_s_words(
    served, write_hum
):
    scorer = load_scorer(str(served))
    paths = [str(write_hum("fan/a.wav")), "fan/gone.wav"]
    first, gone = score_clips(scorer, paths)
    assert 0.1 < first["anomaly_score"] < 0.2
    assert first["p_value"] == pytest.approx(1 - first["anomaly_score"])
    assert gone["problem"].startswith("missing")
    settings = ScoringSettings(machine="pump")
    [row] = score_clips(scorer, paths[:1], settings)
    assert row["problem"] == "level" and row["p_value"] is None


def test_a_run_scores_as_its_detector_does(tmp_path):
    config = Config(
        embedder=MobileFaceNet(front_end=LogMel(num_mel_bins=32), width=0.125),
        clip_seconds=0.5,
    )
    label_map = LabelMap(("fan", "pump"), {"fan": (0,), "pump": (1,)})
    run = RunFolder(tmp_path)
    write_config(run, config, [])
    detector = make_detector(config, label_map)
    detector.save(run.detector)
    end(run)
    scorer = load_scorer(str(tmp_path))
    assert (scorer.machines, scorer.samples) == (("fan", "pump"), 8_000)
    waveforms = np.random.default_rng(0).uniform(-0.1, 0.1, (3, 9_000))
    waveforms[2] = 0.0
    waveforms = waveforms.astype("float32")
    inputs = {"waveform": waveforms, "key": np.array([1, 0, 1], "int32")}
    expected = detector(inputs)
    for rate in (None, 0.01):
        outputs = scorer.score(waveforms, ["pump", "fan", "pump"], rate)
        for name in ("anomaly_score", "p_value", "decision", "valid"):
            np.testing.assert_allclose(
                outputs[name], np.array(expected[name]), rtol=1e-4
            )
        assert outputs["problem"].tolist() == ["", "", "silent"]
    digest = model_digest(str(tmp_path))
    run.detector.write_bytes(b"another")
    assert model_digest(str(tmp_path)) != digest


def test_a_machine_that_is_not_known_is_refused(served):
    settings = ScoringSettings(machine="whale")
    with pytest.raises(ValueError, match="one of fan, .*whale"):
        next(score_clips(load_scorer(str(served)), ["a.wav"], settings))


def test_an_export_without_decisions_asks_to_be_made_again(tmp_path):
    folder = write_version(tmp_path / "1", with_decisions=False)
    with pytest.raises(ValueError, match="gives no decision.*Export it again"):
        load_scorer(str(folder))


def test_a_version_that_was_changed_is_refused(tmp_path):
    folder = write_version(tmp_path / "1")
    (folder / "variables" / "more").write_text("x")
    with pytest.raises(ValueError, match="variables/more") as refused:
        load_scorer(str(folder))
    assert "\n" not in str(refused.value)


def test_a_model_without_its_contract_is_refused(tmp_path):
    folder = write_version(tmp_path / "1")
    (folder / "assets.extra" / "contract.json").unlink()
    with pytest.raises(FileNotFoundError, match="contract.*Export it again"):
        load_scorer(str(folder))
    with pytest.raises(ValueError, match="missing: .*contract.json"):
        load_scorer(str(tmp_path))


def test_a_damaged_newest_version_gives_way_to_the_last_good_one(
    tmp_path, caplog
):
    for number in ("1", "2", "3"):
        write_version(tmp_path / number)
    (tmp_path / "3" / "saved_model.pb").write_bytes(b"half")
    (tmp_path / "2" / "fingerprint.pb").unlink()
    assert find_model(str(tmp_path)) == tmp_path / "1"
    first, second = [record.getMessage() for record in caplog.records]
    assert "/3, changed: saved_model.pb" in first
    assert "/2, missing: fingerprint.pb" in second
    assert first.endswith("Version 1 is used.")
    # Whoever names a version gets that one or none.
    with pytest.raises(ValueError, match="changed: saved_model.pb"):
        load_scorer(str(tmp_path / "3"))
    (tmp_path / "1" / "fingerprint.pb").unlink()
    with pytest.raises(ValueError, match="/3, changed: saved_model.pb"):
        load_scorer(str(tmp_path))


def test_more_clips_than_a_request_holds_are_sent_in_parts(served):
    scorer = load_scorer(str(served))
    waveforms = np.linspace(0.0, 1.0, 2 * MAX_CLIPS + 3, dtype="float32")
    outputs = scorer.score(waveforms[:, None], ["fan"] * len(waveforms), None)
    np.testing.assert_array_equal(outputs["anomaly_score"], waveforms)
    assert outputs["problem"].shape == waveforms.shape
