"""From normal sounds to decisions, in the run and in what it exports."""

import json
import shutil

import numpy as np
import pytest
import soundfile
import tensorflow as tf

from keras_asd.__main__ import main
from pipelines.exporting.manifest import verify_manifest
from pipelines.runs.artefacts import load_detector
from pipelines.runs.run_folder import RunFolder

# Rounding of scores next to zero.
NEAR = {"rtol": 1e-5, "atol": 1e-5}


def write_fans(root, first, number, gain=1.0):
    generator = np.random.default_rng(first)
    time = np.arange(8_000) / 16_000
    for unit, hz in (("id_00", 120), ("id_02", 180)):
        for index in range(first, first + number):
            path = root / "fan" / "train" / f"normal_{unit}_{index:08d}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            hum = 0.1 * np.sin(2 * np.pi * hz * time)
            noise = 0.02 * generator.standard_normal(len(time))
            soundfile.write(path, gain * (hum + noise), 16_000)
    return root


@pytest.fixture(scope="module")
def fans(tmp_path_factory):
    return write_fans(tmp_path_factory.mktemp("fans"), 0, 40)


@pytest.fixture(scope="module")
def fan_run(fans, tmp_path_factory):
    run = tmp_path_factory.mktemp("runs") / "fans"
    words = ["train", str(fans), "--run", str(run), "--clip_seconds", "0.5"]
    assert main([*words, "--preset", "training_free"]) == 0
    return run


@pytest.fixture(scope="module")
def fan_version(fan_run, tmp_path_factory):
    target = tmp_path_factory.mktemp("models") / "fans"
    words = ["export", str(fan_run), "--to", str(target)]
    assert main([*words, "--false_alarm_rate", "0.1"]) == 0
    return target / "1"


def read_waveforms(root, pattern):
    paths = sorted((root / "fan" / "train").glob(pattern))
    return np.stack([soundfile.read(p, dtype="float32")[0] for p in paths])


def serve(version, signature, **inputs):
    model = tf.saved_model.load(version)
    inputs = {name: tf.constant(value) for name, value in inputs.items()}
    outputs = model.signatures[signature](**inputs)
    return {name: value.numpy() for name, value in outputs.items()}


def test_fresh_normal_clips_are_calm_and_faults_are_not(
    fan_version, tmp_path_factory
):
    fresh = write_fans(tmp_path_factory.mktemp("fresh"), 100, 60)
    calm = read_waveforms(fresh, "*id_00*")
    machine = ["fan/id_00"] * len(calm)
    outputs = serve(
        fan_version, "serving_default", waveform=calm, machine=machine
    )
    assert outputs["valid"].all() and not any(outputs["problem"])
    # 99.9 % of the beta-binomial of 40 and 60 clips at a rate of 0.1.
    assert 0 <= np.sum(outputs["decision"] == 1) <= 18
    assert set(outputs["decision"]) <= {0, 1}
    time = np.arange(8_000) / 16_000
    whine = calm + 0.05 * np.sin(2 * np.pi * 3000 * time).astype("float32")
    outputs = serve(
        fan_version, "serving_default", waveform=whine, machine=machine
    )
    assert (outputs["decision"] == 1).all()


def test_a_wish_moves_the_decision_and_not_the_score(fan_version, tmp_path):
    waveform = read_waveforms(write_fans(tmp_path, 300, 9), "*id_00*")
    machine = ["fan/id_00"] * len(waveform)
    plain = serve(
        fan_version, "serving_default", waveform=waveform, machine=machine
    )
    chosen = int(np.argmin(np.abs(plain["p_value"] - 0.5)))
    p_value = float(plain["p_value"][chosen])
    rates = [p_value * 0.99, p_value * 1.01, 1 / 41, 1e-6]
    outputs = serve(
        fan_version,
        "decide",
        waveform=np.repeat(waveform[chosen][None], 4, axis=0),
        machine=machine[:4],
        false_alarm_rate=np.float32(rates),
    )
    np.testing.assert_allclose(
        outputs["anomaly_score"], plain["anomaly_score"][chosen], **NEAR
    )
    # From 40 clips nobody promises one in a million.
    assert outputs["decision"].tolist() == [0, 1, 0, -1]


def test_bad_rows_are_flagged_and_spoil_nobody(fan_version, fans):
    waveform = np.repeat(read_waveforms(fans, "*id_00_00000001*"), 7, axis=0)
    machine = ["fan/id_00"] * 7
    alone = serve(
        fan_version,
        "serving_default",
        waveform=waveform[:1],
        machine=machine[:1],
    )
    waveform[1] = 0.0
    waveform[2, 70] = np.nan
    waveform[3] = np.sign(waveform[3])
    waveform[4] *= 1e-3
    machine[5] = "kettle"
    outputs = serve(
        fan_version, "serving_default", waveform=waveform, machine=machine
    )
    assert [problem.decode() for problem in outputs["problem"]] == [
        "",
        "silent",
        "not finite",
        "clipped",
        "level",
        "unknown machine",
        "",
    ]
    assert outputs["valid"].tolist() == [True, *[False] * 5, True]
    assert not set(outputs["decision"][1:6]) & {0}
    assert np.isnan(outputs["anomaly_score"]).tolist() == [
        False,
        False,
        True,
        False,
        False,
        True,
        False,
    ]
    for row in (0, 6):
        np.testing.assert_allclose(
            outputs["anomaly_score"][row], alone["anomaly_score"][0], **NEAR
        )


def test_wav_bytes_score_like_waveforms_row_by_row(fan_version, fans, tmp_path):
    waveform = read_waveforms(fans, "*id_00_0000000[12]*")
    paths = [tmp_path / f"{i}.wav" for i in range(3)]
    for path, clip in zip(paths, waveform, strict=False):
        soundfile.write(path, clip, 16_000)
    soundfile.write(paths[2], waveform[0][:5000], 16_000)
    rows = [path.read_bytes() for path in paths]
    rows += [rows[0][:300], b"no sound at all"]
    outputs = serve(
        fan_version,
        "score_wav",
        wav_bytes=rows,
        machine=["fan/id_00"] * 4 + ["fan/id_02"],
    )
    expected = serve(
        fan_version,
        "serving_default",
        waveform=waveform,
        machine=["fan/id_00"] * 2,
    )
    np.testing.assert_allclose(
        outputs["anomaly_score"][:2], expected["anomaly_score"], **NEAR
    )
    assert np.isfinite(outputs["anomaly_score"]).tolist() == [
        *[True] * 3,
        False,
        False,
    ]
    assert outputs["problem"].tolist() == [
        *[b""] * 3,
        b"truncated",
        b"not 16-bit PCM WAV",
    ]
    assert outputs["decision"][3:].tolist() == [-1, -1]


def test_embed_gives_the_embedding_alone(fan_version, fans):
    waveform = read_waveforms(fans, "*id_00_0000000[12]*")
    outputs = serve(fan_version, "embed", waveform=waveform)
    expected = serve(
        fan_version,
        "serving_default",
        waveform=waveform,
        machine=["fan/id_00"] * 2,
    )
    assert list(outputs) == ["embedding"]
    np.testing.assert_allclose(
        outputs["embedding"], expected["embedding"], atol=1e-4
    )


def test_the_version_tells_what_it_is_and_verifies(fan_version):
    facts = verify_manifest(fan_version)
    contract = json.loads(
        (fan_version / "assets.extra/contract.json").read_text()
    )
    assert facts["contract"] == contract
    assert contract["machines"] == ["fan", "fan/id_00", "fan/id_02"]
    assert contract["calibration_clips"] == [80, 40, 40]
    assert contract["calibration_sources"] == ["unseen"] * 3
    assert contract["false_alarm_rate"] == 0.1
    assert len(facts["training_data_sha256"]) == 64
    assert facts["score_differences"]["saved_model"]["noise"] < 1e-4
    assert facts["real_clips_tried"] == 5
    card = (fan_version / "assets.extra/model_card.md").read_text()
    assert "| fan/id_00 | 40 | 0.0244 | unseen |" in card


def test_fresh_clips_calibrate_anew_and_leave_scores_alone(
    fan_run, fans, tmp_path, capsys
):
    run = tmp_path / "run"
    shutil.copytree(fan_run, run)
    fresh = write_fans(tmp_path / "fresh", 200, 25, gain=3.0)
    # Those that it was trained on do not count, whatever they are called.
    for path in (fans / "fan" / "train").glob("*id_00*"):
        shutil.copy(path, str(path).replace(str(fans), str(fresh)))
    assert main(["calibrate", str(run), str(fresh)]) == 0
    assert "fan/id_00\t25 clips" in capsys.readouterr().out
    before, after = (load_detector(RunFolder(path)) for path in (fan_run, run))
    assert after.calibration.num_clips.numpy().tolist() == [50, 25, 25]
    waveform = read_waveforms(fans, "*id_00_00000001*")
    inputs = {"waveform": waveform, "key": np.int32([1])}
    old, new = (one.predict_on_batch(inputs) for one in (before, after))
    np.testing.assert_allclose(old["anomaly_score"], new["anomaly_score"])
    facts = json.loads((run / "calibration.json").read_text())
    assert facts["keys"]["fan/id_00"]["num_clips"] == 25
    assert facts["keys"]["fan/id_00"]["source"] == "unseen"


def test_calibrating_without_a_fresh_clip_is_refused(fan_run, fans, capsys):
    before = (fan_run / "detector.keras").read_bytes()
    assert main(["calibrate", str(fan_run), str(fans)]) == 2
    assert "which it was not trained on" in capsys.readouterr().err
    assert (fan_run / "detector.keras").read_bytes() == before
