import typing

import pytest

from pipelines.settings.config import Config
from pipelines.settings.loss_facts import HEAD_SCORERS
from pipelines.settings.loss_facts import LOSSES

FLOW = {
    "embedder": "flow",
    "networks": "section",
    "loss": "outlier_exposure",
    "scorer": "error",
    "mix_position": "waveform",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sampling_rate", 0),
        ("clip_seconds", 0.0),
        ("clip_seconds", 601.0),
        ("max_broken_share", 1.1),
        ("channels", ()),
        ("num_mel_bins", 4),
        ("embedding_dim", 1),
        ("width", 0.0),
        ("branches", ()),
        ("frame_lengths", ()),
        ("frame_lengths", (1024, 8)),
        ("kernel_l2", -1e-9),
        ("margin", 1.6),
        ("scale", 0.0),
        ("num_subclusters", 0),
        ("recording_channel", -1),
        ("epochs", 0),
        ("batch_size", 1),
        ("learning_rate", 0.0),
        ("weight_decay", -0.1),
        ("final_learning_rate", 1.5),
        ("mix_alpha", 0.0),
        ("mix_probability", 1.1),
        ("holdout", 1.0),
        ("seed", -1),
        ("window_step_seconds", 0.0),
        ("window_step_seconds", 11.0),
        ("windows_per_clip", 0),
        ("units", ()),
        ("units", (64, 0)),
        ("num_blocks", 0),
        ("num_steps", 0),
        ("outlier_weight", -0.1),
        ("pretraining_epochs", 0),
        ("pretraining_learning_rate", 0.0),
    ],
)
def test_a_setting_out_of_its_range_is_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be .*{name}="):
        Config(**{name: value})


def test_the_best_epoch_needs_clips_held_out():
    with pytest.raises(ValueError, match="Received: holdout=0"):
        Config(holdout=0.0)
    assert Config(holdout=0.0, keep="last").keep == "last"


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"loss": "one_class_compactness"}, "scorer"),
        ({"embedder": "dual_branch"}, "mix_position"),
        ({"embedder": "reconstruction", "mix_position": "waveform"}, "loss"),
        ({"loss": "own_class_error"}, "loss"),
        ({"loss": "cross_entropy"}, "scorer"),
        ({"scorer": "log_odds"}, "scorer"),
        ({"scorer": "selective_mahalanobis"}, "scorer"),
        ({"embedder": "statistics", "networks": "machine"}, "networks"),
        ({"networks": "machine", "pretraining": "built_in"}, "pretraining"),
        ({"networks": "machine", "further_classes": "built_in"}, "further_cl"),
        ({"loss": "supervised_contrastive"}, "loss"),
        ({**FLOW, "networks": "machine"}, "networks"),
        ({**FLOW, "classes": "attributes"}, "classes"),
        ({**FLOW, "domain_classes": True}, "domain_classes"),
    ],
)
def test_what_could_not_end_well_is_refused_at_once(settings, name):
    with pytest.raises(ValueError, match=f"`{name}.*` must be .*{name}"):
        Config(**settings)


def test_every_loss_has_targets():
    losses = typing.get_args(typing.get_type_hints(Config)["loss"])
    assert set(losses) == set(LOSSES)
    targets = {facts.targets for facts in LOSSES.values()}
    assert targets == {"one_hot", "soft", "rows"}
    heads = {facts.head for facts in LOSSES.values()}
    assert heads == set(HEAD_SCORERS.values())


@pytest.mark.parametrize(
    ("loss", "probability", "has_mixup"),
    [
        ("arcface", 1.0, False),
        ("noisy_arcmix", 1.0, True),
        ("adacos", 0.5, True),
        ("adacos", 0.0, False),
    ],
)
def test_what_is_mixed_depends_on_the_loss(loss, probability, has_mixup):
    config = Config(loss=loss, mix_probability=probability)
    assert config.has_mixup == has_mixup


def test_only_what_tells_classes_apart_needs_two():
    assert Config().needs_classes
    one = Config(loss="one_class_compactness", scorer="centroids")
    assert not one.needs_classes
    assert not Config(embedder="statistics").needs_classes


def test_the_length_in_samples_is_rounded():
    assert Config(sampling_rate=11_025, clip_seconds=0.3).samples == 3308
