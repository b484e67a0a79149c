import csv
import json
import os
import pathlib

import pytest

from keras_asd.__main__ import main
from pipelines.files.names import read_name
from tests.hand_made_model import write_version


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return str(write_version(tmp_path_factory.mktemp("loudness") / "1"))


@pytest.fixture
def clips(write_hum, tmp_path):
    for name, seconds in (("b", 1.0), ("a", 1.0), ("c", 1.2)):
        write_hum(f"clips/fan/{name}.wav", seconds=seconds)
    (tmp_path / "clips" / "fan" / "d.wav").touch()
    return tmp_path / "clips"


def read_lines(capsys):
    printed = capsys.readouterr()
    header, *lines = [line.split("\t") for line in printed.out.splitlines()]
    names = "anomaly_score machine clip decision p_value".split()
    assert header == [*names, "start_seconds", "end_seconds"][: len(header)]
    return lines, printed.err


def test_a_line_has_score_machine_clip_decision_and_p_value(
    model, clips, capsys
):
    assert main(["score", model, str(clips)]) == 0
    lines, errors = read_lines(capsys)
    assert [line[2] for line in lines] == [
        str(clips / "fan" / f"{name}.wav") for name in "abc"
    ]
    for score, machine, _, decision, p_value in lines:
        assert 0.1 < float(score) < 0.2
        assert (machine, decision) == ("fan", "0")
        assert float(p_value) == pytest.approx(1 - float(score), abs=1e-3)
    assert "left out" in errors and "d.wav: empty" in errors


def test_a_wish_decides(model, clips, capsys):
    clip = str(clips / "fan" / "a.wav")
    for words in (["--one_in", "1.1"], ["--false_alarm_rate", "0.95"]):
        assert main(["score", model, clip, *words]) == 0
        assert read_lines(capsys)[0][0][3] == "1"
    assert main(["score", model, clip, "--one_in", "0.5"]) == 2


def test_an_alarm_fails_where_it_is_asked_to(model, clips, capsys):
    clip = str(clips / "fan" / "a.wav")
    for words, code in (
        (["--fail_on_alarm"], 0),
        (["--one_in", "1.1"], 0),
        (["--one_in", "1.1", "--fail_on_alarm"], 1),
        (["--one_in", "1.1", "--fail_on_alarm", "--machine", "pump"], 0),
    ):
        assert main(["score", model, clip, *words]) == code


@pytest.mark.parametrize("out", [[], ["--out", "scores.csv"]])
def test_a_page_is_written_of_what_was_scored(
    model, clips, out, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    words = ["--report", "new/page.html", "--audio", "all", *out]
    assert main(["score", model, str(clips), *words]) == 0
    assert capsys.readouterr().out.endswith("wrote new/page.html\n")
    page = (tmp_path / "new" / "page.html").read_text()
    assert "0 of 3 clips raised an alarm" in page and "d.wav" in page
    assert "the model keeps no usual spectrum of fan" in page
    assert "data:audio/flac" in page and "empty: 0 bytes" in page


def test_json_has_all_fields_and_no_nan(model, clips, capsys):
    words = ["--json", "--machine", "pump", "--window", "model"]
    assert main(["score", model, str(clips / "fan" / "c.wav"), *words]) == 0
    printed = capsys.readouterr().out.splitlines()
    rows = [json.loads(line, parse_constant=pytest.fail) for line in printed]
    assert [list(row)[2:4] for row in rows] == [
        ["start_seconds", "end_seconds"]
    ] * 3
    assert [row["start_seconds"] for row in rows] == [0.0, 0.5, 0.7]
    assert {row["problem"] for row in rows} == {"level"}
    assert {row["p_value"] for row in rows} == {None}


def test_windows_print_where_they_begin_and_end(model, clips, capsys):
    words = ["--window", "0.6", "--hop", "0.3"]
    assert main(["score", model, str(clips / "fan" / "c.wav"), *words]) == 0
    assert [line[5:] for line in read_lines(capsys)[0]] == [
        ["0", "0.6"],
        ["0.3", "0.9"],
        ["0.6", "1.2"],
    ]


def test_a_table_has_a_row_for_every_clip(model, clips, tmp_path, capsys):
    out = tmp_path / "new" / "scores.csv"
    assert main(["score", model, str(clips), "--out", str(out)]) == 0
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    names = "clip machine anomaly_score p_value decision valid problem"
    assert list(rows[0]) == names.split()
    assert [row["clip"][-5] for row in rows] == list("abcd")
    assert [row["valid"] for row in rows] == ["true"] * 3 + ["false"]
    assert rows[3]["anomaly_score"] == ""
    assert rows[3]["problem"] == "empty: 0 bytes"
    assert capsys.readouterr().out == f"wrote {out}\n"
    assert [path.name for path in out.parent.iterdir()] == ["scores.csv"]


@pytest.mark.parametrize("words", [[], ["--json"], ["--out", "scores.csv"]])
def test_the_end_counts_what_is_left_out(
    model, clips, words, tmp_path, monkeypatch, caplog
):
    monkeypatch.chdir(tmp_path)
    (clips / "fan" / "e.wav").write_bytes(b"RIFF")
    assert main(["score", model, str(clips), *words]) == 0
    assert caplog.messages[-1] == (
        "left out: 2 of 5 clips: 1 empty, 1 not audio"
    )


def test_names_forge_no_line_and_need_no_text(model, clips, tmp_path, capsys):
    names = [b"caf\xe9.wav", b"\x1b[2J0.9\tfan\tb\n0.1\r.wav", b"=1+1.wav"]
    folder = os.fsencode(tmp_path) + b"/odd/fan/"
    os.makedirs(folder)
    for name in names:
        content = (clips / "fan" / "a.wav").read_bytes()
        pathlib.Path(os.fsdecode(folder + name)).write_bytes(content)
    assert main(["score", model, str(tmp_path / "odd")]) == 0
    lines, _ = read_lines(capsys)
    spelt = {line[2].removeprefix(os.fsdecode(folder)) for line in lines}
    assert spelt == {
        r"caf\xe9.wav",
        r"\x1b[2J0.9\tfan\tb\n0.1\r.wav",
        "=1+1.wav",
    }
    assert {len(line) for line in lines} == {5}
    out = tmp_path / "scores.csv"
    words = ["--machine", "fan", "--out", str(out)]
    assert main(["score", model, str(tmp_path / "odd"), *words]) == 0
    assert len(out.read_text("utf-8").splitlines()) == 4
    with out.open(newline="", encoding="utf-8") as file:
        read = [read_name(row["clip"]) for row in csv.DictReader(file)]
    assert read == [os.fsdecode(folder + name) for name in sorted(names)]


def test_nothing_scored_is_an_error(model, clips, tmp_path, capsys):
    broken = str(clips / "fan" / "d.wav")
    assert main(["score", model, broken]) == 2
    capsys.readouterr()
    assert main(["score", model, broken, "--json"]) == 2
    row = json.loads(capsys.readouterr().out)
    assert (row["anomaly_score"], row["problem"]) == (None, "empty: 0 bytes")
    out = str(tmp_path / "scores.csv")
    assert main(["score", model, broken, "--out", out]) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--window", "0"], "window=0"),
        (["--window", "1", "--hop", "3"], "hop=3"),
        (["--machine", "whale"], "fan"),
        (["--out", "scores.xlsx"], "xlsx"),
        (["--threads", "100000"], "threads=100000"),
        (["--threads", "0"], "threads=0"),
        (["--batch_size", "0"], "batch_size=0"),
        (["none"], "none"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(
    model, words, said, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "none").mkdir()
    words = words if words == ["none"] else ["a.wav", *words]
    assert main(["score", model, *words]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["none"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "a.csv", "--json"], "--json"),
        (["--hop", "1"], "--hop needs --window"),
        (["--window", "all"], "--window"),
        (["--batch_size", "few"], "--batch_size"),
        (["--one_in", "9", "--false_alarm_rate", "0.1"], "not allowed"),
    ],
)
def test_wrong_words_are_told_with_the_usage(words, said, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["score", "model", "a.wav", *words])
    assert stop.value.code == 2
    assert said in capsys.readouterr().err


def test_verify_compares_the_recordings_of_all_rows(
    model, clips, tmp_path, monkeypatch
):
    """Of the same size and time, one that changed is found by its bytes."""
    out, clip = tmp_path / "scores.csv", clips / "fan" / "a.wav"
    write_table = "pipelines.programs.score.write_score_table"
    tables = {}
    for verify in ([], ["--verify"]):
        words = ["score", model, str(clips), "--out", str(out)]
        with monkeypatch.context() as patch:
            patch.setattr(write_table, interrupt)
            assert main(words) == 130
        before, content = clip.stat(), clip.read_bytes()
        clip.write_bytes(content[:44].ljust(len(content), b"\0"))
        os.utime(clip, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert main([*words, *verify]) == 0
        tables[len(verify)] = out.read_text()
        clip.write_bytes(content)
    assert tables[0] != tables[1]


def interrupt(*_):
    raise KeyboardInterrupt
