"""The Python door: from recordings to scores and exports in five lines."""

import gc
import logging
import pydoc
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

import keras_asd
from keras_asd import Detector
from keras_asd.layers import ClassCosine
from keras_asd.models import AnomalyDetector
from keras_asd.models import StatisticsEmbedder
from keras_asd.scorers import LocalDensity

SECONDS = {"clip_seconds": 0.5}


@pytest.fixture
def recordings(write_hum, tmp_path):
    for index in range(8):
        write_hum(f"recordings/pump/{index}.wav", seconds=0.5)
    write_hum("new/strange.wav", 2000.0, seconds=0.5)
    write_hum("new/usual.wav", seconds=0.5)
    (tmp_path / "new" / "broken.wav").write_bytes(b"no sound")
    return tmp_path


def test_the_rooms_and_the_detector_are_there_when_they_are_used():
    names = {"layers", "losses", "metrics", "models", "scorers", "explanation"}
    assert names | {"Detector", "__version__"} <= set(dir(keras_asd))
    code = (
        "import sys, keras_asd as k; assert 'keras' not in sys.modules\n"
        "k.Detector; assert 'keras' not in sys.modules\n"
        "print(k.losses.ArcFace.__name__, k.explanation.__name__)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == ["ArcFace", "keras_asd.explanation"]
    with pytest.raises(AttributeError, match="no attribute 'lossses'"):
        _ = keras_asd.lossses


def test_the_whole_way_in_python(recordings, monkeypatch):
    monkeypatch.chdir(recordings)
    detector = Detector("training_free", **SECONDS)
    detector = detector.fit("recordings", run="runs/first")
    scores = detector.score("new")
    rows = {row["clip"].rpartition("/")[2]: row for row in scores}
    strange, usual = rows["strange.wav"], rows["usual.wav"]
    assert strange["machine"] == usual["machine"] == "pump/all"
    assert strange["anomaly_score"] > usual["anomaly_score"]
    assert rows["broken.wav"]["anomaly_score"] is None
    lines = repr(scores).splitlines()
    assert (
        lines[0].split()
        == "clip machine score p-value decision problem".split()
    )
    assert len(lines) == 2 + len(scores) == 5
    scores.write("scores.csv")
    assert (recordings / "scores.csv").read_text().count("pump/all") == 3

    version = detector.export("saved_models/first")
    assert version.as_posix() == "saved_models/first/1"
    for path in ("runs/first", "saved_models/first", version):
        detector = Detector.load(path)
        again = detector.score("new/strange.wav")
        assert again[0]["anomaly_score"] == pytest.approx(
            strange["anomaly_score"], rel=1e-3
        )
        page = detector.report("page.html", audio="all")
        # An export has the usual spectra, but no normal clip to play.
        text = page.read_text()
        assert "its usual level, all the time" in text
        assert text.count("<audio") == (2 if path == "runs/first" else 1)
    with pytest.raises(ValueError, match="nothing yet. Call `detector.report"):
        Detector.load(version).report("page.html")


def test_verbs_do_as_the_commands_and_fail_like_them(recordings, write_hum):
    detector = Detector("training_free", **SECONDS)
    with pytest.raises(ValueError, match="not fitted.*detector.fit"):
        detector.score("new")
    detector.fit(recordings / "recordings")
    run = detector.path
    assert (run / "detector.keras").exists()
    for index in range(9):
        write_hum(f"fresh/pump/train/{index}.wav", 121.0, seconds=0.5)
    write_hum("fresh/pump/test/normal_1.wav", seconds=0.5)
    write_hum("fresh/pump/test/anomaly_1.wav", 2000.0, seconds=0.5)
    before = detector.score(recordings / "new")[1]
    assert detector.calibrate(recordings / "fresh")["pump/all"] == 9
    after = detector.score(recordings / "new")[1]
    assert before["anomaly_score"] == after["anomaly_score"]
    assert before["p_value"] != after["p_value"]
    report = detector.evaluate([recordings / "fresh"])
    assert report.metrics["mean"]["auc"] == 1.0
    clip = recordings / "new" / "strange.wav"
    [made] = detector.explain(clip, recordings / "pictures", machine="pump/all")
    assert all(path.exists() for path in made.files)
    with pytest.raises(FileNotFoundError, match="such_run"):
        Detector.load("no_such_run")
    del detector
    gc.collect()  # The parser of settings may keep frames in a cycle.
    assert not run.exists()


def test_what_was_understood_is_printed_where_nothing_else_logs(
    recordings, monkeypatch, capsys
):
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    Detector("training_free", **SECONDS).fit(recordings / "recordings")
    lines = capsys.readouterr().err.splitlines()
    [row] = [line for line in lines if line.startswith("pump")]
    assert row.split() == ["pump", "all", "8", "4", "0", "16", "kHz"]
    assert not logging.getLogger("pipelines").handlers


def test_settings_are_those_of_train():
    config = Detector("training_free", sections="folders", seed=3).config
    assert (config.sections, config.seed, config.is_trained) == (
        "folders",
        3,
        False,
    )
    assert Detector(config, seed=4).config.seed == 4
    with pytest.raises(ValueError, match="preset='best'"):
        Detector("best")
    with pytest.raises(ValueError, match="clip_second"):
        Detector("training_free", clip_second=3)


def test_auto_is_usable_at_once(recordings):
    detector = Detector("auto", minutes=0).fit(recordings / "recordings")
    assert detector.config.minutes == 0
    assert detector.config.clip_seconds > 0
    assert detector.machines == ("pump", "pump/all")
    with pytest.raises(ValueError, match="`epochs` is chosen by the run"):
        Detector("auto", epochs=3)
    with pytest.raises(ValueError, match="minutes"):
        Detector("reduced", minutes=3)


def test_help_reads_well():
    text = pydoc.plain(pydoc.render_doc(Detector))
    for name in ("fit", "score", "evaluate", "calibrate", "explain", "export"):
        assert f" |  {name}(self," in text
    assert "keras-asd train" in text and "Detector.load" in text
    assert "_SpecialForm" not in text


def test_a_model_of_layers_is_exported_as_a_run_is(recordings):
    embedder = StatisticsEmbedder(
        samples=8_000, num_mel_bins=8, num_components=8
    )
    noise = np.random.default_rng(0).normal(0, 0.1, (12, 8_000))
    waveforms = noise.astype("float32")
    embedder.fit(np.array(embedder.statistics(waveforms)))
    normals = embedder.predict(waveforms, verbose=0)
    scorer = LocalDensity(num_neighbors=2).fit(
        normals, groups=np.zeros(12, int)
    )
    model = AnomalyDetector(
        embedder, ClassCosine(1), scorer, keys={"pump": [0]}
    )
    by_hand = Detector.wrap(model)
    version = by_hand.export(
        recordings / "saved" / "hand", clips=[(waveforms[0], "pump")]
    )
    of_run = Detector("training_free", **SECONDS)
    of_run = of_run.fit(recordings / "recordings")
    other = of_run.export(recordings / "saved" / "run")
    first, second = (
        tf.saved_model.load(path).signatures for path in (version, other)
    )
    assert sorted(first) == sorted(second)
    for name in first:
        assert describe(first[name]) == describe(second[name])
    for name in ("manifest.json", "contract.json", "model_card.md"):
        assert (version / "assets.extra" / name).exists()
    card = (version / "assets.extra" / "model_card.md").read_text()
    assert "built by hand" in card
    clip = recordings / "new" / "usual.wav"
    expected = by_hand.score(clip)[0]
    assert expected["machine"] == "pump"
    found = Detector.load(version).score(clip)[0]
    assert found["anomaly_score"] == pytest.approx(
        expected["anomaly_score"], rel=1e-3
    )
    with pytest.raises(ValueError, match="built by hand"):
        by_hand.evaluate(recordings)


def describe(signature):
    """Inputs and outputs, but for the length of the embedding."""
    inputs = signature.structured_input_signature[1]
    outputs = {
        name: (spec.dtype, len(spec.shape))
        for name, spec in signature.structured_outputs.items()
    }
    return inputs, outputs
