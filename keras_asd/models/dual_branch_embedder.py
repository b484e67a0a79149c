"""Embedder of two branches: spectrum and spectrogram."""

import keras
from keras import ops

from keras_asd.checks import check_choice
from keras_asd.checks import check_choices
from keras_asd.composite import Composite
from keras_asd.layers import LogMelSpectrogram
from keras_asd.layers import MagnitudeSpectrogram
from keras_asd.layers import MagnitudeSpectrum
from keras_asd.models.clip_windows import as_clips
from keras_asd.models.sizes import read_axes
from keras_asd.models.sizes import read_log_mel_shape
from keras_asd.models.spectrogram_branch import SpectrogramBranch
from keras_asd.models.spectrum_branch import SpectrumBranch
from keras_asd.presets import BRANCHES
from keras_asd.presets import SPECTROGRAMS

MAX_MEL_BINS = 128


@keras.saving.register_keras_serializable(package="keras_asd")
class DualBranchEmbedder(Composite, keras.Model):
    """Concatenated embeddings of a spectrum and a spectrogram branch.

    One branch looks at the magnitude spectrum of the whole clip, another at
    its spectrogram less its mean over time. Their embeddings are joined as
    they are: spectrum first, then spectrograms in the order of
    `frame_lengths`. In two steps: `embed(represent(waveform))`.

    Args:
        samples: Integer, length of the waveform, at least the longest frame.
            Defaults to 10 s.
        sampling_rate: Integer, Hz.
        branches: Tuple of `"spectrum"`, `"spectrogram"`, or one of them.
        spectrogram: `"linear"`, magnitudes as in the released code, or
            `"log_mel"`, decibels as in the paper's summary: a Mel band for
            eight samples of a frame, at most 128, front-end `"paper"` of
            `LogMelSpectrogram`.
        frame_lengths: Tuple of integers, samples; a spectrogram branch for
            each. Frames start half a frame apart. `(256, 1024, 4096)` is the
            multi-resolution variant.
        branch_dim: Integer, length of each branch's part of the embedding.
        width: Float, factor on the branches' channels and units.
        has_bias: Boolean, whether convolutions and dense layers add a bias;
            not in the paper, lest the network learn a constant.
        is_affine: Boolean, whether normalisations learn a scale and a shift.
            They do in the released code, though a shift is a bias.
        kernel_l2: Float, weight of the squared kernels in the loss.
        is_folded: Boolean, for inference; see `fold`.
        front_end: Keras layer from waveforms `(batch, samples)` to
            spectrograms `(batch, frames, bins)` for the one spectrogram
            branch. That of `spectrogram` and `frame_lengths` if `None`.

    Input shape: `(batch, samples)`, in `[-1, 1]`.
    Output shape: `(batch, embedding_dim)`, `branch_dim` for each branch.

    Raises:
        ValueError: For unknown branches or spectrograms, frames that are
            not of different, even lengths within the clip, a width that is
            not positive, or a waveform of another length.

    >>> embedder = DualBranchEmbedder(samples=16_000, width=0.25)
    >>> tuple(embedder(ops.zeros((2, 16_000))).shape)
    (2, 256)

    References: Wilkinghoff & Kurth, https://arxiv.org/abs/2309.15643, in the
    sizes of the released code.
    """

    parts = ("front_end",)

    def __init__(
        self,
        samples=160_000,
        sampling_rate=16_000,
        branches=BRANCHES,
        spectrogram="linear",
        frame_lengths=(1024,),
        branch_dim=128,
        width=1.0,
        has_bias=False,
        is_affine=True,
        kernel_l2=1e-5,
        is_folded=False,
        front_end=None,
        **kwargs,
    ):
        # The front-end needs the waveform in full precision.
        super().__init__(autocast=False, **kwargs)
        self.samples = samples
        self.sampling_rate = sampling_rate
        self.branches = tuple(branches)
        self.spectrogram = spectrogram
        self.frame_lengths = tuple(frame_lengths)
        self.branch_dim = branch_dim
        self.width = width
        self.has_bias = has_bias
        self.is_affine = is_affine
        self.kernel_l2 = kernel_l2
        self.is_folded = is_folded
        self.front_end = front_end
        self._check()
        settings = {
            "branch_dim": branch_dim,
            "width": width,
            "has_bias": has_bias,
            "is_affine": is_affine,
            "kernel_l2": kernel_l2,
            "is_folded": is_folded,
        }
        self.front_ends = {}
        self.networks = {}
        if "spectrum" in self.branches:
            self.front_ends["spectrum"] = MagnitudeSpectrum(sampling_rate)
            self.networks["spectrum"] = SpectrumBranch(
                name="spectrum", **settings
            )
        if "spectrogram" in self.branches:
            for name, front_end in self._make_front_ends():
                self.front_ends[name] = front_end
                self.networks[name] = SpectrogramBranch(
                    dtype=self.dtype_policy, name=name, **settings
                )
        self.embedding_dim = branch_dim * len(self.networks)
        self.build((None, samples))

    def _check(self):
        """Raises what the docstring says."""
        check_choices("branches", self.branches, BRANCHES)
        check_choice("spectrogram", self.spectrogram, SPECTROGRAMS)
        lengths = self.frame_lengths
        if not lengths or len(set(lengths)) < len(lengths):
            raise ValueError(
                "`frame_lengths` must hold different lengths, at least one. "
                f"Received: frame_lengths={lengths}."
            )
        is_used = "spectrogram" in self.branches and self.front_end is None
        if is_used and self.samples < max(lengths):
            raise ValueError(
                "`samples` must be at least the longest of `frame_lengths`. "
                f"Received: samples={self.samples}, frame_lengths={lengths}. "
                "Choose shorter frames or longer clips."
            )
        if not self.width > 0:
            raise ValueError(
                f"`width` must be positive. Received: width={self.width}. "
                "1.0 is the published network."
            )

    def _make_front_ends(self):
        """Names and front-ends of the spectrogram branches."""
        if self.front_end is not None:
            yield "spectrogram", self.front_end
        elif len(self.frame_lengths) == 1:
            yield "spectrogram", self._make_front_end(self.frame_lengths[0])
        else:
            for length in self.frame_lengths:
                yield f"spectrogram_{length}", self._make_front_end(length)

    def _make_front_end(self, frame_length):
        if self.spectrogram == "linear":
            return MagnitudeSpectrogram(frame_length, self.sampling_rate)
        return LogMelSpectrogram(
            "paper",
            sampling_rate=self.sampling_rate,
            num_mel_bins=min(MAX_MEL_BINS, frame_length // 8),
            frame_length=frame_length,
            frame_step=frame_length // 2,
        )

    def build(self, input_shape):
        for name, network in self.networks.items():
            if network.built:
                continue
            front_end = self.front_ends[name]
            if name == "spectrum":
                shape = front_end.compute_output_shape((None, self.samples))
            else:
                shape = (None, *read_log_mel_shape(front_end, self.samples))
            network.build(shape)
        self.built = True

    def represent(self, waveform):
        """Spectrum `(batch, bins)`, spectrograms `(batch, frames, bins)`.

        Named `spectrum`, and `spectrogram` or, where there are several,
        `spectrogram_<frame length>`. A spectrogram is less its mean over
        time.
        """
        representations = {}
        for name, front_end in self.front_ends.items():
            values = front_end(waveform)
            if name != "spectrum":
                values = values - ops.mean(values, axis=1, keepdims=True)
            representations[name] = values
        return representations

    def neutral(self, representations):
        """What a masked part becomes: zero, the mean of a spectrogram."""
        return {
            name: ops.zeros_like(values)
            for name, values in representations.items()
        }

    def axes(self, name):
        """Label and values of each axis of the representation `name`."""
        return read_axes(self.front_ends[name], self.samples)

    def embed(self, representations, training=None):
        """Embeddings of what `represent` gave, one branch after another."""
        parts = [
            network(representations[name], training=training)
            for name, network in self.networks.items()
        ]
        dtype = self.compute_dtype
        return ops.concatenate([ops.cast(part, dtype) for part in parts], -1)

    def call(self, waveform, training=None):
        waveform = as_clips(waveform, self.samples)
        return self.embed(self.represent(waveform), training=training)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.embedding_dim)

    def get_config(self):
        return {
            **super().get_config(),
            "samples": self.samples,
            "sampling_rate": self.sampling_rate,
            "branches": self.branches,
            "spectrogram": self.spectrogram,
            "frame_lengths": self.frame_lengths,
            "branch_dim": self.branch_dim,
            "width": self.width,
            "has_bias": self.has_bias,
            "is_affine": self.is_affine,
            "kernel_l2": self.kernel_l2,
            "is_folded": self.is_folded,
        }
