import numpy as np
import pytest

from benchmarks.adaptive_scale import draw_clips
from benchmarks.adaptive_scale import main
from benchmarks.adaptive_scale import measure_row
from keras_asd.losses import SubclusterAdaCos


def test_a_row_tells_where_the_scale_went():
    loss = SubclusterAdaCos(num_classes=20, num_subclusters=2, scale="adaptive")
    row = measure_row(loss, mix_probability=0.5, num_steps=20)
    assert (row.loss, row.mode) == ("SubclusterAdaCos", "adaptive")
    assert row.last_scale == float(loss.scale) != row.first_scale
    assert -1.0 <= row.own_cosine <= 1.0
    assert row.last_loss > 0.0
    assert row.is_finite


@pytest.mark.parametrize("mix_probability", [0.0, 0.5, 1.0])
def test_clips_are_mixed_as_often_as_told(mix_probability):
    inputs, targets = draw_clips(20, mix_probability, seed=0)
    np.testing.assert_allclose(targets.sum(axis=1), 1.0, rtol=1e-6)
    is_mixed = inputs["mix_weight"] < 1.0
    assert is_mixed.mean() == pytest.approx(mix_probability, abs=0.05)
    assert (np.count_nonzero(targets, axis=1)[~is_mixed] == 1).all()


@pytest.mark.slow
def test_one_command_prints_a_row_for_every_loss_and_scale(capsys):
    main(["--quick"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + 2 * 3
    assert all(line.count("|") == 9 for line in lines)
    assert all(line.rstrip(" |").endswith("yes") for line in lines[2:])
