import math

import pytest

from pipelines.settings.config import Config
from pipelines.settings.embedders import DualBranch
from pipelines.settings.embedders import Flow
from pipelines.settings.embedders import MobileFaceNet
from pipelines.settings.embedders import Reconstruction
from pipelines.settings.embedders import Statistics
from pipelines.settings.front_ends import LogMel
from pipelines.settings.losses import ArcFace
from pipelines.settings.losses import CrossEntropy
from pipelines.settings.losses import NoisyArcMix
from pipelines.settings.losses import NoLoss
from pipelines.settings.losses import OneClassCompactness
from pipelines.settings.losses import OutlierExposure
from pipelines.settings.losses import OwnClassError
from pipelines.settings.losses import SubclusterAdaCos
from pipelines.settings.losses import SupervisedContrastive
from pipelines.settings.pretraining import BuiltInMachines
from pipelines.settings.pretraining import Contrastive
from pipelines.settings.scorers import Centroids
from pipelines.settings.scorers import HeadScore
from pipelines.settings.scorers import LogOdds
from pipelines.settings.scorers import SelectiveMahalanobis

FLOW = {
    "embedder": Flow(),
    "networks": "section",
    "loss": OutlierExposure(),
    "scorer": HeadScore(),
}


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (Config, "sampling_rate", 0),
        (Config, "clip_seconds", -1.0),
        (Config, "clip_seconds", 601.0),
        (Config, "max_broken_share", 1.1),
        (MobileFaceNet, "channels", ()),
        (LogMel, "num_mel_bins", 4),
        (MobileFaceNet, "embedding_dim", 1),
        (MobileFaceNet, "width", 0.0),
        (DualBranch, "branches", ()),
        (DualBranch, "frame_lengths", ()),
        (DualBranch, "frame_lengths", (1024, 8)),
        (DualBranch, "kernel_l2", -1e-9),
        (ArcFace, "margin", 1.6),
        (ArcFace, "scale", 0.0),
        (SubclusterAdaCos, "num_subclusters", 0),
        (Config, "recording_channel", -1),
        (Config, "epochs", 0),
        (Config, "batch_size", 1),
        (Config, "learning_rate", 0.0),
        (Config, "weight_decay", -0.1),
        (Config, "final_learning_rate", 1.5),
        (NoisyArcMix, "mix_alpha", 0.0),
        (NoisyArcMix, "mix_probability", 1.1),
        (Config, "holdout", 1.0),
        (Config, "seed", -1),
        (Config, "window_step_seconds", 0.0),
        (Config, "window_step_seconds", 11.0),
        (Config, "windows_per_clip", 0),
        (Reconstruction, "units", ()),
        (Reconstruction, "units", (64, 0)),
        (Flow, "num_blocks", 0),
        (Flow, "num_steps", 0),
        (Statistics, "num_mel_bins", 7),
        (OutlierExposure, "outlier_weight", -0.1),
        (Contrastive, "epochs", 0),
        (BuiltInMachines, "learning_rate", 0.0),
    ],
)
def test_a_setting_out_of_its_range_is_refused_by_name(kind, name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be .*{name}="):
        kind(**{name: value})


def test_the_best_epoch_needs_clips_held_out():
    with pytest.raises(ValueError, match="no clips are held out"):
        Config(holdout=0.0)
    assert Config(holdout=0.0, keep="last").keep == "last"


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"loss": OneClassCompactness()}, "scorer"),
        ({"embedder": DualBranch()}, "loss"),
        ({"embedder": Reconstruction()}, "loss"),
        ({"embedder": Statistics()}, "loss"),
        ({"loss": OwnClassError()}, "loss"),
        ({"loss": NoLoss()}, "loss"),
        ({"loss": CrossEntropy()}, "scorer"),
        ({"scorer": LogOdds()}, "scorer"),
        ({"scorer": SelectiveMahalanobis()}, "scorer"),
        (
            {"embedder": Statistics(), "loss": NoLoss(), "networks": "machine"},
            "networks",
        ),
        (
            {"networks": "machine", "pretraining": BuiltInMachines()},
            "pretraining",
        ),
        ({"networks": "machine", "further_classes": "built_in"}, "further_cl"),
        (
            {
                "embedder": DualBranch(),
                "loss": SubclusterAdaCos(),
                "pretraining": Contrastive(),
            },
            "pretraining",
        ),
        ({"loss": SupervisedContrastive()}, "loss"),
        ({**FLOW, "networks": "machine"}, "networks"),
        ({**FLOW, "classes": "attributes"}, "classes"),
        ({**FLOW, "domain_classes": True}, "domain_classes"),
    ],
)
def test_what_could_not_end_well_is_refused_at_once(settings, name):
    with pytest.raises(ValueError, match=f"`{name}.*` must be .*{name}"):
        Config(**settings)


def test_only_what_tells_classes_apart_needs_two():
    assert Config().needs_classes
    one = Config(loss=OneClassCompactness(), scorer=Centroids())
    assert not one.needs_classes
    assert not Config(embedder=Statistics(), loss=NoLoss()).needs_classes


def test_the_length_in_samples_is_rounded():
    assert Config(sampling_rate=11_025, clip_seconds=0.3).samples == 3308


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sampling_rate": 2}, "`sampling_rate` must be 1000 to 192000 Hz"),
        ({"sampling_rate": 10**9}, "`sampling_rate` must be 1000 to 192000"),
        ({"clip_seconds": 1e-5}, r"`clip_seconds` must be in \[0.01, 600\]"),
        ({"learning_rate": math.inf}, "`learning_rate` must be a finite"),
        ({"weight_decay": math.nan}, "`weight_decay` must be zero or positive"),
        ({"window_step_seconds": math.inf}, "_seconds` must be a finite num"),
    ],
)
def test_a_number_that_cannot_be_is_refused(changes, said):
    with pytest.raises(ValueError, match=said):
        Config(**changes)
