import pytest

from pipelines.client.retries import PAUSES_SECONDS
from pipelines.client.retries import with_retries
from pipelines.client.server_error import ServerError


@pytest.fixture
def pauses(monkeypatch):
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    return slept


def failing(times, may_pass):
    """Fails so many times, then tells how often it was called."""
    calls = []

    def call():
        calls.append(None)
        if len(calls) <= times:
            raise ServerError("busy", may_pass)
        return len(calls)

    return call


def test_pauses_grow_and_end(pauses):
    assert with_retries(failing(4, may_pass=True)) == 5
    assert tuple(pauses) == PAUSES_SECONDS
    assert sorted(set(pauses)) == pauses
    with pytest.raises(ServerError, match="busy"):
        with_retries(failing(5, may_pass=True))


def test_what_will_not_pass_is_not_tried_again(pauses):
    with pytest.raises(ServerError):
        with_retries(failing(1, may_pass=False))
    assert not pauses
