import io
import stat
import zipfile

import pytest

from pipelines.datasets.download.unpacking import unpack
from tests.pipelines.datasets.download.fake_zenodo import pack


def unpack_zip(tmp_path, content):
    path = tmp_path / "dev_fan.zip"
    path.write_bytes(content)
    return unpack(path, "fan", tmp_path / "fan")


def unpacked(tmp_path):
    folder = tmp_path / "fan"
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    )


@pytest.mark.parametrize(
    ("members", "places"),
    [
        (["fan/train/1.wav", "fan/attributes_00.csv"], None),
        (["dev_data/fan/train/1.wav"], ["train/1.wav"]),
        (["data/dev/raw/fan/source_test/1.wav"], ["source_test/1.wav"]),
        (["train/1.wav"], ["train/1.wav"]),
        (["Fan/supplemental/1.wav"], ["supplemental/1.wav"]),
        (["fan/train/1.wav", "__MACOSX/fan/train/._1.wav"], ["train/1.wav"]),
        (["fan/train/1.wav", "fan/.DS_Store"], ["train/1.wav"]),
    ],
)
def test_clips_come_to_lie_below_their_machine(tmp_path, members, places):
    if places is None:
        places = ["attributes_00.csv", "train/1.wav"]
    num_files = unpack_zip(tmp_path, pack(dict.fromkeys(members, b"RIFF")))
    assert unpacked(tmp_path) == places
    assert num_files == len(places)


def linked():
    member = zipfile.ZipInfo("fan/train/1.wav")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return {member: "/etc/passwd"}


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"../1.wav": b""}, "would leave"),
        ({"fan/train/../../../1.wav": b""}, "would leave"),
        ({"/fan/train/1.wav": b""}, "would leave"),
        ({"C:/fan/train/1.wav": b""}, "would leave"),
        ({"fan\\..\\1.wav": b""}, "would leave"),
        ({"fan/train/1.wav\n": b""}, "would leave"),
        (linked(), "is a link"),
        ({"fan/train/1.wav": b"", "x/fan/train/1.WAV": b""}, "comes twice"),
        ({"1.wav": b""}, "lies in none of train, test"),
        ({"fan/id_00/1.wav": b""}, "lies in none of train, test"),
        ({"fan/train/1.wav": bytes(30_000_000)}, "It is a bomb"),
    ],
)
def test_what_is_not_safe_is_refused_whole(tmp_path, members, said):
    members = {"fan/train/0.wav": b"", **members}
    with pytest.raises(ValueError, match=said):
        unpack_zip(tmp_path, pack(members))
    assert [path.name for path in tmp_path.rglob("*")] == ["dev_fan.zip"]
    assert not (tmp_path.parent / "1.wav").exists()


def test_a_bomb_of_many_files_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("pipelines.datasets.download.members.MAX_MEMBERS", 5)
    content = pack({f"fan/train/{index}.wav": b"" for index in range(6)})
    with pytest.raises(ValueError, match="It is a bomb"):
        unpack_zip(tmp_path, content)


def test_members_that_share_their_bytes_do_not_fool_the_limit(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("fan/train/0.wav", bytes(1_000_000))
        first = archive.infolist()[0]
        for index in range(1, 40):
            again = zipfile.ZipInfo(f"fan/train/{index}.wav")
            for name in ("file_size", "compress_size", "CRC", "compress_type"):
                setattr(again, name, getattr(first, name))
            again.header_offset = first.header_offset
            archive.filelist.append(again)
            archive.NameToInfo[again.filename] = again
    with pytest.raises(ValueError, match="It is a bomb"):
        unpack_zip(tmp_path, stream.getvalue())


@pytest.mark.parametrize("fault", ["no zip", "cut", "flipped"])
def test_a_broken_archive_leaves_nothing_behind(tmp_path, fault):
    content = pack({"fan/train/1.wav": bytes(range(256)) * 9})
    if fault == "no zip":
        content = b"<html>"
    elif fault == "cut":
        content = content[:-30]
    else:
        content = content[:60] + bytes([content[60] ^ 255]) + content[61:]
    with pytest.raises(ValueError, match="must be a sound zip"):
        unpack_zip(tmp_path, content)
    assert [path.name for path in tmp_path.rglob("*")] == ["dev_fan.zip"]
