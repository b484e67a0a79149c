"""Pieces, blocks and batches, with a scorer of NumPy."""

import threading

import numpy as np
import pytest
import soundfile

from pipelines.scoring.batch_scoring import score_pieces
from pipelines.scoring.clip_scorer import ClipScorer
from pipelines.scoring.piece_reader import read_pieces
from pipelines.scoring.scoring_settings import ScoringSettings


class Loudness:
    """A scorer by the mean square that remembers what it was asked."""

    def __init__(self):
        self.calls = []

    def __call__(self, waveforms, machines, false_alarm_rate):
        assert waveforms.dtype == np.float32
        assert len(waveforms) == len(machines)
        self.calls.append((waveforms.shape, tuple(machines), false_alarm_rate))
        score = np.mean(waveforms**2, axis=1)
        return {
            "anomaly_score": score,
            "p_value": np.where(score > 0, 1 / (1 + score), np.nan),
            "decision": np.where(score > 0, 0, -1).astype("int32"),
            "valid": score > 0,
            "problem": np.where(score > 0, "", "silent"),
        }


@pytest.fixture
def loudness():
    return Loudness()


@pytest.fixture
def scorer(loudness):
    return ClipScorer(("fan", "pump"), 16_000, "mean", 8_000, loudness)


def score(scorer, paths, settings, first=0):
    pieces = read_pieces(scorer, [str(path) for path in paths], settings, first)
    return list(score_pieces(scorer, pieces, settings))


def flatten(blocks):
    return [row for block in blocks for row in block.rows]


def test_rows_come_in_order_and_equal_lengths_share_a_batch(
    write_hum, scorer, loudness
):
    seconds = [0.2, 0.3, 0.2, 0.2, 0.3, 0.2, 0.4, 0.2]
    paths = [
        write_hum(f"{i % 2 and 'fan' or 'pump'}/{i}.wav", seconds=second)
        for i, second in enumerate(seconds)
    ]
    rows = flatten(score(scorer, paths, ScoringSettings(batch_size=4)))
    assert [row["clip"] for row in rows] == list(map(str, paths))
    assert [row["machine"] for row in rows] == ["pump", "fan"] * 4
    for row, path in zip(rows, paths, strict=True):
        expected = np.mean(soundfile.read(path, dtype="float32")[0] ** 2)
        assert row["anomaly_score"] == pytest.approx(expected, rel=1e-5)
        assert row["valid"] is True and row["problem"] == ""
    shapes = [shape for shape, _, _ in loudness.calls]
    assert shapes == [(4, 3200), (2, 4800), (1, 6400), (1, 3200)]
    assert loudness.calls[0][1] == ("pump", "pump", "fan", "fan")


def test_long_clips_fill_a_batch_by_their_windows(write_hum, scorer, loudness):
    paths = [write_hum(f"fan/{i}.wav", seconds=1.2) for i in range(5)]
    score(scorer, paths, ScoringSettings(batch_size=6))
    assert [shape[0] for shape, _, _ in loudness.calls] == [2, 2, 1]


def test_broken_clips_have_a_row_and_spoil_no_other(
    write_hum, scorer, tmp_path
):
    good = write_hum("fan/good.wav")
    other = write_hum("whale/1.wav")
    flac = write_hum("fan/cut.flac", seconds=20)
    flac.write_bytes(flac.read_bytes()[: flac.stat().st_size // 2])
    empty, text = tmp_path / "fan/empty.wav", tmp_path / "fan/text.wav"
    empty.touch()
    text.write_text("no sound, only words")
    silent = tmp_path / "fan/silent.wav"
    soundfile.write(silent, np.zeros(16_000), 16_000)
    gone = tmp_path / "fan/gone.wav"
    paths = [other, empty, good, text, flac, gone, silent, good]
    rows = flatten(score(scorer, paths, ScoringSettings()))
    reasons = [row["problem"] for row in rows]
    for reason, said in zip(
        reasons,
        ["whale", "empty", "", "not audio", "", "missing", "silent", ""],
        strict=True,
    ):
        assert said in reason
    assert reasons[4] and not reasons[2]
    assert [row["anomaly_score"] is None for row in rows] == [
        *(True, True, False, True, True, True, False, False)
    ]
    for row in rows:
        assert row["valid"] == (row["problem"] == "")
        assert row["decision"] == (0 if row["valid"] else -1)
        assert (row["p_value"] is not None) == row["valid"]


def test_the_rest_of_blocks_is_scored_in_the_same_batches(
    write_hum, scorer, loudness
):
    generator = np.random.default_rng(0)
    paths = [
        write_hum(f"fan/{i:02d}.wav", seconds=generator.choice([0.1, 0.2, 0.3]))
        for i in range(40)
    ]
    settings = ScoringSettings(batch_size=4)
    blocks = score(scorer, paths, settings)
    shapes = [shape for shape, _, _ in loudness.calls]
    assert len(blocks) > 3
    for number, block in enumerate(blocks[:-1]):
        loudness.calls.clear()
        rest = score(scorer, paths, settings, first=block.index + 1)
        assert rest == blocks[number + 1 :]
        assert [shape for shape, _, _ in loudness.calls] == shapes[
            -len(loudness.calls) :
        ]


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_score_that_is_not_finite_is_named(write_hum, number):
    def broken(waveforms, *_):
        return {
            "anomaly_score": np.full(len(waveforms), number),
            "p_value": np.full(len(waveforms), np.nan),
            "decision": np.full(len(waveforms), -1),
            "valid": np.ones(len(waveforms), bool),
            "problem": np.full(len(waveforms), ""),
        }

    scorer = ClipScorer(("fan",), 16_000, "mean", 8_000, broken)
    paths = [write_hum("fan/a.wav")]
    [row] = flatten(score(scorer, paths, ScoringSettings()))
    assert row["anomaly_score"] is None and not row["valid"]
    assert row["problem"] == "no finite score"


def test_windows_carry_their_seconds(write_hum, scorer, loudness):
    path = write_hum("fan/long.wav", seconds=2.3)
    settings = ScoringSettings(
        window_seconds=1.0, hop_seconds=0.5, false_alarm_rate=0.01
    )
    rows = flatten(score(scorer, [path, "gone/fan.wav"], settings))
    times = [(row["start_seconds"], row["end_seconds"]) for row in rows]
    assert times == [(0, 1), (0.5, 1.5), (1, 2), (1.3, 2.3), (None, None)]
    assert rows[-1]["anomaly_score"] is None
    assert loudness.calls == [((4, 16_000), ("fan",) * 4, 0.01)]


def test_few_clips_are_read_ahead(write_hum, scorer, monkeypatch):
    paths = [str(write_hum("fan/a.wav", seconds=0.1))] * 200
    begun = []
    decode = "pipelines.scoring.piece_reader.decode_clip"
    lock = threading.Lock()

    def count(path, *_):
        with lock:
            begun.append(path)
        return np.ones(1_600, "float32")

    monkeypatch.setattr(decode, count)
    settings = ScoringSettings(num_threads=3)
    for number, _ in enumerate(read_pieces(scorer, paths, settings), 1):
        assert len(begun) <= number + 6
    assert len(begun) == number == 200


def test_what_the_scorer_raises_ends_the_scoring(write_hum):
    def fail(*_):
        raise MemoryError("too large")

    scorer = ClipScorer(("fan",), 16_000, "mean", 8_000, fail)
    with pytest.raises(MemoryError):
        score(scorer, [write_hum("fan/a.wav")] * 9, ScoringSettings())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"window_seconds": 0.0}, "window=0"),
        ({"hop_seconds": 1.0}, "hop=1"),
        ({"window_seconds": 1.0, "hop_seconds": 2.0}, "hop=2"),
        ({"window_seconds": float("nan")}, "window=nan"),
        ({"false_alarm_rate": 1.5}, "false_alarm_rate=1.5"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"num_threads": 0}, "threads=0"),
        ({"num_threads": 100_000}, "at most .* threads=100000"),
    ],
)
def test_wrong_settings_are_named(wrong, said):
    with pytest.raises(ValueError, match=said):
        ScoringSettings(**wrong)
