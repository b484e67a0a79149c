import pytest

from pipelines.config import Config
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic import generate
from pipelines.preparation import prepare_clips
from pipelines.run_folder import RunFolder


@pytest.mark.parametrize(
    ("classes", "domain_classes"), [("section", False), ("one", True)]
)
def test_one_centre_for_several_classes_is_refused_before_the_run_begins(
    classes, domain_classes, tmp_path
):
    settings = SyntheticSettings(
        machines=("fan",),
        num_ids=2,
        num_train=2,
        num_train_target=1,
        num_test_normal=0,
        num_test_anomaly=0,
        seconds=0.5,
    )
    generate(tmp_path / "data", settings)
    config = Config(
        loss="one_class_compactness",
        scorer="centroids",
        classes=classes,
        domain_classes=domain_classes,
    )
    run = RunFolder(tmp_path / "run")
    with pytest.raises(ValueError, match="of 2 classes.*--classes one"):
        prepare_clips([str(tmp_path / "data")], config, run)
    assert not run.clips.exists()
