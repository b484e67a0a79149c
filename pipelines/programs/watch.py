"""Program of `keras-asd watch`: a model, its sources, history and outlets."""

import contextlib
import dataclasses
import hashlib
import json
import logging
import os
import pathlib
import time
from collections.abc import Iterator
from collections.abc import Sequence

from pipelines import atomic
from pipelines.feedback.named_faults import read_nearest_fault
from pipelines.report.facts_reading import read_model_facts
from pipelines.runs.feedback_journal import MACHINE
from pipelines.runs.feedback_journal import NORMAL
from pipelines.runs.feedback_journal import Journal
from pipelines.runs.feedback_journal import journal_path
from pipelines.runs.feedback_journal import read_journal
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.stages import find_stage
from pipelines.scoring.clip_scorer import open_model
from pipelines.scoring.model_folder import find_model
from pipelines.watching.alarms.alarm_limit import AlarmSettings
from pipelines.watching.drift.band_record import BandRecord
from pipelines.watching.drift.drift_settings import DriftSettings
from pipelines.watching.history import HISTORY
from pipelines.watching.history import History
from pipelines.watching.judge import Judge
from pipelines.watching.outlets.outlet_settings import OutletSettings
from pipelines.watching.outlets.outlets import Outlets
from pipelines.watching.page.page import Page
from pipelines.watching.sound_source import SoundSource
from pipelines.watching.sources.source_settings import SourceSettings
from pipelines.watching.watch import Watch

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0


@contextlib.contextmanager
def open_watch(
    model: str,
    sources: Sequence[SourceSettings | SoundSource],
    history: str | os.PathLike[str],
    alarm: AlarmSettings | None = None,
    outlets: OutletSettings | None = None,
    step_seconds: float | None = None,
    trust: Sequence[str] = (),
    drift: DriftSettings | None = None,
) -> Iterator[Watch]:
    """Opens all that a watch takes; `Watch.listen` begins to listen.

    Args:
        model: Folder of a run or of an exported model.
        sources: Sources, or settings of some.
        history: Folder of the history, made where it is missing. One process
            at a time has it.
        alarm: Alarm rule, and the requested rate of false alarms.
        outlets: Where windows and events go, beside the history.
        step_seconds: Seconds from window to window; their length if `None`.
        trust: Packages of classes of your own, where the run has any.
        drift: How often a drift may be told by mistake.

    Raises:
        FileNotFoundError: If there is no model.
        ValueError: If a source cannot be, another process has the history, or
            a setting is out of its range.

    >>> with open_watch("no_such_run", [], "watch"):
    ...     pass
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    judge = open_judge(model, trust)
    folder = pathlib.Path(history)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / HISTORY
    with contextlib.ExitStack() as stack:
        stack.enter_context(_own_folder(folder))
        opened = stack.enter_context(History(path))
        built = [_build(one, judge.machines, opened) for one in sources]
        names = {source.name: source.machine for source in built}
        given = Outlets(
            outlets or OutletSettings(keep_sound="none"),
            path,
            names,
            judge.scorer.sampling_rate,
        )
        stack.enter_context(given)
        renewal = Renewal(model, trust)
        if outlets is not None and outlets.page is not None:
            page = Page(
                outlets,
                path,
                model,
                [key for key in names.values() if key],
                judge.scorer.sampling_rate,
                lambda: (renewal.judge or judge).usual,
                trust,
            )
            stack.callback(page.close)
            logger.info("%s", page.invitation())
        yield Watch(
            judge,
            built,
            opened,
            alarm,
            [*given.listeners, BandRecord(opened, judge.scorer.sampling_rate)],
            step_seconds,
            renew=renewal,
            drift=drift,
        )


def open_judge(model: str, trust: Sequence[str] = ()) -> Judge:
    """Opens a model, with what is usual of its machines.

    Args:
        model: Folder of a run or of an exported model.
        trust: Packages of classes of your own, where the run has any.

    Raises:
        FileNotFoundError: If there is no model.

    >>> open_judge("no_such_run")
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    folder = find_model(model)
    scorer, digest = open_model(str(folder), trust=trust)
    facts = read_model_facts(folder, scorer.machines, None, trust)
    spectra = facts.usual.spectra
    run = find_stage(model)
    journal = read_journal(run)
    if not journal.entries:
        return Judge(scorer, digest, facts.num_calibrated, spectra)
    return Judge(
        scorer,
        digest,
        facts.num_calibrated,
        spectra,
        models=machine_digests(run, journal, scorer.machines),
        faults=read_nearest_fault(model),
    )


def machine_digests(
    run: RunFolder, journal: Journal, machines: Sequence[str]
) -> dict[str, str]:
    """A digest of what judges each machine of a run.

    It is that of the run as it was trained, for a machine that has learnt
    nothing since: its scores are the same to the last bit.

    Args:
        run: Run as it was trained.
        journal: Its journal.
        machines: Keys of the machines.

    >>> run = RunFolder(pathlib.Path("no_such_run"))
    >>> machine_digests(run, Journal(), [])
    {}
    """
    digests = {}
    for key in machines:
        learnt = [
            [entry.embeddings, entry.max_clips]
            for entry in journal.in_force(NORMAL, MACHINE)
            if key in (entry.machine, entry.machine.rpartition("/")[0])
        ]
        digest = hashlib.sha256()
        for path in (run.config, run.detector):
            digest.update(path.read_bytes())
        if learnt:
            digest.update(json.dumps(learnt).encode())
        digests[key] = digest.hexdigest()
    return digests


class Renewal:
    """Another judge of a run, once its journal has changed.

    It looks at the journal every two seconds at most.

    A version that cannot be opened is warned of, and the last one goes on.

    Args:
        model: Folder of the run; an exported model is never renewed.
        trust: Packages of classes of your own, where the run has any.

    Attributes:
        judge: The last one that it returned, `None` before.

    >>> Renewal("no_such_run")() is None
    True
    """

    def __init__(self, model: str, trust: Sequence[str] = ()):
        self._model, self._trust = model, trust
        self.judge: Judge | None = None
        self._stamp, self._time = self._look(), time.monotonic()

    def __call__(self) -> Judge | None:
        if time.monotonic() - self._time < LOOK_SECONDS:
            return None
        self._time, stamp = time.monotonic(), self._look()
        if stamp == self._stamp:
            return None
        self._stamp = stamp
        try:
            self.judge = open_judge(self._model, self._trust)
        except (OSError, ValueError) as error:
            logger.warning("the version before goes on: %s", error)
            return None
        return self.judge

    def _look(self) -> tuple[int, int] | None:
        with contextlib.suppress(OSError, ValueError):
            state = journal_path(find_stage(self._model)).stat()
            return state.st_mtime_ns, state.st_ino
        return None


def _build(
    source: SourceSettings | SoundSource,
    machines: Sequence[str],
    history: History,
) -> SoundSource:
    if not isinstance(source, SourceSettings):
        return source
    sections = [key for key in machines if "/" in key] or list(machines)
    if not source.machine and len(sections) == 1:
        source = dataclasses.replace(source, machine=sections[0])
    return source.build(machines, history.done_clips)


@contextlib.contextmanager
def _own_folder(folder: pathlib.Path) -> Iterator[None]:
    with open(folder / "lock", "ab") as file:
        if not atomic.lock(file):
            raise ValueError(
                "A history must be of one watch at a time. Received: "
                f"{folder}, which another process has. Stop that one, or name "
                "another folder with --history."
            )
        yield
