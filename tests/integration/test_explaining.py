"""`keras-asd explain` on a run that others look at too."""

import os
import re

import keras
import numpy as np
import pytest
import soundfile

from keras_asd.__main__ import main
from pipelines.programs.explain import ClipExplanation
from pipelines.programs.explain import explain

pytestmark = pytest.mark.usefixtures("eager")

NUM_MASKS = 4
MAPS = {"log_mel", "tgram"}
UNUSUAL = {"unusual_decibels", "unusual_deviations"}


@pytest.fixture(scope="module")
def detector(run):
    return keras.saving.load_model(run / "detector.keras")


def draw(run, folder, *paths, num_masks=NUM_MASKS, **options):
    words = [os.fspath(path) for path in paths]
    options = {"method": "rise", **options}
    found = explain(
        os.fspath(run), words, str(folder), num_masks=num_masks, **options
    )
    return list(found)


def read_maps(made):
    with np.load(made.files[1]) as arrays:
        return {name: arrays[name] for name in arrays.files}


def score_alone(detector, waveform, key):
    inputs = {
        "waveform": waveform[None].astype("float32"),
        "key": np.array([list(detector.keys).index(key)], "int32"),
    }
    return float(detector.predict_on_batch(inputs)["anomaly_score"][0])


def test_every_clip_gets_a_picture_and_its_maps_as_numbers(
    run, data, detector, tmp_path, capsys
):
    paths = sorted((data / "fan" / "test").glob("anomaly_id_02_0000000[01]*"))
    words = ["explain", str(run), *map(str, paths), "--to", str(tmp_path)]
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(paths) == 2
    embedder = detector.embedder
    for line, path in zip(lines, paths, strict=True):
        picture, numbers = (
            tmp_path / f"{path.stem}{suffix}" for suffix in (".png", ".npz")
        )
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert str(picture) in line and str(numbers) in line
        with np.load(numbers) as maps:
            assert set(maps.files) == MAPS | UNUSUAL
            for name in MAPS:
                shape = tuple(len(axis) for _, axis in embedder.axes(name))
                assert maps[name].shape == shape
                assert np.isfinite(maps[name]).all()
        score, key, _, verdict, *_ = line.split("\t")
        waveform, _ = soundfile.read(path)
        expected = score_alone(detector, waveform, "fan/id_02")
        assert key == "fan/id_02"
        assert float(score) == pytest.approx(expected, rel=1e-3)
        assert re.match(r"(no )?(alarm|decision): score", verdict)


def test_a_long_clip_is_explained_where_it_is_strangest(
    run, detector, write_hum, tmp_path
):
    path = write_hum("fan/test/normal_id_00_00000000.wav", seconds=1.3)
    waveform, rate = soundfile.read(path)
    waveform[9_000:12_000] *= np.linspace(1, 8, 3_000)
    soundfile.write(path, waveform, rate)
    waveform, _ = soundfile.read(path)
    starts = [0, 6400, 12800]
    scores = [
        score_alone(detector, waveform[start : start + 8000], "fan/id_00")
        for start in starts
    ]
    [made] = draw(run, tmp_path, path, num_masks=2)
    assert made.key == "fan/id_00"
    # The verdict is on the whole clip.
    expected = pytest.approx(np.mean(scores), rel=1e-3)
    assert made.verdict.anomaly_score == expected
    assert min(scores) < max(scores)
    assert made.seconds == starts[int(np.argmax(scores))] / rate


def test_a_clip_shorter_than_a_window_keeps_its_own_length(
    run, detector, write_hum, tmp_path
):
    path = write_hum("fan/test/normal_id_00_00000000.wav", seconds=0.2)
    [made] = draw(run, tmp_path, path, method="occlusion")
    (_, seconds), _ = detector.embedder.axes("log_mel")
    assert seconds[-1] > 0.4
    assert len(read_maps(made)["log_mel"]) == np.sum(seconds < 0.2)


def test_a_broken_clip_is_told_and_the_others_go_on(
    run, data, tmp_path, capsys
):
    broken = tmp_path / "fan" / "test" / "normal_id_00_00000000.wav"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"")
    good = data / "pump" / "test" / "anomaly_id_00_00000000.wav"
    words = ["explain", str(run), "--to", str(tmp_path / "to")]
    assert main([*words, str(broken), str(good), "gone.wav"]) == 0
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 1
    assert f"left out: {broken}: empty" in printed.err
    assert "left out: gone.wav: missing" in printed.err
    assert sorted(path.name for path in (tmp_path / "to").iterdir()) == [
        f"{good.stem}.npz",
        f"{good.stem}.png",
    ]
    assert main([*words, str(broken)]) == 2


def test_hidden_parts_show_the_nearest_clip_or_nothing_of_note(
    run, data, tmp_path
):
    path = data / "fan" / "test" / "anomaly_id_00_00000000.wav"
    maps = []
    for fill in ("nearest", "neutral"):
        [made] = draw(run, tmp_path, path, fill=fill)
        maps.append(read_maps(made)["log_mel"])
    assert np.abs(maps[0] - maps[1]).max() > 1e-3


def test_a_training_clip_is_not_held_against_itself(run, data, tmp_path):
    path = data / "fan" / "train" / "normal_id_00_00000000.wav"
    [made] = draw(run, tmp_path, path)
    assert np.abs(read_maps(made)["log_mel"]).max() > 1e-6


def test_the_key_may_be_a_bare_machine(run, write_hum, tmp_path, capsys):
    path = write_hum("holiday.wav", seconds=0.5)
    [(clip, reason)] = draw(run, tmp_path, path)
    assert clip == str(path)
    assert "--machine" in reason
    [made] = draw(
        run, tmp_path, path, num_masks=2, machine="fan", fill="neutral"
    )
    assert made.key == "fan"


def test_clips_of_one_name_get_pictures_of_their_own(run, write_hum, tmp_path):
    paths = [
        write_hum(name, seconds=0.5) for name in ("a/0.wav", "b/0.wav", "0.wav")
    ]
    flac = write_hum("0.flac", seconds=0.5)
    for some in (paths[:2], [paths[2], flac]):
        made = draw(
            run,
            tmp_path / "to",
            *some,
            num_masks=2,
            machine="fan",
            fill="neutral",
        )
        files = [file for one in made for file in one.files]
        assert len(set(files)) == 4
        assert all(file.exists() for file in files)
        assert all(isinstance(one, ClipExplanation) for one in made)


@pytest.mark.parametrize(
    "option, said",
    [
        ({"machine": "whale"}, "fan/id_02.*Received: machine='whale'"),
        ({"fill": "zeros"}, "'neutral'.*Received: fill='zeros'"),
        ({"method": "magic"}, "'occlusion'.*Received: method='magic'"),
    ],
)
def test_what_is_not_known_is_refused_before_anything_is_drawn(
    option, said, run, data, tmp_path
):
    path = data / "fan" / "test" / "anomaly_id_00_00000000.wav"
    with pytest.raises(ValueError, match=said):
        draw(run, tmp_path / "to", path, **option)
    assert not (tmp_path / "to").exists()


def test_what_cannot_be_written_is_no_fault_of_the_clip(
    run, data, tmp_path, monkeypatch, capsys
):
    def fail(*_, **__):
        raise OSError(28, os.strerror(28))

    (tmp_path / "pictures").mkdir()
    monkeypatch.setattr("tempfile.mkdtemp", fail)
    clip = next((data / "fan" / "test").glob("normal_*"))
    words = ["explain", run, clip, "--to"]
    assert main([*map(str, words), str(tmp_path / "pictures")]) == 2
    said = capsys.readouterr().err
    assert "left out" not in said and str(tmp_path / "pictures") in said
    assert "The disk must hold what is written" in said
