"""Scores clips by a `.keras` file: `python -m tests.forms.keras_form ...`.

`FILE CLIPS.npz SCORES.npz`, as `tests.forms.runners`. Keras needs this
package for its classes, and nothing else of it.
"""

import sys

import keras
import numpy as np

import keras_asd.models  # noqa: F401


def main(path, clips_path, scores_path):
    detector = keras.saving.load_model(path)
    scores = []
    with np.load(clips_path) as clips:
        for i in range(len(clips["key"])):
            inputs = {
                "waveform": clips[f"waveform_{i}"][None],
                "key": clips["key"][i : i + 1],
            }
            outputs = detector.predict_on_batch(inputs)
            scores.append(float(outputs["anomaly_score"][0]))
    np.savez(scores_path, scores=np.array(scores))


if __name__ == "__main__":
    main(*sys.argv[1:])
