"""Minimum of scorers fitted on each domain."""

import keras
from keras import ops

from keras_asd.composite import Composite
from keras_asd.scorers.scorer import Scorer


@keras.saving.register_keras_serializable(package="keras_asd")
class MinimumOverDomains(Composite, Scorer):
    """The lesser of a source scorer's and a target scorer's score.

    Each is fitted on its own domain's clips of every group; a group with
    clips of one domain only has that domain's score. The space, however, is
    the group's: fitted on both domains' clips, so that both scorers measure
    in the same units and a handful of target clips need not span it.

    Args:
        scorer: Scorer of the source clips, such as `NearestNeighbors()`.
        target_scorer: Scorer of the target clips; a copy of `scorer` if `None`.
        **kwargs: `name` and others of `keras.layers.Layer`.

    Raises:
        ValueError: Where one of them is no `Scorer`, or the spaces differ.

    >>> from keras_asd.scorers import NearestNeighbors
    >>> scorer = MinimumOverDomains(NearestNeighbors(2, space="raw"))
    >>> clips, is_target = [[0.0], [1.0], [8.0]], [False, False, True]
    >>> scorer = scorer.fit(clips, is_target=is_target)
    >>> [round(float(score), 3) for score in scorer(ops.array([[7.0]]))[0]]
    [1.0]

    Reference: the least over domains of the DCASE 2023 baseline, Harada et
    al., https://arxiv.org/abs/2303.00455
    """

    parts = ("scorer", "target_scorer")

    def __init__(self, scorer, target_scorer=None, **kwargs):
        if target_scorer is None and isinstance(scorer, Scorer):
            target_scorer = type(scorer).from_config(scorer.get_config())
        for name, value in (
            ("scorer", scorer),
            ("target_scorer", target_scorer),
        ):
            if not isinstance(value, Scorer):
                raise ValueError(
                    f"`{name}` must be a scorer of embeddings. "
                    f"Received: {name}={value!r}."
                )
        if scorer.space != target_scorer.space:
            raise ValueError(
                "Both scorers must share one space. Received: "
                f"{scorer.space!r} and {target_scorer.space!r}."
            )
        super().__init__(scorer.space, scorer.num_groups, **kwargs)
        self.scorer = scorer
        self.target_scorer = target_scorer

    def _fit_domains(self, domains, spaces):
        for place, scorer in enumerate((self.scorer, self.target_scorer)):
            scorer._settle("num_groups", self.num_groups)
            own = [
                tuple(
                    rows if index == place else rows[:0]
                    for index, rows in enumerate(pair)
                )
                for pair in domains
            ]
            scorer._fit_domains(own, spaces)
        self._build_for(domains)

    def with_groups_of(self, other, groups):
        """This scorer, with some groups as another one has them."""
        parts = [
            own.with_groups_of(others, groups)
            for own, others in (
                (self.scorer, other.scorer),
                (self.target_scorer, other.target_scorer),
            )
        ]
        made = type(self)(*parts)
        made.build((None, self.embedding_dim))
        return made

    def build(self, input_shape):
        self.embedding_dim = input_shape[-1]
        for scorer in (self.scorer, self.target_scorer):
            if not scorer.built:
                scorer.build(input_shape)

    def call(self, embedding):
        source = self.scorer(embedding)
        target = self.target_scorer(embedding)
        # Either is NaN for a group without a clip of its domain.
        least = ops.where(source < target, source, target)
        least = ops.where(ops.isnan(target), source, least)
        return ops.where(ops.isnan(source), target, least)

    def get_config(self):
        config = super().get_config()
        del config["space"], config["num_groups"]
        return config
