"""Parts of a list, merged: the table of one process, or a refusal."""

import dataclasses
import shutil

import numpy as np
import pytest
import soundfile

from pipelines.programs.merge import merge_parts
from pipelines.programs.score import score_to_table
from pipelines.scoring.clip_scorer import ClipScorer
from pipelines.scoring.score_part import part_facts
from pipelines.scoring.scoring_settings import ScoringSettings
from pipelines.scoring.shard import Shard

SETTINGS = ScoringSettings(batch_size=2, num_threads=2)
WINDOWS = ScoringSettings(num_threads=2, window_seconds=0.03)


def batched(waveforms, machines, false_alarm_rate):
    """A score that tells which clips were scored together."""
    score = np.max(np.abs(waveforms), axis=1) + np.mean(waveforms)
    return {
        "anomaly_score": score.astype("float32"),
        "p_value": np.full(len(score), np.nan),
        "decision": np.zeros(len(score), "int32"),
        "valid": np.ones(len(score), bool),
        "problem": np.full(len(score), ""),
    }


SCORER = ClipScorer(("fan",), 1_000, "mean", 100, batched)


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    root = tmp_path_factory.mktemp("clips") / "fan"
    root.mkdir()
    generator = np.random.default_rng(0)
    for index in range(45):
        path = root / f"{index:02d}.wav"
        length = 60 if generator.random() < 0.7 else 70
        soundfile.write(path, generator.uniform(-0.5, 0.5, length), 1_000)
        if index % 9 == 4:
            path.write_text("no sound")
    return sorted(map(str, root.iterdir()))


def score_shard(clips, folder, index, count, settings=SETTINGS, **changes):
    shard = Shard(index, count)
    facts = part_facts(shard, "0", "1", len(clips), settings) | changes
    out = folder / f"part-{index}.{'csv' if index % 2 else 'parquet'}"
    paths = shard.take(clips, settings.chunk_length)
    score_to_table(SCORER, "0", paths, out, settings, part=facts)
    return str(out)


@pytest.fixture
def parts(clips, tmp_path):
    pytest.importorskip("pyarrow")
    return [score_shard(clips, tmp_path, index, 3) for index in range(3)]


@pytest.mark.parametrize("settings", [SETTINGS, WINDOWS])
@pytest.mark.parametrize("count", [1, 2, 5, 30])
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_the_table_is_that_of_one_process(
    clips, tmp_path, settings, count, suffix
):
    pytest.importorskip("pyarrow")
    whole, merged = tmp_path / f"whole{suffix}", tmp_path / f"merged{suffix}"
    score_to_table(SCORER, "0", clips, whole, settings)
    parts = [
        score_shard(clips, tmp_path, index, count, settings)
        for index in reversed(range(count))
    ]
    tally = merge_parts(parts, merged)
    assert merged.read_bytes() == whole.read_bytes()
    assert tally.num_clips == len(clips)


def test_clips_are_scored_with_those_of_their_chunk_alone(clips, tmp_path):
    """Which is what makes the last digit independent of the shards."""
    lengths = []

    def score(waveforms, *others):
        lengths.append(len(waveforms))
        return batched(waveforms, *others)

    scorer = dataclasses.replace(SCORER, score=score)
    good = [clip for clip in clips if "04" not in clip][:9]
    settings = dataclasses.replace(SETTINGS, batch_size=1)
    score_to_table(scorer, "0", good, tmp_path / "a.csv", settings)
    assert set(lengths) == {1}


def test_a_missing_part_is_named(parts, tmp_path):
    out = tmp_path / "scores.csv"
    with pytest.raises(ValueError, match="2 parts, without 1/3. Score it"):
        merge_parts([parts[0], parts[2]], out)
    assert not out.exists()


def test_a_doubled_part_is_named(parts, tmp_path):
    copy = shutil.copy(parts[0], tmp_path / "copy.parquet")
    with pytest.raises(ValueError, match="shard 0/3 twice, .*copy.parquet"):
        merge_parts([*parts, str(copy)], tmp_path / "scores.csv")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": "other"}, "model: 0 then, other now"),
        ({"list": "other"}, "list: 1 then, other now"),
        ({"batch_size": 3}, "batch_size: 2 then, 3 now"),
        ({"shard": "1/4"}, "shards: 3 then, 4 now"),
    ],
)
def test_a_foreign_part_is_named(clips, parts, tmp_path, changes, said):
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    other = score_shard(clips, foreign, 1, 3, **changes)
    with pytest.raises(ValueError, match=said) as error:
        merge_parts([parts[0], other, parts[2]], tmp_path / "scores.csv")
    assert other in str(error.value) and "\n" not in str(error.value)


def test_a_part_with_other_clips_than_it_says_is_refused(clips, tmp_path):
    out = tmp_path / "scores.csv"
    for taken, said in (
        (clips[:-1], "lacks clips"),
        ([*clips, "more.wav"], "the list has not"),
        ([*clips[:-1], clips[0]], "once more"),
    ):
        folder = tmp_path / said.replace(" ", "_")
        folder.mkdir()
        part = score_shard(taken, folder, 0, 1, clips_of_the_list=len(clips))
        with pytest.raises(ValueError, match=said):
            merge_parts([part], out)
    assert not out.exists()


def test_a_shard_may_be_empty(clips, tmp_path):
    parts = [score_shard(clips[:3], tmp_path, i, 2) for i in range(2)]
    merge_parts([*parts, f"{parts[1]}.json"], tmp_path / "scores.csv")
    lines = (tmp_path / "scores.csv").read_text().splitlines()
    assert len(lines) == 4


def test_the_table_is_no_part(parts, tmp_path):
    with pytest.raises(ValueError, match="must be no part"):
        merge_parts(parts, tmp_path / "part-1.csv")
