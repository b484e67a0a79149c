import json

import pytest

from keras_asd.__main__ import main
from pipelines.commands.request import run


@pytest.fixture
def clips(write_hum, tmp_path):
    paths = [write_hum("pump/a.wav"), write_hum("whale/b.wav")]
    return [*map(str, paths), str(tmp_path / "pump" / "gone.wav")]


def test_a_line_a_clip_and_what_is_wrong_apart(clips, url_of, capsys):
    assert run([url_of("fan"), *clips]) == 0
    output, errors = capsys.readouterr()
    header, *lines = [line.split("\t") for line in output.splitlines()]
    assert header[:2] == ["anomaly_score", "machine"]
    assert [line[1:4] for line in lines] == [["pump", clips[0], "0"]]
    score, p_value = float(lines[0][0]), float(lines[0][4])
    assert score + p_value == pytest.approx(1, abs=1e-3)
    assert errors.splitlines() == [
        f"keras-asd: left out: {clips[1]}: unknown machine",
        f"keras-asd: left out: {clips[2]}: missing: no such recording",
    ]


def test_json_has_all_fields(clips, url_of, capsys):
    assert run([url_of("fan"), *clips, "--json"]) == 0
    output, errors = capsys.readouterr()
    rows = [json.loads(line) for line in output.splitlines()]
    assert [row["clip"] for row in rows] == clips
    assert [row["decision"] for row in rows] == [0, -1, -1]
    assert [row["valid"] for row in rows] == [True, False, False]
    assert rows[1]["problem"] == "unknown machine" and not errors
    names = "clip machine anomaly_score p_value decision valid problem"
    assert [list(row) for row in rows] == [names.split()] * 3


def test_flags_reach_the_server(clips, url_of, capsys):
    words = [url_of("fan"), clips[1], "--machine", "fan/id_00"]
    assert run([*words, "--false_alarm_rate", "0.99"]) == 0
    line = capsys.readouterr().out.splitlines()[1].split("\t")
    assert line[1] == "fan/id_00" and line[3] == "1"


def test_nothing_scored_is_no_success(clips, url_of):
    assert run([url_of("fan"), clips[2], "--machine", "pump"]) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--timeout", ".inf"], "timeout=inf"),
        (["--timeout", "1e12"], "at most 86400 seconds"),
        (["--sampling_rate", "0"], "sampling_rate=0"),
        (["--sampling_rate", "-8000"], "sampling_rate=-8000"),
        (["--recording_channel", "left"], "channel='left'"),
    ],
)
def test_what_cannot_be_is_told_once_and_before_any_clip(words, said, capsys):
    url = "http://localhost:8501/v1/models/fan"
    assert main(["request", url, "gone.wav", "gone too.wav", *words]) == 2
    output, errors = capsys.readouterr()
    assert output == "" and errors.count("\n") == 1
    assert said in errors and "gone" not in errors
