"""The job of Kubernetes that scores a list by shards."""

import json

import pytest
import yaml

from pipelines.exporting.manifest import write_manifest
from pipelines.programs.serve_files import write_serving_files


@pytest.fixture
def write(tmp_path):
    """Writes the files for two models: `Fan_2` and `pump`."""
    for name in ("Fan_2/12", "pump/3"):
        folder = tmp_path / "models" / name
        (folder / "assets.extra").mkdir(parents=True)
        (folder / "saved_model.pb").write_bytes(b"a graph")
        contract = json.dumps({"machines": ["fan"]})
        (folder / "assets.extra" / "contract.json").write_text(contract)
        write_manifest(folder, {})

    def run(num_shards):
        target = tmp_path / "serving"
        paths = write_serving_files(
            str(tmp_path / "models"), str(target), num_shards=num_shards
        )
        return {path.name: path.read_text() for path in paths}

    return run


def test_a_job_scores_every_shard_once(write):
    files = write(8)
    jobs = list(yaml.safe_load_all(files["score-job.yaml"]))
    assert [job["metadata"]["name"] for job in jobs] == [
        "keras-asd-score-fan-2-version-12",
        "keras-asd-score-pump-version-3",
    ]
    for job, model in zip(jobs, ("Fan_2/12", "pump/3"), strict=True):
        spec = job["spec"]
        assert (spec["completionMode"], spec["completions"]) == ("Indexed", 8)
        pod = spec["template"]["spec"]
        (container,) = pod["containers"]
        assert container["command"] == ["keras-asd"]
        assert container["args"] == [
            "score",
            f"/models/{model}",
            "--clips=/recordings/clips.csv",
            "--shard=$(JOB_COMPLETION_INDEX)/8",
            f"--out=/scores/{model.split('/')[0]}/"
            "part-$(JOB_COMPLETION_INDEX).csv",
        ]
        assert container["env"][0]["name"] == "JOB_COMPLETION_INDEX"
        mounts = {one["name"] for one in container["volumeMounts"]}
        assert mounts == {one["name"] for one in pod["volumes"]}
        assert pod["securityContext"]["runAsNonRoot"]
    assert list(files)[-2:] == ["score-job.yaml", "SERVING.md"]
    assert "in 8 parts" in files["SERVING.md"]


def test_without_shards_there_is_no_job(write):
    files = write(None)
    assert "score-job.yaml" not in files
    assert "score-job" not in files["SERVING.md"]


@pytest.mark.parametrize("number", [0, -1, 100_001])
def test_a_number_of_shards_out_of_range_is_refused(write, number):
    with pytest.raises(ValueError, match="`shards` must be at least 1"):
        write(number)
