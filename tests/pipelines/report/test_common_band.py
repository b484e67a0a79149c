"""A machine's alarms, judged as a group."""

import numpy as np
import pytest
import scipy.signal

from pipelines.pictures.unusual_spectrum import unusual_spectrum
from pipelines.pictures.usual_spectrum import usual_spectrum
from pipelines.report.common_band import common_band

RATE = 16_000
TIME = np.arange(2 * RATE) / RATE


def machine_sound(seed):
    rng = np.random.default_rng(seed)
    noise = rng.normal(0.0, 0.1, len(TIME))
    sound = scipy.signal.lfilter([0.1], [1.0, -0.9], noise) + 0.1 * noise
    return sound * 10 ** (rng.normal(0.0, 2.0) / 20)


def hiss(seed, level):
    rng = np.random.default_rng([seed, 1])
    sections = scipy.signal.butter(
        6, [3300, 3700], "band", output="sos", fs=RATE
    )
    noise = scipy.signal.sosfilt(sections, rng.normal(size=len(TIME)))
    return level * noise / noise.std()


@pytest.fixture(scope="module")
def usual():
    return usual_spectrum(map(machine_sound, range(40)), RATE)


def compared(sounds, usual):
    return [unusual_spectrum(sound, usual) for sound in sounds]


def test_what_hides_in_most_clips_is_found_in_all_of_them(usual):
    faulty = [machine_sound(i) + hiss(i, 0.0026) for i in range(100, 112)]
    clips = compared(faulty, usual)
    assert sum(one.stands_out for one in clips) < 6
    common = common_band(clips, usual)
    assert common.band.low_hz == pytest.approx(3300, rel=0.1)
    assert common.band.high_hz == pytest.approx(3700, rel=0.1)
    assert 3 <= common.number < 12
    assert common.sentence.endswith("above its usual level, all the time")


def test_a_band_of_some_clips_is_named_with_their_number(usual):
    sounds = [machine_sound(i) for i in range(100, 112)]
    for index in range(4):
        sounds[index] = sounds[index] + hiss(index, 0.02)
    common = common_band(compared(sounds, usual), usual)
    assert common.number == 4
    assert 3000 < common.band.low_hz < common.band.high_hz < 4000


def test_groups_of_normal_clips_have_none_at_the_stated_rate(usual):
    clips = compared([machine_sound(i) for i in range(200, 320)], usual)
    groups = [clips[start : start + 6] for start in range(0, 120, 6)]
    assert sum(common_band(group, usual) is not None for group in groups) <= 3


def test_one_clip_has_the_band_of_its_own_sentence(usual):
    [clip] = compared([machine_sound(100) + hiss(0, 0.02)], usual)
    assert common_band([clip], usual).band is clip.band
    [clip] = compared([machine_sound(100)], usual)
    assert common_band([clip], usual) is None
    assert common_band([], usual) is None
