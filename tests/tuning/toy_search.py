"""A search without networks, and the same killed wherever one likes."""

import math
import os
import signal
import sys
import time
import traceback

import keras_tuner

from pipelines import atomic
from pipelines.settings.config import Config
from tuning.machines.chief import serve_chief
from tuning.machines.worker import connect
from tuning.oracles.kinds import make_oracle
from tuning.programs.tuner import SearchTuner
from tuning.settings.search_settings import SearchSettings

TUNERS = ("random", "bayesian", "grid", "hyperband")
KILLED_IN = ("/tuning/", "/pipelines/atomic.py")


def toy_settings(tuner="random", trials=6):
    return SearchSettings(
        Config(epochs=9),
        ("margin", "scale", "gate"),
        tuner=tuner,
        trials=trials,
    )


def toy_space(tuner="random"):
    hp = keras_tuner.HyperParameters()
    if tuner == "grid":
        hp.Choice("margin", [0.3, 0.7, 1.1], default=0.7)
        hp.Choice("scale", [30.0, 15.0])
    else:
        hp.Float("margin", 0.0, 1.2, default=0.7)
        hp.Float("scale", 8.0, 128.0, sampling="log", default=30.0)
        hp.Choice("gate", ["raw", "standardized"])
    return hp


def toy_oracle(folder, tuner="random", trials=6):
    return make_oracle(toy_settings(tuner, trials), toy_space(tuner), folder)


class ToyHyperModel:
    """Fails above a margin of 1; counts its epochs in a file."""

    def __init__(self, epoch_seconds=0.0):
        self.epoch_seconds = epoch_seconds

    def build(self, hp):
        return dict(hp.values)

    def fit(self, hp, model, run, callbacks, last_epoch=9, parent=None):
        with open(run.path.parent.parent / "begun.txt", "a") as file:
            file.write(f"{run.path.name} {os.getpid()}\n")
        margin = hp.get("margin")
        if margin > 1.0:
            raise ValueError(f"a margin of {margin} is wide\nin two lines")
        count = run.path / "epochs.txt"
        start = parent.path / "epochs.txt" if parent else count
        for place in (start, count):
            done = int(place.read_text()) if place.exists() else 0
        for epoch in range(done, last_epoch):
            time.sleep(self.epoch_seconds)
            for callback in callbacks:
                callback.on_train_batch_end(0)
            atomic.write_text(count, str(epoch + 1))
        value = toy_value(model) - 1 / last_epoch
        return {"val_proxy_auc": value, "val_loss": -value}


def toy_value(values):
    """The best is 1, at margin 0.4 and scale 40."""
    far = (values["margin"] - 0.4) ** 2
    return 1 - far - 0.1 * math.log(values["scale"] / 40) ** 2


def run_toy(folder, tuner):
    oracle = toy_oracle(folder, tuner)
    SearchTuner(oracle, ToyHyperModel(), folder).search()
    oracle.close()


def run_chief(folder, address):
    oracle = toy_oracle(folder)
    serve_chief(oracle, address, lease_seconds=2.0)


def run_worker(folder, address, name, epoch_seconds):
    client = connect(address, name, timeout_seconds=20)
    SearchTuner(client, ToyHyperModel(epoch_seconds), folder, name).search()


def fork(work, *args):
    """A process that ends as if by -9, whatever it works on."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work(*args)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    return pid


def exit_code(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def killed_after(num_lines, work, *args):
    """Does the work until so many lines of the search's code have run.

    Returns how many more there could have been.
    """
    left = num_lines

    def at_line(frame, event, _):
        nonlocal left
        left -= event == "line"
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return at_line

    def at_call(frame, *_):
        is_ours = any(part in frame.f_code.co_filename for part in KILLED_IN)
        return at_line if is_ours else None

    sys.settrace(at_call)
    work(*args)
    sys.settrace(None)
    return left
