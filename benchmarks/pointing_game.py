"""Pointing game: how often a picture's strongest region lies on the fault.

`python -m benchmarks.pointing_game --work FOLDER`; it goes on where it was
stopped.
"""

import argparse
import dataclasses
import json
import pathlib
import sys
import zlib
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from benchmarks.measurement import print_report
from benchmarks.pointing_pictures import PICTURES
from benchmarks.pointing_pictures import Fault
from benchmarks.pointing_table import TOLERANCES
from benchmarks.pointing_table import FoundFault
from benchmarks.pointing_table import make_table
from pipelines import atomic
from pipelines.datasets.faults.placed import CHOOSING
from pipelines.datasets.faults.placed import JUDGING
from pipelines.datasets.faults.placed import Kind
from pipelines.datasets.faults.placed import place
from pipelines.datasets.reading import read_clips
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic import generate
from pipelines.pictures.explainer import Explainer
from pipelines.programs.train import train
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.presets import choose_preset

# Faults of each kind in each section. The picture is chosen by the detector
# that comes first, which is the default.
DETECTORS = {
    "training_free_views": {"choosing": 3, "judging": 7},
    "tastgram_study": {"judging": 2},
}
SETTINGS = SyntheticSettings(
    num_ids=4,
    num_train=40,
    num_train_target=20,
    num_test_normal=28,
    num_test_anomaly=0,
    seconds=2.0,
    seed=11,
)


@dataclasses.dataclass(frozen=True)
class Half:
    """Faults by which a picture is chosen, or judged.

    Args:
        kinds: Kinds of faults.
        machines: Built-in machines that get them.

    >>> not set(HALVES["choosing"].kinds) & set(HALVES["judging"].kinds)
    True
    """

    kinds: Mapping[str, Kind]
    machines: tuple[str, ...]


HALVES = {
    "choosing": Half(CHOOSING, ("fan", "slider")),
    "judging": Half(JUDGING, ("pump", "valve")),
}


class Game:
    """A detector, and the pictures of faults in fresh normal clips.

    Args:
        run: Folder of the finished training.
        data: Data folder that it was trained on.
        work: Folder of the results.
        pictures: Names of the pictures.
    """

    def __init__(
        self,
        run: pathlib.Path,
        data: pathlib.Path,
        work: pathlib.Path,
        pictures: Sequence[str] = tuple(PICTURES),
    ):
        self.explainer = Explainer(RunFolder(run))
        self.clips = read_clips(data)
        self.work, self.name = work, run.name
        self.pictures = pictures

    def play(
        self, key: str, kinds: Mapping[str, Kind], num_faults: int
    ) -> list[FoundFault]:
        """The faults of one section, from a file if they are there.

        Args:
            key: Key of the section.
            kinds: Kinds of faults.
            num_faults: Number of faults of each kind; each has a clip of its
                own as far as there are enough.
        """
        path = self.work / f"{self.name}_{key.replace('/', '_')}.json"
        if path.exists():
            rows = json.loads(path.read_text(encoding="utf-8"))
            return [FoundFault(**row) for row in rows]
        print(f"{self.name}, {key} ...", file=sys.stderr, flush=True)
        paths = [
            clip.path
            for clip in self.clips
            if (clip.key, clip.split) == (key, "test") and not clip.is_anomaly
        ]
        rng = np.random.default_rng(zlib.crc32(key.encode()))
        found = []
        for kind in kinds:
            for _ in range(num_faults):
                path_of_clip = paths[len(found) % len(paths)]
                fault = self._find(path_of_clip, key, kind, kinds, rng)
                found.append(fault)
        rows = [dataclasses.asdict(fault) for fault in found]
        atomic.write_text(path, json.dumps(rows))
        return found

    def _find(self, path, key, kind, kinds, rng) -> FoundFault:
        """Puts a fault into a clip, and asks every picture where it is."""
        explainer = self.explainer
        rate = explainer.config.sampling_rate
        waveform, region = place(kinds[kind], explainer.read(path), rate, rng)
        window = explainer.find_window(waveform, key)
        normal = explainer.nearest(path, key, window)
        seed = int(rng.integers(2**31))
        unusual = explainer.unusual(waveform, key)
        fault = Fault(unusual, window, normal, seed)
        points, chances = {}, {}
        for name in self.pictures:
            picture = PICTURES[name](fault)
            points[name] = picture.strongest
            chances[name] = [
                float(
                    np.mean(
                        region.holds(
                            picture.seconds[:, None], picture.hz, *tolerance
                        )
                    )
                )
                for tolerance in TOLERANCES
            ]
        p_value = explainer.judge(waveform, key).p_value
        return FoundFault(
            kind, key, p_value, dataclasses.astuple(region), points, chances
        )


def play_recordings(
    preset: str, data: pathlib.Path, work: pathlib.Path, pictures: Sequence[str]
) -> str:
    """Table of the judging faults in all machines of a data folder."""
    run = train_detector(preset, data, work / preset)
    game = Game(run, data, work, pictures)
    clips = [clip for clip in game.clips if clip.split == "test"]
    keys = {clip.key for clip in clips if clip.is_anomaly is False}
    return _play(game, keys, JUDGING, DETECTORS[preset]["judging"])


def play_half(
    preset: str, name: str, work: pathlib.Path, pictures: Sequence[str]
) -> str:
    """Table of one half of the faults in the built-in machines."""
    data = work / "data"
    generate(data, SETTINGS)
    run = train_detector(preset, data, work / preset)
    game = Game(run, data, work, pictures)
    half = HALVES[name]
    keys = {clip.key for clip in game.clips if clip.machine in half.machines}
    return _play(game, keys, half.kinds, DETECTORS[preset][name])


def _play(game: Game, keys, kinds: Mapping[str, Kind], number: int) -> str:
    played = [game.play(key, kinds, number) for key in sorted(keys)]
    return make_table([fault for faults in played for fault in faults])


def train_detector(
    preset: str, data: pathlib.Path, run: pathlib.Path
) -> pathlib.Path:
    """Trains a detector with a preset, and returns the folder of the run."""
    config = choose_preset(preset)
    config = dataclasses.replace(config, clip_seconds=SETTINGS.seconds)
    train([str(data)], config, str(run))
    return run


def main(words: Sequence[str] | None = None) -> int:
    """Plays, prints and writes the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.pointing_game",
        description="How often pictures of a fault point at it.",
    )
    parser.add_argument(
        "--work", required=True, type=pathlib.Path, help="folder of the results"
    )
    parser.add_argument(
        "--detectors",
        nargs="+",
        default=list(DETECTORS),
        choices=DETECTORS,
        metavar="PRESET",
        help=f"some of {', '.join(DETECTORS)}",
    )
    parser.add_argument(
        "--halves", nargs="+", default=list(HALVES), choices=HALVES
    )
    parser.add_argument(
        "--pictures", nargs="+", default=list(PICTURES), choices=PICTURES
    )
    parser.add_argument(
        "--recordings",
        type=pathlib.Path,
        help="data folder of real machines, to judge the first detector by",
    )
    parser.add_argument("--out", metavar="FILE", help="Markdown file")
    options = parser.parse_args(words)
    parts = ["# Pointing game"]
    for preset in options.detectors:
        for name in options.halves:
            if name in DETECTORS[preset]:
                table = play_half(preset, name, options.work, options.pictures)
                parts += [f"## {preset}, {name}", table]
    if options.recordings:
        preset, *_ = options.detectors
        run = options.work / "recordings"
        table = play_recordings(
            preset, options.recordings, run, options.pictures
        )
        parts += [f"## {preset}, judging, recordings", table]
    print_report("\n\n".join(parts), options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
