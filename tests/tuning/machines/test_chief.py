import socket
import threading
import time

import pytest

from tests.tuning.toy_search import toy_oracle
from tuning.machines.chief import serve_chief
from tuning.machines.worker import connect
from tuning.oracles.kinds import read_trials


@pytest.fixture
def address():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{one.getsockname()[1]}"


@pytest.fixture
def chief(tmp_path, address):
    """A chief of two trials, in a thread; `seen` is what it told."""
    oracle = toy_oracle(tmp_path, trials=2)
    oracle.seen = []
    thread = threading.Thread(
        target=serve_chief, args=(oracle, address, 0.6, oracle.seen.append)
    )
    thread.start()
    yield oracle
    thread.join(timeout=20)
    assert not thread.is_alive()
    oracle.close()


def finish(address):
    client = connect(address, "last", timeout_seconds=10)
    while (trial := client.create_trial("last")).status == "RUNNING":
        client.report(trial.trial_id, "last", {"val_proxy_auc": 0.75})


def wait_until(condition):
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_beating_worker_keeps_its_trial_longer_than_a_lease(chief, address):
    client = connect(address, "beating", timeout_seconds=10)
    trial = client.create_trial("beating")
    time.sleep(1.5)
    assert not client.is_lost()
    exact = 0.1 + 0.2
    client.report(trial.trial_id, "beating", {"val_proxy_auc": exact})
    finish(address)
    # Not rounded on the way.
    assert read_trials(chief)[0].objective == exact
    assert [one.status for one in read_trials(chief)] == ["completed"] * 2
    assert not chief.interruptions


def test_a_silent_worker_loses_its_trial_and_its_late_result(chief, address):
    silent = connect(address, "silent", timeout_seconds=10)
    trial = silent.create_trial("silent")
    silent.rest()
    wait_until(lambda: read_trials(chief)[0].status == "waiting")
    other = connect(address, "other", timeout_seconds=10)
    again = other.create_trial("other")
    assert again.trial_id == trial.trial_id
    assert again.hyperparameters.values == trial.hyperparameters.values
    silent.report(trial.trial_id, "silent", {"val_proxy_auc": 0.1})
    assert read_trials(chief)[0].status == "running"
    other.report(again.trial_id, "other", {"val_proxy_auc": 0.9})
    finish(address)
    assert [one.objective for one in read_trials(chief)] == [0.9, 0.75]


def test_a_worker_is_told_that_its_trial_was_taken_back(chief, address):
    client = connect(address, "a", timeout_seconds=10)
    client.create_trial("a")
    chief.interrupt(client.worker)
    wait_until(client.is_lost)
    client.rest()
    finish(address)


def test_two_workers_of_one_name_have_a_trial_each(chief, address):
    clients = [connect(address, "ü", timeout_seconds=10) for _ in range(2)]
    names = [client.create_trial("ü").trial_id for client in clients]
    assert names == ["0000", "0001"]
    clients[0].report("0000", "ü", {}, "ValueError: no\nTraceback\n")
    idle = threading.Thread(target=clients[0].create_trial, args=("ü",))
    idle.start()
    time.sleep(0.5)
    # It waits: the other's trial may come back.
    assert idle.is_alive()
    clients[1].report("0001", "ü", {"val_proxy_auc": 0.5})
    idle.join(timeout=10)
    finish(address)
    assert read_trials(chief)[0].reason == "ValueError: no"
    statuses = [[one.status for one in seen] for seen in chief.seen]
    assert statuses[0] == [] and statuses[-1] == ["failed", "completed"]


def test_a_chief_of_a_finished_search_ends_at_once(tmp_path, address):
    oracle = toy_oracle(tmp_path, trials=1)
    oracle.create_trial("tuner0")
    oracle.report("0000", "tuner0", {"val_proxy_auc": 0.5})
    oracle.create_trial("tuner0")
    serve_chief(oracle, address)
    oracle.close()


def test_a_chief_without_workers_says_so(tmp_path, address, caplog):
    oracle = toy_oracle(tmp_path, trials=1)
    thread = threading.Thread(target=serve_chief, args=(oracle, address, 1.0))
    thread.start()
    wait_until(lambda: "no worker is connected" in caplog.text)
    finish(address)
    thread.join(timeout=20)
    oracle.close()


def test_a_taken_port_is_told(tmp_path):
    oracle = toy_oracle(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"free port.*127.0.0.1:{port}"):
            serve_chief(oracle, f":{port}")
    oracle.close()


@pytest.mark.parametrize("address", ["localhost", "a:b", "a:0", "a:70000", ""])
def test_an_address_without_a_port_is_refused(address):
    with pytest.raises(ValueError, match="must be host:port"):
        serve_chief(None, address)
