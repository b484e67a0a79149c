"""Data of a benchmark with faults injected into their normal test clips."""

import csv
import dataclasses
import io
import json
import pathlib
import zlib
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
import soundfile
import tqdm

from pipelines import atomic
from pipelines.audio.libsndfile import decode_clip
from pipelines.datasets.clip import Clip
from pipelines.datasets.faults.injections import INJECTIONS
from pipelines.datasets.faults.injections import inject
from pipelines.datasets.reading import read_all_clips

_COLUMNS = ("path", "machine", "split", "label", "section", "domain")


@dataclasses.dataclass(frozen=True)
class InjectedFaults:
    """Faults to inject into every normal test clip.

    Args:
        kinds: Kinds of faults, keys of `INJECTIONS`.
        severities: Severities of each kind, from 0, barely audible, to 1.
        seed: Seed of the details of each fault.

    Raises:
        ValueError: For an unknown kind, or a severity out of range.

    >>> len(InjectedFaults(kinds=("leak", "tilt")).severities)
    3
    """

    kinds: tuple[str, ...] = tuple(INJECTIONS)
    severities: tuple[float, ...] = (0.2, 0.5, 0.8)
    seed: int = 0

    def __post_init__(self):
        unknown = set(self.kinds) - set(INJECTIONS)
        if unknown or not self.kinds:
            raise ValueError(
                f"`kinds` must be of {', '.join(INJECTIONS)}. "
                f"Received: kinds={self.kinds}."
            )
        if not self.severities or not all(
            0 <= severity <= 1 for severity in self.severities
        ):
            raise ValueError(
                "`severities` must be one or more numbers in [0, 1]. "
                f"Received: severities={self.severities}."
            )


def inject_faults(
    roots: Sequence[str], folder: pathlib.Path, faults: InjectedFaults
) -> pathlib.Path:
    """Writes the faulty clips, and a CSV that lists them beside the normals.

    The anomalies of the data are left out, their normal clips stay where they
    are. Files are whole or absent, and existing ones are kept.

    Args:
        roots: Data folders with normal clips in their test splits.
        folder: Folder of the faulty clips; each setting has its own below it.
        faults: Faults to inject.

    Returns:
        Path of the CSV.

    Raises:
        FileNotFoundError: If a data folder is missing or has no recordings.
    """
    text = json.dumps([dataclasses.asdict(faults), *map(str, roots)])
    folder = folder / f"faults_{zlib.crc32(text.encode()):08x}"
    clips = [
        clip
        for clip in read_all_clips(roots, seed=0)
        if clip.is_anomaly is False
    ]
    rows = [_row(clip, clip.path.resolve(), "normal") for clip in clips]
    tested = [clip for clip in clips if clip.split == "test"]
    for clip in tqdm.tqdm(tested, "injecting", unit="clip", disable=None):
        for path in _write_faulty(clip, folder, faults):
            rows.append(_row(clip, path.resolve(), "anomaly"))
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerows([_COLUMNS, *rows])
    folder.mkdir(parents=True, exist_ok=True)
    atomic.write_text(folder / "clips.csv", table.getvalue())
    return folder / "clips.csv"


def _row(clip: Clip, path: pathlib.Path, label: str) -> tuple[str, ...]:
    place = str(path), clip.machine, clip.split, label
    return (*place, clip.section, clip.domain or "")


def _write_faulty(
    clip: Clip, folder: pathlib.Path, faults: InjectedFaults
) -> Iterator[pathlib.Path]:
    waveform, sampling_rate = None, soundfile.info(clip.path).samplerate
    for kind in faults.kinds:
        for severity in faults.severities:
            name = f"{clip.path.stem}_{kind}_{severity:.2f}.wav"
            path = folder / clip.machine / clip.section / name
            if not path.exists():
                if waveform is None:
                    waveform = decode_clip(clip.path, sampling_rate)
                words = clip.key, clip.path.name, kind, f"{severity:.2f}"
                numbers = [zlib.crc32(word.encode()) for word in words]
                rng = np.random.default_rng([faults.seed, *numbers])
                faulty = inject(kind, severity, waveform, sampling_rate, rng)
                path.parent.mkdir(parents=True, exist_ok=True)
                with atomic.replacing(path) as partial:
                    soundfile.write(
                        partial, faulty, sampling_rate, "PCM_16", format="WAV"
                    )
            yield path
