"""Named configurations."""

import dataclasses

from pipelines.settings.baseline_presets import BASELINES
from pipelines.settings.config import Config

_TASTGRAM = Config()
_STGRAM = dataclasses.replace(
    _TASTGRAM, channels=("tgram", "log_mel"), gate="raw"
)

# Choi & Choi (TASTgram-MFN; Tables 1 and 2) with the settings of their
# released code. `stgram_mfn_arcface` is Liu et al. (STgram-MFN; their
# published numbers): its own front-end, channel order and backbone, Adam
# without decay; the cosine is ours, theirs begins at epoch 20.
# `reduced` is the same system, small enough for a laptop's few minutes, and
# `tastgram_study` smaller still, for the many trainings of a search.
#
# Wilkinghoff & Kurth, https://arxiv.org/abs/2309.15643, with the settings of
# the authors' released code: `dual_branch_subcluster_adacos`, and with one
# centre a class `dual_branch_adacos`. `dual_branch_multi_resolution` is the
# strongest published variant from scratch: three resolutions, trained
# centres, mixing every other clip (Fujimura et al., ASDKit; its recipe).
# `dual_branch_reduced` is the first of them for a laptop, and
# `dual_branch_study` smaller still, for the many trainings of a study: its
# rate falls so that every loss reaches its floor.
#
# `training_free` is ours: statistics of the log-Mel and a local density.
# `dual_branch_fused` adds both up, for few clips.
_DUAL_BRANCH = Config(
    embedder="dual_branch",
    loss="subcluster_adacos",
    mix_position="waveform",
    mix_alpha=1.0,
    mix_per="clip",
    classes="attributes",
    domain_classes=True,
    scorer="centroids",
    epochs=10,
    learning_rate=1e-3,
    final_learning_rate=1.0,
    weight_decay=0.0,
    holdout=0.0,
    keep="last",
)
_DUAL_BRANCH_STUDY = dataclasses.replace(
    _DUAL_BRANCH,
    clip_seconds=2.0,
    width=0.25,
    embedding_dim=32,
    batch_size=16,
    learning_rate=3e-3,
    final_learning_rate=0.01,
    seed=1,
)

PRESETS = {
    "tastgram_mfn_noisy_arcmix": _TASTGRAM,
    "tastgram_mfn_arcmix": dataclasses.replace(_TASTGRAM, loss="arcmix"),
    "tastgram_mfn_arcface": dataclasses.replace(_TASTGRAM, loss="arcface"),
    "stgram_mfn_arcface": dataclasses.replace(
        _STGRAM,
        loss="arcface",
        front_end="paper",
        channels=("log_mel", "tgram"),
        stages="original",
        batch_size=128,
        weight_decay=0.0,
        seed=42,
    ),
    "stgram_mfn_noisy_arcmix": _STGRAM,
    "tastgram_mfn_cross_entropy": dataclasses.replace(
        _TASTGRAM, loss="cross_entropy", scorer="log_odds"
    ),
    "clp_scf": dataclasses.replace(
        _STGRAM,
        loss="arcface",
        front_end="paper",
        channels=("log_mel", "tgram"),
        stages="original",
        margin=1.0,
        pretraining="contrastive",
        final_learning_rate=0.0,
        batch_size=128,
        weight_decay=0.0,
        seed=526,
    ),
    "clp_scf_study": dataclasses.replace(
        _STGRAM,
        loss="arcface",
        front_end="paper",
        channels=("log_mel", "tgram"),
        margin=1.0,
        pretraining="contrastive",
        pretraining_epochs=5,
        pretraining_learning_rate=3e-3,
        clip_seconds=2.0,
        num_mel_bins=64,
        width=0.25,
        epochs=10,
        batch_size=32,
        learning_rate=3e-3,
        final_learning_rate=0.01,
        weight_decay=0.0,
        keep="last",
        seed=1,
    ),
    **BASELINES,
    "reduced": dataclasses.replace(
        _TASTGRAM,
        clip_seconds=4.0,
        num_mel_bins=64,
        width=0.5,
        gate="standardized",
        epochs=15,
        batch_size=32,
        learning_rate=1e-3,
        keep="last",
        seed=1,
    ),
    "tastgram_study": dataclasses.replace(
        _TASTGRAM,
        clip_seconds=2.0,
        num_mel_bins=64,
        width=0.25,
        gate="standardized",
        epochs=10,
        batch_size=16,
        learning_rate=3e-3,
        keep="last",
        seed=1,
    ),
    "dual_branch_subcluster_adacos": _DUAL_BRANCH,
    "dual_branch_adacos": dataclasses.replace(_DUAL_BRANCH, loss="adacos"),
    "dual_branch_multi_resolution": dataclasses.replace(
        _DUAL_BRANCH,
        frame_lengths=(256, 1024, 4096),
        centres="trained",
        mix_probability=0.5,
        epochs=16,
        weight_decay=0.01,
    ),
    "dual_branch_reduced": dataclasses.replace(
        _DUAL_BRANCH,
        clip_seconds=4.0,
        width=0.5,
        embedding_dim=64,
        batch_size=32,
        seed=1,
    ),
    "dual_branch_study": _DUAL_BRANCH_STUDY,
    "dual_branch_fused": dataclasses.replace(
        _DUAL_BRANCH_STUDY,
        epochs=20,
        scorer="local_density",
        fusion="training_free",
    ),
    "training_free": Config(
        embedder="statistics",
        num_mel_bins=32,
        embedding_dim=256,
        scorer="local_density",
        space="raw",
        holdout=0.0,
        keep="last",
    ),
}


def choose_preset(name: str) -> Config:
    """The preset of that name.

    Raises:
        ValueError: If there is none.

    >>> choose_preset("stgram_mfn_arcface").loss
    'arcface'
    """
    if name not in PRESETS:
        raise ValueError(
            f"`preset` must be one of {', '.join(PRESETS)}. "
            f"Received: preset={name!r}."
        )
    return PRESETS[name]
