"""Small detectors of every kind, and what they are asked."""

import numpy as np

from keras_asd.layers import ClassCosine
from keras_asd.layers import JoinedHead
from keras_asd.layers import SubclusterCosine
from keras_asd.models import AnomalyDetector
from keras_asd.models import DualBranchEmbedder
from keras_asd.models import Embedder
from keras_asd.models import JoinedEmbedder
from keras_asd.models import StatisticsEmbedder
from keras_asd.models import ViewsEmbedder
from keras_asd.models import fold
from keras_asd.scorers import Calibration
from keras_asd.scorers import LocalDensity
from keras_asd.scorers import PeakExcess
from keras_asd.scorers import ScoreSum
from keras_asd.scorers import ViewSum
from pipelines.settings.config import Config
from pipelines.settings.labels import kinds
from pipelines.settings.scorers import Scorer
from tests.harness import to_numpy

SAMPLES = 2048


def draw_noise(batch, samples=SAMPLES, seed=0):
    generator = np.random.default_rng(seed)
    return generator.normal(0.0, 0.1, (batch, samples)).astype("float32")


def make_statistics():
    embedder = StatisticsEmbedder(
        samples=SAMPLES,
        num_mel_bins=4,
        num_modulation_bands=2,
        # Without the direction in which rounding alone moves clips.
        num_components=8,
    )
    embedder.fit(to_numpy(embedder.statistics(draw_noise(40))))
    return embedder


def make_mobile(**settings):
    return Embedder(
        samples=SAMPLES,
        num_mel_bins=8,
        embedding_dim=8,
        width=0.125,
        **{"stages": "tiny", **settings},
    )


def make_branches(**settings):
    return DualBranchEmbedder(
        samples=SAMPLES, width=0.125, branch_dim=4, **settings
    )


# Each with what it is told of clips of other lengths.
SYSTEMS = {
    "TASTgram-MFN": lambda: make_detector(make_mobile()),
    "STgram-MFN, cropping": lambda: make_detector(
        make_mobile(preset="paper", channels=("log_mel", "tgram")),
        long_clips="crop",
        short_clips="pad",
    ),
    "a standardized gate, folded": lambda: fold(
        make_detector(make_mobile(gate="standardized"))
    ),
    "two branches": lambda: make_detector(
        make_branches(), head=SubclusterCosine(3, 2)
    ),
    "several resolutions and statistics, folded": lambda: fold(
        make_sum(make_branches(frame_lengths=(64, 256), spectrogram="log_mel"))
    ),
    "statistics": lambda: make_detector(make_statistics()),
    "views": lambda: make_views(),
}
# Spaces other than a scorer's own, so that each space comes once.
SPACES = {"NearestNeighbors": "standardized", "GaussianMixture": "raw"}


def make_detector(embedder, scorer="CentreAngle", head=None, **settings):
    """With a fitted scorer, limits for sounds, and one calibrated key."""
    keys = {"fan": [0], "pump": [1, 2], "fan/id_00": [2]}
    fields = {"space": SPACES[scorer]} if scorer in SPACES else {}
    fitted = kinds(Scorer)[scorer](**fields).build(Config())
    if fitted.reads == "embedding":
        clips = to_numpy(embedder(draw_noise(30), training=False))
        # Groups of 15, 12 and 3 clips, of which the last has no target.
        groups = np.repeat([0, 1, 2], [15, 12, 3])
        fitted = fitted.fit(clips, groups, np.arange(30) % 4 == 1)
    curve = ([-50.0, 0.0, 100.0], np.log([1.0, 0.5, 1e-4]))
    detector = AnomalyDetector(
        embedder,
        head or ClassCosine(3),
        fitted,
        keys,
        calibration=Calibration(3).fit([curve, None, None], [99, 0, 0]),
        **settings,
    )
    measures = to_numpy(detector.check.measure(draw_noise(9)))
    detector.check.fit(measures, np.zeros(9, "int32"))
    return detector


def make_views():
    """With the scorers of the views, at the sizes of these small ones."""
    embedder = ViewsEmbedder(
        samples=SAMPLES,
        num_mel_bins=4,
        num_modulation_bands=2,
        # Without the direction in which rounding alone moves clips.
        level="kept",
    )
    embedder.fit(to_numpy(embedder.statistics(draw_noise(40))))
    detector = make_detector(embedder)
    parts = [LocalDensity(space="raw") for _ in "ab"]
    scorer = ViewSum([*parts, PeakExcess(num_rows=4)], embedder.dims, 2).fit(
        to_numpy(embedder(draw_noise(30), training=False)),
        np.repeat([0, 1, 2], 10),
    )
    return detector.with_parts(scorer=scorer, calibration=detector.calibration)


def make_joined(**settings):
    return JoinedEmbedder([make_branches(**settings), make_statistics()])


def make_sum(embedder):
    """A network's scores, and those of statistics added."""
    joined = JoinedEmbedder([embedder, make_statistics()])
    head = JoinedHead([ClassCosine(3)], joined.dims[:1])
    detector = make_detector(joined, head=head)
    scorer = ScoreSum([LocalDensity(), LocalDensity()], joined.dims).fit(
        to_numpy(joined(draw_noise(30), training=False)),
        np.repeat([0, 1, 2], 10),
    )
    return detector.with_parts(scorer=scorer, calibration=detector.calibration)


def make_inputs(samples):
    """Noise, a clip with NaN, one too loud, an unknown machine."""
    waveform = draw_noise(5, samples, seed=samples)
    waveform[1, samples // 2] = np.nan
    waveform[3] *= 20.0
    return waveform, np.array([0, 1, 2, 0, -1], "int32")
