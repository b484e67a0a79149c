"""Layers, models and scorers for the contract: how to make and call them."""

import numpy as np

from keras_asd.layers import Bottleneck
from keras_asd.layers import ClassCosine
from keras_asd.layers import ConvolutionBlock
from keras_asd.layers import EnvelopeLines
from keras_asd.layers import LogMelPercentiles
from keras_asd.layers import LogMelSpectrogram
from keras_asd.layers import LogMelStatistics
from keras_asd.layers import MagnitudeSpectrogram
from keras_asd.layers import MagnitudeSpectrum
from keras_asd.layers import Mixup
from keras_asd.layers import RecordingCheck
from keras_asd.layers import ResidualBlock
from keras_asd.layers import SubclusterCosine
from keras_asd.layers import TemporalAttention
from keras_asd.layers import Tgram
from keras_asd.models import AnomalyDetector
from keras_asd.models import Classifier
from keras_asd.models import DualBranchEmbedder
from keras_asd.models import Embedder
from keras_asd.models import MobileFaceNet
from keras_asd.models import SpectrogramBranch
from keras_asd.models import SpectrumBranch
from keras_asd.scorers import Calibration
from keras_asd.scorers import CentreAngle
from tests.classifier_cases import CLASSIFIER_CASES
from tests.flow_cases import FLOW_CASES
from tests.harness import Case
from tests.joined_cases import JOINED_CASES
from tests.reconstruction_cases import RECONSTRUCTION_CASES
from tests.scorer_cases import SCORER_CASES
from tests.statistics_cases import STATISTICS_CASES
from tests.statistics_cases import noise


def waveform(generator, batch, samples):
    return (noise(generator, batch, samples),)


def image(channels, mel_bins=9):
    def make(generator, batch, frames):
        shape = (batch, frames, mel_bins, channels)
        return (generator.normal(size=shape).astype("float32"),)

    return make


def rows(width):
    def make(generator, batch, _):
        return (generator.normal(size=(batch, width)).astype("float32"),)

    return make


def log_mel(generator, batch, frames):
    shape = (batch, frames, 8)
    return (generator.uniform(-3.0, 2.0, shape).astype("float32"),)


def own_mix(generator, batch, size):
    return (
        noise(generator, batch, size),
        np.ones(batch, "float32"),
        np.zeros(batch, "int32"),
    )


def mixed_waveform(generator, batch, samples):
    return (
        {
            "waveform": noise(generator, batch, samples),
            "mix_weight": generator.uniform(size=batch).astype("float32"),
            "partner_waveform": noise(generator, batch, samples),
        },
    )


def keyed_waveform(generator, batch, samples):
    keys = generator.integers(0, 3, batch).astype("int32")
    return ({"waveform": noise(generator, batch, samples), "key": keys},)


def waveform_and_key(generator, batch, samples):
    return tuple(keyed_waveform(generator, batch, samples)[0].values())


def make_recording_check(_):
    check = RecordingCheck(3)
    return check.fit([[-50.0, 0.0], [-20.0, 0.0]], [0, 1])


def make_embedder(samples):
    return Embedder(
        samples=samples,
        num_mel_bins=16,
        embedding_dim=8,
        width=0.125,
        stages="tiny",
        gate="standardized",
    )


def make_detector(samples):
    return AnomalyDetector(
        make_embedder(4096),
        ClassCosine(3),
        CentreAngle(),
        keys={"fan/id_00": [0], "fan/id_02": [1, 2], "fan": [0, 1, 2]},
        # Of all scores alike: half precision may turn no decision.
        calibration=Calibration(3).fit(
            [([-99.0, 99.0], [-0.1, -0.2])] * 3, [99] * 3
        ),
    )


CASES = {
    "layers.Bottleneck": Case(
        make=lambda _: Bottleneck(4, 2), inputs=image(4), sizes=(7, 1, 8)
    ),
    "layers.ClassCosine": Case(
        make=lambda _: ClassCosine(5), inputs=rows(6), sizes=(1,)
    ),
    "layers.ConvolutionBlock": Case(
        make=lambda _: ConvolutionBlock(4, 3, strides=2),
        inputs=image(3),
        sizes=(7, 1, 8),
    ),
    "layers.EnvelopeLines": Case(
        make=lambda _: EnvelopeLines(500.0, 2), inputs=log_mel, sizes=(200, 3)
    ),
    "layers.LogMelPercentiles": Case(
        make=lambda _: LogMelPercentiles(), inputs=log_mel, sizes=(31, 1)
    ),
    "layers.LogMelSpectrogram": Case(
        make=lambda _: LogMelSpectrogram(num_mel_bins=16, frame_length=256),
        inputs=waveform,
        sizes=(2000, 511, 512, 1),
    ),
    "layers.LogMelStatistics": Case(
        make=lambda _: LogMelStatistics(62.5, 3), inputs=log_mel, sizes=(31, 1)
    ),
    "layers.MagnitudeSpectrogram": Case(
        make=lambda _: MagnitudeSpectrogram(64),
        inputs=waveform,
        sizes=(200, 64, 127),
    ),
    "layers.MagnitudeSpectrum": Case(
        make=lambda _: MagnitudeSpectrum(), inputs=waveform, sizes=(200, 67, 2)
    ),
    "layers.Mixup": Case(make=lambda _: Mixup(), inputs=own_mix, sizes=(6, 1)),
    "layers.RecordingCheck": Case(
        make=make_recording_check, inputs=waveform_and_key, sizes=(200, 1, 31)
    ),
    "layers.SubclusterCosine": Case(
        make=lambda _: SubclusterCosine(5, 2, is_fixed=False),
        inputs=rows(6),
        sizes=(1,),
    ),
    "layers.ResidualBlock": Case(
        make=lambda _: ResidualBlock(4, strides=2),
        inputs=image(3),
        sizes=(7, 1, 8),
    ),
    "layers.TemporalAttention": Case(
        make=lambda _: TemporalAttention(), inputs=log_mel, sizes=(5, 1)
    ),
    "layers.Tgram": Case(
        make=lambda _: Tgram(4, frame_length=64, frame_step=32),
        inputs=waveform,
        sizes=(200, 1, 31, 32, 193),
    ),
    "models.AnomalyDetector": Case(
        make=make_detector,
        inputs=keyed_waveform,
        sizes=(1000, 9000),
        is_trained=False,
    ),
    "models.Classifier": Case(
        make=lambda samples: Classifier(make_embedder(samples), ClassCosine(3)),
        inputs=waveform,
        sizes=(4096,),
        training_inputs=mixed_waveform,
    ),
    "models.DualBranchEmbedder": Case(
        make=lambda samples: DualBranchEmbedder(
            samples=samples, width=0.125, branch_dim=8, frame_lengths=(64, 256)
        ),
        inputs=waveform,
        sizes=(2000, 256, 1001),
    ),
    "models.Embedder": Case(
        make=make_embedder, inputs=waveform, sizes=(4096, 100)
    ),
    "models.MobileFaceNet": Case(
        make=lambda _: MobileFaceNet("tiny", embedding_dim=8, width=0.125),
        inputs=image(3, mel_bins=16),
        sizes=(9, 1),
    ),
    "models.SpectrogramBranch": Case(
        make=lambda _: SpectrogramBranch(branch_dim=8, width=0.25),
        inputs=log_mel,
        sizes=(40, 1, 6),
    ),
    "models.SpectrumBranch": Case(
        make=lambda _: SpectrumBranch(branch_dim=8, width=0.125),
        inputs=waveform,
        sizes=(1000, 1, 255),
    ),
    **CLASSIFIER_CASES,
    **FLOW_CASES,
    **JOINED_CASES,
    **RECONSTRUCTION_CASES,
    **SCORER_CASES,
    **STATISTICS_CASES,
}
