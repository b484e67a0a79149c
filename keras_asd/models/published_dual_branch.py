"""Names of the published weights of the dual-branch network."""

import itertools
from collections.abc import Iterator

from keras_asd.models.dual_branch_embedder import DualBranchEmbedder
from keras_asd.models.spectrogram_branch import SpectrogramBranch
from keras_asd.models.spectrum_branch import SpectrumBranch


class _Names:
    """Numbers the layers of a kind as the released code made them."""

    def __init__(self):
        self.numbers = {}

    def next(self, kind):
        number = next(self.numbers.setdefault(kind, itertools.count()))
        return f"{kind}_{number}" if number else kind


def _kernel(layer, name):
    yield layer.kernel, f"{name}/kernel:0"
    if layer.use_bias:
        yield layer.bias, f"{name}/bias:0"


def _norm(norm, names):
    name = names.next("batch_normalization")
    if norm.gamma is not None:
        yield norm.gamma, f"{name}/gamma:0"
        yield norm.beta, f"{name}/beta:0"
    yield norm.moving_mean, f"{name}/moving_mean:0"
    yield norm.moving_variance, f"{name}/moving_variance:0"


def _spectrum(branch, names):
    for convolution in branch.convolutions:
        yield from _kernel(convolution, names.next("conv1d"))
    for dense, norm in zip(branch.denses, branch.norms, strict=True):
        yield from _kernel(dense, names.next("dense"))
        yield from _norm(norm, names)
    yield from _kernel(branch.embedding, "emb_fft")


def _spectrogram(branch, names):
    yield from _norm(branch.input_norm, names)
    yield from _kernel(branch.stem, names.next("conv2d"))
    yield from _norm(branch.stem_norm, names)
    for block in branch.blocks:
        if block.input_norm is not None:
            yield from _norm(block.input_norm, names)
        yield from _kernel(block.first, names.next("conv2d"))
        yield from _norm(block.norm, names)
        yield from _kernel(block.second, names.next("conv2d"))
        if block.shortcut is not None:
            yield from _kernel(block.shortcut, names.next("conv2d"))
    yield from _norm(branch.embedding_norm, names)
    yield from _kernel(branch.embedding, names.next("emb_mel"))


def published_names(embedder: DualBranchEmbedder) -> Iterator[tuple]:
    """Every weight of the embedder and its name in the released code.

    There, layers are numbered by kind in the order in which they are made,
    the spectrum branch before the spectrogram branch. What the published
    network does not have (biases, further resolutions) gets the name that it
    would have had.

    >>> embedder = DualBranchEmbedder(samples=2_000, width=0.25)
    >>> [name for _, name in published_names(embedder)][-1]
    'emb_mel/kernel:0'

    Reference: released code of Wilkinghoff,
    https://arxiv.org/abs/2309.15643
    """
    names = _Names()
    for network in embedder.networks.values():
        if isinstance(network, SpectrumBranch):
            yield from _spectrum(network, names)
        elif isinstance(network, SpectrogramBranch):
            yield from _spectrogram(network, names)


def plain_name(name: str) -> str:
    """The name without a leading `weight/` and index in the file.

    >>> plain_name("weight/004:conv2d/kernel:0")
    'conv2d/kernel:0'
    """
    name = name.removeprefix("weight/")
    index, _, rest = name.partition(":")
    return rest if index.isdigit() else name
