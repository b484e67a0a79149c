"""Use of a GPU while something runs, as nvidia-smi samples it."""

import shutil
import statistics
import subprocess

QUERY = (
    "--query-gpu=utilization.gpu",
    "--format=csv,noheader,nounits",
    "--loop-ms=100",
)


class DeviceUse:
    """Samples how busy the GPUs are while a block runs.

    Where there is no `nvidia-smi`, nothing is sampled.

    >>> with DeviceUse() as use:
    ...     pass
    >>> use.mean() == "" or float(use.mean()) >= 0
    True
    """

    def __init__(self):
        self.command = shutil.which("nvidia-smi")
        self.samples = []

    def __enter__(self):
        if self.command is not None:
            self.process = subprocess.Popen(
                [self.command, *QUERY], stdout=subprocess.PIPE, text=True
            )
        return self

    def __exit__(self, *error):
        if self.command is not None:
            self.process.terminate()
            text, _ = self.process.communicate()
            self.samples = [
                float(line) for line in text.split() if line.isdigit()
            ]

    def mean(self) -> str:
        """Mean share of the time in percent, empty where nothing is known."""
        if not self.samples:
            return ""
        return f"{statistics.fmean(self.samples):.0f}"
