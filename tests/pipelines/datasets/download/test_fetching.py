import hashlib

import pytest

from pipelines.datasets.download.fetching import fetch_archive
from pipelines.datasets.download.fetching import partial_path
from pipelines.datasets.download.record import RecordFile
from pipelines.datasets.download.server import Server

CONTENT = bytes(range(256)) * 20_000
PIECE = 1 << 14
LINK = "/api/records/7/files/a.zip/content"
FILE = RecordFile(
    "a.zip", len(CONTENT), f"md5:{hashlib.md5(CONTENT).hexdigest()}", LINK
)


@pytest.fixture
def server(zenodo):
    zenodo.add(7, "a.zip", CONTENT)
    return Server(zenodo.url)


def test_a_cut_download_goes_on_where_it_stopped(zenodo, server, tmp_path):
    zenodo.cuts = [100 * PIECE, 100 * PIECE + 1]
    path = fetch_archive(server, FILE, tmp_path)
    assert path.read_bytes() == CONTENT
    # What came of the last piece before a cut comes again.
    assert zenodo.num_sent[LINK] == len(CONTENT) + 1
    assert [asked for _, asked in zenodo.requests] == [
        None,
        f"bytes={100 * PIECE}-",
        f"bytes={200 * PIECE}-",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_a_killed_download_goes_on_in_the_next_call(zenodo, server, tmp_path):
    partial_path(tmp_path, FILE).write_bytes(CONTENT[:5_000_000])
    path = fetch_archive(server, FILE, tmp_path)
    assert path.read_bytes() == CONTENT
    assert zenodo.num_sent[LINK] == 120_000
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_a_download_that_was_killed_when_it_was_whole_is_kept(
    zenodo, server, tmp_path
):
    partial_path(tmp_path, FILE).write_bytes(CONTENT)
    assert fetch_archive(server, FILE, tmp_path).read_bytes() == CONTENT
    assert not zenodo.requests
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_another_range_than_asked_for_begins_anew(zenodo, server, tmp_path):
    partial_path(tmp_path, FILE).write_bytes(CONTENT[:5_000_000])
    zenodo.lags = [2]
    assert fetch_archive(server, FILE, tmp_path).read_bytes() == CONTENT
    assert [asked for _, asked in zenodo.requests] == ["bytes=5000000-", None]


def test_without_range_a_cut_download_starts_anew(zenodo, server, tmp_path):
    zenodo.has_range = False
    zenodo.cuts = [1_000_000]
    path = fetch_archive(server, FILE, tmp_path)
    assert path.read_bytes() == CONTENT
    assert zenodo.num_sent[LINK] == len(CONTENT) + 1_000_000


def test_a_line_that_is_cut_again_and_again_is_given_up(
    zenodo, server, tmp_path
):
    zenodo.cuts = [10 * PIECE] * 50
    with pytest.raises(ConnectionError, match="Run the same command later"):
        fetch_archive(server, FILE, tmp_path)
    assert len(zenodo.requests) == 4
    assert partial_path(tmp_path, FILE).stat().st_size == 40 * PIECE


def test_a_line_that_gets_on_is_never_given_up(zenodo, server, tmp_path):
    zenodo.cuts = [1 << 20] * 4
    zenodo.statuses = [503, None, 429, None, 500]
    assert fetch_archive(server, FILE, tmp_path).read_bytes() == CONTENT


def test_without_range_a_server_that_always_cuts_is_given_up(
    zenodo, server, tmp_path
):
    zenodo.has_range = False
    zenodo.cuts = [2_000_000] * 50
    with pytest.raises(ConnectionError):
        fetch_archive(server, FILE, tmp_path)
    assert len(zenodo.requests) < 7


def test_a_wrong_checksum_is_told_and_the_file_deleted(
    zenodo, server, tmp_path
):
    zenodo.files[7]["a.zip"] = CONTENT[:-1] + b"?"
    with pytest.raises(ValueError, match="another one than md5:"):
        fetch_archive(server, FILE, tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_archive_that_was_damaged_on_the_disk_comes_anew(
    zenodo, server, tmp_path
):
    (tmp_path / "a.zip").write_bytes(b"damaged")
    assert fetch_archive(server, FILE, tmp_path).read_bytes() == CONTENT
    assert len(zenodo.downloads()) == 1


def test_a_whole_archive_is_not_requested_again(zenodo, server, tmp_path):
    for _ in range(2):
        assert fetch_archive(server, FILE, tmp_path).read_bytes() == CONTENT
    assert len(zenodo.downloads()) == 1


@pytest.mark.parametrize("retry_after", [None, "7", "90000"])
def test_pauses_grow_with_jitter_or_are_those_the_server_asks_for(
    zenodo, server, tmp_path, monkeypatch, retry_after
):
    pauses = []
    monkeypatch.setattr("time.sleep", pauses.append)
    zenodo.statuses, zenodo.retry_after = [429, 503, 500], retry_after
    assert fetch_archive(server, FILE, tmp_path).read_bytes() == CONTENT
    if retry_after:
        assert pauses == 3 * [min(int(retry_after), 120)]
    else:
        assert 4 < pauses[0] < 6 and 8 < pauses[1] < 10


def test_a_busy_server_is_asked_four_times(zenodo, server, tmp_path):
    zenodo.statuses = [503] * 9
    with pytest.raises(ConnectionError, match="status 503.*--mirror"):
        fetch_archive(server, FILE, tmp_path)
    assert len(zenodo.requests) == 4


def test_more_than_the_record_tells_is_refused(zenodo, server, tmp_path):
    zenodo.files[7]["a.zip"] = CONTENT + b"more"
    with pytest.raises(ValueError, match="more than 5120000 bytes"):
        fetch_archive(server, FILE, tmp_path)


def test_a_part_that_the_server_does_not_reach_to_starts_anew(
    zenodo, server, tmp_path
):
    partial_path(tmp_path, FILE).write_bytes(b"?" * 100)
    zenodo.statuses = [416]
    assert fetch_archive(server, FILE, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("status", "error"), [(404, FileNotFoundError), (403, PermissionError)]
)
def test_what_will_not_pass_is_told_at_once(
    zenodo, server, tmp_path, status, error
):
    zenodo.statuses = [status] * 9
    with pytest.raises(error, match=f"status {status}"):
        fetch_archive(server, FILE, tmp_path)
    assert len(zenodo.requests) == 1
