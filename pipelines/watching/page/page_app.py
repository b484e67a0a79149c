"""Application of the page: what each address shows, and each button does."""

import time
from typing import Any

import flask
from werkzeug.exceptions import HTTPException

from pipelines.evaluation.page_template import environment
from pipelines.files.names import printable
from pipelines.watching import people_events
from pipelines.watching.history import History
from pipelines.watching.page import machine_page
from pipelines.watching.page.alarm_view import AlarmView
from pipelines.watching.page.machine_view import MachineView
from pipelines.watching.page.machine_view import show_local
from pipelines.watching.page.page_access import MAX_NAME
from pipelines.watching.page.page_access import Access
from pipelines.watching.page.page_reading import PageReading
from pipelines.watching.page.page_reading import machine_named

TEMPLATES = ("pipelines.watching.page", "pipelines.report")
ANSWERS = ("normal", "fault", "seen")
MUTE_HOURS = (1, 8, 24)
NUM_EVENTS = 30
TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}


def make_app(reading: PageReading, access: Access, history: Any) -> flask.Flask:
    """Makes the application.

    Args:
        reading: Reads what it shows.
        access: Who may ask.
        history: Path of the history, to write what people say.
    """
    app = flask.Flask(__name__, static_folder=None)
    access.guard(app)

    @app.get("/style.css")
    def style():
        return _render("page_look.html", kind="css")

    @app.get("/page.js")
    def script():
        return _render("page.js", kind="js")

    @app.get("/enter")
    def enter():
        return _render("enter.html", why="")

    @app.post("/enter")
    def let_in():
        if not access.is_token(flask.request.form.get("token", "").strip()):
            flask.abort(401, "This is not the token of this page.")
        access.let_in()
        return flask.redirect(flask.url_for("overview"), 303)

    @app.get("/")
    def overview():
        with reading.opened() as opened:
            found, alarms = reading.machines(opened), reading.alarms(opened)
            strips = machine_page.strips(opened, found, alarms)
        return show(
            "overview.html",
            machines=found,
            alarms=alarms,
            strips=strips,
            sentences=reading.sentences(alarms),
        )

    @app.get("/machine")
    def machine():
        days = flask.request.args.get("days", "1")
        if days not in machine_page.WIDTHS:
            flask.abort(404, "There are pictures of 1, 7 and 30 days.")
        with reading.opened() as opened:
            found = find_machine(opened)
            alarms = reading.alarms(opened)
            picture = machine_page.picture(opened, found, alarms, days)
            events = opened.events_of_machine(found.key, NUM_EVENTS)
        own = [one for one in alarms if one.alarm.event.machine == found.key]
        return show(
            "machine.html",
            machine=found,
            alarms=own,
            events=events,
            picture=picture,
            days=days,
            spans=machine_page.SPANS,
            mute_hours=MUTE_HOURS,
        )

    @app.get("/alarm/<int:number>")
    def alarm(number: int):
        with reading.opened() as opened:
            found = find_alarm(opened, number)
        return show("alarm.html", view=found, look=reading.look(found))

    @app.get("/sound/<int:number>.flac")
    def sound(number: int):
        with reading.opened() as opened:
            found = find_alarm(opened, number)
        if found.sound is None:
            flask.abort(404, "No sound of this alarm is kept.")
        path = found.sound.absolute()
        return flask.send_file(path, "audio/flac", conditional=True)

    @app.post("/alarm/<int:number>/<answer>")
    def answer(number: int, answer: str):
        if answer not in ANSWERS:
            flask.abort(404, "An alarm is answered by normal, fault or seen.")
        with reading.opened() as opened:
            found = find_alarm(opened, number)
        if answer == "seen":
            with History(history) as written:
                people_events.acknowledge(written, [number], access.user)
        else:
            tell(found, answer == "fault")
        return flask.redirect(flask.url_for("overview"), 303)

    @app.post("/entry/<int:number>/undo")
    def undo(number: int):
        told = reading.told
        entries = [] if told is None else told.entries()
        found = next((one for one in entries if one.number == number), None)
        if told is None or found is None:
            flask.abort(404, f"There is no entry {number} to undo.")
        told.undo(found, access.user)
        return flask.redirect(flask.url_for("overview"), 303)

    @app.post("/machine/mute")
    def mute():
        hours = flask.request.form.get("hours", "")
        if hours not in {"0", *map(str, MUTE_HOURS)}:
            flask.abort(400, "A machine is muted for 1, 8 or 24 hours.")
        with reading.opened() as opened:
            found = find_machine(opened)
        with History(history) as written:
            people_events.mute(written, found.key, float(hours), access.user)
        where = flask.url_for("machine", machine=found.name)
        return flask.redirect(where, 303)

    def tell(found: AlarmView, is_fault: bool) -> None:
        if reading.told is None:
            flask.abort(409, "This model cannot learn: it is no run.")
        if found.sound is None:
            flask.abort(409, "No sound of this alarm is kept, to learn from.")
        if found.is_busy or found.entry is not None:
            flask.abort(
                409, "This alarm was answered already; undo that first."
            )
        about = (found.number, found.alarm.event.machine, found.sound)
        if not is_fault:
            reading.told.normal(*about, access.user)
            return
        name = printable(flask.request.form.get("name", "").strip())
        if not 0 < len(name) <= MAX_NAME:
            flask.abort(
                400, f"A fault needs a name, of at most {MAX_NAME} letters."
            )
        reading.told.fault(*about, name, access.user)

    def find_alarm(opened, number: int) -> AlarmView:
        found = reading.alarm(opened, number)
        if found is None:
            flask.abort(404, f"There is no alarm {number}; was it deleted?")
        return found

    def find_machine(opened) -> MachineView:
        name = flask.request.values.get("machine", "")
        found = machine_named(reading.machines(opened), name)
        if found is None:
            flask.abort(404, f"This watch has no machine {name}.")
        return found

    def show(template: str, **values: Any) -> flask.Response:
        told = reading.told
        jobs = [] if told is None else told.shown()
        entries = [] if told is None else told.entries()
        return _render(
            template,
            csrf=flask.session["csrf"],
            jobs=jobs,
            learns=told is not None,
            names=sorted({one.name for one in entries if one.name}),
            now=show_local(time.time()),
            show_local=show_local,
            **values,
        )

    app.register_error_handler(HTTPException, _refuse)
    app.register_error_handler(ValueError, _refuse)
    app.register_error_handler(OSError, _refuse)
    return app


def _refuse(error: Exception) -> flask.Response:
    """Says why there is no answer, in a page of the same status."""
    code, why = 503, str(error)
    if isinstance(error, HTTPException):
        code, why = error.code or 500, error.description or error.name
    elif isinstance(error, ValueError):
        code = 409
    if code == 401:
        response = _render("enter.html", why=why)
    else:
        response = _render("refused.html", why=why)
    response.status_code = code
    if isinstance(error, HTTPException):
        for name, value in error.get_headers():
            if name in ("Allow", "Content-Range"):
                response.headers[name] = value
    return response


def _render(name: str, kind: str = "html", **values: Any) -> flask.Response:
    text = environment(*TEMPLATES).get_template(name).render(values)
    return flask.Response(text, mimetype=TYPES[kind])
