"""Commands killed, on full and read-only disks, and two at a time.

Each command of `tests.hostile.verbs` ends as if nothing had happened, once it
is let; meanwhile its files are whole or absent.
"""

import os
import pathlib
import random
import signal
import time

import pytest

from tests.campaign import IS_FULL
from tests.campaign import times
from tests.hostile.outcomes import find_half
from tests.hostile.verbs import ALL_COMMANDS
from tests.hostile.verbs import VERBS
from tests.hostile.verbs import WITHOUT_A_LINE

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
NUM_KILLS = times(2, full=8)
NUM_PAIRS = times(1, full=2)
KILLS_IN_A_ROW = 4
# Two seconds are promised, on a machine that does nothing else.
LONGEST_END = 6.0


# Minutes, most of which undisturbed commands take to compare with: without
# the switch those of seconds alone.
TRIED = [verb for verb in VERBS if IS_FULL or verb.is_quick]
every_verb = pytest.mark.parametrize("verb", TRIED, ids=lambda verb: verb.title)


def test_every_command_has_a_line():
    assert {verb.name for verb in VERBS} | {*WITHOUT_A_LINE} == ALL_COMMANDS
    assert not {verb.name for verb in VERBS} & {*WITHOUT_A_LINE}


def kill(world, verb, folder, number, seconds):
    """Kills a command; returns whether it was hit, and what is wrong."""
    started = world.server.start(world.words(verb), folder)
    time.sleep(seconds)
    sent = time.monotonic()
    os.kill(started[0], number)
    ended = world.server.end(started, verb.seconds)
    if ended.code == 0:
        return False, find_half(folder)
    faults = find_half(folder)
    if ended.code not in (-number, 128 + number):
        faults.append(f"ended with {ended.code}: {ended.text[-500:]}")
    elif "Traceback" in ended.text:
        faults.append(ended.text[-500:])
    elif time.monotonic() - sent > LONGEST_END:
        faults.append(f"took {time.monotonic() - sent:.1f} s to end")
    return True, faults


@pytest.mark.slow
@every_verb
def test_kills(verb, world, unbroken, workplace, tally):
    expected = unbroken(verb)
    generator = random.Random(verb.title)
    hits, faults, attempts = 0, [], 0
    longest = expected.seconds
    while hits < NUM_KILLS and attempts < 5 * NUM_KILLS:
        folder = world.prepare(verb, workplace())
        for _ in range(min(KILLS_IN_A_ROW, NUM_KILLS - hits)):
            number = SIGNALS[attempts % len(SIGNALS)]
            seconds = generator.uniform(0, longest)
            is_hit, found = kill(world, verb, folder, number, seconds)
            what = f"{number.name} after {seconds:.2f} s: "
            faults += [what + fault for fault in found]
            hits += is_hit
            attempts += 1
            if not is_hit:  # The unbroken one was slower, on a busy machine.
                longest *= 0.8
                break
        last = world.server.do(world.words(verb), folder, verb.seconds)
        faults += filter(None, [last.find_fault(0)])
        faults += expected.compare(folder)
    tally(f"kills of {verb.title}", hits, faults)
    assert hits == NUM_KILLS


@pytest.mark.slow
@every_verb
def test_two_writers(verb, world, unbroken, workplace, tally):
    expected = unbroken(verb)
    generator = random.Random(verb.title)
    faults = []
    for number in range(NUM_PAIRS):
        folder = world.prepare(verb, workplace())
        both = [world.server.start(world.words(verb), folder)]
        time.sleep(number * generator.uniform(0, 0.4) * expected.seconds)
        both.append(world.server.start(world.words(verb), folder))
        ended = [world.server.end(one, verb.seconds) for one in both]
        faults += filter(None, [one.find_fault(0, 2) for one in ended])
        if 0 not in {one.code for one in ended}:
            faults.append(f"none ended well: {[one.text for one in ended]}")
        faults += expected.compare(folder)
    tally(f"two writers of {verb.title}", NUM_PAIRS, faults)


@pytest.fixture
def disk(disk_server, workplace):
    """A disk's folder there, and the way to it from here."""
    folder = workplace()
    disk_server.call("mount", "-t", "tmpfs", "tmpfs", folder)
    yield folder, pathlib.Path(f"/proc/{disk_server.pid}/root{folder}")
    disk_server.call("umount", "-l", folder)


@pytest.mark.slow
@every_verb
def test_full_and_read_only_disks(
    verb, world, unbroken, disk_server, disk, tally
):
    """One disk after the other, as somebody makes room little by little."""
    expected = unbroken(verb)
    words = world.words(verb)
    folder, seen = disk
    world.prepare(verb, seen)
    given = sum(path.stat().st_size + 4096 for path in seen.rglob("*"))
    faults = []
    for share in ("read-only", 0.1, 0.7):
        options = "ro"
        if share != "read-only":
            more = share * (expected.num_bytes - given)
            options = f"rw,size={max(4096, round(given + more))}"
        disk_server.call("mount", "-o", f"remount,{options}", folder)
        ended = disk_server.do(words, folder, verb.seconds)
        codes = (2,) if share == "read-only" else (0, 2)
        found = [ended.find_fault(*codes), *find_half(seen)]
        said = "mounted at" in ended.text or "too few" in ended.text
        if share != "read-only" and ended.code == 2 and not said:
            found.append(f"no disk is named: {ended.text[-500:]}")
        faults += [f"{options}: {fault}" for fault in found if fault]
    disk_server.call("mount", "-o", "remount,rw,size=100M", folder)
    ended = disk_server.do(words, folder, verb.seconds)
    faults += filter(None, [ended.find_fault(0), *expected.compare(seen)])
    tally(f"full and read-only disks of {verb.title}", 3, faults)
