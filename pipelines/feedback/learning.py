"""Learning from clips that came after the training: bank and calibration."""

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence

import keras
import numpy as np

from keras_asd.layers import RecordingCheck
from keras_asd.models import AnomalyDetector
from keras_asd.scorers import Calibration
from pipelines.calibration.calibration_fitting import fit_calibration
from pipelines.calibration.detector_calibration import fit_check
from pipelines.calibration.normal_scores import NormalScores
from pipelines.calibration.normal_scores import calibration_scores
from pipelines.calibration.p_value_curves import fit_curve
from pipelines.calibration.promises import find_unseen
from pipelines.feedback.stored_clips import StoredClips
from pipelines.feedback.stored_clips import join_clips
from pipelines.methods.choice import choose_method
from pipelines.methods.clip_scores import unseen_folds
from pipelines.methods.embeddings import Embeddings
from pipelines.runs.clip_list import ListedClip
from pipelines.settings.config import Config


def learn(
    detector: AnomalyDetector,
    machine: str,
    normals: Embeddings,
    parts: Sequence[StoredClips],
    listed: Sequence[ListedClip],
    config: Config,
) -> tuple[AnomalyDetector, dict[str, NormalScores]]:
    """A detector whose bank and calibration hold what one machine was told.

    The embedder and the head stay as they are, and so do the scores of all
    other machines, to the last bit. Where the scorer is not fitted, because it
    reads the head, the calibration alone learns. Of `fan/id_00` the bare
    machine `fan`, which is all its sections, is calibrated anew, too.

    Args:
        detector: Detector in use.
        machine: Key of the machine, `<machine>/<section>`. One that the
            detector does not know becomes its last.
        normals: Embeddings of the run's own normal clips.
        parts: Enrolled clips of all sections of this machine, in order.
        listed: Clips of the run, with their roles.
        config: Settings of the run.

    Returns:
        Detector, and the normal scores of each key that was calibrated anew:
        left-out ones, as the training takes them.

    Raises:
        ValueError: If no curve can be drawn from them.

    >>> nothing = np.zeros(0, int)
    >>> empty = Embeddings(np.zeros((0, 8)), nothing, nothing, nothing)
    >>> learn(None, "fan/a", empty, [], [], None)
    Traceback (most recent call last):
    ValueError: A machine must have normal clips of different scores ...
    """
    if not len(normals.clips):
        raise _refusal(machine, 0)
    joined = join_clips(normals, parts)
    num_enrolled = sum(len(part.listed) for part in parts)
    is_unseen = np.concatenate(
        [find_unseen(listed, config), np.ones(num_enrolled, bool)]
    )
    names = [machine, machine.rpartition("/")[0]]
    groups = groups_with(detector, machine)
    made, folds = detector, None
    if config.scorer.is_fitted:
        fresh = choose_method(config).fit_scorer(joined, groups, detector.head)
        number = len(groups)
        made = detector.with_parts(
            keys={key: detector.keys.get(key, []) for key in groups},
            groups=groups,
            scorer=detector.scorer.with_groups_of(fresh, groups[machine]),
            calibration=_curves(detector.calibration, range(number), number),
            check=_limits(detector.check, number),
        )
        folds = _folds(made, fresh, joined, config, names)
    found = calibration_scores(made, joined, config, is_unseen, folds, names)
    scores = {
        key: normal
        for key, normal in found.items()
        if fit_curve(normal.scores, config.calibration) is not None
    }
    if machine not in scores:
        raise _refusal(machine, len(found[machine].scores))
    calibration = fit_calibration(
        scores,
        list(made.keys),
        config.calibration,
        detector.calibration.false_alarm_rate,
    ).filled_from(made.calibration)
    check = fit_check(made, joined, names)
    return made.with_parts(calibration=calibration, check=check), scores


def _refusal(machine: str, number: int) -> ValueError:
    return ValueError(
        "A machine must have normal clips of different scores that no part of "
        f"its detector was fitted on. Received: {machine} with {number}. Give "
        "more clips."
    )


def groups_with(
    detector: AnomalyDetector, machine: str
) -> dict[str, list[int]]:
    """Groups of the scorer by key, with those of a machine.

    A new machine has a new group, of which a bare machine is made, too. It has
    no class of the head, so that no angle is known.

    Args:
        detector: Detector in use.
        machine: Key of the machine, `<machine>/<section>`.
    """
    groups = dict(detector.groups)
    if machine not in groups:
        group = detector.scorer.num_groups
        for key in (machine, machine.rpartition("/")[0]):
            groups[key] = [*groups.get(key, ()), group]
    return groups


def as_before(
    detector: AnomalyDetector,
    before: AnomalyDetector,
    machine: str,
    names: Collection[str],
) -> AnomalyDetector:
    """A detector with one machine as an earlier one has it, to the last bit.

    Args:
        detector: Detector in use.
        before: Earlier detector of the same run, with the same keys first.
        machine: Key of the machine.
        names: Keys whose decisions are taken from the earlier one, too.

    >>> from keras_asd.scorers import NearestNeighbors
    >>> from keras_asd.layers import ClassCosine
    >>> from keras_asd.models import Embedder
    >>> def make(place):
    ...     rows = np.full((2, 128), place)
    ...     scorer = NearestNeighbors(space="raw").fit(rows, [0, 1])
    ...     keys = {"fan/a": [0], "fan/b": [1]}
    ...     embedder = Embedder(samples=16_000, width=0.25)
    ...     return AnomalyDetector(embedder, ClassCosine(2), scorer, keys)
    >>> mixed = as_before(make(1.0), make(0.0), "fan/b", ["fan/b"])
    >>> scores = mixed.scorer(np.zeros((1, 128), "float32"))[0]
    >>> [round(float(score), 1) for score in scores]
    [11.3, 0.0]
    """
    scorer = detector.scorer
    if not detector.reads_head:
        groups = detector.groups[machine]
        scorer = scorer.with_groups_of(before.scorer, groups)
    places = [place for place, key in enumerate(before.keys) if key in names]
    number = len(detector.keys)
    calibration = _curves(before.calibration, places, number)
    check = _limits(detector.check, number)
    limits = np.array(check.get_weights()[0])
    limits[places] = before.check.get_weights()[0][places]
    check.set_weights([limits])
    return detector.with_parts(
        scorer=scorer,
        calibration=calibration.filled_from(detector.calibration),
        check=check,
    )


def _curves(
    calibration: Calibration, places: Collection[int], number: int
) -> Calibration:
    """A calibration of so many keys, with some curves of another one."""
    curves: list = [None] * number
    counts = [0] * number
    for place, (scores, levels, size) in enumerate(
        zip(*calibration.get_weights(), strict=True)
    ):
        if place in places and size > 0:
            curves[place], counts[place] = (scores, levels), int(size)
    rate = calibration.false_alarm_rate
    return Calibration(number, false_alarm_rate=rate).fit(curves, counts)


def _limits(check: RecordingCheck, number: int) -> RecordingCheck:
    """Limits of so many keys: those of another check, and none of the rest."""
    made = RecordingCheck.from_config(
        {**check.get_config(), "num_keys": number}
    )
    made.build()
    limits = np.array(made.get_weights()[0])
    limits[: check.num_keys] = check.get_weights()[0]
    made.set_weights([limits])
    return made


def _folds(
    detector: AnomalyDetector,
    fresh: keras.layers.Layer,
    joined: Embeddings,
    config: Config,
    names: Sequence[str],
) -> Iterator[tuple[AnomalyDetector, Embeddings]]:
    """Folds of the new scorer, in the currency of the old one."""
    groups = sorted({one for key in names for one in detector.groups[key]})
    scorer = detector.scorer
    for fold, out in unseen_folds(
        detector.with_parts(scorer=fresh), joined, config
    ):
        mixed = scorer.with_groups_of(fold.scorer, groups)
        yield detector.with_parts(scorer=mixed), out
