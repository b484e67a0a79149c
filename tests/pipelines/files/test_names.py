import logging
import os
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.files.names import LineFormatter
from pipelines.files.names import escape_name
from pipelines.files.names import printable
from pipelines.files.names import read_name
from pipelines.files.names import table_cell

# Any bytes that can be the name of a file.
NAMES = st.binary(min_size=1).map(
    lambda name: os.fsdecode(name.replace(b"\0", b"").replace(b"/", b""))
)


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("fan/train/normal_id_00_00000000.wav", None),
        ("mesures été/é 日本\u3000語 🔊.wav", None),
        ("a-b=c+d@e.wav", None),
        ("a\n0.9\tfan.wav", r"a\n0.9\tfan.wav"),
        ("a\r.wav", r"a\r.wav"),
        ("\x1b[2Ja.wav", r"\x1b[2Ja.wav"),
        ("\x9b31m\x7f.wav", r"\xc2\x9b31m\x7f.wav"),
        ("\u202evaw.wav", r"\xe2\x80\xaevaw.wav"),
        ("a\u2028b.wav", r"a\xe2\x80\xa8b.wav"),
        (os.fsdecode(b"caf\xe9.wav"), r"caf\xe9.wav"),
        ("a\\b.wav", r"a\\b.wav"),
        ("=1+1.wav", r"\x3d1+1.wav"),
        ("+1.wav", r"\x2b1.wav"),
        ("-1.wav", r"\x2d1.wav"),
        ("@SUM(A1).wav", r"\x40SUM(A1).wav"),
        ("\uff1d1.wav", r"\xef\xbc\x9d1.wav"),
        ("a;=1.wav", r"a;\x3d1.wav"),
    ],
)
def test_a_name_is_spelt_and_read_again(name, spelt):
    assert escape_name(name) == (spelt or name)
    assert read_name(escape_name(name)) == name


@given(NAMES)
def test_any_name_is_one_printable_line_and_comes_back(name):
    spelt = escape_name(name)
    spelt.encode("utf-8")
    assert len(spelt.splitlines()) <= 1 and "\x1b" not in spelt
    assert not spelt.startswith(("=", "+", "-", "@"))
    assert read_name(spelt) == name
    assert printable(spelt) == table_cell(spelt) == spelt


def test_a_shell_gives_the_name_back():
    name = b"=a\\n\r\x1b\xff.wav"
    spelt = escape_name(os.fsdecode(name))
    words = ["bash", "-c", 'printf %b "$1"', "bash", spelt]
    assert subprocess.run(words, capture_output=True).stdout == name


def test_no_name_forges_a_line_of_the_log():
    record = logging.makeLogRecord(
        {"msg": "left out: %s", "args": ("a\n\x1b[31mdone.wav",)}
    )
    line = LineFormatter("%(message)s").format(record)
    assert line == r"left out: a\n\x1b[31mdone.wav"
