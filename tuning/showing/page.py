"""HTML page of a search."""

import base64
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from pipelines.evaluation.page_template import render_template
from pipelines.evaluation.plots import render_png
from pipelines.evaluation.tables import Block
from tuning.settings.objectives import OBJECTIVES
from tuning.settings.search_settings import SearchSettings
from tuning.settings.values import Value
from tuning.showing.coordinates_figure import coordinates_figure
from tuning.showing.effects import measure_effects
from tuning.showing.effects_figure import effects_figure
from tuning.showing.importance import measure_importance
from tuning.showing.page_parts import compare_values
from tuning.showing.page_parts import list_effects
from tuning.showing.page_parts import list_metrics
from tuning.showing.trial_ranking import completed_trials
from tuning.showing.trial_ranking import failure_lines
from tuning.showing.trial_ranking import format_percent
from tuning.showing.trial_ranking import trial_table
from tuning.trials.trial_record import TrialRecord

# Resolution of the figures on the screen, so that text has the same size.
PIXELS_PER_INCH = 86
TITLE = "Anomalous sounds: search"


def render_search_page(
    records: Sequence[TrialRecord],
    settings: SearchSettings,
    base_values: Mapping[str, Value],
    confirmation: Sequence[Block] = (),
) -> str:
    """Returns the search as self-contained HTML without scripts.

    Args:
        records: Records of the trials so far.
        settings: Settings of the search.
        base_values: Values of the configuration to improve on, by parameter.
        confirmation: Paragraphs and tables of the confirmation.

    >>> from pipelines.settings.config import Config
    >>> record = TrialRecord("<0>", {}, "failed", reason="<NaN>")
    >>> page = render_search_page([record], SearchSettings(Config()), {})
    >>> "&lt;NaN&gt;" in page, "<NaN>" in page
    (True, False)
    """
    parameters, objective = settings.parameters, settings.objective
    best = next(iter(completed_trials(records)), None)
    effects = measure_effects(records, parameters)
    importance = measure_importance(records, parameters)
    return render_template(
        "tuning.showing",
        "search.html",
        title=TITLE,
        objective=objective,
        meaning=OBJECTIVES[objective].meaning,
        development=settings.development,
        tuner=settings.tuner,
        tiles=_tiles(records, settings),
        best=best,
        values=compare_values(best, parameters, base_values),
        metrics=list_metrics(best, objective) if best else None,
        confirmation=confirmation,
        coordinates=_picture(
            coordinates_figure(records, parameters, objective)
        ),
        marginal=_picture(
            effects_figure(records, effects, base_values, objective)
        ),
        effects=list_effects(effects, importance.shares),
        importance=importance.reason,
        trials=trial_table(records, parameters, objective),
        failures=failure_lines(records),
    )


def _tiles(
    records: Sequence[TrialRecord], settings: SearchSettings
) -> list[dict[str, str]]:
    completed = completed_trials(records)
    counts = {
        status: sum(record.status == status for record in records)
        for status in ("completed", "failed", "running", "waiting")
    }
    others = [f"{n} {s}" for s, n in counts.items() if n and s != "completed"]
    seconds = sum(record.seconds or 0.0 for record in records)
    best = completed[0] if completed else None
    is_counted = settings.tuner != "hyperband"
    return [
        {
            "name": f"best {settings.objective}",
            "number": format_percent(best.objective if best else None),
            "meaning": f"trial {best.name}" if best else "no trial completed",
        },
        {
            "name": "trials completed",
            "number": str(counts["completed"]),
            "meaning": ", ".join(
                [*([f"of {settings.trials}"] if is_counted else []), *others]
            ),
        },
        {
            "name": "time in trials",
            "number": _duration(seconds),
            "meaning": "summed over all of them",
        },
        {
            "name": "tuner",
            "number": settings.tuner,
            "meaning": f"seed {settings.seed}, "
            f"up to {settings.config.epochs} epochs a trial",
        },
    ]


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def _picture(figure: Figure | None) -> dict[str, Any] | None:
    if figure is None:
        return None
    picture = base64.b64encode(render_png(figure)).decode("ascii")
    width = round(PIXELS_PER_INCH * figure.get_figwidth())
    return {"uri": f"data:image/png;base64,{picture}", "width": width}
