import dataclasses
import logging

import keras
import numpy as np
import pytest

from pipelines.runs.checkpoints import read_history
from pipelines.runs.preparation import prepare_clips
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.config import Config
from pipelines.settings.embedders import MobileFaceNet
from pipelines.settings.front_ends import LogMel
from pipelines.training.assembly import make_classifier
from pipelines.training.fitting import fit_classifier
from pipelines.training.fitting import learning_rate
from pipelines.training.tasks import list_examples

CONFIG = Config(
    embedder=MobileFaceNet(
        front_end=LogMel(num_mel_bins=8), width=0.0625, embedding_dim=8
    ),
    clip_seconds=0.25,
    epochs=3,
    batch_size=16,
    holdout=0.2,
    keep="last",
)
pytestmark = pytest.mark.usefixtures("eager")


class Extra(keras.callbacks.Callback):
    """Adds a number of its own to the logs."""

    def on_epoch_end(self, epoch, logs=None):
        logs["extra"] = 10.0 * epoch


@pytest.fixture
def fit(two_fans, tmp_path):
    listed = prepare_clips(
        [str(two_fans)], CONFIG, RunFolder(tmp_path / "lists")
    )
    examples, label_map = list_examples(listed, CONFIG)

    def fit_in(name, config=CONFIG, **options):
        keras.utils.set_random_seed(1)
        run = RunFolder(tmp_path / name)
        arguments = (examples, listed, label_map, config, run)
        return fit_classifier(*arguments, **options), run

    return fit_in


def test_stopped_early_rates_fall_as_they_would_without_it(fit):
    _, run = fit("short", last_epoch=2)
    rates = [float(row["learning_rate"]) for row in read_history(run)]
    np.testing.assert_allclose(
        rates, [learning_rate(epoch, CONFIG) for epoch in range(2)], rtol=1e-6
    )


def test_stopped_early_it_goes_on_to_where_it_would_have_ended(fit):
    whole, run = fit("whole")
    fit("parts", last_epoch=1)
    parts, again = fit("parts", last_epoch=99)
    assert again.history.read_text() == run.history.read_text()
    for one, other in zip(
        whole.get_weights(), parts.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_a_damaged_checkpoint_falls_back_to_the_one_before(fit, caplog):
    whole, run = fit("whole")
    fit("broken", last_epoch=2)
    _, broken = fit("broken", last_epoch=2)
    newest, older = broken.checkpoint(2), broken.checkpoint(1)
    assert set(broken.checkpoints) == {newest, older}
    newest.write_bytes(newest.read_bytes()[:-100])
    again, _ = fit("broken")
    assert f"fell back to {older.name}" in caplog.text
    assert f"{newest}, with " in caplog.text
    assert set(broken.checkpoints) == {broken.checkpoint(3), newest}
    assert broken.history.read_text() == run.history.read_text()
    for one, other in zip(
        whole.get_weights(), again.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_where_no_checkpoint_is_whole_none_is_removed(fit):
    _, run = fit("broken", last_epoch=2)
    for path in run.checkpoints:
        path.write_bytes(b"")
    with pytest.raises(ValueError, match="epoch_00002.keras"):
        fit("broken")
    assert len(run.checkpoints) == 2


def test_a_classifier_that_is_given_is_the_one_that_trains(fit):
    classifier = make_classifier(CONFIG, 2)
    before = classifier.head.get_weights()[0]
    trained, _ = fit("given", classifier=classifier, last_epoch=1)
    assert trained is classifier
    assert not np.array_equal(classifier.head.get_weights()[0], before)


def test_what_callbacks_add_goes_into_the_history(fit):
    _, run = fit("extra", callbacks=[Extra()], last_epoch=2)
    assert [row["extra"] for row in read_history(run)] == ["0.0", "10.0"]
    assert list((run.tensorboard / "train").iterdir())


def test_of_few_steps_is_warned_unless_all_is_quiet(fit, caplog):
    caplog.set_level(logging.WARNING)
    fit("quiet", last_epoch=1, verbose=0)
    assert not caplog.messages
    fit("told", dataclasses.replace(CONFIG, epochs=1))
    assert "1 training steps are few" in caplog.text
