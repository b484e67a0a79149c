"""Several networks side by side for the contract."""

from keras_asd.layers import ClassLogits
from keras_asd.layers import JoinedHead
from keras_asd.models import JoinedEmbedder
from keras_asd.scorers import JoinedScorer
from keras_asd.scorers import NearestNeighbors
from tests.classifier_cases import rows
from tests.harness import Case
from tests.reconstruction_cases import make_small
from tests.reconstruction_cases import waveform
from tests.scorer_cases import draw_clips
from tests.scorer_cases import embedding


def make_joined(samples, num_networks=2):
    """Embedders of other kinds of networks, of 8 bands each."""
    kinds = ("all", "middle")
    return JoinedEmbedder(
        [
            make_small(kinds[place % 2], samples, num_mel_bins=8)
            for place in range(num_networks)
        ]
    )


def make_head(width):
    return JoinedHead([ClassLogits(2), ClassLogits(1)], dims=[2, width - 2])


def make_scorer(width):
    """Of two scorers, with two groups and one."""
    embeddings, groups, is_target = draw_clips([(9, 2), (4, 0), (5, 3)], width)
    scorers = [NearestNeighbors(1), NearestNeighbors(2)]
    return JoinedScorer(scorers, dims=[2, width - 2]).fit(
        embeddings, groups // 2, groups % 2, is_target
    )


JOINED_CASES = {
    "layers.JoinedHead": Case(make=make_head, inputs=rows, sizes=(6, 3)),
    "models.JoinedEmbedder": Case(
        make=make_joined, inputs=waveform, sizes=(4096, 3001)
    ),
    "scorers.JoinedScorer": Case(
        make=make_scorer, inputs=embedding, sizes=(6, 3), is_trained=False
    ),
}
