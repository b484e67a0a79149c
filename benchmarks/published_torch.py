"""Speed of the network published with Noisy-ArcMix, in PyTorch.

Its code is read from a folder of the user's. It takes waveforms and log-Mel
spectrograms, which it computes on the host: its rows have no front-end.
"""

import importlib
import pathlib
import sys
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

from benchmarks.model import NUM_CLASSES

FRAMES, MEL_BINS, SAMPLES = 313, 128, 160_000


def load_published(folder: pathlib.Path) -> Any:
    """The class of the network, `TASTgramMFN` of `model/net.py`.

    Raises:
        FileNotFoundError: If the folder has no such file.

    >>> load_published(pathlib.Path("nowhere"))
    Traceback (most recent call last):
    FileNotFoundError: `--torch_code` must be a folder with model/net.py, ...
    """
    if not (folder / "model" / "net.py").is_file():
        raise FileNotFoundError(
            "`--torch_code` must be a folder with model/net.py, the code "
            f"published with Noisy-ArcMix. Received: {folder}. Clone it there."
        )
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module("model.net").TASTgramMFN
    finally:
        sys.path.remove(str(folder))


def published_steps(
    network: Any, batch: int
) -> Iterator[tuple[str, str, Callable[[], object]]]:
    """Training step and inference, in float32 and under autocast.

    Args:
        network: What `load_published` gave.
        batch: Number of clips.
    """
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    half = torch.float16 if device == "cuda" else torch.bfloat16
    model = network(NUM_CLASSES, mode="noisy_arcmix").to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    waveform = torch.rand(batch, 1, SAMPLES, device=device) - 0.5
    log_mel = torch.randn(batch, 1, MEL_BINS, FRAMES, device=device)
    labels = torch.arange(batch, device=device) % NUM_CLASSES
    scaler = torch.amp.GradScaler(device)

    def train(is_half: bool) -> float:
        model.train()
        optimizer.zero_grad()
        with torch.autocast(device, half, enabled=is_half):
            logits, _ = model(waveform, log_mel, labels)
            loss = torch.nn.functional.cross_entropy(logits, labels)
        if is_half and device == "cuda":
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
        else:
            loss.backward()
            optimizer.step()
        return loss.item()

    def score(is_half: bool) -> Any:
        model.eval()
        with torch.no_grad(), torch.autocast(device, half, enabled=is_half):
            return model(waveform, log_mel, labels)[0].float().cpu()

    for is_half in (False, True):
        precision = f"autocast {half}" if is_half else "float32"
        for title, step in (("training step", train), ("inference", score)):
            yield (
                f"PyTorch, published, without log-Mel, {title}",
                precision,
                lambda step=step, is_half=is_half: step(is_half),
            )
