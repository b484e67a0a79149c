"""Runs that have ended hold what their manifest says."""

import json

import pytest

from pipelines.runs.artefacts import load_detector
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_manifest import verify_run
from pipelines.runs.run_manifest import write_run_manifest


@pytest.fixture
def run(tmp_path):
    run = RunFolder(tmp_path / "run")
    run.path.mkdir()
    for path in run.kept_files:
        path.write_bytes(path.name.encode())
    write_run_manifest(run)
    return run


def refusal(run):
    with pytest.raises(ValueError) as caught:
        verify_run(run)
    message = str(caught.value)
    assert "\n" not in message and str(run.path) in message
    assert message.endswith("goes on from its last checkpoint.")
    return message


def test_a_run_as_it_was_written_passes_and_reports_are_no_matter(run):
    (run.path / "metrics.json").write_text("{}")
    verify_run(run)


def test_a_flipped_bit_of_any_file_is_named(run):
    for path in run.kept_files:
        content = path.read_bytes()
        path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
        assert f"changed: {path.name}." in refusal(run)
        path.write_bytes(content)
    verify_run(run)


def test_missing_files_are_named_together(run):
    run.labels.unlink()
    run.detector.unlink()
    run.clips.write_text("other")
    found = refusal(run)
    assert "missing: labels.json, detector.keras; changed: clips.csv." in found


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b"[" * 10**5])
def test_a_manifest_that_is_none_is_refused(run, content):
    run.manifest.write_bytes(content)
    assert "manifest.json" in refusal(run)


def test_files_that_are_being_replaced_may_be_old_or_new(run, tmp_path):
    old = run.calibration.read_bytes()
    new = tmp_path / "calibration.json"
    new.write_bytes(b"new")
    write_run_manifest(run, {run.calibration: new})
    for content in (old, b"new"):
        run.calibration.write_bytes(content)
        verify_run(run)
    run.calibration.write_bytes(b"ne")
    assert "changed: calibration.json" in refusal(run)
    manifest = json.loads(run.manifest.read_text())
    run.manifest.write_text(json.dumps({**manifest, "coming": 3}))
    assert "changed: calibration.json" in refusal(run)


def test_a_run_without_a_manifest_has_not_ended(run):
    run.manifest.unlink()
    with pytest.raises(FileNotFoundError, match="goes on where it stopped"):
        load_detector(run)
