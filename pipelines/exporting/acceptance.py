"""Whether an exported form gives the same numbers as the detector."""

import dataclasses
import logging
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np

from keras_asd.models import AnomalyDetector

logger = logging.getLogger(__name__)

# A form: from waveforms `(batch, n)` and keys `(batch,)` to the outputs.
Form = Callable[[np.ndarray, np.ndarray], dict[str, np.ndarray]]

# Score differences, as a share of max(1, |score|): what is expected, and what
# is refused. Between them lie networks that hardly tell clips apart: a scorer
# that whitens their embeddings magnifies what float32 rounds.
EXPECTED = 1e-4
LIMIT = 1e-2
# Forms that round on purpose: they must have scores, and nothing more.
ROUNDED = ("litert_int8",)
# Of p-values, and of embeddings as a share of their largest number.
OUTPUT_LIMIT = 0.05


@dataclasses.dataclass(frozen=True)
class Probe:
    """A batch that every form is tried on.

    Args:
        name: What it is.
        waveform: `(batch, n)`, float32.
        key: `(batch,)`, int32.
        is_limited: Whether the limit holds. It does not where transforms in
            float32 differ by tens of decibels, in the empty bins of a pure
            tone or of silence.

    >>> waveform, key = np.zeros((1, 9), "float32"), np.zeros(1, "int32")
    >>> Probe("silence", waveform, key, is_limited=False).name
    'silence'
    """

    name: str
    waveform: np.ndarray
    key: np.ndarray
    is_limited: bool = True


def make_probes(
    detector: AnomalyDetector, clips: Sequence[tuple[np.ndarray, str]] = ()
) -> list[Probe]:
    """Silence, a tone, noise of odd lengths, batches of 1 and 7, real clips.

    Args:
        detector: Tells lengths and the number of keys.
        clips: Real waveforms `(n,)` of any lengths, and their machines.

    >>> from pipelines.training.assembly import make_detector
    >>> from pipelines.settings.config import Config
    >>> from pipelines.runs.labels import LabelMap
    >>> config = Config(clip_seconds=1.0, width=0.25)
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
    for place, (waveform, machine) in enumerate(clips):
        key = np.array([list(detector.keys).index(machine)], "int32")
        probes.append(Probe(f"real clip {place + 1}", waveform[None], key))
    return probes


def find_differences(
    reference: Form, form: Form, probes: Sequence[Probe]
) -> dict[str, float]:
    """Largest score difference of every probe, as a share of max(1, |score|).

    Infinite where one has a score and the other has none, or where they do
    not agree on what is valid.

    >>> waveform, key = np.zeros((1, 9), "float32"), np.zeros(1, "int32")
    >>> probe = Probe("noise", waveform, key)
    >>> def constant(score):
    ...     outputs = {"anomaly_score": np.full(1, score), "valid": score > 0}
    ...     return lambda *_: outputs
    >>> find_differences(constant(4.0), constant(5.0), [probe])
    {'noise': 0.25}
    """
    differences = {}
    for probe in probes:
        wanted, found = (
            one(probe.waveform, probe.key) for one in (reference, form)
        )
        scores = np.asarray(wanted["anomaly_score"], "float64")
        others = np.asarray(found["anomaly_score"], "float64")
        gap = np.abs(scores - others) / np.maximum(1.0, np.abs(scores))
        gap[np.isnan(scores) & np.isnan(others)] = 0.0
        gap[np.isnan(scores) != np.isnan(others)] = np.inf
        gap[np.asarray(wanted["valid"]) != np.asarray(found["valid"])] = np.inf
        differences[probe.name] = float(gap.max())
    return differences


def check_other_outputs(
    name: str, reference: Form, form: Form, probes: Sequence[Probe]
) -> None:
    """Refuses a form whose p-values, decisions or embeddings are others.

    Args:
        name: Of the form.
        reference: The detector.
        form: The form.
        probes: The probes; those without a limit are passed over.

    Raises:
        ValueError: If an output differs by more than `OUTPUT_LIMIT`, the
            embedding as a share of its largest number; decisions must agree
            where p-values do to the last digits.

    >>> check_other_outputs("ONNX", None, None, [])
    """
    for probe in probes:
        if not probe.is_limited:
            continue
        wanted, found = (
            one(probe.waveform, probe.key) for one in (reference, form)
        )
        has_score = np.isfinite(wanted["anomaly_score"])
        embedding = wanted["embedding"][has_score]
        size = np.max(np.abs(embedding), initial=1e-12)
        p_gap = np.abs(wanted["p_value"] - found["p_value"])
        is_other = wanted["decision"] != found["decision"]
        is_far = {
            "p_value": (
                np.any(p_gap > OUTPUT_LIMIT)
                or np.any(
                    np.isnan(wanted["p_value"]) != np.isnan(found["p_value"])
                )
            ),
            # Rounding turns a decision at its very threshold alone.
            "decision": np.any(is_other & ~(p_gap > 0)),
            "embedding": np.any(
                np.abs(embedding - found["embedding"][has_score])
                > OUTPUT_LIMIT * size
            ),
        }
        if faults := [output for output, far in is_far.items() if far]:
            raise ValueError(
                "An exported form must give what the detector gives. "
                f"Received: another {', '.join(faults)} of {name} on "
                f"{probe.name}. Nothing was published."
            )


def check_differences(
    name: str, differences: dict[str, float], probes: Sequence[Probe]
) -> None:
    """Refuses a form whose scores are others.

    Args:
        name: Of the form.
        differences: What `find_differences` found.
        probes: The probes; some have no limit.

    Raises:
        ValueError: If the limit is exceeded where it holds.

    >>> check_differences("ONNX", {}, [])
    """
    for probe in probes:
        found = differences[probe.name]
        is_rounded = name in ROUNDED and np.isfinite(found)
        if not probe.is_limited or is_rounded:
            continue
        if not found <= LIMIT:
            raise ValueError(
                "An exported form must score like the detector, within "
                f"{LIMIT:g} of max(1, |score|). Received: {found:.2g} of "
                f"{name} on {probe.name}. Nothing was published."
            )
        if found > EXPECTED:
            logger.warning(
                "%s on %s: a score differs by %.1g of max(1, |score|); more "
                "training makes the network less touchy",
                name,
                probe.name,
                found,
            )
