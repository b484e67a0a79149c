"""Batch normalisations folded into convolutions, for inference."""

import numpy as np
from keras import ops

from keras_asd.layers import Bottleneck
from keras_asd.models.detector import AnomalyDetector
from keras_asd.models.joined_embedder import JoinedEmbedder
from keras_asd.models.spectrum_branch import SpectrumBranch


def fold(detector: AnomalyDetector) -> AnomalyDetector:
    """The same detector with fewer operations, for inference.

    Batch normalisations become part of the convolutions and dense layers
    before them, the last one of a `SpectrogramBranch` of the dense layer
    behind it. Those on the input of a branch or of a residual block stay, and
    those behind a rectification and before borders of zeros: there the order
    does not allow it. A PReLU becomes `max(x, slope * x)` if no slope of the
    network exceeds one. Scores differ by what float32 rounds. An embedder
    without such normalisations, or a folded one, stays as it is; of joined
    ones each is folded.

    Args:
        detector: With its trained embedder. It is not changed; head, scorer
            and whatever else it is made of are shared with the new one.

    >>> from keras_asd.layers import ClassCosine
    >>> from keras_asd.models.embedder import Embedder
    >>> embedder = Embedder(samples=16_000, width=0.25)
    >>> detector = AnomalyDetector(embedder, ClassCosine(2), None, {"fan": [0]})
    >>> fold(detector).embedder.is_folded
    True
    """
    folded = _fold_embedder(detector.embedder)
    if folded is detector.embedder:
        return detector
    return detector.with_parts(
        embedder=folded, calibration=detector.calibration
    )


def _fold_embedder(embedder):
    """A folded copy, or the embedder itself where nothing is to be folded."""
    if getattr(embedder, "is_folded", True):
        return embedder
    if isinstance(embedder, JoinedEmbedder):
        return JoinedEmbedder(
            [_fold_embedder(part) for part in embedder.embedders]
        )
    changes = {"is_folded": True}
    if hasattr(embedder, "backbone"):
        changes["has_steep_slopes"] = _has_steep_slopes(embedder.backbone)
    folded = type(embedder).from_config({**embedder.get_config(), **changes})
    if embedder.front_end is not None:
        _copy(embedder.front_end, folded.front_end)
    if hasattr(embedder, "backbone"):
        if embedder.tgram is not None:
            _copy(embedder.tgram, folded.tgram)
        blocks = zip(
            _convolution_blocks(embedder.backbone),
            _convolution_blocks(folded.backbone),
            strict=True,
        )
        for block, new in blocks:
            _fold_behind(block.convolution, block.norm, new.convolution)
            if block.rectifier is not None:
                _copy(block.rectifier, new.rectifier)
        _fold_projection(embedder.backbone, folded.backbone)
    else:
        for name, network in embedder.networks.items():
            is_spectrum = isinstance(network, SpectrumBranch)
            fold_branch = _fold_spectrum if is_spectrum else _fold_spectrogram
            fold_branch(network, folded.networks[name])
    return folded


def _convolution_blocks(backbone):
    for block in backbone.blocks:
        if isinstance(block, Bottleneck):
            yield from block.blocks
        else:
            yield block


def _fold_projection(backbone, folded):
    if backbone.projection is not None:
        _fold_behind(
            backbone.projection, backbone.projection_norm, folded.projection
        )


def _has_steep_slopes(backbone):
    slopes = [
        ops.convert_to_numpy(block.rectifier.alpha)
        for block in _convolution_blocks(backbone)
        if block.rectifier is not None
    ]
    return any(bool(np.any(alpha > 1)) for alpha in slopes)


def _fold_spectrum(branch, folded):
    for old, new in zip(branch.convolutions, folded.convolutions, strict=True):
        _copy(old, new)
    for old, norm, new in zip(
        branch.denses, branch.norms, folded.denses, strict=True
    ):
        _fold_behind(old, norm, new)
    _copy(branch.embedding, folded.embedding)


def _fold_spectrogram(branch, folded):
    _copy(branch.input_norm, folded.input_norm)
    _fold_behind(branch.stem, branch.stem_norm, folded.stem)
    for old, new in zip(branch.blocks, folded.blocks, strict=True):
        if new.norm is None:
            _fold_behind(old.first, old.norm, new.first)
        else:
            _copy(old.first, new.first)
            _copy(old.norm, new.norm)
        for name in ("input_norm", "second", "shortcut"):
            if getattr(old, name) is not None:
                _copy(getattr(old, name), getattr(new, name))
    # kernel^T (scale x + shift) + bias
    scale, shift = _scale_and_shift(branch.embedding_norm)
    kernel, bias = _kernel_and_bias(branch.embedding)
    folded.embedding.kernel.assign(scale[:, None] * kernel)
    folded.embedding.bias.assign(shift @ kernel + bias)


def _fold_behind(layer, norm, folded):
    """Sets `folded` to what `norm(layer(x))` is."""
    scale, shift = _scale_and_shift(norm)
    kernel, bias = _kernel_and_bias(layer)
    is_depthwise = kernel.shape[-1] != len(scale)
    folded.kernel.assign(kernel * (scale[:, None] if is_depthwise else scale))
    folded.bias.assign(bias * scale + shift)


def _scale_and_shift(norm):
    """Scale and shift of a normalisation at inference, in float64."""
    variance = _numbers(norm.moving_variance)
    scale = 1.0 / np.sqrt(variance + norm.epsilon)
    shift = -_numbers(norm.moving_mean) * scale
    if norm.scale:
        scale, shift = (
            scale * _numbers(norm.gamma),
            shift * _numbers(norm.gamma),
        )
    return scale, shift + _numbers(norm.beta) if norm.center else shift


def _kernel_and_bias(layer):
    bias = _numbers(layer.bias) if layer.use_bias else 0.0
    return _numbers(layer.kernel), bias


def _numbers(variable):
    return ops.convert_to_numpy(variable).astype("float64")


def _copy(old, new):
    """Copies weights; a bias that only the new layer has stays zero."""
    weights = old.get_weights()
    new.set_weights(weights + new.get_weights()[len(weights) :])
