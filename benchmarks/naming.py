"""Named bands: how often a sentence names the band of a fault, or of none.

`python -m benchmarks.naming --work FOLDER`. Neither training nor detector is
asked: it judges `pipelines.pictures.unusual_spectrum` and, of several clips,
`pipelines.report.common_band`.
"""

import argparse
import collections
import dataclasses
import itertools
import pathlib
import sys
import zlib
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from benchmarks.measurement import print_report
from benchmarks.pointing_game import HALVES
from benchmarks.pointing_game import SETTINGS
from benchmarks.pointing_table import TOLERANCES
from pipelines.audio.libsndfile import decode_clip
from pipelines.datasets.clip import Clip
from pipelines.datasets.faults.placed import JUDGING
from pipelines.datasets.faults.placed import Kind
from pipelines.datasets.faults.placed import Region
from pipelines.datasets.faults.placed import place
from pipelines.datasets.reading import read_clips
from pipelines.datasets.synthetic import generate
from pipelines.evaluation.tables import NOTHING
from pipelines.evaluation.tables import Table
from pipelines.pictures.unusual_band import UnusualBand
from pipelines.pictures.unusual_spectrum import unusual_spectrum
from pipelines.pictures.usual_spectrum import usual_spectrum
from pipelines.report.common_band import common_band

NUM_NORMAL = 100
# Faults of each kind in each machine; groups of clips with the same fault.
NUM_FAULTS, NUM_GROUPS, GROUP_SIZE = 14, 2, 8
# Machines of a folder of recordings are judged from so many clips on.
LEAST_TRAIN, LEAST_TEST = 20, 8
RATE = SETTINGS.sampling_rate


@dataclasses.dataclass(frozen=True)
class Named:
    """What was said of a clip, or of several with the same fault.

    Args:
        what: Row of the table that it counts in.
        band: Band that was named; `None` if none was.
        region: Where the fault is; `None` without one.

    >>> band = UnusualBand(90.0, 110.0, None, 9.0, 5.0, ((0.0, 1.0),), 1.0)
    >>> Named("hum", band, Region(0.0, 1.0, 95.0, 105.0)).is_right()
    True
    """

    what: str
    band: UnusualBand | None
    region: Region | None = None

    def is_right(self, region: Region | None = None) -> bool:
        """Whether the middle of the band lies on a fault, this one or that."""
        region = region or self.region
        if self.band is None or region is None:
            return False
        hz = self.band.tone_hz or np.sqrt(self.band.low_hz * self.band.high_hz)
        seconds = region.start_seconds
        return bool(region.holds(seconds, hz, *TOLERANCES[0]))


def name_bands(
    clips: Sequence[Clip], key: str, kinds: Mapping[str, Kind]
) -> list[Named]:
    """Sentences about a machine's normal clips, and about faults in them.

    Args:
        clips: Clips of a data folder.
        key: Key of the machine.
        kinds: Kinds of faults.
    """
    print(f"{key} ...", file=sys.stderr, flush=True)
    own = [clip for clip in clips if clip.key == key]
    trained = [_read(clip) for clip in own if clip.split == "train"]
    usual = usual_spectrum(trained, RATE)
    tests = [clip for clip in own if _is_normal_test(clip)]
    waveforms = [_read(clip) for clip in tests]
    rng = np.random.default_rng(zlib.crc32(key.encode()))
    normal = [unusual_spectrum(one, usual) for one in waveforms]
    found = _name_left_out(trained)
    for clip, one in zip(tests, normal, strict=True):
        what = f"normal, {clip.domain}" if clip.domain else "normal"
        found.append(Named(what, one.band if one.stands_out else None))
    order = rng.permutation(len(normal))
    for group in order[: len(order) // GROUP_SIZE * GROUP_SIZE].reshape(
        -1, GROUP_SIZE
    ):
        common = common_band([normal[index] for index in group], usual)
        name = f"{GROUP_SIZE} normal clips"
        found.append(Named(name, common and common.band))
    places = 0
    for name, kind in kinds.items():
        for _ in range(NUM_FAULTS):
            waveform = waveforms[places % len(waveforms)]
            places += 1
            changed, region = place(kind, waveform, RATE, rng)
            one = unusual_spectrum(changed, usual)
            band = one.band if one.stands_out else None
            found.append(Named(name, band, region))
        for _ in range(NUM_GROUPS):
            seed = int(rng.integers(2**31))
            faulty = []
            for index in rng.permutation(len(waveforms))[:GROUP_SIZE]:
                same = np.random.default_rng(seed)
                changed, region = place(kind, waveforms[index], RATE, same)
                faulty.append(unusual_spectrum(changed, usual))
            common = common_band(faulty, usual)
            what = f"{GROUP_SIZE} clips with one {name}"
            found.append(Named(what, common and common.band, region))
    return found


def _name_left_out(waveforms: Sequence[np.ndarray]) -> list[Named]:
    """Sentences about every third normal clip, by those of the others."""
    found = []
    for left in range(3):
        kept = [one for i, one in enumerate(waveforms) if i % 3 != left]
        usual = usual_spectrum(kept, RATE)
        for waveform in waveforms[left::3]:
            one = unusual_spectrum(waveform, usual)
            band = one.band if one.stands_out else None
            found.append(Named("normal, a third left out", band))
    return found


def naming_table(found: Sequence[Named]) -> str:
    """Table of the shares that are named, and named rightly, in Markdown.

    >>> naming_table([Named("normal", None)]).splitlines()[-1].split()
    ['|', 'normal', '|', '1', '|', '0', '%', '|', '-', '|', '-', '|']
    """
    groups = collections.defaultdict(list)
    for one in found:
        groups[one.what].append(one)
    for one in found:
        if one.region is not None:
            size = f"{GROUP_SIZE} clips, " if " clips " in one.what else ""
            groups[f"{size}all faults"].append(one)
    rows = []
    # Of clips first, then of groups; the sums last.
    for what, group in sorted(
        groups.items(), key=lambda group: " clips" in group[0]
    ):
        named = [one.band is not None for one in group]
        right, other = [], []
        if group[0].region is not None:
            right = [one.is_right() for one in group]
            pairs = itertools.permutations(group, 2)
            other = [one.is_right(two.region) for one, two in pairs]
        shares = map(_percent, (named, right, other))
        rows.append((what, f"{len(group)}", *shares))
    header = ("what", "number", "named", "rightly", "another fault")
    return Table(header, rows).markdown()


def name_half(name: str, work: pathlib.Path) -> str:
    """Table of one half of the faults in the built-in machines."""
    half = HALVES[name]
    settings = dataclasses.replace(SETTINGS, num_test_normal=NUM_NORMAL)
    generate(work / "naming_data", settings)
    clips = read_clips(work / "naming_data")
    keys = sorted({c.key for c in clips if c.machine in half.machines})
    return naming_table(
        [one for key in keys for one in name_bands(clips, key, half.kinds)]
    )


def name_recordings(data: pathlib.Path) -> str:
    """Table of the judging faults in the machines of a data folder."""
    clips = read_clips(data)
    train = collections.Counter(c.key for c in clips if c.split == "train")
    test = collections.Counter(c.key for c in clips if _is_normal_test(c))
    keys = sorted(
        key
        for key in train
        if train[key] >= LEAST_TRAIN and test[key] >= LEAST_TEST
    )
    return naming_table(
        [one for key in keys for one in name_bands(clips, key, JUDGING)]
    )


def _percent(values: Sequence[bool]) -> str:
    return f"{100 * np.mean(values):.0f} %" if values else NOTHING


def _is_normal_test(clip: Clip) -> bool:
    return clip.split == "test" and clip.is_anomaly is False


def _read(clip: Clip) -> np.ndarray:
    return decode_clip(clip.path, RATE, "mean")


def main(words: Sequence[str] | None = None) -> int:
    """Names bands, prints and writes the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.naming",
        description="How often the band of a fault is named, or of none.",
    )
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument(
        "--halves", nargs="+", default=list(HALVES), choices=HALVES
    )
    parser.add_argument(
        "--recordings",
        nargs="+",
        default=[],
        type=pathlib.Path,
        help="data folders of real machines, to judge by, too",
    )
    parser.add_argument("--out", metavar="FILE", help="Markdown file")
    options = parser.parse_args(words)
    parts = ["# Named bands"]
    for name in options.halves:
        parts += [f"## {name}", name_half(name, options.work)]
    for folder in options.recordings:
        parts += [f"## {folder.name}, judging", name_recordings(folder)]
    print_report("\n\n".join(parts), options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
