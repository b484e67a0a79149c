"""False alarms of fresh recording sessions, by folds of clips and of sessions.

`python -m benchmarks.calibration_sessions`
"""

import argparse
import dataclasses
import sys
from collections.abc import Sequence

import numpy as np
import scipy.fft
from keras import ops
from numpy.typing import NDArray

from benchmarks.calibration_systems import make_label_map
from benchmarks.measurement import print_report
from pipelines.calibration.domain_curves import fit_domains
from pipelines.calibration.false_alarms import find_threshold
from pipelines.calibration.normal_scores import calibration_scores
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic.recording import Recording
from pipelines.evaluation.tables import Table
from pipelines.methods.choice import choose_method
from pipelines.methods.clip_scores import score_embeddings
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.statistics import fit_whitening
from pipelines.methods.statistics import mean_centres
from pipelines.methods.statistics import whiten
from pipelines.settings.presets import choose_preset
from pipelines.training.assembly import make_detector

PRESETS = ("training_free", "training_free_views")
RATES = (0.1, 0.05)
SECONDS = 1.0
# Deviations in dB between sessions, for each strength of 1.
GAIN_DB, FILTER_DB, BACKGROUND_DB = 2.0, 1.0, 2.0
NUM_KNOTS = 8
HEADER = (
    "system",
    "sessions",
    "folds by",
    *(f"{100 * rate:g} % requested" for rate in RATES),
)
NOTES = """
Made-up machines, normal clips of 1 s. A session has a gain, a filter and a \
background of its own, drawn anew for the 20 sessions that judge. Shown is the \
mean false-alarm rate over the machines, in brackets the largest.
"""


def session_waveforms(
    machine: str, session: int, size: int, strength: float
) -> NDArray[np.float32]:
    """Normal clips of a session of a machine, `(size, samples)`.

    >>> session_waveforms("fan", 0, 2, 1.0).shape
    (2, 16000)
    """
    settings = SyntheticSettings(num_ids=1, seconds=SECONDS)
    generator = np.random.default_rng([session, sum(machine.encode())])
    gain, hiss = generator.normal(0, strength, 2) * [GAIN_DB, BACKGROUND_DB]
    knots = generator.normal(0, FILTER_DB * strength, NUM_KNOTS)
    bins = np.linspace(0, NUM_KNOTS - 1, settings.samples // 2 + 1)
    curve_db = np.interp(bins, np.arange(NUM_KNOTS), knots) + gain
    clips = []
    for index in range(session * 1000, session * 1000 + size):
        recording = Recording(machine, 0, "train", "source", False, index, 0)
        sound, hall = recording.sources(settings)
        waveform = sound + hall * 10 ** (hiss / 20)
        spectrum = scipy.fft.rfft(waveform) * 10 ** (curve_db / 20)
        clips.append(0.03 * scipy.fft.irfft(spectrum, settings.samples))
    return np.clip(clips, -1, 1).astype("float32")


def measure_sessions(
    measure, sessions: Sequence[int], size: int, strength: float
) -> Embeddings:
    """Statistics of the sessions of all machines."""
    rows, keys, names = [], [], []
    for machine in SyntheticSettings().machines:
        for session in sessions:
            clips = session_waveforms(machine, session, size, strength)
            rows.append(ops.convert_to_numpy(measure(clips)))
            keys += [f"{machine}/all"] * size
            names += [str(session)] * size
    clips = np.arange(len(keys))
    return Embeddings(
        np.concatenate(rows),
        np.array(keys),
        clips < 0,
        clips,
        sessions=np.array(names),
    )


def judge(preset: str, fitted: Embeddings, fresh: Embeddings):
    """Achieved rates of every machine, `(machines, rates)`."""
    config = dataclasses.replace(choose_preset(preset), clip_seconds=SECONDS)
    embedder = config.embedder.build(config)
    normals = fit_whitening(embedder, fitted)
    label_map = make_label_map(normals.keys)
    scorer = choose_method(config).fit_scorer(normals, label_map.groups)
    head = mean_centres(normals, normals.keys)
    detector = make_detector(config, label_map, embedder, head, scorer)
    is_unseen = np.ones(len(normals.keys), bool)
    found = calibration_scores(detector, normals, config, is_unseen)
    scores = score_embeddings(detector, whiten(embedder, fresh))[:, 0]
    shares = []
    for key in detector.keys:
        own = scores[fresh.keys == key]
        curves = [fit_domains(found[key], rate=rate)[0] for rate in RATES]
        shares.append(
            [
                (
                    own >= find_threshold(curve.scores, curve.p_values, rate)
                ).mean()
                for curve, rate in zip(curves, RATES, strict=True)
            ]
        )
    return np.array(shares)


def measure_preset(preset: str, options) -> list[list[str]]:
    """Lines of the table."""
    config = dataclasses.replace(choose_preset(preset), clip_seconds=SECONDS)
    measure = config.embedder.build(config).statistics
    lines = []
    fresh = measure_sessions(
        measure, range(100, 120), options.fresh // 20, options.strength
    )
    for number in options.sessions:
        size = options.train // number
        fitted = measure_sessions(
            measure, range(number), size, options.strength
        )
        ways = {
            "clips": dataclasses.replace(fitted, sessions=None),
            "sessions": fitted,
        }
        for name, some in ways.items():
            shares = 100 * judge(preset, some, fresh)
            texts = [
                f"{mean:.1f} % ({largest:.1f} %)"
                for mean, largest in zip(
                    shares.mean(axis=0), shares.max(axis=0), strict=True
                )
            ]
            lines.append([preset, f"{number} x {size} clips", name, *texts])
    return lines


def main(words: Sequence[str] | None = None) -> int:
    """Measures, prints and writes the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.calibration_sessions",
        description="False alarms of fresh recording sessions.",
    )
    parser.add_argument("--presets", nargs="+", default=list(PRESETS))
    parser.add_argument("--sessions", nargs="+", type=int, default=[4, 10])
    parser.add_argument("--train", type=int, default=200, help="clips")
    parser.add_argument("--fresh", type=int, default=1000, help="clips")
    parser.add_argument("--strength", type=float, default=1.0)
    parser.add_argument("--out", metavar="FILE", help="Markdown file")
    options = parser.parse_args(words)
    lines = [
        line
        for name in options.presets
        for line in measure_preset(name, options)
    ]
    table = Table(HEADER, lines).markdown()
    print_report(
        "\n\n".join(["# Recording sessions", NOTES.strip(), table]), options.out
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
