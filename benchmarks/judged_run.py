"""A finished run's test clips, by which forms of its detector are judged."""

import pathlib
from collections.abc import Callable

import numpy as np

from benchmarks.form_makers import Subject

BATCH = 32
# Normal clips for number ranges.
NUM_RANGES = 40


class JudgedRun:
    """The detector of a run as a subject, and its labelled test clips.

    Args:
        path: Folder of the run.
        folder: Where files of its forms are.
    """

    def __init__(self, path: str, folder: pathlib.Path):
        from pipelines.audio.libsndfile import decode_clip
        from pipelines.runs.artefacts import load_detector
        from pipelines.runs.clip_list import normal_clips
        from pipelines.runs.clip_list import read_clip_list
        from pipelines.runs.run_folder import RunFolder
        from pipelines.runs.run_folder import read_config

        run = RunFolder(pathlib.Path(path))
        config, detector = read_config(run), load_detector(run)

        def decode(listed):
            return decode_clip(
                listed.clip.path,
                config.sampling_rate,
                config.recording_channel,
            )

        listed = read_clip_list(run.clips)
        normal = normal_clips(listed)
        step = max(1, len(normal) // NUM_RANGES)
        samples = detector.samples
        ranges = [decode(one)[:samples] for one in normal[::step]]
        folder.mkdir(exist_ok=True)
        self.subject = Subject(detector, folder, np.stack(ranges))
        test = [
            one
            for one in listed
            if one.role == "test" and one.clip.is_anomaly is not None
        ]
        waveforms = [decode(one) for one in test]
        length = min(map(len, waveforms))
        self.waveforms = np.stack([one[:length] for one in waveforms])
        keys = list(detector.keys)
        self.key = np.array([keys.index(one.clip.key) for one in test], "int32")
        self.is_anomaly = np.array([one.clip.is_anomaly for one in test])

    def mean_auc(self, form: Callable) -> float:
        """Mean over the machines' sections of a form's AUC."""
        from keras_asd.metrics import roc_auc

        scores = np.concatenate(
            [
                form(
                    waveform=self.waveforms[start : start + BATCH],
                    key=self.key[start : start + BATCH],
                )
                for start in range(0, len(self.key), BATCH)
            ]
        )
        return float(
            np.mean(
                [
                    roc_auc(
                        self.is_anomaly[self.key == key],
                        scores[self.key == key],
                    )
                    for key in np.unique(self.key)
                ]
            )
        )
