import numpy as np
import pytest

from keras_asd.losses import AdaCos
from keras_asd.losses import IntraClassCompactness
from keras_asd.losses import OneClassCompactness
from keras_asd.losses import SubclusterAdaCos


@pytest.mark.parametrize("shape", [(4, 3), (4, 2, 3), (4, 3, 3), (4, 6)])
def test_cosines_of_another_shape_are_refused(shape):
    loss = SubclusterAdaCos(num_classes=3, num_subclusters=2)
    with pytest.raises(
        ValueError, match=r"shape \(batch, 3, 2\), .*Received.*SubclusterCosine"
    ):
        loss(np.ones((4, 3)), np.ones(shape))


def test_several_centres_are_refused_where_there_must_be_one():
    with pytest.raises(ValueError, match=r"shape \(batch, 3, 1\)"):
        AdaCos(num_classes=3)(np.ones((4, 3)), np.ones((4, 3, 2)))
    with pytest.raises(ValueError, match=r"shape \(batch, 1, num_sub"):
        OneClassCompactness()(np.ones((4, 3)), np.ones((4, 3, 2)))
    with pytest.raises(ValueError, match=r"or of \(batch, 1\)"):
        OneClassCompactness()(np.ones((4, 3)), np.ones((4, 3)))


@pytest.mark.parametrize("shape", [(4,), (4, 1), (4, 2, 3), (4, 2)])
@pytest.mark.parametrize("loss", [AdaCos(3), IntraClassCompactness(3)])
def test_targets_of_another_shape_are_refused_with_the_way_out(loss, shape):
    with pytest.raises(ValueError, match="Add up the two rows"):
        loss(np.ones(shape), np.ones((4, 3)))
