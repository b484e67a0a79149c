"""Exports killed at any moment: no server ever sees half a version.

`KERAS_ASD_CAMPAIGN=full` kills 50 of them.
"""

import contextlib
import os
import random
import signal
import time

import tensorflow as tf

from pipelines.exporting.manifest import verify_manifest
from pipelines.exporting.publishing import versions
from tests.campaign import times

NUM_KILLS = times(2, full=50)


def test_a_killed_export_leaves_no_half_version(run, fork_server, tmp_path):
    target = tmp_path / "models" / "tiny"
    words = ["export", run, "--to", target]
    unbroken = fork_server.do(words, tmp_path)
    assert unbroken.code == 0, unbroken.text
    generator = random.Random(0)
    seen = len(versions(target))
    for _ in range(NUM_KILLS):
        exporter = fork_server.start(words, tmp_path)
        # Before, while and after a version is renamed.
        time.sleep(generator.uniform(0.0, 1.3 * unbroken.seconds))
        with contextlib.suppress(ProcessLookupError):
            os.kill(exporter[0], signal.SIGKILL)
        told = "wrote " in fork_server.end(exporter, 60).text
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
