"""Acceptance check of an exported form against the detector."""

import dataclasses
import logging
from collections.abc import Sequence

import numpy as np

from keras_asd.models import AnomalyDetector
from pipelines.exporting.export_form import ExportForm
from pipelines.exporting.export_form import Runner

logger = logging.getLogger(__name__)

# Score difference that is expected, as a share of max(1, |score|). Between it
# and a form's limit lie networks that hardly tell clips apart: a scorer that
# whitens their embeddings magnifies what float32 rounds.
EXPECTED = 1e-4
# Largest difference of p-values, and of embeddings as a share of their largest
# number.
OUTPUT_LIMIT = 0.05


@dataclasses.dataclass(frozen=True)
class Probe:
    """A batch that every form is tried on.

    Args:
        name: Name in the manifest and in errors.
        waveform: Waveforms `(batch, n)`, float32.
        key: Indices of machines `(batch,)`, int32.
        is_limited: Whether the limit holds. It does not where transforms in
            float32 differ by tens of decibels, in the empty bins of a pure
            tone or of silence.
    """

    name: str
    waveform: np.ndarray
    key: np.ndarray
    is_limited: bool = True


def make_probes(
    detector: AnomalyDetector, clips: Sequence[tuple[np.ndarray, str]] = ()
) -> list[Probe]:
    """Makes silence, a tone, noise of odd lengths and batches, real clips.

    Args:
        detector: Detector, for its lengths and keys.
        clips: Real waveforms `(n,)` of any lengths, and their machines.

    >>> from pipelines.settings.embedders import MobileFaceNet
    >>> from pipelines.training.assembly import make_detector
    >>> from pipelines.settings.config import Config
    >>> from pipelines.runs.labels import LabelMap
    >>> config = Config(MobileFaceNet(width=0.25), clip_seconds=1.0)
    >>> label_map = LabelMap(("fan", "pump"), {"fan": (0,), "pump": (1,)})
    >>> probes = make_probes(make_detector(config, label_map))
    >>> [(probe.name, probe.waveform.shape) for probe in probes][:2]
    [('silence', (1, 16000)), ('a tone', (1, 16000))]
    """
    samples = detector.samples
    rate = detector.sampling_rate
    num_keys = len(detector.keys)
    generator = np.random.default_rng(0)

    def keys(batch):
        return (np.arange(batch) % num_keys).astype("int32")

    def noise(batch, length):
        white = generator.normal(0.0, 0.05, (batch, length))
        return white.astype("float32")

    tone = 0.1 * np.sin(2 * np.pi * 440.0 * np.arange(samples) / rate)
    broken = noise(7, samples)
    broken[3, samples // 2] = np.nan
    broken[5] = np.sign(broken[5])
    unknown = keys(7)
    unknown[1] = -1
    probes = [
        Probe("silence", np.zeros((1, samples), "float32"), keys(1), False),
        Probe("a tone", tone[None].astype("float32"), keys(1), False),
        Probe("noise", noise(1, samples), keys(1)),
        Probe("noise, a batch of 7", noise(7, samples), keys(7)),
        Probe("noise, shorter by half", noise(2, samples // 2 + 1), keys(2)),
        Probe("noise, longer by a third", noise(2, samples * 4 // 3), keys(2)),
        Probe("noise, NaN, clipped, unknown machine", broken, unknown),
    ]
    for index, (waveform, machine) in enumerate(clips):
        key = np.array([list(detector.keys).index(machine)], "int32")
        probes.append(Probe(f"real clip {index + 1}", waveform[None], key))
    return probes


def run_detector(detector: AnomalyDetector) -> Runner:
    """Returns the detector itself as a form is run, for reference.

    >>> from pipelines.settings.front_ends import LogMel
    >>> from pipelines.settings.embedders import MobileFaceNet
    >>> from pipelines.training.assembly import make_detector
    >>> from pipelines.settings.config import Config
    >>> from pipelines.runs.labels import LabelMap
    >>> config = Config(
    ...     MobileFaceNet(LogMel(16), width=0.125), clip_seconds=0.5)
    >>> label_map = LabelMap(("fan", "pump"), {"fan": (0,), "pump": (1,)})
    >>> run = run_detector(make_detector(config, label_map))
    >>> run(np.zeros((2, 8_000), "float32"), np.int32([0, 1]))["valid"].tolist()
    [False, False]
    """

    def run(waveform, key):
        inputs = {"waveform": waveform, "key": key}
        outputs = detector.predict_on_batch(inputs)
        return {name: np.asarray(value) for name, value in outputs.items()}

    return run


def check_form(
    form: ExportForm,
    reference: Runner,
    run: Runner,
    probes: Sequence[Probe],
) -> dict[str, float]:
    """Refuses a form that does not answer like the detector.

    Scores must agree within the form's limit. Of a form that does not round
    on purpose, p-values and embeddings must agree within `OUTPUT_LIMIT`, and
    decisions where p-values do to the last digits.

    Args:
        form: Form to check.
        reference: Runner that `run_detector` returned.
        run: The opened form.
        probes: Probes; one without a limit is compared and not refused.

    Returns:
        Largest score difference of each probe, as a share of max(1, |score|);
        infinite where one has a score and the other has none, or where they
        do not agree on what is valid.

    Raises:
        ValueError: If an output differs too much on a probe with a limit.

    >>> waveform, key = np.zeros((1, 9), "float32"), np.zeros(1, "int32")
    >>> probe = Probe("silence", waveform, key, is_limited=False)
    >>> def constant(score):
    ...     outputs = {"anomaly_score": np.full(1, score), "valid": score > 0}
    ...     return lambda *_: outputs
    >>> form = ExportForm("text", "model.txt", None, None)
    >>> check_form(form, constant(4.0), constant(5.0), [probe])
    {'silence': 0.25}
    """
    differences = {}
    for probe in probes:
        expected, found = (
            one(probe.waveform, probe.key) for one in (reference, run)
        )
        difference = _score_difference(expected, found)
        differences[probe.name] = difference
        if probe.is_limited:
            _check_score(form, probe, difference)
            if not form.is_rounded:
                _check_other_outputs(form, probe, expected, found)
    return differences


def _score_difference(
    expected: dict[str, np.ndarray], found: dict[str, np.ndarray]
) -> float:
    scores = np.asarray(expected["anomaly_score"], "float64")
    others = np.asarray(found["anomaly_score"], "float64")
    gap = np.abs(scores - others) / np.maximum(1.0, np.abs(scores))
    gap[np.isnan(scores) & np.isnan(others)] = 0.0
    gap[np.isnan(scores) != np.isnan(others)] = np.inf
    gap[np.asarray(expected["valid"]) != np.asarray(found["valid"])] = np.inf
    return float(gap.max())


def _check_score(form: ExportForm, probe: Probe, difference: float) -> None:
    if not (difference <= form.limit and np.isfinite(difference)):
        raise ValueError(
            "An exported form must score like the detector, within "
            f"{form.limit:g} of max(1, |score|). Received: {difference:.2g} of "
            f"{form.name} on {probe.name}. Nothing was published."
        )
    if difference > EXPECTED and not form.is_rounded:
        logger.warning(
            "%s on %s: a score differs by %.1g of max(1, |score|); more "
            "training makes the network less touchy",
            form.name,
            probe.name,
            difference,
        )


def _check_other_outputs(
    form: ExportForm,
    probe: Probe,
    expected: dict[str, np.ndarray],
    found: dict[str, np.ndarray],
) -> None:
    has_score = np.isfinite(expected["anomaly_score"])
    embedding = expected["embedding"][has_score]
    embedding_gap = np.abs(embedding - found["embedding"][has_score])
    size = np.max(np.abs(embedding), initial=1e-12)
    p_values, others = expected["p_value"], found["p_value"]
    p_gap = np.abs(p_values - others)
    is_other = expected["decision"] != found["decision"]
    is_far = {
        "p_value": np.any(p_gap > OUTPUT_LIMIT)
        or np.any(np.isnan(p_values) != np.isnan(others)),
        # Rounding turns a decision at its very threshold alone.
        "decision": np.any(is_other & ~(p_gap > 0)),
        "embedding": np.any(embedding_gap > OUTPUT_LIMIT * size),
    }
    if faults := [output for output, far in is_far.items() if far]:
        raise ValueError(
            "An exported form must give what the detector gives. Received: "
            f"another {', '.join(faults)} of {form.name} on {probe.name}. "
            "Nothing was published."
        )
