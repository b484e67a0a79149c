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
    method: Literal["occlusion", "rise"] = "occlusion",
    masks: int = 2000,
    fill: Literal["neutral", "nearest"] = "nearest",
    trust: Sequence[str] = (),
) -> int:
    """Draws what is unusual in a clip, and what makes its anomaly score.

    A picture has the verdict, the spectrum less the usual one of the machine,
    and a map over time and frequency of each representation.

    Args:
        run: Folder of a finished training run.
        clips (CLIP): Recordings.
        to (DIR): Folder of the pictures.
        machine (KEY): Machine of all clips, MACHINE/SECTION or MACHINE.
            Defaults to what each clip's name and folders say.
        method: How the maps are made: by hiding one part after the other, or
            (rise) random parts.
        masks (N): Number of masks of each map, for --method rise.
        fill: What hidden parts show: what the nearest normal clip has there,
            or (neutral) the clip's own mean over time.
        trust (PACKAGE): Packages of your own classes, where the run has any.
    """
    if masks < 2:
        raise UsageError(
            "--masks must be 2 or more; thousands make a smooth map"
        )
    from pipelines.feedback.named_faults import describe_nearest
    from pipelines.programs.explain import ClipExplanation
    from pipelines.programs.explain import explain

    num_errors = 0
    for made in explain(
        run, clips, to, machine, masks, fill, trust=trust, method=method
    ):
        if isinstance(made, ClipExplanation):
            score = made.verdict.anomaly_score
            print(
                "nan" if score is None else f"{score:.6g}",
                escape_name(made.key),
                escape_name(made.clip),
                str(made.verdict),
                made.sentence,
                *([describe_nearest(made.nearest)] if made.nearest else []),
                f"from {made.seconds:.1f} s: "
                f"{', '.join(map(escape_name, made.files))}",
                sep="\t",
                flush=True,
            )
        else:
            num_errors += 1
            print_left_out(*made)
    return 2 if num_errors == len(clips) else 0
