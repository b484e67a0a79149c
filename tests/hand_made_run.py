"""Runs that tests put together, ended as if they had been trained."""

from pipelines.runs.run_manifest import write_run_manifest


def end(run):
    """Adds what is missing of a run's files, and its manifest."""
    for path in run.kept_files:
        path.touch()
    write_run_manifest(run)
