import pytest

from pipelines.settings.config import Config
from pipelines.settings.loss_facts import LOSSES
from pipelines.training.assembly import make_head
from pipelines.training.assembly import make_loss

EMBEDDERS = {"own_class_error": "reconstruction", "outlier_exposure": "flow"}


def make_config(loss):
    return Config(
        loss=loss,
        scorer="centroids",
        mix_position="waveform",
        embedder=EMBEDDERS.get(loss, "mobile_facenet"),
        networks="section" if loss == "outlier_exposure" else "one",
        pretraining="contrastive"
        if loss == "supervised_contrastive"
        else "none",
    )


@pytest.mark.parametrize(
    "loss", sorted(set(LOSSES) - {"supervised_contrastive"})
)
def test_the_head_gives_what_is_said_of_its_loss(loss):
    assert make_head(make_config(loss), 3).gives == LOSSES[loss].head


@pytest.mark.parametrize("loss", LOSSES)
def test_only_margin_losses_have_a_margin_here(loss):
    made = make_loss(make_config(loss), 3)
    is_angular = hasattr(made, "margin") and hasattr(made, "scale")
    assert is_angular == LOSSES[loss].has_margin
