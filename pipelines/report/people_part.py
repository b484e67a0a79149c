"""People part: which machines to look at first, and their clips."""

import collections
import dataclasses
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
import tqdm
from markupsafe import Markup

from pipelines.calibration.false_alarms import fresh_alarms_band
from pipelines.evaluation.tables import Table
from pipelines.files.names import escape_name
from pipelines.report.clip_table import DECISIONS
from pipelines.report.clip_table import LABELS
from pipelines.report.clip_table import clip_table
from pipelines.report.clip_table import show
from pipelines.report.look import Look
from pipelines.report.machine_judging import history_of
from pipelines.report.machine_judging import machine_part
from pipelines.report.machine_part import MachinePart
from pipelines.report.model_facts import ModelFacts
from pipelines.report.report_clip import ReportClip
from pipelines.report.score_pictures import histogram
from pipelines.report.score_pictures import score_picture
from pipelines.report.score_pictures import time_text
from pipelines.report.sounds import Sounds

# What a page holds at most, over all machines.
MOST_CARDS, MOST_POINTS, MOST_ROWS, MOST_PICTURED = 60, 6000, 3000, 60
CARDS_EACH, POINTS_EACH, ROWS_EACH = 8, 600, 400


@dataclasses.dataclass(frozen=True)
class Card:
    """A clip as the page shows it.

    Args:
        anchor: Element of the page.
        look: What is unusual in it.
        threshold: Threshold in words.
        score: Score in words.
        p_value: P-value in words.
        decision: Decision in words.
        label: What it is known to be; empty if unknown.
        time: When it was recorded; empty if unknown.
    """

    anchor: str
    look: Look
    threshold: str
    score: str
    p_value: str
    decision: str
    label: str
    time: str


@dataclasses.dataclass(frozen=True)
class MachineView:
    """A machine as the page shows it.

    Args:
        anchor: Element of the page.
        part: What is said of it.
        over_time: Picture of its scores; `None` without any.
        num_hidden: Number of clips without a point in it.
        histogram: Histogram of its scores; `None` without any.
        cards: Its most unusual clips.
        table: Its clips, the most unusual first.
        num_left_out: Number of clips that are not in the table.
    """

    anchor: str
    part: MachinePart
    over_time: Markup | None
    num_hidden: int
    histogram: Markup | None
    cards: tuple[Card, ...]
    table: Table
    num_left_out: int


@dataclasses.dataclass(frozen=True)
class PeoplePart:
    """The part of a report for those who look after machines.

    Args:
        summary: Sentences about all machines.
        machines: The machines, those to look at first in front.
        problems: Clips without a score, or with another problem.
        num_silent: Number of sounds that were too many for the page.
        audio: Of which clips sounds were asked for.
    """

    summary: tuple[str, ...]
    machines: tuple[MachineView, ...]
    problems: Table
    num_silent: int
    audio: str


def people_part(
    clips: Sequence[ReportClip], facts: ModelFacts, audio: str = "alarms"
) -> PeoplePart:
    """Ranks the machines of scored clips, and shows the most unusual clips.

    Args:
        clips: Clips of any machines.
        facts: Facts of the model that scored them.
        audio: Of which clips there are sounds: `"none"`, `"alarms"`, `"all"`.

    Raises:
        ValueError: If `audio` is none of these.

    >>> from pipelines.pictures.usual_sound import UsualSound
    >>> facts = ModelFacts(16_000, "mean", 0.05, {}, {}, UsualSound())
    >>> import pathlib
    >>> clip = ReportClip(pathlib.Path("gone.wav"), "fan/all", 0.5, 0.01, True)
    >>> people_part([clip], facts).machines[0].part.key
    'fan/all'
    """
    sounds = Sounds(audio)
    groups: dict[str, list[ReportClip]] = collections.defaultdict(list)
    for clip in clips:
        if clip.key:
            groups[clip.key].append(clip)
    most = max(MOST_CARDS // max(len(groups), 1), 1)
    # Those to look at first also get the sounds first.
    order = sorted(groups, key=lambda key: _urgency(key, groups[key], facts))
    parts = [
        machine_part(key, groups[key], facts, sounds, min(most, CARDS_EACH))
        for key in tqdm.tqdm(order, "report", unit="machine", disable=None)
    ]
    numbers = {
        "points": min(max(MOST_POINTS // max(len(parts), 1), 40), POINTS_EACH),
        "rows": min(max(MOST_ROWS // max(len(parts), 1), 20), ROWS_EACH),
    }
    machines = []
    for index, part in enumerate(parts):
        is_pictured = index < MOST_PICTURED
        machines.append(_view(index, part, facts, is_pictured, **numbers))
    return PeoplePart(
        tuple(_summary(parts, facts)),
        tuple(machines),
        _problems(clips),
        sounds.num_left_out,
        audio,
    )


def _urgency(
    key: str, clips: Sequence[ReportClip], facts: ModelFacts
) -> tuple[float, float, str]:
    history = history_of(key, clips, facts)
    share = history.num_alarms / max(history.num_decided, 1)
    return history.probability, -share, key


def _view(
    index: int,
    part: MachinePart,
    facts: ModelFacts,
    is_pictured: bool,
    points: int,
    rows: int,
) -> MachineView:
    anchor = f"machine-{index + 1}"
    threshold = facts.thresholds.get(part.key, np.nan)
    cards = []
    for place, look in enumerate(part.looks if is_pictured else ()):
        clip = look.clip
        time = "" if clip.moment is None else time_text(clip.moment)
        cards.append(
            Card(
                f"{anchor}-clip-{place + 1}",
                look,
                f"{threshold:.4g}" if np.isfinite(threshold) else "none",
                show(clip.score, ".4g"),
                show(clip.p_value, ".3g"),
                DECISIONS[clip.is_alarm],
                LABELS[clip.is_anomaly],
                time,
            )
        )
    anchors: Mapping = {card.look.clip: card.anchor for card in cards}
    over_time, num_hidden, scores = None, 0, None
    if is_pictured and part.scored:
        over_time, num_hidden = score_picture(
            part.scored, threshold, anchors, points
        )
        scores = histogram(part.scored, threshold)
    table, num_left_out = clip_table(part, rows)
    return MachineView(
        anchor,
        part,
        over_time,
        num_hidden,
        scores,
        tuple(cards),
        table,
        num_left_out,
    )


def _summary(parts: Sequence[MachinePart], facts: ModelFacts) -> list[str]:
    urgent = [part for part in parts if part.history.is_unusual]
    count = f"{len(parts)} machine{'s' if len(parts) != 1 else ''}"
    if urgent:
        first = f"{len(urgent)} of {count} had more alarms than by chance."
    else:
        first = f"None of {count} had more alarms than by chance."
    num_decided = sum(part.history.num_decided for part in parts)
    num_alarms = sum(part.history.num_alarms for part in parts)
    if not num_decided:
        return ["No machine has decisions: see below why."]
    numbers = [facts.num_calibrated.get(part.key, 0) for part in parts]
    low, high = fresh_alarms_band(
        facts.rate, max(sum(numbers), round(1 / facts.rate)), num_decided
    )
    return [
        first,
        f"{num_alarms} of {num_decided} clips raised an alarm. At the "
        f"requested false-alarm rate of {100 * facts.rate:.3g} %, normal "
        f"machines would raise {low} to {high} by chance.",
    ]


def _problems(clips: Sequence[ReportClip]) -> Table:
    found = [clip for clip in clips if clip.problem or clip.score is None]
    rows = [
        (escape_name(clip.path), clip.problem, show(clip.score, ".4g"))
        for clip in found[:ROWS_EACH]
    ]
    if len(found) > ROWS_EACH:
        rows.append((f"and {len(found) - ROWS_EACH} more", "", ""))
    return Table(("clip", "problem", "score"), rows, "Clips with a problem")
