"""What the input gate of a watch recognises, on made-up cases.

`python -m benchmarks.input_gate --out FILE`: windows of built-in machines,
normal, faulty and disturbed, pass the gate; a table says how many it holds back
with the right reason, and how many wrongly. The thresholds of the gate were
chosen by looking at the half "chosen", never at the half "judged". With
`--recordings`, normal and other recordings of real machines pass it, too.
"""

import argparse
import collections
import statistics
import sys
import time
from collections.abc import Iterable
from collections.abc import Sequence

import numpy as np

from benchmarks.gate_cases import made_up_cases
from benchmarks.gate_counts import Count
from benchmarks.gate_counts import gate_of
from benchmarks.gate_counts import judge_half
from benchmarks.gate_counts import stored
from benchmarks.gate_halves import HALVES
from benchmarks.gate_machines import RATE
from benchmarks.gate_machines import SAMPLES
from benchmarks.measurement import print_report
from pipelines.audio.libsndfile import decode_clip
from pipelines.benchmarking.machine import processor_name
from pipelines.datasets.clip import Clip
from pipelines.datasets.reading import read_clips
from pipelines.evaluation.tables import NOTHING
from pipelines.evaluation.tables import Table
from pipelines.pictures.usual_spectrum import usual_spectrum

# Clips of a machine, to measure and to judge; windows of a swapped microphone.
LEAST_NORMALS, LEAST_WINDOWS = 6, 3
NOTES = """
Shares of windows that were held back with the reason beside \
(in brackets: with any); where no reason is named, any is wrong. A swapped \
microphone counts from the third window on. {time}
"""


def judge_recordings(folder: str) -> list[list[str]]:
    """Lines on real recordings: held back of normal clips and of others.

    Every other normal training clip of a machine makes its usual spectrum.
    """
    clips = collections.defaultdict(list)
    for clip in read_clips(folder):
        clips[clip.key].append(clip)
    spectra, rest = {}, {}
    for key, own in clips.items():
        normals = [clip for clip in own if clip.split == "train"]
        if len(normals) >= LEAST_NORMALS:
            spectra[key] = usual_spectrum(_decode(normals[::2]), RATE)
            others = [clip for clip in own if clip.split != "train"]
            rest[key] = {"unseen normal": normals[1::2]}
            rest[key]["test, normal or not"] = others
    lines = []
    for key, kinds in rest.items():
        for kind, own in kinds.items():
            count, gate = Count(), gate_of(key, spectra)
            for waveform in _decode(own):
                count.add(gate.check(waveform).reason)
            if own:
                lines.append([key, kind, str(len(own)), count.cell("")])
    return lines


def _decode(clips: Sequence[Clip]) -> Iterable[np.ndarray]:
    return (decode_clip(clip.path, RATE, "mean") for clip in clips)


def time_gate(repeats: int) -> str:
    """Processor time that a window takes, in words.

    >>> time_gate(1).startswith("A window of 10 s at 16 kHz takes ")
    True
    """
    unit = HALVES["chosen"].units[0]
    cases = {case.name: case for case in made_up_cases([])}
    gate = gate_of(unit.key, {unit.key: unit.usual})
    texts = []
    for name in ("normal, source", "made-up voice, +6 dB"):
        window = cases[name].make(unit, 0, np.random.default_rng(0))
        waveform = stored(window)
        gate.check(waveform)
        seconds = []
        for _ in range(repeats):
            start = time.process_time()
            gate.check(waveform)
            seconds.append(time.process_time() - start)
        median = 1000 * statistics.median(seconds)
        texts.append(f"{median:.1f} ms ({name})")
    return (
        f"A window of {SAMPLES / RATE:g} s at {RATE / 1000:g} kHz takes "
        f"{', '.join(texts)} of processor time, {processor_name()}."
    )


def main(words: Sequence[str] | None = None) -> int:
    """Measures, prints and writes the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.input_gate",
        description="What the input gate of a watch recognises.",
    )
    parser.add_argument(
        "--windows", type=int, default=24, help="of each case and machine"
    )
    parser.add_argument(
        "--halves", nargs="+", default=[*HALVES], choices=HALVES
    )
    parser.add_argument(
        "--recordings", nargs="*", default=[], help="folders of real machines"
    )
    parser.add_argument("--out", metavar="FILE", help="Markdown file")
    options = parser.parse_args(words)
    if options.windows < LEAST_WINDOWS:
        parser.error(f"--windows must be {LEAST_WINDOWS} at least")
    counts = {
        name: judge_half(HALVES[name], options.windows)
        for name in options.halves
    }
    names = list(next(iter(counts.values())))
    lines = [
        [
            name,
            reason or NOTHING,
            str(next(iter(counts.values()))[name, reason].windows),
            *(own[name, reason].cell(reason) for own in counts.values()),
        ]
        for name, reason in names
    ]
    header = ("window", "reason", "windows", *counts)
    parts = [
        "## Measured",
        NOTES.format(time=time_gate(50)).strip(),
        Table(header, lines).markdown().strip(),
    ]
    real = [
        line
        for folder in options.recordings
        for line in judge_recordings(folder)
    ]
    if real:
        header = ("machine", "recordings", "clips", "held back")
        parts.append(Table(header, real).markdown().strip())
    print_report("\n\n".join(parts), options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
