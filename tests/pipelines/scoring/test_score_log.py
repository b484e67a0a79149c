import pytest

from pipelines.audio.recording_state import RecordingState
from pipelines.scoring.score_log import open_score_log

STATE = RecordingState(44, 7, "c0ffee")
FACTS = {"model": "a", "machine": None}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new" / "scores.csv.partial"


def rows_of(*clips):
    return [{"clip": clip, "anomaly_score": 0.5} for clip in clips]


def append(log, *clips, **options):
    states = {clip: STATE for clip in clips}
    log.append(rows_of(*clips), states, **options)


def write(path, *blocks, facts=FACTS):
    with open_score_log(path, facts) as log:
        for block in blocks:
            append(log, *block)
        return list(log.rows())


def test_what_was_appended_is_there_the_next_time(path):
    odd = "a\n\udcff,\u2603.wav"
    write(path, ["a.wav", odd], [])
    assert write(path, ["c.wav"]) == rows_of("a.wav", odd, "c.wav")


def test_a_log_cut_off_anywhere_keeps_its_whole_lines(path):
    write(path, ["a.wav", "b.wav"], ["c.wav"])
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        ends = content[:length].count(b"\n")
        done = [(), (), ("a.wav", "b.wav"), ("a.wav", "b.wav", "c.wav")]
        assert write(path) == rows_of(*done[ends])
        assert write(path, ["d.wav"]) == rows_of(*done[ends], "d.wav")


def test_another_model_is_refused_by_name(path):
    write(path, ["a.wav"])
    before = path.read_bytes()
    with pytest.raises(ValueError, match="model: a then, b now. Remove .*new"):
        write(path, facts={"model": "b", "machine": None})
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [
        b"not ours\n",
        b"7\n",
        b"\0\0\n{}\n",
        b"not ours",
        b"{}",
        b"\x89PNG\r\n\xff\0",
        b'{"model": "b", "mach',
    ],
)
def test_a_file_that_is_no_log_is_refused_and_left(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(ValueError, match="damaged"):
        write(path)
    assert path.read_bytes() == content


def test_two_cannot_write_at_once(path):
    with open_score_log(path, FACTS):
        with pytest.raises(ValueError, match="another one"):
            write(path)
    write(path)


def test_a_torn_line_of_another_log_is_left_too(path):
    write(path, ["a.wav"])
    content = path.read_bytes()[:-3]
    path.write_bytes(content)
    with pytest.raises(ValueError, match="model: a then, b now"):
        write(path, facts={"model": "b", "machine": None})
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["a", "b", "c", "d"], (2, 1)),
        (["a", "b", "c"], (2, 1)),
        (["a", "b"], "c in .* no clip in its place"),
        (["a", "x", "b", "c"], "b in .* x in its place"),
    ],
)
def test_the_clips_that_are_done_must_come_first(path, paths, found):
    write(path, ["a", "a", "b"], ["c"])
    with open_score_log(path, FACTS) as log:
        if isinstance(found, tuple):
            assert log.match(paths) == found
        else:
            with pytest.raises(ValueError, match=found):
                log.match(paths)


def test_rows_of_one_clip_are_counted(path):
    with open_score_log(path, FACTS) as log:
        assert log.match(["a"]) == (0, 0)
        append(log, "a")
        assert log.match(["a", "b"]) == (0, 1)
        append(log, "b", "b")
        append(log, "b")
        assert log.match(["a", "b"]) == (1, 3)


def test_a_clip_that_was_scored_again_has_its_new_rows_in_its_place(path):
    with open_score_log(path, FACTS) as log:
        append(log, "a", "b", "b")
        append(log, "b", "c", "c")
        other = [{"clip": "b", "anomaly_score": score} for score in (1.5, 2.5)]
        log.append(other, {"b": STATE}, is_again=True)
        whole = [*rows_of("a"), *other, *rows_of("c", "c")]
        assert list(log.rows()) == whole
        assert log.match(["a", "b", "c", "d"]) == (2, 2)
        append(log, "c", is_again=True)
        assert list(log.rows()) == whole[:-1]
        # It was scored whole, so that the next clip comes next.
        assert log.match(["a", "b", "c", "d"]) == (3, 0)
    assert write(path) == whole[:-1]


def test_a_flipped_bit_is_found(path):
    write(path, ["a.wav", "b.wav"], ["c.wav"])
    content = path.read_bytes()
    start = content.index(b"\n") + 1
    for place in range(start, len(content) - 1, 7):
        broken = bytearray(content)
        broken[place] ^= 1
        if b"\n" in broken[start:-1].replace(b"\n", b"", 1):
            continue
        path.write_bytes(broken)
        with pytest.raises(ValueError, match="damaged. Remove it"):
            write(path)
