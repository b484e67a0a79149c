"""Named configurations of the methods that others are held against."""

import dataclasses

from pipelines.settings.config import Config

# The baselines of Choi & Choi's tables. The autoencoder is the official one of
# DCASE 2020 (Koizumi et al.), its Mahalanobis form that of 2023 (Harada et
# al.); IDNN is Suefusa et al. as re-implemented by the authors of STgram-MFN;
# MobileNetV2 is Giri et al. as in the official baseline of 2021, with the
# score as meant (`log_odds_literal` is the score as coded) and windows 8
# frames apart in scoring, as in training, where theirs are one apart. Glow-Aff
# is Dohi et al., whose sizes are not public: these are our own. CLP-SCF, beside
# STgram-MFN, is Guan et al. as in their released code, but for the cosine,
# which begins at once (theirs at epoch 20), and the last batch, which is kept.
_AUTOENCODER = Config(
    embedder="reconstruction",
    networks="machine",
    loss="own_class_error",
    mix_position="waveform",
    classes="machine",
    scorer="error",
    epochs=100,
    batch_size=2,
    learning_rate=1e-3,
    final_learning_rate=1.0,
    weight_decay=0.0,
    holdout=0.1,
    keep="last",
)
_IDNN = dataclasses.replace(
    _AUTOENCODER,
    front_end="paper",
    predicts="middle",
    epochs=300,
    batch_size=128,
    holdout=0.0,
)
_MOBILENET = Config(
    embedder="mobilenet",
    networks="machine",
    loss="cross_entropy",
    mix_position="waveform",
    scorer="log_odds",
    clip_seconds=2.08,
    window_step_seconds=0.256,
    windows_per_clip=32,
    width=0.5,
    epochs=20,
    batch_size=32,
    learning_rate=1e-5,
    final_learning_rate=1.0,
    weight_decay=0.0,
    holdout=0.1,
    keep="last",
)
_GLOW = Config(
    embedder="flow",
    networks="section",
    loss="outlier_exposure",
    mix_position="waveform",
    scorer="error",
    epochs=100,
    batch_size=8,
    weight_decay=0.0,
    holdout=0.0,
    keep="last",
)

BASELINES = {
    "mobilenet_v2": _MOBILENET,
    "idnn": _IDNN,
    "autoencoder": _AUTOENCODER,
    "autoencoder_mahalanobis": dataclasses.replace(
        _AUTOENCODER, scorer="selective_mahalanobis_published"
    ),
    "glow_aff": _GLOW,
    "mobilenet_study": dataclasses.replace(
        _MOBILENET,
        window_step_seconds=None,
        windows_per_clip=1,
        num_mel_bins=64,
        width=0.25,
        epochs=20,
        batch_size=16,
        learning_rate=3e-3,
        final_learning_rate=0.01,
        seed=1,
    ),
    "autoencoder_study": dataclasses.replace(
        _AUTOENCODER,
        clip_seconds=2.0,
        num_mel_bins=64,
        units=(64, 64, 8, 64, 64),
        epochs=20,
        batch_size=4,
        final_learning_rate=0.01,
        seed=1,
    ),
    "idnn_study": dataclasses.replace(
        _IDNN,
        clip_seconds=2.0,
        num_mel_bins=64,
        units=(64, 64, 8, 64, 64),
        epochs=20,
        batch_size=4,
        final_learning_rate=0.01,
        holdout=0.1,
        seed=1,
    ),
    "glow_study": dataclasses.replace(
        _GLOW,
        clip_seconds=2.0,
        num_mel_bins=64,
        num_blocks=2,
        num_steps=4,
        width=0.125,
        epochs=15,
        learning_rate=2e-3,
        final_learning_rate=0.01,
        seed=1,
    ),
}
