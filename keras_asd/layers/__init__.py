"""Front-ends, blocks and heads as Keras layers."""

from keras_asd.layers.bottleneck import Bottleneck
from keras_asd.layers.class_cosine import ClassCosine
from keras_asd.layers.convolution_block import ConvolutionBlock
from keras_asd.layers.log_mel_spectrogram import LogMelSpectrogram
from keras_asd.layers.mixup import Mixup
from keras_asd.layers.temporal_attention import TemporalAttention
from keras_asd.layers.tgram import Tgram

__all__ = [
    "Bottleneck",
    "ClassCosine",
    "ConvolutionBlock",
    "LogMelSpectrogram",
    "Mixup",
    "TemporalAttention",
    "Tgram",
]
