import numpy as np
import pytest

from keras_asd.layers import EnvelopeLines

RATE = 500.0


def make_log_mel(seconds=4.0, hz=None, depth=0.3, bands=8, seed=0):
    """Noise in bands, some of which swell at a rate."""
    frames = round(seconds * RATE)
    rng = np.random.default_rng(seed)
    power = rng.gamma(8.0, size=(1, frames, bands))
    if hz is not None:
        time = np.arange(frames) / RATE
        swell = 1 + depth * np.sin(2 * np.pi * hz * time)
        power[:, :, : bands // 4] *= swell[None, :, None] ** 2
    return 10 * np.log10(power) - 40


def find_lines(layer, log_mel):
    return np.array(layer(log_mel)).reshape(-1, layer.num_groups, 287)


@pytest.mark.parametrize("hz", [3.0, 12.34, 57.0, 180.0])
def test_a_swell_is_a_line_at_its_rate_in_its_bands_alone(hz):
    layer = EnvelopeLines(RATE)
    lines = find_lines(layer, make_log_mel(hz=hz))[0]
    usual = find_lines(layer, make_log_mel(seed=1))[0]
    assert layer.num_cells == 287
    cell = lines[0].argmax()
    assert layer.cell_hz[cell] == pytest.approx(hz, rel=0.05)
    assert lines[0].max() > usual.max() + 6
    assert lines[1:].max() < usual.max() + 3


def test_gain_and_colour_do_not_matter():
    layer = EnvelopeLines(RATE)
    log_mel = make_log_mel(hz=30.0)
    moved = log_mel + np.linspace(-20, 20, 8)
    np.testing.assert_allclose(
        np.array(layer(moved)), np.array(layer(log_mel)), atol=0.05
    )


def test_a_line_does_not_grow_with_the_length_of_steady_noise():
    layer = EnvelopeLines(RATE)
    means = [
        find_lines(layer, make_log_mel(seconds)).mean() for seconds in (4, 8)
    ]
    assert abs(means[0] - means[1]) < 1.0


@pytest.mark.parametrize("value", [-100.0, 0.0])
def test_what_does_not_move_has_no_line(value):
    lines = np.array(EnvelopeLines(RATE)(np.full((1, 2000, 8), value)))
    np.testing.assert_allclose(lines, 0.0, atol=0.01)


@pytest.mark.parametrize("frames", [1, 2, 63, 64, 65, 700])
def test_any_number_of_frames_does(frames):
    lines = np.array(EnvelopeLines(RATE)(make_log_mel(2.0)[:, :frames]))
    assert lines.shape == (1, 4 * 287)
    assert np.isfinite(lines).all()


def test_products_with_matrices_give_the_same():
    log_mel = make_log_mel(hz=20.0)
    np.testing.assert_allclose(
        np.array(EnvelopeLines(RATE, transform="matrix")(log_mel)),
        np.array(EnvelopeLines(RATE)(log_mel)),
        atol=0.02,
    )


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="frame_rate=4"):
        EnvelopeLines(4.0)
    with pytest.raises(ValueError, match="6 bands for num_groups=4"):
        EnvelopeLines(RATE)(np.zeros((1, 100, 6)))
