"""What the tests of sources need of the system."""

import ctypes.util
import importlib.util

import pytest

from tests.watch_tools import find_program
from tests.watch_tools import require


@pytest.fixture(scope="session")
def ffmpeg():
    """Path of ffmpeg."""
    return find_program("ffmpeg", "ffmpeg")


@pytest.fixture(scope="session")
def portaudio():
    """Name of PortAudio's library."""
    package = importlib.util.find_spec("sounddevice")
    require(package, 'no sounddevice here: pip install "keras-asd[watch]"')
    reason = "no PortAudio here: install Debian's libportaudio2"
    return require(ctypes.util.find_library("portaudio"), reason)


@pytest.fixture(scope="session")
def pyav():
    """FFmpeg's libraries."""
    package = importlib.util.find_spec("av")
    require(package, 'no PyAV here: pip install "keras-asd[watch]"')
