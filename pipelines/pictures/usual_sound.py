"""Usual sound: normal clips that the clips of a model are compared with.

The list of a run has their recordings. An export may be on another machine
than these, and so has the spectra in a small file of its own.
"""

import dataclasses
import pathlib
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from soundfile import LibsndfileError

from pipelines.audio.libsndfile import decode_clip
from pipelines.files.names import escape_name
from pipelines.pictures.usual_spectrum import LEAST_CLIPS
from pipelines.pictures.usual_spectrum import UsualSpectrum
from pipelines.pictures.usual_spectrum import unpack_spectra
from pipelines.pictures.usual_spectrum import usual_spectrum
from pipelines.runs.artefacts import USUAL_SOUND
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.clip_list import normal_clips
from pipelines.runs.run_files import reading

# Normal clips of a machine that are measured, from all over the list.
NUM_MEASURED = 48


@dataclasses.dataclass(frozen=True)
class UsualSound:
    """Usual spectra by machine, and normal clips to listen to.

    Args:
        spectra: Usual spectrum of each machine.
        normals: Paths of the normal clips that were measured, by machine.
        missing: Why there is none, of the machines without.

    >>> UsualSound().why("fan/all")
    'the model keeps no usual spectrum of fan/all'
    """

    spectra: Mapping[str, UsualSpectrum] = dataclasses.field(
        default_factory=dict
    )
    normals: Mapping[str, Sequence[pathlib.Path]] = dataclasses.field(
        default_factory=dict
    )
    missing: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def why(self, key: str) -> str:
        """Why a machine has no usual spectrum."""
        return self.missing.get(
            key, f"the model keeps no usual spectrum of {key}"
        )

    def nearest(self, key: str, excess: np.ndarray) -> pathlib.Path:
        """The normal clip whose spectrum is nearest to a clip's.

        Args:
            key: Key of a machine that is in `normals`.
            excess: The clip's mean levels less the usual ones in dB,
                `(bands,)`.
        """
        own = excess + self.spectra[key].mean[0]
        distances = np.abs(self.spectra[key].levels - own).mean(1)
        return self.normals[key][int(distances.argmin())]


def usual_sound_of_run(
    listed: Sequence[ListedClip],
    sampling_rate: int,
    channel: int | str,
    groups: Mapping[str, Sequence[int]],
    keys: Sequence[str],
) -> UsualSound:
    """Measures normal clips of a run, at most `NUM_MEASURED` of a machine.

    Args:
        listed: Clips of the run.
        sampling_rate: Sampling rate in Hz.
        channel: Channel of the recordings, `"mean"` or an index.
        groups: Auxiliary classes of each machine that the model knows. Clips
            of a key that is none, such as `fan/all`, count for all whose
            classes hold theirs.
        keys: Machines to measure.

    >>> sound = usual_sound_of_run([], 16_000, "mean", {}, ["fan/all"])
    >>> sound.why("fan/all")
    'the run lists no normal clip of fan/all'
    """
    spectra, normals, missing = {}, {}, {}
    by_key: dict[str, list[pathlib.Path]] = {}
    for one in normal_clips(listed):
        by_key.setdefault(one.clip.key, []).append(one.clip.path)
    for key in keys:
        own = {*groups.get(key, ())}
        paths = [
            path
            for name, paths in by_key.items()
            if name == key or own >= {*groups.get(name, (-1,))}
            for path in paths
        ]
        if not paths:
            missing[key] = f"the run lists no normal clip of {key}"
            continue
        read: list[pathlib.Path] = []
        waveforms = _decode(_spread(paths), sampling_rate, channel, read)
        try:
            spectra[key] = usual_spectrum(waveforms, sampling_rate)
        except ValueError:
            missing[key] = (
                f"of the {len(paths)} normal clips of {key} that the run was "
                f"trained on, {len(read)} can be read here, and {LEAST_CLIPS} "
                f"are needed; they were in {escape_name(paths[0].parent)}"
            )
            continue
        normals[key] = read
    return UsualSound(spectra, normals, missing)


def usual_sound_of_export(version: pathlib.Path) -> UsualSound:
    """The spectra beside an exported version; none in one of an older export.

    Raises:
        ValueError: If the file is damaged.

    >>> usual_sound_of_export(pathlib.Path("no_such")).spectra
    {}
    """
    path = version / USUAL_SOUND
    if not path.exists():
        return UsualSound()
    with reading(path, "The usual sound of an export", "Export it again."):
        return UsualSound(unpack_spectra(path.read_bytes()))


def _decode(
    paths: Sequence[pathlib.Path],
    sampling_rate: int,
    channel: int | str,
    read: list[pathlib.Path],
) -> Iterator[np.ndarray]:
    """One by one the recordings that can be read, whose paths go to `read`."""
    for path in paths:
        try:
            waveform = decode_clip(path, sampling_rate, channel)
        except (OSError, ValueError, LibsndfileError):
            continue
        read.append(path)
        yield waveform


def _spread(paths: Sequence[pathlib.Path]) -> list[pathlib.Path]:
    """At most `NUM_MEASURED`, from all over."""
    number = min(NUM_MEASURED, len(paths))
    places = np.linspace(0, len(paths) - 1, number).astype(int)
    return [paths[place] for place in places.tolist()]
