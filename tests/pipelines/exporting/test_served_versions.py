"""Labels, rollback and the image's version in the files of a server."""

import json

import pytest
import yaml
from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from pipelines.exporting.manifest import write_manifest
from pipelines.exporting.request_size import MAX_CLIPS
from pipelines.exporting.served_versions import check_image
from pipelines.programs.serve_files import write_serving_files
from tests.serving.published_protos import published_message


def write_version(folder, tensorflow="2.17.1"):
    (folder / "assets.extra").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"a graph")
    contract = json.dumps({"machines": ["fan"]})
    (folder / "assets.extra" / "contract.json").write_text(contract)
    facts = {"written_by": {"tensorflow": tensorflow}} if tensorflow else {}
    write_manifest(folder, facts)


@pytest.fixture
def models(tmp_path):
    for number in (9, 10, 11, 12):
        write_version(tmp_path / "models" / "fan" / str(number))
    return tmp_path / "models"


def served(models, **options):
    target = models.parent / "deploy"
    write_serving_files(str(models), str(target), **options)
    config = text_format.Parse(
        (target / "models.config").read_text(),
        model_server_config_pb2.ModelServerConfig(),
    )
    (model,) = config.model_config_list.config
    assert dict(model.version_labels).keys() == {"stable", "canary"}
    return model, target


def test_the_newest_version_is_canary_and_the_one_before_it_stable(models):
    model, target = served(models)
    assert dict(model.version_labels) == {"stable": 11, "canary": 12}
    # The next one is loaded before it is labelled, and takes no label away.
    assert model.model_version_policy.latest.num_versions == 3
    compose = yaml.safe_load((target / "docker-compose.yml").read_text())
    # A server that starts would refuse labels of versions not yet loaded.
    flag = "--allow_version_labels_for_unavailable_models=true"
    assert flag in compose["services"]["serving"]["command"]


def test_a_version_that_is_hidden_is_rolled_back(models):
    served(models)
    (models / "fan" / "12").rename(models / "fan" / ".12")
    model, target = served(models)
    assert dict(model.version_labels) == {"stable": 10, "canary": 11}
    assert "mv fan/11 fan/.11" in (target / "SERVING.md").read_text()


def test_a_single_version_has_both_labels(models):
    for number in (9, 10, 11):
        (models / "fan" / str(number)).rename(models / "fan" / f".{number}")
    assert dict(served(models)[0].version_labels) == {
        "stable": 12,
        "canary": 12,
    }


def test_an_older_version_that_is_damaged_gets_no_label(models, caplog):
    (models / "fan" / "11" / "saved_model.pb").write_bytes(b"half")
    model, _ = served(models)
    assert dict(model.version_labels) == {"stable": 10, "canary": 12}
    assert "fan/11, changed: saved_model.pb" in caplog.text


@pytest.mark.parametrize(
    ("image", "is_older"),
    [
        (None, False),
        ("tensorflow/serving:2.16.1", True),
        ("registry.example.org:5000/team/serving:v2.16", True),
        ("tensorflow/serving:2.17.0", False),
        ("tensorflow/serving:3.0.0-gpu", False),
        ("tensorflow/serving", False),
        ("tensorflow/serving:latest", False),
        (f"tensorflow/serving@sha256:{'0' * 64}", False),
    ],
)
def test_an_image_older_than_a_model_is_warned_of(
    models, caplog, image, is_older
):
    _, target = served(models, image=image)
    assert ("which TensorFlow 2.17.1 wrote" in caplog.text) is is_older
    for name in ("docker-compose.yml", "kubernetes.yaml", "SERVING.md"):
        expected = image or "tensorflow/serving:2.19.1"
        assert expected in (target / name).read_text()


def test_the_newest_tensorflow_of_all_versions_counts(models, caplog):
    write_version(models / "fan" / "13", tensorflow=None)
    (models / "fan" / "12").rename(models / "fan" / ".12")
    write_version(models / "fan" / "12", tensorflow="2.21.0")
    served(models)
    assert "2.19.1 for fan, which TensorFlow 2.21.0 wrote" in caplog.text


@pytest.mark.parametrize("image", ["", "two words", "a:b:c", "a\n  b: c", "$X"])
def test_what_is_no_image_is_refused(image):
    with pytest.raises(ValueError, match="`image` must be a name"):
        check_image(image, [])


def test_what_is_joined_stays_below_what_a_model_takes(models):
    _, target = served(models)
    batching = published_message("BatchingParameters")
    text_format.Parse((target / "batching.config").read_text(), batching)
    assert batching.max_batch_size.value <= MAX_CLIPS
    # At 10 s of 16 kHz each, less than 200 MiB wait.
    waiting = (
        batching.max_enqueued_batches.value * batching.max_batch_size.value
    )
    assert waiting * 160_000 * 4 < 200 * 2**20
