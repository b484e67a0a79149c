"""Exports killed at any moment: no server ever sees half a version.

`KERAS_ASD_CAMPAIGN=full` kills 50 of them.
"""

import random
import signal
import subprocess
import sys
import time

import tensorflow as tf

from pipelines.exporting.manifest import verify_manifest
from pipelines.exporting.publishing import versions
from tests.campaign import times

NUM_KILLS = times(2, full=50)

# Exports again and again; each takes as long as the pause before the kill
# may be, so that kills come before, while and after a version is renamed.
EXPORTER = """
import sys
from pipelines.programs.export import export
from tests.campaign import times
print("ready", flush=True)
while True:
    print(export(sys.argv[1], sys.argv[2]), flush=True)
"""


def start(run, target):
    exporter = subprocess.Popen(
        [sys.executable, "-c", EXPORTER, run, target], stdout=subprocess.PIPE
    )
    assert exporter.stdout.readline() == b"ready\n"
    return exporter


def stop(exporter):
    exporter.send_signal(signal.SIGKILL)
    with exporter:
        return exporter.stdout.read().count(b"\n")


def seconds_of_an_export(run, target):
    exporter = start(run, target)
    begin = time.monotonic()
    assert exporter.stdout.readline()
    seconds = time.monotonic() - begin
    stop(exporter)
    return seconds


def test_a_killed_export_leaves_no_half_version(run, tmp_path):
    target = tmp_path / "models" / "tiny"
    seconds = seconds_of_an_export(run, target)
    generator = random.Random(0)
    seen = len(versions(target))
    for _ in range(NUM_KILLS):
        exporter = start(run, target)
        time.sleep(generator.uniform(0.0, 1.3 * seconds))
        told = stop(exporter)
        found = versions(target)
        assert seen + told <= len(found) <= seen + told + 1
        for number in found[seen:]:
            version = target / str(number)
            verify_manifest(version)
            model = tf.saved_model.load(version)
            assert set(model.signatures) >= {"serving_default", "score_wav"}
        seen = len(found)
    assert found == list(range(1, seen + 1))
    print(f"\n{NUM_KILLS} kills, {seen} whole versions")
