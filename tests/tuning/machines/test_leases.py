import pytest

from tuning.machines.leases import Leases


def test_a_lease_runs_from_the_last_sign_of_life():
    now = 0.0
    leases = Leases(10, clock=lambda: now)
    leases.renew("a")
    leases.renew("b")
    now = 9.0
    leases.renew("a")
    now = 10.0
    assert (leases.live(), leases.expired()) == (["a"], ["b"])
    leases.end("b")
    leases.end("never seen")
    now = 19.0
    assert (leases.live(), leases.expired()) == ([], ["a"])


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_lease_must_be_long_enough_to_renew(seconds):
    with pytest.raises(ValueError, match="must be positive"):
        Leases(seconds)
