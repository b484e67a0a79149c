import hashlib
import json
import os

import pytest

from pipelines.exporting.manifest import MANIFEST
from pipelines.exporting.manifest import verify_manifest
from pipelines.exporting.manifest import write_manifest


@pytest.fixture
def version(tmp_path):
    folder = tmp_path / "fan" / "1"
    for name in (
        "saved_model.pb",
        "variables/variables.index",
        "assets.extra/contract.json",
        "empty.txt",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * (name != "empty.txt"))
    (folder / "assets").mkdir()
    write_manifest(folder, {"scorer": "nearest", "cost": 0.5})
    return folder


def refusal(folder):
    with pytest.raises(ValueError) as caught:
        verify_manifest(folder)
    message = str(caught.value)
    assert "\n" not in message and str(folder) in message
    assert message.startswith("A version must hold what its manifest says.")
    return message


def test_a_version_as_it_was_written_passes(version):
    manifest = verify_manifest(version)
    files = manifest.pop("files")
    assert manifest == {"scorer": "nearest", "cost": 0.5}
    assert sorted(files) == [
        "assets.extra/contract.json",
        "empty.txt",
        "saved_model.pb",
        "variables/variables.index",
    ]
    content = b"saved_model.pb"
    digest = hashlib.sha256(content).hexdigest()
    assert files["saved_model.pb"] == {"bytes": 14, "sha256": digest}
    again = json.loads((version / MANIFEST).read_bytes())
    assert again["files"] == files


def test_it_is_the_same_wherever_the_folder_lies(version, tmp_path):
    version.rename(tmp_path / "moved")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "moved")
    assert verify_manifest(link) == verify_manifest(tmp_path / "moved")


def test_written_again_it_is_the_same_and_leaves_nothing_behind(version):
    before = (version / MANIFEST).read_bytes()
    write_manifest(version, {"scorer": "nearest", "cost": 0.5})
    assert (version / MANIFEST).read_bytes() == before
    names = sorted(path.name for path in (version / "assets.extra").iterdir())
    assert names == ["contract.json", "manifest.json"]


def test_one_changed_bit_of_any_file_is_found(version):
    for path in sorted(version.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        if not content or path == version / MANIFEST:
            continue
        for place in (0, len(content) - 1):
            broken = bytearray(content)
            broken[place] ^= 1
            path.write_bytes(broken)
            name = path.relative_to(version).as_posix()
            assert f"changed: {name}." in refusal(version)
        path.write_bytes(content)
    verify_manifest(version)


@pytest.mark.parametrize("content", [b"", b"saved_model.p", b"saved_model.pb "])
def test_a_shorter_or_longer_file_is_found(version, content):
    (version / "saved_model.pb").write_bytes(content)
    assert "changed: saved_model.pb." in refusal(version)


def test_missing_and_further_files_are_named_together(version):
    (version / "variables" / "variables.index").unlink()
    (version / "sub").mkdir()
    (version / "sub" / "new.so").write_bytes(b"")
    (version / "empty.txt").write_bytes(b"no more")
    message = refusal(version)
    assert "missing: variables/variables.index; " in message
    assert "not in the manifest: sub/new.so; " in message
    assert "changed: empty.txt." in message


def test_many_faults_are_still_one_line(version):
    for number in range(50):
        (version / f"new_{number:02d}").touch()
    assert "new_00, new_01, new_02, ...." in refusal(version)


def test_a_name_with_a_line_break_is_still_one_line(version):
    (version / "new\nline").touch()
    assert "'new\\nline'" in refusal(version)


def test_a_link_is_refused_even_to_the_same_bytes(version, tmp_path):
    path = version / "saved_model.pb"
    elsewhere = tmp_path / "elsewhere.pb"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    assert "a link: saved_model.pb." in refusal(version)
    with pytest.raises(ValueError, match="a link"):
        write_manifest(version, {})


@pytest.mark.parametrize("name", ["variables", "assets.extra"])
def test_a_linked_folder_is_refused(version, tmp_path, name):
    (version / name).rename(tmp_path / "elsewhere")
    (version / name).symlink_to(tmp_path / "elsewhere")
    assert f"a link: {name}." in refusal(version)


def test_a_dangling_link_and_a_pipe_are_refused(version):
    (version / "gone").symlink_to(version / "nothing")
    assert "a link: gone." in refusal(version)
    (version / "gone").unlink()
    os.mkfifo(version / "pipe")
    assert "no plain file: pipe." in refusal(version)


def test_no_manifest_and_no_folder_are_refused(version, tmp_path):
    (version / MANIFEST).unlink()
    assert f"no {MANIFEST}." in refusal(version)
    assert f"no {MANIFEST}." in refusal(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"", "is no JSON"),
        (b"{", "is no JSON"),
        (b"\xff\xfe", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b" " * (2**24 + 1), "is no JSON"),
        (b"[]", "lists no files"),
        (b"{}", "lists no files"),
        (b'{"files": []}', "lists no files"),
        (b'{"files": {}}', "not in the manifest: assets.extra"),
    ],
)
def test_a_manifest_that_is_none_is_refused(version, content, reason):
    (version / MANIFEST).write_bytes(content)
    assert reason in refusal(version)


@pytest.mark.parametrize(
    "entry", [None, "x", [], {}, {"bytes": 14}, {"bytes": 14, "sha256": 1}]
)
def test_an_entry_without_a_digest_vouches_for_nothing(version, entry):
    manifest = json.loads((version / MANIFEST).read_bytes())
    manifest["files"]["saved_model.pb"] = entry
    (version / MANIFEST).write_text(json.dumps(manifest))
    assert "changed: saved_model.pb." in refusal(version)


def test_names_that_lead_out_of_the_folder_are_never_opened(version):
    manifest = json.loads((version / MANIFEST).read_bytes())
    own = manifest["files"]["saved_model.pb"]
    for name in ("../1/saved_model.pb", str(version / "saved_model.pb"), "."):
        manifest["files"] = {**manifest["files"], name: own}
        (version / MANIFEST).write_text(json.dumps(manifest))
        assert f"missing: {name}" in refusal(version)
        del manifest["files"][name]


@pytest.mark.parametrize(
    "facts, reason",
    [({"files": 1}, "leave the name 'files'"), ({"x": float("nan")}, "JSON")],
)
def test_facts_that_cannot_stand_there_are_refused(version, facts, reason):
    with pytest.raises(ValueError, match=reason):
        write_manifest(version, facts)
    verify_manifest(version)
