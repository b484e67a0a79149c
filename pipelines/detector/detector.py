"""Detector: the whole way in Python, from recordings to scores and exports."""

import os
import pathlib
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

from pipelines.detector.open_model import OpenModel
from pipelines.detector.paths import Path
from pipelines.detector.paths import Paths
from pipelines.detector.paths import list_paths
from pipelines.settings.config import Config
from pipelines.settings.presets import choose_preset
from pipelines.settings.reading import read_settings
from pipelines.settings.stages import check_anytime

if TYPE_CHECKING:
    from keras_asd.models import AnomalyDetector
    from pipelines.programs.explain import ClipExplanation
    from pipelines.report.report import Report
    from pipelines.scoring.scores import Scores


class Detector(OpenModel):
    """A detector of anomalous sounds, trained on normal recordings alone.

    It does what the commands `keras-asd train`, `score`, `evaluate`,
    `calibrate`, `explain` and `export` do, with the same files and errors.

        from keras_asd import Detector

        detector = Detector("auto", minutes=0).fit("recordings")
        print(detector.score("new"))
        detector.export("saved_models/first")
        detector = Detector.load("saved_models/first")

    Args:
        preset: Name of a preset (`keras-asd train --help` lists them), or a
            `Config`. `auto` has a detector at once, without training, and then
            adds a network if it helps.
        minutes: Time for that network, instead of the preset's ten; 0 for none.
        trust: Packages of your own classes, beside those of the settings.
        **settings: Settings that differ from the preset's, named as the flags
            of `keras-asd train`: `clip_seconds=4.0`, `loss="ArcFace"`,
            `sections="folders"`.

    >>> from pipelines.datasets.synthetic import SyntheticSettings, generate
    >>> sounds = SyntheticSettings(("fan",), num_ids=1, num_train=4,
    ...     num_train_target=0, num_test_normal=1, num_test_anomaly=0,
    ...     seconds=0.5)
    >>> folder = tempfile.mkdtemp()
    >>> paths = generate(folder, sounds)
    >>> detector = Detector("training_free", clip_seconds=0.5).fit(folder)
    >>> len(detector.score(f"{folder}/fan/test"))
    1
    """

    def __init__(
        self,
        preset: str | Config = "auto",
        *,
        minutes: float | None = None,
        trust: Sequence[str] = (),
        **settings: Any,
    ):
        super().__init__(trust)
        if minutes is not None:
            settings["minutes"] = minutes
        if isinstance(preset, Config):
            self.config = read_settings(settings, preset)
        else:
            self.config = read_settings(settings, choose_preset(preset))
            check_anytime(self.config, preset)

    @classmethod
    def load(cls, path: Path, trust: Sequence[str] = ()) -> "Detector":
        """Opens a finished run, or an exported model, which only scores.

        Args:
            path: Folder of the run, of an exported model (its newest whole
                version is taken) or of a version of it.
            trust: Packages of your own classes, where the run has any.
        """
        from pipelines.detector import steps

        folder, scorer, config = steps.open_folder(path, trust)
        detector = cls(config or Config(), trust=trust)
        detector.path, detector._scorer = folder, scorer
        return detector

    @classmethod
    def wrap(cls, model: "AnomalyDetector", **settings: Any) -> "Detector":
        """Takes a model that was built from layers, to score and to export.

        It knows its sampling rate; `recording_channel` may be set.
        """
        from pipelines.scoring.tensorflow_scorer import scorer_of

        detector = cls(Config(), **settings)
        detector._model = model
        detector._scorer = scorer_of(model, detector.config.recording_channel)
        return detector

    def fit(
        self, recordings: "Paths", run: Path | None = None, verify: bool = False
    ) -> "Detector":
        """Trains on the normal clips of data folders, as `keras-asd train`.

        Killed and called again with the same run, it goes on where it
        stopped. It returns the detector itself.

        Args:
            recordings: Data folder, or several, or a CSV.
            run: Folder of the run. If `None`, a temporary one that is gone when
                this object is.
            verify: Whether a run that goes on reads all recordings, to find
                those that changed.
        """
        from pipelines.detector import steps

        if run is None:
            run = tempfile.mkdtemp(prefix="keras_asd_")
            weakref.finalize(self, shutil.rmtree, run, ignore_errors=True)
        self.path, self._scorer, self._model = None, None, None
        roots, path = list_paths(recordings), os.fspath(run)
        self.config = steps.train_run(roots, self.config, path, verify)
        self.path = pathlib.Path(run)
        return self

    def score(
        self,
        clips: "Paths",
        machine: str | None = None,
        window: float | None = None,
        hop: float | None = None,
        false_alarm_rate: float | None = None,
    ) -> "Scores":
        """Scores clips or folders, as `keras-asd score`.

        It returns rows, one a clip, which print as a table. A clip that cannot
        be scored has the reason in its `problem`.

        Args:
            clips: Recording or folder, or several.
            machine: Key of all clips. If `None`, what each clip's name and
                folders say; of a detector of one machine, that machine.
            window: Seconds; length of the windows that a recording is scored
                by. The whole recording if `None`.
            hop: Seconds from window to window; their length if `None`.
            false_alarm_rate: Requested share of normal clips that raise an
                alarm; the detector's own if `None`.
        """
        from pipelines.detector import steps

        settings = machine, window, hop, false_alarm_rate
        scores = steps.score_paths(self._open(), clips, *settings)
        self._scored = scores, false_alarm_rate
        return scores

    def report(
        self,
        to: Path,
        clips: "Paths | None" = None,
        audio: str = "alarms",
        **options: Any,
    ) -> pathlib.Path:
        """Writes a page on scored clips, as `keras-asd score --report`.

        It returns the path of the page, which ends in .html.

        Args:
            to: Path of the page.
            clips: Recording or folder, or several. If `None`, those that were
                scored last, as they were scored.
            audio: Of which clips there are sounds: `"none"`, `"alarms"` or
                `"all"`.
            **options: Those of `score`.
        """
        from pipelines.programs.report import report_scores

        if clips is not None:
            self.score(clips, **options)
        scores, rate = self._last_scores()
        model = self._model or self._run()
        page = os.fspath(to)
        return report_scores(scores, model, page, rate, audio, self._trusted)

    def evaluate(self, recordings: "Paths") -> "Report":
        """Judges the run by the test clips, as `keras-asd evaluate`.

        It returns `metrics`, the `table` to print and the `files` in the run.
        """
        from pipelines.programs.evaluate import evaluate

        return evaluate(self._run(), list_paths(recordings), self._trusted)

    def calibrate(self, recordings: "Paths") -> dict[str, int]:
        """Sets decisions anew by fresh normal clips, as `keras-asd calibrate`.

        It returns the number of clips that each machine was calibrated with.
        """
        from pipelines.programs.calibrate import calibrate

        numbers = calibrate(self._run(), list_paths(recordings), self._trusted)
        self._scorer = None
        return numbers

    def explain(
        self, clips: "Paths", to: Path, **options: Any
    ) -> "list[ClipExplanation | tuple[str, str]]":
        """Draws what makes each clip's score, as `keras-asd explain`.

        It returns an explanation of each clip, or its path and a reason.

        Args:
            clips: Recording, or several.
            to: Folder of the pictures.
            **options: `machine`, `num_masks`, `fill` and `seed`, see
                `pipelines.programs.explain`.
        """
        from pipelines.programs.explain import explain

        options["trust"] = self._trusted
        paths, folder = list_paths(clips), os.fspath(to)
        return list(explain(self._run(), paths, folder, **options))

    def export(
        self, to: Path, also: Sequence[str] = (), **options: Any
    ) -> pathlib.Path:
        """Exports as `keras-asd export`, and returns the version's folder.

        Args:
            to: Folder of the served model; the next version appears in it.
            also: Further forms: `onnx`, `openvino`, `openvino_int8`, `litert`,
                `litert_int8`.
            **options: `scorer` and `false_alarm_rate` of a run; `clips` of a
                model built by hand, see `pipelines.programs.export_model`.
        """
        from pipelines.programs.export import export
        from pipelines.programs.export_model import export_model

        if self._model is not None:
            options["recording_channel"] = self.config.recording_channel
            return export_model(self._model, os.fspath(to), also, **options)
        options["trust"] = self._trusted
        return export(self._run(), os.fspath(to), also=also, **options)
