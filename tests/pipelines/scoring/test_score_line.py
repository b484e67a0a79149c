import json

import pytest

from pipelines.scoring.score_line import print_score

ROW = {
    "clip": "a.wav",
    "machine": "fan",
    "anomaly_score": 0.25,
    "p_value": 0.5,
    "decision": 0,
    "valid": True,
    "problem": "",
}


def printed(capsys, is_json=False, **changes):
    print_score({**ROW, **changes}, is_json)
    return capsys.readouterr()


def test_a_line_has_five_cells_and_a_window_seven(capsys):
    assert printed(capsys).out == "0.25\tfan\ta.wav\t0\t0.5\n"
    window = {"start_seconds": 10.0, "end_seconds": 12.5}
    line = printed(capsys, **window).out
    assert line == "0.25\tfan\ta.wav\t0\t0.5\t10\t12.5\n"


def test_json_is_the_row(capsys):
    assert json.loads(printed(capsys, is_json=True, p_value=None).out) == {
        **ROW,
        "p_value": None,
    }


def test_what_is_wrong_goes_elsewhere(capsys):
    doubtful = printed(capsys, p_value=None, decision=-1, problem="clipped")
    assert doubtful.out == "0.25\tfan\ta.wav\t-1\tnan\n"
    assert doubtful.err == "keras-asd: not valid: a.wav: clipped\n"
    out = printed(capsys, anomaly_score=None, problem="empty: 0 bytes")
    assert out == ("", "keras-asd: left out: a.wav: empty: 0 bytes\n")


def test_an_alarm_of_a_recording_that_is_not_sound_stays_one(capsys):
    told = printed(capsys, decision=1, problem="silent")
    assert told.out == "0.25\tfan\ta.wav\t1\t0.5\n"
    assert told.err == "keras-asd: not valid: a.wav: silent\n"


@pytest.mark.parametrize("score", [0.25, None])
def test_json_tells_what_is_wrong_itself(score, capsys):
    changes = {"anomaly_score": score, "problem": "damaged"}
    told = printed(capsys, is_json=True, **changes)
    assert json.loads(told.out) == {**ROW, **changes}
    assert told.err == ""
