import itertools

import numpy as np
import pytest
from keras import ops

from keras_asd.models import Flow
from keras_asd.models.flow import squeeze
from keras_asd.models.flow import unsqueeze
from tests.flow_cases import draw_image
from tests.flow_cases import jacobian
from tests.flow_cases import stir


def make_flow(*shape, **sizes):
    flow = Flow(**{"num_blocks": 2, "num_steps": 1, "width": 6, **sizes})
    flow.build((None, *shape))
    return stir(flow)


def surprisal(flow, image):
    """Negative log-density in nats, of the whole image."""
    return np.sum(np.array(flow(image)), axis=-1) * image[0].size


def test_its_density_integrates_to_one():
    flow = make_flow(2, 2, 1, num_blocks=1, num_steps=2)
    # Centred where the density is and turned along its axes, or a grid of
    # four dimensions would be too coarse.
    generator = np.random.default_rng(0)
    latents = generator.normal(size=(4000, 1, 1, 4)).astype("float32")
    images = np.array(flow.invert([latents])).reshape(-1, 4)
    spread = np.linalg.cholesky(np.cov(images.T))
    ticks = np.arange(-5.0, 5.01, 0.5)
    grid = np.array(list(itertools.product(ticks, repeat=4)))
    places = (images.mean(axis=0) + grid @ spread.T).reshape(-1, 2, 2, 1)
    density = np.exp(-surprisal(flow, places.astype("float32")))
    volume = 0.5**4 * np.linalg.det(spread)
    assert np.sum(density) * volume == pytest.approx(1.0, abs=0.01)


def test_the_inverse_gives_the_image_back():
    flow, image = make_flow(8, 4, 1), draw_image(3, 8, 4, 1)
    latents, _ = flow.normalize(image)
    assert [tuple(part.shape) for part in latents] == [
        (3, 4, 2, 2),
        (3, 2, 1, 8),
    ]
    np.testing.assert_allclose(np.array(flow.invert(latents)), image, atol=1e-4)


def test_its_log_determinant_is_that_of_the_whole_jacobian():
    flow, image = make_flow(4, 4, 1), draw_image(1, 4, 4, 1)

    def latents_of(image):
        parts = flow.normalize(image)[0]
        return ops.concatenate([ops.reshape(one, (16, -1)) for one in parts], 1)

    expected = np.linalg.slogdet(jacobian(latents_of, image))[1]
    actual = float(flow.normalize(image)[1][0])
    assert actual == pytest.approx(expected, abs=1e-3)


def test_its_terms_are_energies_by_channel_and_the_change_of_volume():
    flow, image = make_flow(4, 4, 1), draw_image(2, 4, 4, 1)
    latents, log_determinant = flow.normalize(image)
    expected = []
    for part in map(np.array, latents):
        for channel in range(part.shape[-1]):
            density = np.exp(-0.5 * part[..., channel] ** 2)
            density = density / np.sqrt(2 * np.pi)
            expected.append(-np.log(density).sum(axis=(1, 2)))
    expected.append(-np.array(log_determinant))
    assert flow.num_terms == len(expected) == 2 + 8 + 1
    np.testing.assert_allclose(
        np.array(flow(image)), np.array(expected).T / 16, rtol=1e-4
    )


def test_squeezing_puts_squares_into_channels_and_back():
    image = draw_image(2, 4, 6, 3)
    squeezed = np.array(squeeze(image))
    for frame, bin_, channel in itertools.product(range(4), range(6), range(3)):
        place = (frame % 2) * 6 + (bin_ % 2) * 3 + channel
        np.testing.assert_array_equal(
            squeezed[:, frame // 2, bin_ // 2, place],
            image[:, frame, bin_, channel],
        )
    np.testing.assert_array_equal(np.array(unsqueeze(squeezed)), image)


def test_sizes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="divisible by 2"):
        make_flow(8, 6, 1)
    for name in ("num_blocks", "num_steps"):
        with pytest.raises(ValueError, match=f"Received: {name}=0"):
            Flow(**{name: 0})
