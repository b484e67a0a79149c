import struct

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from keras_asd.problems import PROBLEMS
from pipelines.audio.libsndfile import decode_clip
from tests.wav_files import DATA
from tests.wav_files import FORMAT
from tests.wav_files import RATE
from tests.wav_files import assert_same_as_libsndfile
from tests.wav_files import chunk
from tests.wav_files import decode
from tests.wav_files import extended
from tests.wav_files import make_format
from tests.wav_files import make_wav

BASES = [
    make_wav(FORMAT, DATA),
    make_wav(
        chunk(b"LIST", b"odd"),
        chunk(b"fmt ", extended(make_format(2))),
        chunk(b"JUNK", b"0123"),
        DATA,
    ),
]
# What the command line refuses as well; the others are limits of the graph.
SAME_VERDICTS = ("truncated", "contradictory header", "several recordings")
VALUES = st.one_of(
    st.binary(min_size=1, max_size=4),
    st.sampled_from([b"data", b"fmt ", b"RIFX", b"\xff" * 4, b"\0" * 4]),
    st.integers(0, 900).map(lambda size: struct.pack("<I", size)),
)


@settings(
    deadline=None,
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    base=st.sampled_from(BASES),
    changes=st.lists(st.tuples(st.integers(0, 110), VALUES), max_size=4),
    end=st.none() | st.integers(0, 930),
    channel=st.sampled_from(["mean", 0, 1]),
)
def test_no_bytes_raise_and_sound_is_what_libsndfile_reads(
    base, changes, end, channel, tmp_path
):
    content = bytearray(base)
    for place, value in changes:
        content[place : place + len(value)] = value
    content = bytes(content[:end])
    waveform, problem = decode(content, channel)
    assert np.isfinite(waveform).all() and np.abs(waveform).max() <= 1
    if problem:
        np.testing.assert_array_equal(waveform, np.zeros(160))
        if problem in SAME_VERDICTS:
            (tmp_path / "clip.wav").write_bytes(content)
            with pytest.raises((ValueError, soundfile.LibsndfileError)):
                decode_clip(tmp_path / "clip.wav", RATE)
    else:
        assert_same_as_libsndfile(content, tmp_path / "clip.wav", channel)


@settings(deadline=None, max_examples=100)
@given(content=st.binary(max_size=200))
def test_random_bytes_are_no_sound(content):
    for head in (b"", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEfmt "):
        assert decode(head + content)[1] in PROBLEMS[1:]


def test_good_headers_with_any_one_byte_changed_agree_with_libsndfile(
    tmp_path,
):
    """What libsndfile refuses is never taken, byte by byte of a header."""
    path = tmp_path / "clip.wav"
    taken = 0
    for place in range(44):
        content = bytearray(BASES[0])
        content[place] ^= 0x15
        path.write_bytes(content)
        _, problem = decode(bytes(content))
        if problem:
            continue
        decode_clip(path, RATE)
        taken += 1
    assert taken == 4  # the whole size does not count
