"""Scores clips by `.keras` files: `python -m tests.forms.keras_form ...`.

`CLIPS.npz SCORES.npz FILE ...`, as `tests.forms.runners`. Keras needs this
package for its classes, and nothing else of it.
"""

import sys

import keras
import numpy as np

import keras_asd.models  # noqa: F401


def score(path, clips):
    detector = keras.saving.load_model(path)
    scores = []
    for i in range(len(clips["key"])):
        inputs = {
            "waveform": clips[f"waveform_{i}"][None],
            "key": clips["key"][i : i + 1],
        }
        outputs = detector.predict_on_batch(inputs)
        scores.append(float(outputs["anomaly_score"][0]))
    return scores


def main(clips_path, scores_path, *paths):
    with np.load(clips_path) as clips:
        scores = [score(path, clips) for path in paths]
    np.savez(scores_path, *scores)


if __name__ == "__main__":
    main(*sys.argv[1:])
