import numpy as np
import pytest

from keras_asd.layers import ClassCosine
from keras_asd.layers import ClassLogits
from keras_asd.layers import JoinedHead
from keras_asd.layers import SubclusterCosine
from keras_asd.layers import TotalError
from tests.harness import assert_close


def draw(width):
    rows = np.random.default_rng(0).normal(size=(3, width))
    return rows.astype("float32")


def test_each_head_sees_its_own_part_alone():
    heads = [ClassLogits(2), ClassLogits(3)]
    joined = JoinedHead(heads, dims=[4, 2])
    rows = draw(6)
    expected = [
        np.array(heads[0](rows[:, :4])),
        np.array(heads[1](rows[:, 4:])),
    ]
    assert joined.num_classes == 5
    assert_close(joined(rows), np.concatenate(expected, axis=1))


def test_what_lies_behind_the_last_part_belongs_to_none():
    joined = JoinedHead([TotalError(1)], dims=[2])
    assert_close(joined(np.array([[1.0, 2.0, 99.0]])), np.array([[3.0]]))


def test_the_nearest_subcluster_speaks_for_its_class():
    heads = [SubclusterCosine(2, 3), ClassCosine(1)]
    joined = JoinedHead(heads, dims=[4, 4])
    rows = draw(8)
    nearest = np.array(heads[0](rows[:, :4])).max(axis=-1)
    expected = [nearest, np.array(heads[1](rows[:, 4:]))]
    assert_close(joined(rows), np.concatenate(expected, axis=1))


def test_cosines_stand_in_a_row_like_logits():
    heads = [ClassLogits(2), ClassLogits(1)]
    joined = JoinedHead(heads, dims=[3, 3])
    rows = draw(6)
    joined(rows)
    expected = [
        np.array(heads[0].cosine(rows[:, :3])),
        np.array(heads[1].cosine(rows[:, 3:])),
    ]
    assert_close(joined.cosine(rows), np.concatenate(expected, axis=1))


@pytest.mark.parametrize(
    ("heads", "dims", "said"),
    [
        ([TotalError(1)], [2, 2], "1 heads that give error"),
        ([TotalError(1), ClassLogits(1)], [2, 2], "give error, logit"),
        ([], [], "0 heads that give nothing"),
    ],
)
def test_heads_that_do_not_go_together_are_refused(heads, dims, said):
    with pytest.raises(ValueError, match=said):
        JoinedHead(heads, dims)
