"""Explainer of a run: what judges a clip, and what its parts are hidden by."""

import dataclasses
import os
import pathlib
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_asd.problems import PROBLEMS
from pipelines.audio.libsndfile import decode_clip
from pipelines.calibration.false_alarms import thresholds
from pipelines.methods.embedding_files import read_embeddings
from pipelines.pictures.judging_network import directions
from pipelines.pictures.judging_network import find_judging_network
from pipelines.pictures.judging_network import score_against
from pipelines.pictures.unusual_spectrum import UnusualSpectrum
from pipelines.pictures.unusual_spectrum import unusual_spectrum
from pipelines.pictures.usual_sound import usual_sound_of_run
from pipelines.pictures.usual_spectrum import UsualSpectrum
from pipelines.pictures.verdict import Verdict
from pipelines.runs.artefacts import load_detector
from pipelines.runs.clip_list import normal_clips
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config


@dataclasses.dataclass(frozen=True)
class JudgedWindow:
    """The strangest window of a clip, and what judges it.

    Args:
        waveform: Waveform `(samples,)` of the window.
        start_seconds: Its start in the recording.
        anomaly_score: Its anomaly score.
        embedder: Network that judges it.
        score: Function from embeddings of this network to anomaly scores.
        embedding: Its embedding by the whole detector.
        part: What of the embedding is the network's.

    >>> window = JudgedWindow(
    ...     np.zeros(4), 2.0, 0.5, None, np.sum, np.zeros(8), slice(0, 8))
    >>> window.start_seconds
    2.0
    """

    waveform: np.ndarray
    start_seconds: float
    anomaly_score: float
    embedder: Any
    score: Callable
    embedding: np.ndarray
    part: slice


class Explainer:
    """The detector of a run, and its normal clips, for explanations.

    Args:
        run: Folder of a finished run.
        trust: Packages of classes of your own, where the run has any.

    Raises:
        FileNotFoundError: If the training of the run has not ended.

    >>> Explainer(RunFolder(pathlib.Path("no_such_run")))
    Traceback (most recent call last):
    FileNotFoundError: ...
    """

    def __init__(self, run: RunFolder, trust: Sequence[str] = ()):
        self.run = run
        self.config = read_config(run)
        self.detector = load_detector(run, trust)
        self._listed = read_clip_list(run.clips)
        self._normals = normal_clips(self._listed)
        self._usual: dict[str, UsualSpectrum | None] = {}

    def read(self, path: str | os.PathLike[str]) -> np.ndarray:
        """Waveform `(samples,)` of a recording, as the detector takes it."""
        return decode_clip(
            os.fspath(path),
            self.config.sampling_rate,
            self.config.recording_channel,
        )

    def judge(self, waveform: np.ndarray, key: str) -> Verdict:
        """What the detector says about a whole clip.

        Args:
            waveform: Waveform of the clip, `(samples,)`.
            key: Key of the machine that it is compared with.
        """
        index = list(self.detector.keys).index(key)
        inputs = {"waveform": waveform[None], "key": np.array([index], "int32")}
        outputs = self.detector.predict_on_batch(inputs)
        calibration = self.detector.calibration
        limit = thresholds(calibration, calibration.false_alarm_rate)[index]
        return Verdict(
            _finite(outputs["anomaly_score"][0]),
            _finite(limit),
            _finite(outputs["p_value"][0]),
            int(outputs["decision"][0]),
            PROBLEMS[outputs["problem"][0]],
        )

    def find_window(self, waveform: np.ndarray, key: str) -> JudgedWindow:
        """The window of a clip with the highest score.

        Args:
            waveform: Waveform of the clip, `(samples,)`.
            key: Key of the machine that it is compared with.
        """
        windows = self._windows(waveform)
        embeddings = self.detector.embedder.predict_on_batch(windows)
        scores = ops.convert_to_numpy(
            score_against(self.detector, embeddings, key)
        )
        strangest = int(scores.argmax())
        embedder, part = find_judging_network(
            self.detector, embeddings[strangest], key
        )
        behind = embeddings.shape[1] - part.stop

        def score(embedding):
            whole = ops.pad(embedding, ((0, 0), (part.start, behind)))
            return score_against(self.detector, whole, key)

        surplus = max(len(waveform) - self.detector.samples, 0)
        start = strangest * surplus // max(len(windows) - 1, 1)
        return JudgedWindow(
            windows[strangest],
            start / self.config.sampling_rate,
            float(scores[strangest]),
            embedder,
            score,
            embeddings[strangest],
            part,
        )

    def nearest(
        self, path: str | os.PathLike[str], key: str, window: JudgedWindow
    ) -> np.ndarray:
        """The window of another normal clip that is nearest in angle.

        Parts of the embedding whose scores are added up count alike.

        Args:
            path: Path of the recording, which is not compared with itself.
            key: Key of the machine that it is compared with.
            window: Window of the recording.

        Raises:
            ValueError: If the run knows no other normal clip of the machine.
        """
        clips = [listed.clip.path for listed in self._normals]
        normals = read_embeddings(self.run.embeddings)
        groups = set(self.detector.groups[key])
        names = [
            name
            for name in set(normals.keys.tolist())
            if set(self.detector.groups[name]) <= groups
        ]
        resolved = pathlib.Path(path).resolve()
        itself = [
            i for i, clip in enumerate(clips) if clip.resolve() == resolved
        ]
        rows = np.flatnonzero(
            np.isin(normals.keys, names) & ~np.isin(normals.clips, itself)
        )
        if not len(rows):
            raise ValueError(
                f"the run knows no other normal clip of {key}; use "
                "`--fill neutral`"
            )
        dim = self.detector.embedding_dim
        vectors = normals.select(rows).whole(dim)[:, window.part]
        cosines = directions(self.detector, vectors) @ directions(
            self.detector, window.embedding[None, window.part]
        ).reshape(-1)
        nearest = rows[cosines.argmax()]
        index = normals.clips[nearest]
        first = np.flatnonzero(normals.clips == index)[0]
        return self._windows(self.read(clips[index]))[nearest - first]

    def unusual(self, waveform: np.ndarray, key: str) -> UnusualSpectrum | None:
        """What differs from the usual spectrum of a machine.

        It is `None` where the run's normal clips are too few. The same of them
        are read as for a report, once.

        Args:
            waveform: Waveform of the clip, `(samples,)`.
            key: Key of the machine that it is compared with.
        """
        if key not in self._usual:
            found = usual_sound_of_run(
                self._listed,
                self.config.sampling_rate,
                self.config.recording_channel,
                self.detector.groups,
                [key],
            )
            self._usual[key] = found.spectra.get(key)
        usual = self._usual[key]
        return unusual_spectrum(waveform, usual) if usual else None

    def _windows(self, waveform: np.ndarray) -> np.ndarray:
        tensor = ops.convert_to_tensor(waveform[None])
        return ops.convert_to_numpy(self.detector.windows(tensor))[0]


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
