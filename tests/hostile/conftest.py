"""Places of the campaign, and its table in the end of a full one."""

import time

import pytest

from tests.campaign import IS_FULL
from tests.hostile.outcomes import Unbroken
from tests.hostile.outcomes import read_facts
from tests.hostile.world import World
from tests.hostile.world import write_hum
from tests.pipelines.datasets.download.fake_zenodo import DEVELOPMENT
from tests.pipelines.datasets.download.fake_zenodo import FakeZenodo
from tests.pipelines.datasets.download.fake_zenodo import pack

TALLY = []


def pytest_terminal_summary(terminalreporter):
    if not IS_FULL:
        return
    terminalreporter.write_line("| what | tried | fell | seconds |")
    terminalreporter.write_line("|---|---|---|---|")
    for name, tried, faults, seconds in TALLY:
        row = f"| {name} | {tried} | {len(faults)} | {seconds:.0f} |"
        terminalreporter.write_line(row)


@pytest.fixture
def tally():
    """Notes what was tried and what fell; what fell fails the test."""
    begin = time.monotonic()

    def note(name, tried, faults):
        TALLY.append((name, tried, faults, time.monotonic() - begin))
        assert not faults, "\n".join(faults)

    return note


@pytest.fixture(scope="session")
def zenodo(tmp_path_factory):
    server = FakeZenodo()
    path = tmp_path_factory.mktemp("zenodo") / "a.wav"
    clip = write_hum(path, 100, seed=0, seconds=10).read_bytes()
    clips = {f"fan/train/normal_id_00_{i:08d}.wav": clip for i in range(9)}
    server.add(DEVELOPMENT, "dev_data_fan.zip", pack(clips))
    with server.running():
        yield server.url


@pytest.fixture(scope="session")
def world(tmp_path_factory, zenodo, fork_server):
    return World(tmp_path_factory.mktemp("world"), fork_server, zenodo).make()


@pytest.fixture
def workplace(tmp_path_factory):
    """Makes folders as deep as all others: some files hold ways to others."""
    return lambda: tmp_path_factory.mktemp("workplace")


@pytest.fixture(scope="session")
def unbroken(world, tmp_path_factory):
    """The undisturbed end of a command, made once."""
    made = {}

    def make(verb):
        if verb not in made:
            facts, seconds = [], []
            for _ in range(2):
                folder = tmp_path_factory.mktemp(f"unbroken_{verb.name}")
                world.prepare(verb, folder)
                words = world.words(verb)
                done = world.server.do(words, folder, verb.seconds)
                assert done.code == 0, done.text
                facts.append(read_facts(folder))
                seconds.append(done.seconds)
            num_bytes = sum(
                path.stat().st_size + 4096 for path in folder.rglob("*")
            )
            made[verb] = Unbroken(*facts, min(seconds), num_bytes)
        return made[verb]

    return make
