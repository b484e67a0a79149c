import pathlib

import pytest

from pipelines.watching.sources.folder_source import FolderSource
from pipelines.watching.sources.pcm_source import PcmSource
from pipelines.watching.sources.replay_source import ReplaySource
from pipelines.watching.sources.sound_card_source import SoundCardSource
from pipelines.watching.sources.source_settings import SourceSettings
from pipelines.watching.sources.source_words import parse_source
from pipelines.watching.sources.source_words import read_source_file
from pipelines.watching.sources.source_words import read_sources
from pipelines.watching.sources.stream_source import StreamSource

MACHINES = ("fan/all", "pump/all")
SECRET = "hunter2"


@pytest.fixture
def folder(tmp_path, monkeypatch, write_hum):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    write_hum("hall/a=b.wav")
    return tmp_path


def build(word, **options):
    return parse_source(word, options).build(MACHINES)


def test_every_kind_of_source_is_told_from_its_word(folder):
    card = build("pump/all=card:USB", rate=48_000, speed=9.0)
    assert type(card) is SoundCardSource and card.machine == "pump/all"
    assert card.request["device"] == "USB" and card.request["rate"] == 48_000
    assert build("fan/all=card").request["device"] is None
    replay = build("fan/all=hall/a=b.wav", speed=0, loops=3, channel=1)
    assert type(replay) is ReplaySource and not replay.is_live
    assert (replay.loops, replay.channel) == (3, 1)
    pcm = build("fan/all=-", format="f32le", channels=2)
    assert type(pcm) is PcmSource and pcm.name == "stdin"
    assert (pcm.rate, pcm.channels, pcm.format) == (16_000, 2, "f32le")
    stream = build("fan/all=http://host/a?b=c")
    assert type(stream) is StreamSource and stream.url == "http://host/a?b=c"
    hall = parse_source("hall").build(MACHINES, lambda name: {"a": (1, 2)})
    assert type(hall) is FolderSource and hall.machine == ""
    assert hall._clips.done == {"a": (1, 2)}


def test_what_exists_is_a_source_as_a_whole(folder):
    assert parse_source("hall/a=b.wav").machine == ""
    assert parse_source("rtsp://cam/a=b").machine == ""


def test_a_single_machine_needs_no_name(folder):
    assert parse_source("card").build(["fan/all"]).machine == "fan/all"
    for word in ("card", "saw/all=card", "saw/all=hall"):
        with pytest.raises(ValueError, match="knows: fan/all, pump/all"):
            build(word)


@pytest.mark.parametrize(
    "word",
    [
        f"fan/all=rtsp:/me:{SECRET}@cam/1",
        f"fan/all=me:{SECRET}@cam/1",
        f"fan/all=http:me:{SECRET}@cam",
    ],
)
def test_a_mistyped_address_keeps_its_password(word):
    with pytest.raises(ValueError, match="A source must be") as caught:
        parse_source(word)
    assert SECRET not in str(caught.value)


def test_names_have_no_secrets_and_differ(folder):
    word = f"rtsp://me:{SECRET}@cam/1"
    with pytest.raises(ValueError, match="names that differ") as caught:
        read_sources([f"fan/all={word}", f"pump/all={word}"])
    assert SECRET not in str(caught.value)
    assert parse_source(word).name == "rtsp://***@cam/1"
    with pytest.raises(ValueError, match="must be sources"):
        read_sources([])


def test_a_file_has_every_setting(folder):
    pathlib.Path("hall.yaml").write_text(
        """
        - {name: gate, machine: fan/all, source: "rtsp://cam/1", stream: 1}
        - {name: tape, source: hall/a=b.wav, speed: 0.5, loops: 0}
        - {name: pipe, source: "-", rate: 8000, channels: 2, format: s24le}
        - {source: card, channel: 1, channels: 4}
        """
    )
    gate, tape, pipe, card, hall = read_sources(["hall.yaml", "hall"])
    assert gate == SourceSettings(
        "rtsp://cam/1", "fan/all", name="gate", stream=1
    )
    assert (tape.speed, tape.loops) == (0.5, 0)
    assert (pipe.rate, pipe.channels, pipe.format) == (8_000, 2, "s24le")
    assert (card.name, card.channel, hall.name) == ("card", 1, "hall")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("source: card", "list of mappings"),
        ("- name: a", "list of mappings"),
        ("- {source: card, spede: 2}", "no other fields than source"),
        ("- {source: card, rate: '48000'}", "`rate` .* a whole number"),
        ("- {source: card, name: 3}", "`name` .* a text"),
        ("- {source: card, channels: true}", "`channels` .* a whole number"),
        ("- {source: card, rate: 5}", "`rate` .* Hz"),
        ("- {source: card, channels: 0}", r"`channels` .* \[1, 64\]"),
        ("- {source: card, channel: left}", '`channel` must be "mean"'),
        ("- {source: card, speed: 2}", "must be set by rate, channels"),
        ("- {source: card, stream: 1}", "must be set by rate, channels"),
        ("- {source: hall/a=b.wav, speed: -1}", "`speed` of"),
        ("- {source: hall/a=b.wav, speed: .nan}", "`speed` of"),
        ("- {source: hall/a=b.wav, loops: -1}", "`loops` of"),
        ("- {source: '-', format: s8}", "one of s16le, s24le"),
        ("- {source: 'rtsp://cam', stream: -1}", "`stream` of"),
        ("- {source: gone}", "number 1 of hall.yaml: A source must be"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(folder, text, rule):
    pathlib.Path("hall.yaml").write_text(text)
    with pytest.raises(ValueError, match=rule):
        read_source_file("hall.yaml")


def test_standard_input_is_read_once(folder):
    text = "- {source: '-'}\n- {source: '-', name: again}"
    pathlib.Path("hall.yaml").write_text(text)
    with pytest.raises(ValueError, match="Standard input"):
        read_sources(["hall.yaml"])
