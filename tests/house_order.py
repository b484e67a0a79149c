"""The rooms, from the ground up: a room imports only rooms before it."""

ROOMS = {
    "pipelines": (
        "files",
        "atomic",
        "datasets",
        "settings",
        "audio",
        "runs",
        "training",
        "methods",
        "calibration",
        "evaluation",
        "exporting",
        "client",
        "pictures",
        "scoring",
        "programs",
        "benchmarking",
        "demo",
        "commands",
    ),
    "tuning": (
        "settings",
        "trials",
        "oracles",
        "machines",
        "showing",
        "programs",
        "commands",
    ),
}
# The rooms that are a single module.
MODULES = {"pipelines": {"atomic", "demo"}, "tuning": {"commands"}}
