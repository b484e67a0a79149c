"""Cached windows of held-out clips and of their stand-ins."""

import hashlib
import json
import pathlib
import zlib
from collections.abc import Sequence

import numpy as np
import tqdm
from keras import ops

from keras_asd.models.clip_windows import cut_windows
from pipelines import atomic
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.audio.libsndfile import decode_clip
from pipelines.datasets.faults.stand_ins import STAND_INS
from pipelines.datasets.faults.stand_ins import alter
from pipelines.settings.config import Config

NORMAL = "normal"
# Incremented whenever the same settings would make other windows.
_VERSION = 1


def stand_in_windows(
    folder: pathlib.Path,
    clips: Sequence[InspectedClip],
    kind: str,
    config: Config,
    seed: int = 0,
) -> np.ndarray:
    """Windows of the clips, original or altered, cached on the disk.

    Missing files are written atomically, and several processes may share the
    folder. The same clips and settings make the same bytes, independent of the
    paths of the recordings.

    Args:
        folder: Folder of the files, one for each kind and settings.
        clips: Clips, in the order of their indices.
        kind: Kind of the windows: `"normal"`, or a key of `STAND_INS`.
        config: Settings by which clips are decoded and cut.
        seed: Seed of the changes.

    Returns:
        A memory map of records, `(windows,)`: `clip`, the index of the clip,
        and `window`, `(samples,)` float32.

    Raises:
        ValueError: If a clip cannot be decoded any more.

    >>> stand_in_windows(pathlib.Path("unused"), [], "normal", Config())
    Traceback (most recent call last):
    ValueError: There must be clips to judge by. Received: 0 clips.
    """
    if not clips:
        raise ValueError("There must be clips to judge by. Received: 0 clips.")
    row = np.dtype([("clip", "<i4"), ("window", "<f4", (config.samples,))])
    path = folder / f"{kind}_{_digest(clips, kind, config, seed)}.windows"
    if not path.exists():
        _write(path, clips, kind, config, seed, row)
    return np.memmap(path, row, mode="r")


def clip_number(inspected: InspectedClip, *words: str | int) -> int:
    """A number that depends on the texts and the clip's content only.

    >>> from pipelines.datasets.clip import Clip
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "train", False)
    >>> one = InspectedClip(clip, "WAV", "PCM_16", 16000, 1, 9, True, "c0ffee")
    >>> clip_number(one, "order", 0) == clip_number(one, "order", 0)
    True
    """
    text = json.dumps([*words, _fingerprint(inspected)])
    return zlib.crc32(text.encode())


def _fingerprint(inspected: InspectedClip) -> list[str]:
    # Clip lists of earlier versions have no checksums.
    own = inspected.sha256 or inspected.clip.path.name
    return [inspected.clip.key, own]


def _digest(
    clips: Sequence[InspectedClip], kind: str, config: Config, seed: int
) -> str:
    settings = [
        _VERSION,
        kind,
        config.sampling_rate,
        config.samples,
        config.recording_channel,
        config.long_clips,
        config.window_step,
        config.short_clips,
        [_fingerprint(one) for one in clips],
    ]
    if kind != NORMAL:
        stand_in = STAND_INS[kind]
        settings += [seed, stand_in.weakest, stand_in.strongest]
    return hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:16]


def _write(
    path: pathlib.Path,
    clips: Sequence[InspectedClip],
    kind: str,
    config: Config,
    seed: int,
    row: np.dtype,
) -> None:
    with atomic.replacing(path) as temporary, temporary.open("wb") as file:
        for place, one in enumerate(
            tqdm.tqdm(clips, desc=f"making {kind}", unit="clip", disable=None)
        ):
            windows = read_windows(one, kind, config, seed)
            rows = np.zeros(len(windows), row)
            rows["clip"] = place
            rows["window"] = windows
            rows.tofile(file)


def read_windows(
    one: InspectedClip, kind: str, config: Config, seed: int = 0
) -> np.ndarray:
    """Windows of a clip, original or altered, `(windows, samples)`.

    Args:
        one: The clip.
        kind: Kind of the windows; see `stand_in_windows`.
        config: Settings by which clips are decoded and cut.
        seed: Seed of the changes.

    Raises:
        ValueError: If the clip cannot be decoded any more.

    >>> from pipelines.datasets.clip import Clip
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "train", False)
    >>> one = InspectedClip(clip, "WAV", "PCM_16", 16000, 1, 9, True)
    >>> read_windows(one, "normal", Config())
    Traceback (most recent call last):
    ValueError: Held-out clips must stay where they are until the end. ...
    """
    try:
        waveform = decode_clip(
            one.clip.path, config.sampling_rate, config.recording_channel
        )
    except (OSError, RuntimeError, ValueError) as error:
        raise ValueError(
            "Held-out clips must stay where they are until the end. "
            f"Received: {one.clip.path}: {error}. Bring it back."
        ) from error
    if kind != NORMAL:
        rng = np.random.default_rng(clip_number(one, kind, seed))
        waveform = alter(kind, waveform, config.sampling_rate, rng)
    windows = cut_windows(
        waveform[None],
        config.samples,
        is_cropped=config.long_clips == "crop",
        step=config.window_step,
        is_padded=config.short_clips == "pad",
    )
    return ops.convert_to_numpy(windows)[0]
