"""`keras-asd embed` on a run that others look at too."""

import csv

import keras
import numpy as np
import pytest
import soundfile

from keras_asd.__main__ import main
from pipelines.programs.embed import embed


def read_rows(folder):
    with open(folder / "clips.csv", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def folder(run, data):
    assert main(["embed", str(run), str(data)]) == 0
    return run / "embeddings"


def test_there_are_numbers_a_list_and_a_picture(folder):
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["clips.csv", "embeddings.npz", "map.png"]
    assert (folder / "map.png").read_bytes().startswith(b"\x89PNG")


def test_every_row_is_a_clip_normal_ones_and_test_clips(folder, data):
    rows = read_rows(folder)
    splits = [row["split"] for row in rows]
    assert splits == ["train"] * 30 + ["test"] * 24
    assert {row["path"] for row in rows} == {
        str(path.resolve()) for path in data.rglob("*.wav")
    }
    for row in rows:
        name = row["path"].rpartition("/")[2]
        assert row["is_anomaly"] == str(name.startswith("anomaly"))
        assert f"/{row['machine']}/{row['split']}/" in row["path"]
        assert row["section"] in name
        assert row["domain"] == ""


def test_a_row_is_the_mean_of_its_clip_s_windows(folder, run):
    with np.load(folder / "embeddings.npz") as arrays:
        embedding = arrays["embedding"]
    rows = read_rows(folder)
    detector = keras.saving.load_model(run / "detector.keras")
    assert embedding.shape == (len(rows), detector.embedder.embedding_dim)
    assert {len(row) for row in rows} == {8}
    lengths = set()
    for place in (0, 29, 30, 37, 45, 53):
        waveform, _ = soundfile.read(rows[place]["path"], dtype="float32")
        lengths.add(len(waveform))
        inputs = {"waveform": waveform[None], "key": np.zeros(1, "int32")}
        expected = detector.predict_on_batch(inputs)["embedding"][0]
        np.testing.assert_allclose(
            embedding[place], expected, rtol=1e-3, atol=1e-4
        )
    assert len(lengths) > 1


def test_points_are_those_of_the_rows_or_empty_beyond_the_most(
    folder, run, data, tmp_path
):
    points = np.array(
        [[float(row["x"]), float(row["y"])] for row in read_rows(folder)]
    )
    assert np.isfinite(points).all()
    words = ["embed", str(run), str(data), "--to", str(tmp_path)]
    assert main([*words, "--max_clips", "20"]) == 0
    rows = read_rows(tmp_path)
    assert len(rows) == 54
    drawn = [row for row in rows if row["x"]]
    assert len(drawn) == 20
    assert all(bool(row["x"]) == bool(row["y"]) for row in rows)
    assert {row["split"] for row in drawn} == {"train", "test"}


def test_a_map_of_too_few_is_refused_at_once(run, tmp_path):
    with pytest.raises(ValueError, match="Received: max_clips=6"):
        embed(str(run), ["nowhere"], str(tmp_path / "to"), max_clips=6)
    assert not (tmp_path / "to").exists()
