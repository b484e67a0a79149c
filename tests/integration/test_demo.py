"""The demo, on fewer and shorter recordings than it really makes."""

from pipelines import demo
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.settings.presets import PRESETS
from pipelines.settings.reading import read_settings


def test_the_demo_makes_all_it_names(monkeypatch, tmp_path):
    settings = SyntheticSettings(
        machines=("fan", "valve"),
        num_ids=2,
        num_train=6,
        num_test_normal=4,
        num_test_anomaly=4,
        seconds=1.0,
    )
    monkeypatch.setattr(demo, "SETTINGS", settings)
    changes = {"clip_seconds": 1.0, "embedder": {"width": 0.125}, "epochs": 1}
    monkeypatch.setattr(
        demo,
        "choose_preset",
        lambda name: read_settings(changes, PRESETS[name]),
    )
    report = demo.demo(str(tmp_path / "demo"), str(tmp_path / "served"))
    assert "nearest neighbour" in report.table
    assert report.metrics["mean"]["auc_interval"]
    for path in report.files:
        assert path.exists(), path
    assert (tmp_path / "served" / "1" / "saved_model.pb").exists()
