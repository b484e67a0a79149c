"""Open model: what a detector in Python knows of its run, export or model."""

import os
import pathlib
import tempfile
from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

from pipelines.detector.paths import Paths
from pipelines.detector.paths import list_paths
from pipelines.settings.config import Config

if TYPE_CHECKING:
    from keras_asd.models import AnomalyDetector
    from pipelines.scoring.clip_scorer import ClipScorer
    from pipelines.scoring.scores import Scores
    from pipelines.watching.events import Event
    from pipelines.watching.sound_source import SoundSource


class OpenModel:
    """The model behind a `Detector`, opened when it is needed.

    Args:
        trust: Packages of your own classes.

    >>> OpenModel().path
    """

    config: Config

    def __init__(self, trust: Sequence[str] = ()):
        self.trust = tuple(trust)
        self.path: pathlib.Path | None = None
        self._scorer: ClipScorer | None = None
        self._model: AnomalyDetector | None = None
        # The last scores, and the requested rate of their decisions.
        self._scored: tuple[Scores, float | None] | None = None

    @property
    def machines(self) -> tuple[str, ...]:
        """Keys of the machines that it knows."""
        return self._open().machines

    def watch(
        self,
        *sources: "str | SoundSource",
        history: str | os.PathLike[str] | None = None,
        **options: Any,
    ) -> "Iterator[Event]":
        """Listens to sources without end, as `keras-asd watch`.

        It yields events, alarms among them, which print as a line. It ends
        when all sources do, or when nobody asks for more.

            for event in detector.watch("fan/id_00=incoming", history="watch"):
                print(event)

        Args:
            *sources: Each `SOURCE` or `MACHINE=SOURCE`, see `keras-asd watch
                --help`, or an object such as `pipelines.watching.sound_source`
                describes.
            history: Folder that a later watch goes on from. If `None`, nothing
                is left.
            **options: `alarm`, `drift`, `outlets` and `step_seconds`, see
                `pipelines.programs.watch`.
        """
        from pipelines.programs.watch import open_watch
        from pipelines.watching.sources.source_words import read_sources

        words = [one for one in sources if isinstance(one, str)]
        given = [one for one in sources if not isinstance(one, str)]
        if words or not given:
            given.extend(read_sources(words))  # type: ignore[arg-type]
        options["trust"] = self._trusted
        with tempfile.TemporaryDirectory() as folder:
            where = folder if history is None else history
            with open_watch(self._run(), given, where, **options) as watch:
                yield from watch.listen()

    def feedback(
        self,
        *,
        normal: Paths = (),
        fault: Paths = (),
        machine: str | None = None,
        undo: int | None = None,
        **options: Any,
    ) -> list[str]:
        """Says that clips were normal, or a fault, as `keras-asd feedback`.

        It returns sentences on what was done and checked.

            detector.feedback(normal="yesterday", machine="fan/id_00")
            detector.feedback(fault="knock.wav", name="loose screw")
            detector.feedback(undo=2)

        Args:
            normal: Normal recordings or folders, which are enrolled.
            fault: Recordings or folders of a fault, which are kept as known.
            machine: Key of all clips; what their names say if `None`.
            undo: Number of an entry to take back.
            **options: `history`, `max_clips` and `force` with `normal`, `name`
                with `fault`, see `pipelines.programs.feedback`.

        Raises:
            ValueError: Unless there is one of `normal`, `fault` and `undo`.
        """
        from pipelines.programs import feedback
        from pipelines.programs import feedback_undo

        normals, faults = list_paths(normal), list_paths(fault)
        if sum([bool(normals), bool(faults), undo is not None]) != 1:
            raise ValueError(
                "Feedback must be one of `normal`, `fault` and `undo`. "
                f"Received: normal={normals}, fault={faults}, undo={undo}."
            )
        options["trust"] = self._trusted
        run = self._run()
        if undo is not None:
            lines = feedback_undo.undo(run, undo, **options)
        elif normals:
            lines = feedback.tell_normal(run, normals, machine, **options)
        else:
            lines = feedback.tell_fault(run, faults, machine, **options)
        self._scorer = None
        return lines

    def enrol(self, machine: str, clips: Paths) -> list[str]:
        """Adds a new machine without training, as `keras-asd enrol`.

        It returns sentences on what was done, and the rate that is promised.

        Args:
            machine: Key of the new machine, such as `fan/id_09`.
            clips: Normal recordings of it, or folders.
        """
        from pipelines.programs.enrol import enrol

        paths = list_paths(clips)
        lines = enrol(self._run(), machine, paths, trust=self._trusted)
        self._scorer = None
        return lines

    @property
    def _trusted(self) -> tuple[str, ...]:
        return (*self.trust, *self.config.foreign_packages)

    def _run(self) -> str:
        """Path of the run; whether it is one, the programs see."""
        if self.path is None:
            raise ValueError(
                "A detector needs a run for this. Received: one "
                f"{'built by hand' if self._model else 'not fitted'}. Call "
                '`detector.fit("recordings")` or `Detector.load("runs/first")`.'
            )
        return str(self.path)

    def _open(self) -> "ClipScorer":
        from pipelines.scoring.clip_scorer import load_scorer

        if self._scorer is None:
            self._scorer = load_scorer(self._run(), self._trusted)
        return self._scorer

    def _last_scores(self) -> "tuple[Scores, float | None]":
        if self._scored is None:
            raise ValueError(
                "A report needs scores. Received: a detector that has scored "
                'nothing yet. Call `detector.report("page.html", "new")`, or '
                '`detector.score("new")` before.'
            )
        return self._scored
