"""Weights of the published systems."""

import numpy as np

from keras_asd.layers import Bottleneck
from keras_asd.layers import ClassCosine
from keras_asd.models.dual_branch_embedder import DualBranchEmbedder
from keras_asd.models.embedder import Embedder
from keras_asd.models.published_dual_branch import plain_name
from keras_asd.models.published_dual_branch import published_names


def _dense_kernel(kernel):
    """From (out, 1, length) to (length, out)."""
    return _kernel_1d(kernel).reshape(-1, len(kernel))


def _kernel_1d(kernel):
    """From (out, in, length) to (length, in, out)."""
    return np.transpose(kernel, (2, 1, 0))


def _kernel_2d(kernel):
    """From (out, in, mel, time) to (time, mel, in, out)."""
    return np.transpose(kernel, (3, 2, 1, 0))


def _depthwise_kernel(kernel):
    """From (channels, 1, mel, time) to (time, mel, channels, 1)."""
    return np.transpose(kernel, (3, 2, 0, 1))


def _same(array):
    return array


def _slopes(array):
    return array[None, None]


def _norm(norm, name):
    yield norm.gamma, f"{name}.weight", _same
    yield norm.beta, f"{name}.bias", _same
    yield norm.moving_mean, f"{name}.running_mean", _same
    yield norm.moving_variance, f"{name}.running_var", _same


def _block(block, convolution, norm, rectifier):
    layout = _depthwise_kernel if block.is_depthwise else _kernel_2d
    yield block.convolution.kernel, f"{convolution}.weight", layout
    yield from _norm(block.norm, norm)
    if block.rectifier is not None:
        yield block.rectifier.alpha, f"{rectifier}.weight", _slopes


def _tgram(tgram):
    prefix = "tgramnet.conv_encoder"
    yield tgram.kernel, "tgramnet.conv_extrctor.weight", _dense_kernel
    for index, norm in enumerate(tgram.norms):
        yield norm.gamma, f"{prefix}.{index}.0.weight", _same
        yield norm.beta, f"{prefix}.{index}.0.bias", _same
        kernel = tgram.convolutions[index].kernel
        yield kernel, f"{prefix}.{index}.2.weight", _kernel_1d


def _backbone(backbone):
    names = iter(("conv1", "dw_conv1", "conv2", "linear7", "linear1"))
    bottlenecks = 0
    for block in backbone.blocks:
        if isinstance(block, Bottleneck):
            prefix = f"mobilefacenet.blocks.{bottlenecks}.conv"
            for inner, first in zip(block.blocks, (0, 3, 6), strict=True):
                yield from _block(
                    inner,
                    f"{prefix}.{first}",
                    f"{prefix}.{first + 1}",
                    f"{prefix}.{first + 2}",
                )
            bottlenecks += 1
        else:
            prefix = f"mobilefacenet.{next(names)}"
            yield from _block(
                block, f"{prefix}.conv", f"{prefix}.bn", f"{prefix}.prelu"
            )


def load_published_weights(
    embedder: Embedder | DualBranchEmbedder, arrays: dict[str, np.ndarray]
) -> ClassCosine | None:
    """Fills an embedder with published weights and makes their head.

    Args:
        embedder: An embedder of the same architecture.
        arrays: Weights by the names and in the layout of the released code:
            PyTorch's of TASTgram-MFN (a convolution is out, in, Mel, time)
            for an `Embedder`, Keras's of sub-cluster AdaCos for a
            `DualBranchEmbedder`, such as `conv2d/kernel:0`. A leading
            `weight/` is stripped, and a leading index such as `004:`.

    Returns:
        The `ClassCosine` head made of `arcface.weight`; `None` for a
        `DualBranchEmbedder`, whose centres are drawn and not published.

    Raises:
        ValueError: If a name is missing or not used, a shape differs, or the
            embedder has a projection, of which no weights are published;
            nothing has been assigned then.

    >>> load_published_weights(Embedder(samples=16_000, width=0.25), {})
    Traceback (most recent call last):
    ...
    ValueError: `arrays` must name every weight ... Missing: arcface.weight...

    References: released code of Choi & Choi,
    https://ieeexplore.ieee.org/document/10447764, and of Wilkinghoff,
    https://arxiv.org/abs/2309.15643
    """
    given = {
        plain_name(name): np.asarray(array) for name, array in arrays.items()
    }
    if isinstance(embedder, DualBranchEmbedder):
        names = list(published_names(embedder))
        _check_names({name for _, name in names}, given)
        _assign([(*pair, _same) for pair in names], given)
        return None
    if embedder.has_projection:
        raise ValueError(
            "Published weights have no projection. Received: an embedder "
            "with has_projection=True. Make one without, and train."
        )
    targets = [] if embedder.tgram is None else list(_tgram(embedder.tgram))
    targets += _backbone(embedder.backbone)
    # The published network has a last dense layer that nothing uses, and
    # counts its batches.
    given = {
        name: array
        for name, array in given.items()
        if not name.startswith("mobilefacenet.fc_out.")
        and not name.endswith(".num_batches_tracked")
    }
    _check_names({"arcface.weight", *(name for _, name, _ in targets)}, given)
    head = ClassCosine(len(given["arcface.weight"]))
    head.build((None, embedder.embedding_dim))
    _assign([*targets, (head.centres, "arcface.weight", _same)], given)
    return head


def _check_names(known, given):
    missing = sorted(known - set(given))
    unused = sorted(set(given) - known)
    if missing or unused:
        raise ValueError(
            "`arrays` must name every weight of the embedder and no other. "
            f"Missing: {', '.join(missing) or 'none'}. "
            f"Not used: {', '.join(unused) or 'none'}. Is the embedder of "
            "the same arguments and length?"
        )


def _assign(targets, given):
    """Assigns all of the given arrays, or none."""
    assignments = []
    for variable, name, layout in targets:
        array = layout(given[name])
        if tuple(variable.shape) != array.shape:
            raise ValueError(
                f"`arrays[{name!r}]` must have shape {tuple(variable.shape)} "
                f"in Keras's layout. Received: {array.shape}."
            )
        assignments.append((variable, array))
    for variable, array in assignments:
        variable.assign(array)
