"""Report of scores: a page that says which machines to look at first."""

import pathlib
from collections.abc import Iterable
from collections.abc import Sequence

from keras_asd.models import AnomalyDetector
from pipelines import atomic
from pipelines.files.names import escape_name
from pipelines.pictures.usual_sound import UsualSound
from pipelines.report.facts_reading import read_model_facts
from pipelines.report.model_facts import model_facts
from pipelines.report.page import render_page
from pipelines.report.people_part import people_part
from pipelines.report.report_clip import clip_of_row
from pipelines.scoring.batch_scoring import Row
from pipelines.scoring.model_folder import find_model

SUFFIXES = (".html", ".htm")


def check_page(path: str) -> pathlib.Path:
    """The path of a page, refused if it could not be written in the end.

    Args:
        path: Path of the page.

    Raises:
        ValueError: If it does not end in .html, or is a folder.

    >>> check_page("report.pdf")
    Traceback (most recent call last):
    ValueError: `report` must be a file that ends in .html. Received: ...
    """
    page = pathlib.Path(path)
    if page.suffix.casefold() not in SUFFIXES or page.is_dir():
        raise ValueError(
            "`report` must be a file that ends in .html. Received: "
            f"report={path}."
        )
    return page


def report_scores(
    rows: Iterable[Row],
    model: str | AnomalyDetector,
    to: str,
    false_alarm_rate: float | None = None,
    audio: str = "alarms",
    trust: Sequence[str] = (),
) -> pathlib.Path:
    """Writes the page of scored clips.

    Args:
        rows: Rows of the clips, as `score_clips` yields them.
        model: The run or exported model that scored them, or a detector that
            was built by hand.
        to: Path of the page, which ends in .html.
        false_alarm_rate: Requested rate of the decisions; the model's own if
            `None`.
        audio: Of which clips there are sounds: `"none"`, `"alarms"`, `"all"`.
        trust: Packages of classes of your own, where the run has any.

    Returns:
        Path of the page.

    Raises:
        FileNotFoundError: If there is no such model.
        ValueError: If `to` is no page, `audio` none of these, or the model was
            changed.

    >>> report_scores([], "no_such_run", "page.html")
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    page = check_page(to)
    clips = [clip_of_row(row) for row in rows]
    keys = sorted({clip.key for clip in clips if clip.key})
    if isinstance(model, str):
        facts = read_model_facts(
            find_model(model), keys, false_alarm_rate, trust
        )
        name = escape_name(pathlib.Path(model).name)
    else:
        facts = model_facts(model, "mean", false_alarm_rate, UsualSound())
        name = "a model built by hand"
    people = people_part(clips, facts, audio)
    number = len({clip.path for clip in clips})
    said = f"{number} recordings; model: {name}"
    text = render_page(people, subtitle=said, rate=facts.rate)
    atomic.write_text(page, text)
    return page
