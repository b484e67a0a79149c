"""Embedders put together as a configuration says."""

import keras

from keras_asd.models import DualBranchEmbedder
from keras_asd.models import Embedder
from keras_asd.models import FlowEmbedder
from keras_asd.models import MobileNetEmbedder
from keras_asd.models import ReconstructionEmbedder
from keras_asd.models import StatisticsEmbedder
from pipelines.settings.config import Config

# Channels of the flow's couplings at width 1.
FLOW_WIDTH = 128


def make_embedder(config: Config, dtype: str = "float32") -> keras.Model:
    """The embedder of a configuration, with fresh weights.

    >>> make_embedder(Config(clip_seconds=1.0, width=0.25)).samples
    16000
    """
    if config.embedder == "dual_branch":
        return DualBranchEmbedder(
            samples=config.samples,
            sampling_rate=config.sampling_rate,
            branches=config.branches,
            spectrogram=config.spectrogram,
            frame_lengths=config.frame_lengths,
            has_bias=config.has_bias,
            is_affine=config.is_affine,
            width=config.width,
            branch_dim=config.embedding_dim,
            kernel_l2=config.kernel_l2,
            dtype=dtype,
        )
    shared = {
        "preset": config.front_end,
        "samples": config.samples,
        "sampling_rate": config.sampling_rate,
        "num_mel_bins": config.num_mel_bins,
        "dtype": dtype,
    }
    if config.embedder == "mobilenet":
        return MobileNetEmbedder(width=config.width, **shared)
    if config.embedder == "reconstruction":
        return ReconstructionEmbedder(
            predicts=config.predicts,
            units=config.units,
            has_norm=config.has_norm,
            **shared,
        )
    if config.embedder == "flow":
        return FlowEmbedder(
            num_blocks=config.num_blocks,
            num_steps=config.num_steps,
            width=max(4, round(FLOW_WIDTH * config.width)),
            **shared,
        )
    if config.embedder == "statistics":
        return StatisticsEmbedder(
            samples=config.samples,
            sampling_rate=config.sampling_rate,
            num_mel_bins=config.num_mel_bins,
            level=config.level,
            num_components=config.embedding_dim,
        )
    return Embedder(
        channels=config.channels,
        gate=config.gate,
        stages=config.stages,
        embedding_dim=config.embedding_dim,
        width=config.width,
        has_projection=config.pretraining == "contrastive",
        **shared,
    )
