"""How much a training heard, whatever number of networks it trained."""

from pipelines.methods.networks import list_examples
from pipelines.runs.checkpoints import read_history
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.training.network_parts import part_clips


def count_epochs(run: RunFolder) -> int:
    """Finished epochs, those of a pre-training among them.

    Of several networks, those of the one with the most.

    >>> import pathlib
    >>> count_epochs(RunFolder(pathlib.Path("no_such_run")))
    0
    """
    own = max(len(read_history(network)) for network in run.parts)
    return len(read_history(run.pretraining)) + own


def count_heard(run: RunFolder) -> int:
    """Training examples of all networks, each as often as it was heard.

    Args:
        run: Folder of a run that has ended.

    Raises:
        FileNotFoundError: If there is no such run.

    >>> import pathlib
    >>> count_heard(RunFolder(pathlib.Path("no_such_run")))
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    config = read_config(run)
    listed = read_clip_list(run.clips)
    parts = part_clips(listed, config)
    is_one = len(parts) == 1
    num_heard = 0
    for place, (name, clips) in enumerate(parts.items()):
        network = run if is_one else run.part(place, name)
        roles = {one.clip.path: one.role for one in clips}
        examples, _ = list_examples(clips, config)
        num_trained = sum(
            roles[one.clip.path] in ("train", "contrast") for one in examples
        )
        num_heard += len(read_history(network)) * num_trained
        num_before = num_trained
        if config.pretraining == "built_in":
            num_before = list(roles.values()).count("contrast")
        num_heard += len(read_history(network.pretraining)) * num_before
    return num_heard
