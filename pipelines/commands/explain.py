"""The command `keras-asd explain`."""

from collections.abc import Sequence
from typing import Literal

from pipelines.commands.command import UsageError
from pipelines.commands.command import command
from pipelines.commands.printing import print_left_out
from pipelines.files.names import escape_name


@command
def run(
    run: str,
    clips: Sequence[str],
    *,
    to: str = "explanations",
    machine: str | None = None,
    masks: int = 2000,
    fill: Literal["neutral", "nearest"] = "nearest",
    trust: Sequence[str] = (),
) -> int:
    """Draws what in a clip makes its anomaly score.

    The pictures are RISE maps over time and frequency.

    Args:
        run: Folder of a finished training run.
        clips (CLIP): Recordings.
        to (DIR): Folder of the pictures.
        machine (KEY): Machine of all clips, MACHINE/SECTION or MACHINE.
            Defaults to what each clip's name and folders say.
        masks (N): Number of masks for each picture.
        fill: What hidden parts show: what the nearest normal clip has there,
            or (neutral) the clip's own mean over time.
        trust (PACKAGE): Packages of your own classes, where the run has any.
    """
    if masks < 2:
        raise UsageError(
            "--masks must be 2 or more; thousands make a smooth map"
        )
    from pipelines.programs.explain import ClipExplanation
    from pipelines.programs.explain import explain

    num_errors = 0
    for made in explain(run, clips, to, machine, masks, fill, trust=trust):
        if isinstance(made, ClipExplanation):
            print(
                f"{made.anomaly_score:.6g}\t{escape_name(made.key)}\t"
                f"{escape_name(made.clip)}\tfrom {made.seconds:.1f} s: "
                f"{', '.join(map(escape_name, made.files))}",
                flush=True,
            )
        else:
            num_errors += 1
            print_left_out(*made)
    return 2 if num_errors == len(clips) else 0
