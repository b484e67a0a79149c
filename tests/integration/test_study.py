"""One small study, killed on the way and taken up again."""

import numpy as np
import pytest

from pipelines.benchmarking import study as program
from pipelines.benchmarking.designs import STUDIES
from pipelines.benchmarking.designs import Study
from pipelines.benchmarking.study import run_study
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.methods import networks as network_training
from pipelines.settings.config import Config
from pipelines.settings.embedders import DualBranch
from pipelines.settings.losses import SubclusterAdaCos
from pipelines.settings.scorers import Centroids

TINY = Config(
    embedder=DualBranch(branches=("spectrum",), width=0.125, embedding_dim=8),
    loss=SubclusterAdaCos(num_subclusters=2),
    scorer=Centroids(),
    clip_seconds=0.5,
    classes="attributes",
    domain_classes=True,
    epochs=1,
    batch_size=8,
    holdout=0.0,
    keep="last",
    seed=1,
)
DATA = SyntheticSettings(
    machines=("fan", "valve"),
    num_ids=1,
    num_train=10,
    num_train_target=2,
    num_test_normal=8,
    num_test_anomaly=8,
    seconds=0.5,
)


@pytest.fixture
def trainings(monkeypatch):
    """The losses that networks were trained with, in order."""
    noted = []
    fit = network_training.fit_classifier

    def fit_and_note(examples, listed, label_map, config, run, **options):
        noted.append(type(config.loss).__name__)
        return fit(examples, listed, label_map, config, run, **options)

    monkeypatch.setattr(network_training, "fit_classifier", fit_and_note)
    return noted


def test_a_study_trains_each_row_once_though_it_is_killed(
    trainings, tmp_path, monkeypatch
):
    rows = STUDIES["collapse"].rows[:2]
    monkeypatch.setitem(STUDIES, "tiny", Study("Why?", rows))
    place = str(tmp_path / "study")
    options = {"num_seeds": 1, "data": DATA}

    def draw_nothing(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(program, "study_figure", draw_nothing)
        with pytest.raises(KeyboardInterrupt):
            run_study("tiny", place, TINY, **options)
    losses = [row.changes["loss"] for row in rows]
    assert trainings == losses
    result = run_study("tiny", place, TINY, **options)
    assert trainings == losses
    assert [row.name for row in result.rows] == [row.name for row in rows]
    assert [row.num_classes for row in result.rows][0] == 1
    for row in result.rows:
        for number in (row.auc, row.pauc, row.official_score):
            low, high = number.interval
            assert 0 <= low <= high <= 1
            assert 0 <= number.mean <= 1
        assert np.isfinite(row.spreads).all()
    assert result.rows[1].num_classes > 2
    table, figure = result.files
    assert "official score (2023)" in table.read_text(encoding="utf-8")
    assert figure.read_bytes().startswith(b"\x89PNG")
    scored = sorted((tmp_path / "study" / "runs").rglob("cell.csv"))
    assert [len(path.read_text().splitlines()) for path in scored] == [33, 33]
