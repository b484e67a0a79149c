"""The demo, on fewer and shorter recordings than it really makes."""

import pytest

from pipelines import demo
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.settings.presets import PRESETS
from pipelines.settings.reading import read_settings

pytestmark = pytest.mark.usefixtures("eager")


def test_the_demo_makes_all_it_names(monkeypatch, tmp_path):
    settings = SyntheticSettings(
        machines=("fan", "valve"),
        num_ids=2,
        num_train=20,
        num_train_target=0,
        num_test_normal=4,
        num_test_anomaly=4,
        seconds=1.0,
    )
    monkeypatch.setattr(demo, "SETTINGS", settings)
    small = {"clip_seconds": 1.0, "embedder": {"width": 0.125}, "epochs": 1}
    changes = {"auto": {}, demo.PAPER: small}
    monkeypatch.setattr(
        demo,
        "choose_preset",
        lambda name: read_settings(changes[name], PRESETS[name]),
    )
    report = demo.demo(str(tmp_path / "demo"), str(tmp_path / "served"))
    for line in ("nearest neighbour", "faults found", "the paper's, reduced"):
        assert line in report.table
    assert report.metrics["mean"]["auc_interval"]
    for path in report.files:
        assert path.exists(), path
    assert (tmp_path / "served" / "1" / "saved_model.pb").exists()
