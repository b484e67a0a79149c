import numpy as np
import pytest
import scipy.signal

from pipelines.pictures.unusual_spectrum import unusual_spectrum
from pipelines.pictures.usual_spectrum import pack_spectra
from pipelines.pictures.usual_spectrum import unpack_spectra
from pipelines.pictures.usual_spectrum import usual_spectrum

RATE, SECONDS = 16_000, 4
TIME = np.arange(SECONDS * RATE) / RATE
QUIET = "nothing stands out in the spectrum"


def machine_sound(seed):
    """Noise that falls off with frequency, and a hum, at a varying level."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0.0, 0.1, len(TIME))
    coloured = scipy.signal.lfilter([0.1], [1.0, -0.9], noise) + 0.1 * noise
    sound = coloured + 0.02 * np.sin(2 * np.pi * 100 * TIME)
    return sound * 10 ** (rng.normal(0.0, 1.0) / 20)


def band_noise(low, high, level, seed=0):
    rng = np.random.default_rng(seed)
    sections = scipy.signal.butter(
        6, [low, high], "band", output="sos", fs=RATE
    )
    noise = scipy.signal.sosfilt(sections, rng.normal(size=len(TIME)))
    return level * noise / noise.std()


def louder(seed, deviation):
    """The machine, with a level that varies by so many dB, without its own."""
    level = np.random.default_rng([seed, 1]).normal(0.0, deviation)
    own = np.random.default_rng(seed)
    own.normal(0.0, 0.1, len(TIME))
    return machine_sound(seed) * 10 ** ((level - own.normal(0.0, 1.0)) / 20)


@pytest.fixture(scope="module")
def usual():
    return usual_spectrum(map(machine_sound, range(40)), RATE)


def test_a_steady_tone_is_named_by_its_frequency(usual):
    tone = 0.02 * np.sin(2 * np.pi * 892 * TIME)
    found = unusual_spectrum(machine_sound(100) + tone, usual)
    assert found.band.tone_hz == pytest.approx(892, abs=2)
    assert found.band.low_hz < 892 < found.band.high_hz
    assert found.sentence.startswith("892 Hz, ")
    assert found.sentence.endswith("dB above its usual level, all the time")
    peak = found.excess[0].argmax()
    assert found.edges[peak] < 892 < found.edges[peak + 1]


def test_a_burst_of_noise_is_named_by_its_band_and_time(usual):
    burst = band_noise(2000, 3000, 0.05) * ((TIME > 1.5) & (TIME < 2.5))
    found = unusual_spectrum(machine_sound(100) + burst, usual)
    [(start, end)] = found.band.moments
    assert (start, end) == pytest.approx((1.5, 2.5), abs=0.15)
    assert found.band.low_hz == pytest.approx(2000, rel=0.08)
    assert found.band.high_hz == pytest.approx(3000, rel=0.08)
    assert found.band.tone_hz is None
    during = (found.seconds > 1.6) & (found.seconds < 2.4)
    assert found.time_decibels[during].min() > 6
    assert found.time_decibels[~during].mean() < 6
    frame, band = np.unravel_index(
        found.deviations.argmax(), found.deviations.shape
    )
    assert 1.4 < found.seconds[frame] < 2.6
    assert 1900 < found.edges[band] < 3100


def test_knocks_are_counted(usual):
    knocks = np.zeros(len(TIME))
    knocks[RATE // 4 :: RATE // 2] = 3.0
    knocks = scipy.signal.lfilter([1.0], [1.0, -1.2, 0.8], knocks)
    found = unusual_spectrum(machine_sound(100) + knocks, usual)
    assert len(found.band.moments) == 8
    assert "8 times, about every 0.5 s" in found.sentence


def test_what_is_missing_is_quieter_than_usual(usual):
    notch = scipy.signal.butter(
        4, [400, 800], "bandstop", output="sos", fs=RATE
    )
    found = unusual_spectrum(
        scipy.signal.sosfilt(notch, machine_sound(100)), usual
    )
    assert found.band.decibels < -10
    assert "dB below its usual level, all the time" in found.sentence
    faded = machine_sound(100) * np.where((TIME > 1) & (TIME < 2), 0.1, 1.0)
    found = unusual_spectrum(faded, usual)
    assert found.sentence.startswith("at all frequencies, ")
    [(start, end)] = found.band.moments
    assert (start, end) == pytest.approx((1.0, 2.0), abs=0.15)
    assert found.band.decibels < -10


def test_normal_clips_name_a_band_at_the_stated_rate(usual):
    found = [
        unusual_spectrum(machine_sound(200 + i), usual) for i in range(120)
    ]
    # Binomial with 5 %, and a limit of 40 clips: more by chance in 1 of 100.
    assert sum(one.stands_out for one in found) <= 14
    assert QUIET in {one.sentence for one in found}


def test_a_lasting_band_is_named_although_no_moment_of_it_is_unusual():
    """Levels vary by 3 dB from clip to clip, so that the band hides in them."""
    usual = usual_spectrum((louder(i, 3.0) for i in range(40)), RATE)
    faulty = louder(100, 0.0) + band_noise(3300, 3700, 0.006)
    found = unusual_spectrum(faulty, usual)
    band = (found.edges[:-1] > 3300) & (found.edges[1:] < 3700)
    raw = found.excess[0, band] + found.loudness
    deviation = usual.levels[:, band].std(0)
    assert 2.0 < (raw / deviation).mean() < 3.0
    assert found.stands_out and found.sentence.endswith("all the time")
    assert found.band.low_hz == pytest.approx(3300, rel=0.08)
    assert found.band.high_hz == pytest.approx(3700, rel=0.08)
    assert found.band.decibels == pytest.approx(raw.mean(), abs=1.5)


def test_a_clip_that_is_louder_as_a_whole_is_so_at_all_frequencies(usual):
    found = unusual_spectrum(4 * machine_sound(100), usual)
    assert found.sentence.startswith("at all frequencies, ")
    assert found.band.decibels == pytest.approx(12, abs=3)


def test_noise_in_most_bands_leaves_the_others_as_they_were(usual):
    faulty = machine_sound(100) + band_noise(700, 7800, 0.08)
    found = unusual_spectrum(faulty, usual)
    assert found.band.decibels > 5
    assert found.band.high_hz > 5000


def test_clips_of_any_length_are_compared(usual):
    for samples in (10, 2048, 2049, 5 * RATE):
        found = unusual_spectrum(np.resize(machine_sound(0), samples), usual)
        frames = len(found.seconds)
        assert found.decibels.shape == (frames, len(found.edges) - 1)
        assert found.time_decibels.shape == found.seconds.shape
        assert 0 < found.band.share <= 1
        assert np.isfinite(found.deviations).all()


def test_spectra_survive_being_stored(usual):
    content = pack_spectra({"fan/ä": usual, "pump/all": usual})
    stored = unpack_spectra(content)["fan/ä"]
    for name, value in vars(usual).items():
        if name != "levels":
            np.testing.assert_allclose(getattr(stored, name), value, rtol=1e-5)
    assert len(content) < 20_000


def test_too_few_clips_are_no_usual_spectrum():
    with pytest.raises(ValueError, match="at least 3 normal clips. Received"):
        usual_spectrum([machine_sound(0)] * 2, RATE)
