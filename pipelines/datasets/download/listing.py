"""Listing of the archives to download."""

from collections.abc import Sequence

from pipelines.datasets.download.planning import PlannedPart
from pipelines.files.disk import format_bytes


def list_plans(plans: Sequence[PlannedPart]) -> str:
    """Writes the archives and sizes of every part, a line each.

    What comes from the shipped list is marked as unverified.

    >>> from pipelines.datasets.download.catalogue import choose_parts
    >>> from pipelines.datasets.download.record import RecordFile
    >>> part = choose_parts("dcase2020", ["development"])[0]
    >>> fan = {"fan": RecordFile("dev_data_fan.zip", -1, "", "")}
    >>> print(list_plans([PlannedPart(part, None, fan)]))
    dcase2020 development, https://zenodo.org/records/3678171 (unverified: ...
      fan                  dev_data_fan.zip                      size unknown
      all machines unpacked: about 9.9 GB (our estimate)
    """
    lines: list[str] = []
    for plan in plans:
        lines += _list_part(plan)
    sizes = [
        file.size
        for plan in plans
        for file in plan.archives.values()
        if plan.record
    ]
    if sizes:
        lines.append(
            f"{len(sizes)} archives of {format_bytes(sum(sizes))} in all, "
            "as their records say"
        )
    if faults := list(dict.fromkeys(plan.fault for plan in plans)):
        lines += [f"not read: {fault}" for fault in faults if fault]
    return "\n".join(lines)


def _list_part(plan: PlannedPart) -> list[str]:
    part = plan.part
    if plan.record and plan.fault:
        origin = "as pinned"
    elif plan.record:
        origin = "as the record says now"
    else:
        origin = "from the shipped list"
        if not part.is_verified:
            origin = f"unverified: {origin}"
    lines = [
        f"{part.data_set} {part.name}, https://zenodo.org/records/"
        f"{part.record} ({origin})"
    ]
    for machine, file in plan.archives.items():
        size = format_bytes(file.size) if plan.record else "size unknown"
        line = f"  {machine:20} {file.name:36} {size:>13}  {file.checksum}"
        lines.append(line.rstrip())
    if plan.left_out:
        lines.append(f"  left out: {', '.join(plan.left_out)}")
    lines.append(
        f"  all machines unpacked: about {part.unpacked_gb} GB (our estimate)"
    )
    return lines
