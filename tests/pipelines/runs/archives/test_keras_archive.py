import io
import json
import stat
import zipfile

import h5py
import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from keras_asd.layers import ClassCosine
from keras_asd.models import AnomalyDetector
from keras_asd.models import Embedder
from pipelines.runs.archives.keras_archive import CONFIG
from pipelines.runs.archives.keras_archive import MEMBERS
from pipelines.runs.archives.keras_archive import METADATA
from pipelines.runs.archives.keras_archive import WEIGHTS
from pipelines.runs.archives.keras_archive import check_keras_archive
from pipelines.runs.archives.keras_archive import load_model


@pytest.fixture(scope="module")
def members(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "detector.keras"
    AnomalyDetector(
        Embedder(samples=2000, num_mel_bins=16, embedding_dim=8, width=0.125),
        ClassCosine(2),
        None,
        keys={"fan": [0], "pump": [1]},
    ).save(path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def write(tmp_path):
    def write(members, name="model.keras", **options):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", **options) as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        return path

    return write


def refusal(path):
    """The one line that both the check and the loading give."""
    with pytest.raises(ValueError) as caught:
        load_model(path)
    message = str(caught.value)
    assert "\n" not in message and len(message) < 600
    assert message.startswith("`path` must be a `.keras` file")
    assert f"Received: {path}, with " in message
    return message


def test_no_file_is_told_as_such(tmp_path):
    for path in (tmp_path / "gone.keras", tmp_path, "https://x.org/a.keras"):
        with pytest.raises(FileNotFoundError, match="which is not there"):
            load_model(path)


@pytest.mark.parametrize("suffix", [".h5", ".zip", ""])
def test_another_suffix_is_refused(members, write, suffix):
    assert "the suffix" in refusal(write(members, f"model{suffix}"))


@pytest.mark.parametrize("content", [b"", b"PK", b"\x89HDF\r\n\x1a\n", b"\x80"])
def test_what_is_no_zip_is_refused(tmp_path, content):
    path = tmp_path / "model.keras"
    path.write_bytes(content)
    assert "no zip archive" in refusal(path)


def test_something_before_the_zip_is_refused(members, write):
    path = write(members)
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
    assert "no zip archive" in refusal(path)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99, 0.9999])
def test_a_truncated_archive_is_refused(members, write, share):
    path = write(members)
    content = path.read_bytes()
    path.write_bytes(content[: round(share * len(content))])
    assert "damaged" in refusal(path)


def test_a_changed_byte_is_found_by_its_checksum(members, write):
    path = write(members)
    content = path.read_bytes()
    for member in MEMBERS:
        broken = bytearray(content)
        broken[content.index(members[member]) + 20] ^= 1
        path.write_bytes(broken)
        assert "checksum" in refusal(path)


@pytest.mark.parametrize(
    "name",
    [
        "../config.json",
        "assets/../../x",
        "/etc/cron.d/x",
        "C:\\x",
        "assets\\..\\..\\x",
        "model.weights.h5/..",
    ],
)
def test_a_member_that_leads_out_is_refused(members, write, name):
    path = write({**members, name: b""})
    assert "leads out of the archive" in refusal(path)


@pytest.mark.parametrize(
    "name",
    ["assets/vocabulary.txt", "model.weights.npz", "x\ny", "Config.json", "a/"],
)
def test_a_member_that_is_not_keras_s_own_is_refused(members, write, name):
    path = write({**members, name: b""})
    assert "does not belong there" in refusal(path)


def test_a_symbolic_link_is_refused(members, write):
    path = write({name: members[name] for name in (METADATA, CONFIG)})
    link = zipfile.ZipInfo(WEIGHTS)
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "a symbolic link as member" in refusal(path)


@pytest.mark.parametrize("name", MEMBERS)
def test_a_name_given_twice_is_refused(members, write, name):
    path = write(members)
    with zipfile.ZipFile(path, "a") as archive:
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(name, members[name])
    assert f"the member {name!r} twice" in refusal(path)


@pytest.mark.parametrize("name", MEMBERS)
def test_a_missing_member_is_named(members, write, name):
    path = write({k: v for k, v in members.items() if k != name})
    assert f"no member {name}" in refusal(path)


def test_thousands_of_members_are_refused(members, write):
    many = {f"assets/{number}": b"" for number in range(3000)}
    assert "3003 members" in refusal(write({**members, **many}))


def test_a_size_bomb_is_refused_by_its_compression(members, write):
    bomb = {**members, WEIGHTS: bytes(10_000_000)}
    path = write(bomb, compression=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 50_000
    assert "a compressed member" in refusal(path)


def test_a_member_that_lies_about_its_size_is_refused(members, write):
    path = write(members)
    content = bytearray(path.read_bytes())
    # Both sizes of the last member, in the table at the end.
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 20 : entry + 28] = b"\xff\xff\xff\x70" * 2
    path.write_bytes(content)
    assert "in a file of" in refusal(path)


def test_an_encrypted_member_is_refused(members, write):
    path = write(members)
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert "an encrypted member" in refusal(path)


def test_a_text_of_megabytes_is_refused(members, write):
    path = write({**members, CONFIG: b" " * (2**24 + 1)})
    assert "16777217 bytes of config.json" in refusal(path)


def test_a_foreign_class_is_named(members, write):
    config = json.loads(members[CONFIG])
    config["config"]["scorer"] = {"class_name": "Popen", "module": "os"}
    path = write({**members, CONFIG: json.dumps(config)})
    assert "os.Popen, which is no class of Keras" in refusal(path)


def test_weights_from_another_file_are_refused(members, write):
    content = io.BytesIO()
    with h5py.File(content, "w") as store:
        store.create_dataset("x", (4,), "u1", external=[("/etc/passwd", 0, 4)])
    path = write({**members, WEIGHTS: content.getvalue()})
    assert "read from other files" in refusal(path)


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    share=st.floats(0, 1),
    patch=st.binary(min_size=1, max_size=6),
    is_at_end=st.booleans(),
)
def test_no_change_of_bytes_raises_anything_else(
    members, write, share, patch, is_at_end
):
    path = write(members)
    content = bytearray(path.read_bytes())
    # The table at the end and the first header are where it matters.
    span = 400 if is_at_end else 3000
    place = round(share * span)
    place = len(content) - 1 - place if is_at_end else place
    content[place : place + len(patch)] = patch
    path.write_bytes(content)
    try:
        check_keras_archive(path)
    except ValueError as error:
        assert str(error).startswith("`path` must be a `.keras` file")
