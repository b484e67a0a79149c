import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipelines.runs.holdout import hold_out


@given(
    counts=st.lists(st.integers(1, 60), min_size=1, max_size=6),
    share=st.floats(0.0, 0.5),
    seed=st.integers(0, 1000),
)
def test_every_class_keeps_a_clip_and_gives_its_share(counts, share, seed):
    labels = np.repeat(np.arange(len(counts)), counts)
    is_held_out = hold_out(labels, share, seed)
    for label, count in enumerate(counts):
        held = int(is_held_out[labels == label].sum())
        assert held < count
        if is_held_out.sum() > 1:
            assert abs(held - share * count) <= 1


def test_a_small_share_of_few_clips_still_holds_one_out():
    assert hold_out([0] * 5 + [1], 0.05, seed=0).sum() == 1


def test_a_class_of_one_clip_gives_none():
    for seed in range(20):
        assert not hold_out([0] * 50 + [1], 0.5, seed)[-1]


def test_no_share_holds_nothing_out():
    assert not hold_out([0, 0, 1, 1], 0.0, seed=0).any()


def test_the_same_seed_draws_the_same():
    labels = [0] * 40 + [1] * 40
    assert (hold_out(labels, 0.2, 7) == hold_out(labels, 0.2, 7)).all()
    assert (hold_out(labels, 0.2, 7) != hold_out(labels, 0.2, 8)).any()
