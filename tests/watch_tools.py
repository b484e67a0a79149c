"""Programs that tests of a watch need, and waiting for what comes."""

import os
import shutil
import time

import pytest


def require(found, reason):
    """Skips a test for a reason where nothing was found.

    `KERAS_ASD_WATCH=required` makes that a failure.
    """
    if not found:
        if os.environ.get("KERAS_ASD_WATCH") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def find_program(name, package):
    """Path of a program, which the test requires."""
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    return require(path, f"no {name} here: install Debian's {package}")


def wait_for(condition, seconds=15.0):
    """Waits until `condition()` holds, and fails where it does not."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)
