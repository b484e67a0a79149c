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
        "anytime",
        "exporting",
        "client",
        "pictures",
        "scoring",
        "feedback",
        "report",
        "watching",
        "programs",
        "detector",
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
