import dataclasses
import subprocess
import sys

import pytest

from keras_asd.checks import choose
from keras_asd.presets import FRONT_ENDS
from keras_asd.presets import STAGES


def test_the_two_front_ends_are_the_published_ones():
    code, paper = FRONT_ENDS["code"], FRONT_ENDS["paper"]
    assert (code.frame_length, paper.frame_length) == (2048, 1024)
    assert code.frame_step == paper.frame_step == 512
    assert (code.mel_scale, paper.mel_scale) == ("slaney", "htk")


def test_the_stages_have_six_and_fifteen_bottlenecks():
    repeats = {
        name: sum(repeats for _, _, repeats, _ in stages)
        for name, stages in STAGES.items()
    }
    assert repeats == {"short": 6, "original": 15}


def test_a_preset_cannot_be_changed_by_accident():
    with pytest.raises(dataclasses.FrozenInstanceError):
        FRONT_ENDS["code"].frame_length = 1


def test_an_unknown_name_is_answered_with_all_there_are():
    with pytest.raises(
        ValueError,
        match="`stages` must be one of 'short', 'original'. "
        "Received: stages='long'",
    ):
        choose(STAGES, "long", "stages")


def test_presets_do_not_import_keras():
    program = "import keras_asd.presets, sys; sys.exit('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
