"""Plan of a download: the archives of the chosen machines."""

import dataclasses
from collections.abc import Sequence

from pipelines.datasets.download.catalogue import PARTS
from pipelines.datasets.download.catalogue import Part
from pipelines.datasets.download.catalogue import choose_parts
from pipelines.datasets.download.pins import Pins
from pipelines.datasets.download.record import Record
from pipelines.datasets.download.record import RecordFile
from pipelines.datasets.download.record import find_machine_archives
from pipelines.datasets.download.server import Server


@dataclasses.dataclass(frozen=True)
class PlannedPart:
    """A part of a data set and the archives to take from it.

    Args:
        part: Part of the catalogue.
        record: Its record, as it is now or as it was pinned; `None` where
            only the catalogue is known.
        archives: Files by machine. The catalogue has neither size (-1) nor
            checksum (empty).
        fault: Reason that the record could not be read; empty if it was.
        left_out: Files of the record that are no machine's.

    >>> part = choose_parts("dcase2020", ["development"])[0]
    >>> PlannedPart(part, None, {}).fault
    ''
    """

    part: Part
    record: Record | None
    archives: dict[str, RecordFile]
    fault: str = ""
    left_out: tuple[str, ...] = ()


def plan_downloads(
    data_sets: Sequence[str],
    server: Server,
    pins: Pins | None = None,
    machines: Sequence[str] = (),
    parts: Sequence[str] = PARTS,
    may_guess: bool = False,
) -> list[PlannedPart]:
    """Reads the records, and chooses the archives of the machines.

    Nothing is written. A record that was used before must be as it was
    pinned; where the server does not answer, the pin is used.

    Args:
        data_sets: Names, such as `["dcase2020"]`.
        server: Server of the records.
        pins: Records as they were at their first use.
        machines: Names; all of the parts if empty.
        parts: Some of `PARTS`.
        may_guess: Whether the catalogue will do where a record cannot be
            read, as in a dry run.

    Raises:
        ConnectionError: If the server does not answer.
        FileNotFoundError: If it has no such record.
        ValueError: If a name is not known, or a record has changed.

    >>> plan_downloads(["dcase1999"], Server())
    Traceback (most recent call last):
    ValueError: The data set must be one of dcase2020, ...
    """
    chosen = [
        part
        for data_set in dict.fromkeys(data_sets)
        for part in choose_parts(data_set, list(parts))
    ]
    plans: list[PlannedPart] = []
    # The fault of a server that is down: it is asked once.
    silence = ""
    for part in chosen:
        fault = silence
        pinned = pins.read(part.record) if pins else None
        record = pinned
        if not silence or not (pinned or may_guess):
            try:
                record = server.read_record(part.record)
            except (OSError, ValueError) as error:
                if not (pinned or may_guess):
                    raise
                fault = str(error)
                if isinstance(error, ConnectionError):
                    silence = fault
        if record and pins:
            pins.check(record)
        plans.append(_plan(part, record, fault))
    return _keep_machines(plans, machines)


def _plan(part: Part, record: Record | None, fault: str) -> PlannedPart:
    if record is None:
        guessed = {
            machine: RecordFile(name, -1, "", "")
            for machine, name in part.archives.items()
        }
        return PlannedPart(part, None, guessed, fault)
    archives = find_machine_archives(record.files, part.archives)
    if not archives:
        raise ValueError(
            "A record must hold an archive a machine, such as "
            f"{', '.join(sorted(part.archives.values())[:2])}. Received: "
            f"record {part.record} with {', '.join(list(record.files)[:5])}. "
            "Is the mirror right?"
        )
    left_out = sorted(set(record.files) - {f.name for f in archives.values()})
    return PlannedPart(part, record, archives, fault, tuple(left_out))


def _keep_machines(
    plans: list[PlannedPart], machines: Sequence[str]
) -> list[PlannedPart]:
    known = {
        machine.casefold(): machine
        for plan in plans
        for machine in plan.archives
    }
    wanted = {machine.casefold(): machine for machine in machines}
    if unknown := [wanted[key] for key in wanted if key not in known]:
        raise ValueError(
            "`machines` must be some of "
            f"{', '.join(sorted(known.values(), key=str.casefold))}. "
            f"Received: {', '.join(unknown)}. Other `--parts` and data sets "
            "have other machines."
        )
    if not wanted:
        return plans
    return [
        dataclasses.replace(
            plan,
            archives={
                machine: file
                for machine, file in plan.archives.items()
                if machine.casefold() in wanted
            },
        )
        for plan in plans
    ]
