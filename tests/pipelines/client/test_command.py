import json

import pytest

from pipelines.commands.request import run


@pytest.fixture
def clips(write_hum, tmp_path):
    paths = [write_hum("pump/a.wav"), write_hum("whale/b.wav")]
    return [*map(str, paths), str(tmp_path / "pump" / "gone.wav")]


def test_a_line_a_clip_and_what_is_wrong_apart(clips, url_of, capsys):
    assert run([url_of("fan"), *clips]) == 0
    output, errors = capsys.readouterr()
    lines = [line.split("\t") for line in output.splitlines()]
    assert [line[1:4] for line in lines] == [["pump", clips[0], "0"]]
    score, p_value = float(lines[0][0]), float(lines[0][4])
    assert score + p_value == pytest.approx(1, abs=1e-3)
    assert errors.splitlines() == [
        f"keras-asd: left out: {clips[1]}: unknown machine",
        f"keras-asd: left out: {clips[2]}: missing: no such recording",
    ]


def test_json_has_all_fields(clips, url_of, capsys):
    assert run([url_of("fan"), *clips, "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["decision"] == 0 and row["valid"] is True
    assert list(row) == [
        "clip",
        "machine",
        "anomaly_score",
        "p_value",
        "decision",
        "valid",
        "problem",
    ]


def test_flags_reach_the_server(clips, url_of, capsys):
    words = [url_of("fan"), clips[1], "--machine", "fan/id_00"]
    assert run([*words, "--false_alarm_rate", "0.99"]) == 0
    line = capsys.readouterr().out.split("\t")
    assert line[1] == "fan/id_00" and line[3] == "1"


def test_nothing_scored_is_no_success(clips, url_of):
    assert run([url_of("fan"), clips[2], "--machine", "pump"]) == 2
