import pytest
from hypothesis import given
from hypothesis import strategies

from pipelines.datasets.download.catalogue import read_catalogue
from pipelines.datasets.download.pins import Pins
from pipelines.datasets.download.record import RecordFile
from pipelines.datasets.download.record import find_machine_archives
from pipelines.datasets.download.record import parse_record
from pipelines.datasets.download.server import Server

MIRROR = "http://mirror:80/zenodo"
GOOD = {
    "key": "a.zip",
    "size": 3,
    "checksum": "md5:" + "0A" * 16,
    "links": {"self": "https://zenodo.org/api/a.zip/content"},
}


@pytest.mark.parametrize(
    "link",
    [f"{MIRROR}/api/a.zip/content", "https://zenodo.org/api/a.zip/content"],
)
def test_links_lead_to_the_mirror(link):
    file = {**GOOD, "links": {"self": link}}
    record = parse_record(7, {"files": [file]}, MIRROR)
    assert record.files["a.zip"] == RecordFile(
        "a.zip", 3, "md5:" + 16 * "0a", ""
    )
    assert record.files["a.zip"].link == "/api/a.zip/content"


@pytest.mark.parametrize(
    "change",
    [
        {"key": "../a.zip"},
        {"key": "/a.zip"},
        {"key": ".hidden"},
        {"key": ""},
        {"size": -1},
        {"size": "3"},
        {"checksum": "md5:12"},
        {"checksum": "crc32:00000000"},
        {"checksum": None},
        {"links": {}},
        {"links": {"self": "file:///etc/passwd"}},
    ],
)
def test_a_file_that_cannot_be_verified_is_refused(change):
    with pytest.raises(ValueError, match="record 7 of http"):
        parse_record(7, {"files": [{**GOOD, **change}]}, MIRROR)


@given(
    strategies.recursive(
        strategies.none() | strategies.integers() | strategies.text(),
        lambda inner: (
            strategies.lists(inner)
            | strategies.dictionaries(
                strategies.sampled_from(["files", "entries", "key", "links"]),
                inner,
            )
        ),
    )
)
def test_whatever_a_server_says_is_a_record_or_an_error_of_ours(answer):
    with pytest.raises(ValueError, match="record 7|Received: record"):
        parse_record(7, answer, MIRROR)


@pytest.mark.parametrize("content", [b"<html>", b"[" * 100_000, b"null"])
def test_an_answer_that_is_no_record_is_told(zenodo, monkeypatch, content):
    monkeypatch.setattr(zenodo, "record_json", lambda number: None)
    monkeypatch.setattr(
        "json.dumps", lambda answer: content.decode(), raising=True
    )
    with pytest.raises(ValueError, match="Received: "):
        Server(zenodo.url).read_record(3678171)


def test_a_server_that_is_busy_is_asked_again(zenodo):
    zenodo.statuses = [503, 429, 500]
    assert Server(zenodo.url).read_record(3678171).title == "Fans"


@pytest.mark.parametrize("text", ["[", "- a", "7: {title: a}", "\x00"])
def test_pins_that_were_damaged_are_told(tmp_path, text):
    path = tmp_path / "records.lock.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match="Remove it to pin"):
        Pins(path).read(7)


def test_every_expected_archive_is_found_as_its_machine():
    catalogue = read_catalogue()
    assert list(catalogue) == [f"dcase{year}" for year in range(2020, 2027)]
    numbers = []
    for parts in catalogue.values():
        assert list(parts) == ["development", "additional", "evaluation"]
        for part in parts.values():
            numbers.append(part.record)
            files = {
                name: RecordFile(name, 1, "", "")
                for name in part.archives.values()
            }
            found = find_machine_archives(files, part.archives)
            assert part.archives == {
                machine: file.name for machine, file in found.items()
            }
    assert len(set(numbers)) == 21
