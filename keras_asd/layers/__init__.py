"""Front-ends, blocks and heads as Keras layers."""

from keras_asd.layers.actnorm import ActNorm
from keras_asd.layers.affine_coupling import AffineCoupling
from keras_asd.layers.bottleneck import Bottleneck
from keras_asd.layers.class_cosine import ClassCosine
from keras_asd.layers.class_logits import ClassLogits
from keras_asd.layers.convolution_block import ConvolutionBlock
from keras_asd.layers.envelope_lines import EnvelopeLines
from keras_asd.layers.invertible_mixing import InvertibleMixing
from keras_asd.layers.joined_head import JoinedHead
from keras_asd.layers.log_mel_percentiles import LogMelPercentiles
from keras_asd.layers.log_mel_spectrogram import LogMelSpectrogram
from keras_asd.layers.log_mel_statistics import LogMelStatistics
from keras_asd.layers.magnitude_spectrogram import MagnitudeSpectrogram
from keras_asd.layers.magnitude_spectrum import MagnitudeSpectrum
from keras_asd.layers.mixup import Mixup
from keras_asd.layers.projection_head import ProjectionHead
from keras_asd.layers.recording_check import RecordingCheck
from keras_asd.layers.residual_block import ResidualBlock
from keras_asd.layers.subcluster_cosine import SubclusterCosine
from keras_asd.layers.temporal_attention import TemporalAttention
from keras_asd.layers.tgram import Tgram
from keras_asd.layers.total_error import TotalError
from keras_asd.layers.view_whitening import ViewWhitening
from keras_asd.layers.whitening import Whitening

__all__ = [
    "ActNorm",
    "AffineCoupling",
    "Bottleneck",
    "ClassCosine",
    "ClassLogits",
    "ConvolutionBlock",
    "EnvelopeLines",
    "InvertibleMixing",
    "JoinedHead",
    "LogMelPercentiles",
    "LogMelSpectrogram",
    "LogMelStatistics",
    "MagnitudeSpectrogram",
    "MagnitudeSpectrum",
    "Mixup",
    "ProjectionHead",
    "RecordingCheck",
    "ResidualBlock",
    "SubclusterCosine",
    "TemporalAttention",
    "Tgram",
    "TotalError",
    "ViewWhitening",
    "Whitening",
]
