"""Flags of Apache Beam, as one argument of a command."""

import contextlib
import io
import json
import logging
import os
import pathlib
import shlex
import tempfile
from collections.abc import Iterator
from typing import Any

from pipelines.files.names import printable

# `DirectRunner` chooses Prism, which it downloads, where it can.
RUNNER = "FnApiRunner"
DIRECT = {"", "direct", "directrunner", "switchingdirectrunner"}
# Among Beam's flags; it is ours.
SHARE = "--share_model"


def read_flags(flags: str) -> tuple[Any, bool]:
    """Reads Beam's flags, and whether processes share a model.

    Raises:
        ValueError: If Beam is not installed, or does not know one.

    >>> read_flags("--direct_num_workers=two")
    Traceback (most recent call last):
    ValueError: ...
    """
    from pipelines.scoring.beam_scoring import beam

    if beam is None:
        raise ValueError(
            "The engine beam takes Apache Beam, which must be installed. "
            'Install it by `pip install "keras-asd[beam]"`, or score by shards.'
        )
    from apache_beam.options.pipeline_options import PipelineOptions
    from apache_beam.options.pipeline_options import StandardOptions
    from apache_beam.options.pipeline_options import WorkerOptions

    words = shlex.split(flags)
    is_shared = SHARE in words
    words = [word for word in words if word != SHARE]
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            options = PipelineOptions(words)
            known = options.get_all_options(retain_unknown_options=True)
    except SystemExit:
        last = said.getvalue().strip().splitlines()[-1:]
        raise _unknown(flags, printable("".join(last))) from None
    usual = PipelineOptions([]).get_all_options()
    if strange := sorted({*known} - {*usual}):
        raise _unknown(flags, f"no flag {', '.join(strange)}")
    standard = options.view_as(StandardOptions)
    if (standard.runner or "").lower() in DIRECT:
        standard.runner = RUNNER
    _be_quiet(options.view_as(WorkerOptions))
    return options, is_shared


@contextlib.contextmanager
def quiet_processes() -> Iterator[None]:
    """Lets the processes of the direct runner log errors alone.

    It gives them no options; what they read is this file.

    >>> with quiet_processes():
    ...     pathlib.Path(os.environ["PIPELINE_OPTIONS_FILE"]).is_file()
    True
    """
    name = "PIPELINE_OPTIONS_FILE"
    before = os.environ.get(name)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "options.json")
        path.write_text(json.dumps({"default_sdk_harness_log_level": "ERROR"}))
        os.environ[name] = before or str(path)
        try:
            yield
        finally:
            if before is None:
                del os.environ[name]


def _be_quiet(worker: Any) -> None:
    """Lets processes and workers of Beam log errors alone, unless asked to."""
    level = worker.default_sdk_harness_log_level or "ERROR"
    worker.default_sdk_harness_log_level = level
    logging.getLogger("apache_beam").setLevel(logging.ERROR)
    logging.getLogger().addFilter(_is_of_use)


def _is_of_use(record: logging.LogRecord) -> bool:
    return "Resource module is not available" not in str(record.msg)


def _unknown(flags: str, what: str) -> ValueError:
    return ValueError(
        "`beam` must be flags that Apache Beam knows, such as "
        "--direct_num_workers=2. Received: "
        f"beam={flags!r}: {what}."
    )
