"""The archive of each machine in a record."""

import re
from collections.abc import Iterable
from collections.abc import Mapping

from pipelines.datasets.download.record import RecordFile

# dev_data_fan.zip, dev_fan.zip, eval_data_train_fan.zip (2020) and
# eval_data_fan_train_r2.zip; r2 stands for a second revision.
_NAME = re.compile(
    r"(?:dev|eval)(?:_data)?(?:_(?:train|test))?_(?P<machine>[A-Za-z0-9]+)"
    r"(?:_(?:train|test))?(?:_r(?P<revision>[0-9]{1,3}))?\.zip",
    re.IGNORECASE,
)


def find_machine_archives(
    files: Mapping[str, RecordFile], machines: Iterable[str]
) -> dict[str, RecordFile]:
    """Finds the archive of every machine in a record, of the last revision.

    Args:
        files: Files of the record by name.
        machines: Known names, whose spelling is kept.

    Returns:
        Files by machine, sorted. Files that are no machine's are left out.

    >>> names = ["dev_fan.zip", "dev_ToyCar.zip", "dev_ToyCar_r2.zip", "a.pdf"]
    >>> files = {name: RecordFile(name, 1, "", "") for name in names}
    >>> found = find_machine_archives(files, ["ToyCar"])
    >>> {machine: file.name for machine, file in found.items()}
    {'ToyCar': 'dev_ToyCar_r2.zip', 'fan': 'dev_fan.zip'}
    """
    spelling = {machine.casefold(): machine for machine in machines}
    found: dict[str, tuple[int, RecordFile]] = {}
    for name, file in files.items():
        if match := _NAME.fullmatch(name):
            machine = match["machine"]
            machine = spelling.get(machine.casefold(), machine)
            revision = int(match["revision"] or 1)
            if machine not in found or revision > found[machine][0]:
                found[machine] = (revision, file)
    return {machine: file for machine, (_, file) in sorted(found.items())}
