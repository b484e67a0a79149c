import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipelines.runs.holdout import calibration_groups
from pipelines.runs.holdout import hold_out
from pipelines.runs.holdout import hold_out_needed
from pipelines.runs.holdout import is_apart


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


def test_decisions_get_as_many_clips_as_they_need_and_not_more():
    labels = np.repeat([0, 1, 2], [40, 60, 20])
    before = hold_out(labels, 0.05, seed=0)
    groups = np.array(["a", "b", "c"])[labels]
    held = hold_out_needed(before, labels, groups, needed=19, seed=0)
    assert (held >= before).all()
    counts = [int(held[labels == label].sum()) for label in range(3)]
    # Of twenty clips nineteen would be most: they stay as they were.
    assert counts == [19, 19, 1]
    again = hold_out_needed(before, labels, groups, needed=19, seed=0)
    assert (again == held).all()


def test_every_class_keeps_a_clip_for_training():
    labels = np.array([*range(30), *[30] * 10])
    nothing = np.zeros(40, bool)
    held = hold_out_needed(nothing, labels, ["a"] * 40, needed=19, seed=0)
    assert np.flatnonzero(held).min() >= 30 and held.sum() == 9


def test_each_domain_with_enough_clips_is_a_group_of_its_own():
    keys = ["a"] * 7 + ["b"] * 4
    domains = ["source"] * 4 + ["target"] * 3 + ["source"] * 2 + ["target"] * 2
    assert calibration_groups(keys, domains, needed=2) == [
        *["a source"] * 4,
        *[""] * 3,
        *["b"] * 4,
    ]


def make_sessions(*sizes):
    return [
        f"a|{index}" for index, size in enumerate(sizes) for _ in [0] * size
    ]


def test_decisions_get_whole_sessions_and_at_most_half():
    sessions = make_sessions(20, 20, 20, 20)
    before = hold_out([0] * 80, 0.05, seed=0, sessions=sessions)
    # None is as small as the share: its clips lie in sessions trained on.
    assert before.sum() == 4 and not is_apart(before, sessions).any()
    held = hold_out_needed(before, [0] * 80, ["a"] * 80, 19, 0, sessions)
    assert is_apart(held, sessions).sum() == 20
    nothing = np.zeros(60, bool)
    large = make_sessions(40, 20)
    assert (
        hold_out_needed(nothing, [0] * 60, ["a"] * 60, 29, 0, large).sum() == 0
    )


def test_a_share_takes_whole_sessions_where_they_fit():
    sessions = make_sessions(*[10] * 10)
    held = hold_out([0] * 100, 0.3, seed=0, sessions=sessions)
    assert held.sum() == 30 and is_apart(held, sessions).sum() == 30
