import os
import pathlib

import pytest

from pipelines.datasets import read_clips

HEADER = "path,machine,split,label,section,domain\n"


def write(root, text, name="clips.csv"):
    path = pathlib.Path(root, name)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_is_read_and_sorted(tmp_path):
    table = write(
        tmp_path,
        HEADER
        + "b/2.WAV,fan,test,anomaly,left,target\n"
        + "b/1.flac,fan,test,,left,\n"
        + '"a, b/1.wav",pump,train,,,source\n',
    )
    clips = read_clips(table)
    assert [clip.path for clip in clips] == [
        tmp_path / "a, b/1.wav",
        tmp_path / "b/1.flac",
        tmp_path / "b/2.WAV",
    ]
    assert [(clip.key, clip.split, clip.is_anomaly) for clip in clips] == [
        ("pump/all", "train", False),
        ("fan/left", "test", None),
        ("fan/left", "test", True),
    ]
    assert [clip.domain for clip in clips] == ["source", None, "target"]


def test_a_folder_is_searched_for_its_table(tmp_path):
    write(tmp_path, "file_name,d1p,d1v\n", "attributes_00.csv")
    write(
        tmp_path,
        '\ufeff"label", split, machine, path, a\nnormal, test, fan, 1.wav,\n',
    )
    (clip,) = read_clips(tmp_path)
    assert (clip.path, clip.is_anomaly) == (tmp_path / "1.wav", False)


def test_an_absolute_path_stays(tmp_path):
    path = tmp_path / "elsewhere" / "1.wav"
    table = write(tmp_path, f"path,machine,split,label\n{path},fan,test,\n")
    assert read_clips(table)[0].path == path


def test_two_tables_are_one_too_many(tmp_path):
    for name in ("a.csv", "b.csv"):
        write(tmp_path, HEADER, name)
    with pytest.raises(ValueError, match="one CSV.*a.csv.*b.csv"):
        read_clips(tmp_path)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("2.wav,fan,valid,normal,,", "`split` must be.*'valid'"),
        ("2.wav,fan,test,ok,,", "`label` must be.*'ok'"),
        ("2.wav,fan,test,normal,,middle", "`domain` must be.*'middle'"),
        ("2.wav,,test,normal,,", "`machine` must not be empty"),
        ("2.txt,fan,test,normal,,", "`path` must end in.*'2.txt'"),
        ("2.wav,fan,train,anomaly,,", "must be normal.*'anomaly'"),
        ("2.wav,fan,test,normal", "as many cells"),
        ("2.wav,fan,test,normal,,,,", "as many cells"),
        ("1.wav,fan,test,normal,,", "listed once.*and line 2"),
        ('"2.wav"x,fan,test,normal,,', "well-formed CSV"),
    ],
)
def test_an_error_names_the_line(tmp_path, line, complaint):
    table = write(tmp_path, f"{HEADER}1.wav,fan,train,normal,,\n{line}\n")
    with pytest.raises(ValueError, match=complaint) as error:
        read_clips(table)
    message = error.value.args[0]
    assert "line 3" in message
    assert str(table) in message


def test_missing_columns_are_named(tmp_path):
    table = write(tmp_path, "path;machine,split\n1.wav,fan,test\n")
    with pytest.raises(ValueError, match="line 1.*lacks path, machine, label"):
        read_clips(table)


@pytest.mark.parametrize("text", ["", HEADER])
def test_an_empty_table_is_refused(tmp_path, text):
    with pytest.raises(ValueError, match="clips.csv"):
        read_clips(write(tmp_path, text))


def test_another_encoding_is_refused(tmp_path):
    table = tmp_path / "clips.csv"
    table.write_bytes(HEADER.encode() + b"l\xfcfter.wav,fan,test,,,\n")
    with pytest.raises(ValueError, match="in UTF-8.*line 2"):
        read_clips(table)


def test_a_fifo_is_no_table_and_nobody_waits_for_it(tmp_path):
    (tmp_path / "fan" / "train").mkdir(parents=True)
    (tmp_path / "fan" / "train" / "1.wav").touch()
    os.mkfifo(tmp_path / "clips.csv")
    [clip] = read_clips(tmp_path)
    assert clip.key == "fan/all"
