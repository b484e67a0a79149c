import pytest

from pipelines.benchmarking.cell import Cell
from pipelines.benchmarking.costs import Costs
from pipelines.benchmarking.running import CellOutcome
from tests.made_up_benchmark import STRENGTHS
from tests.made_up_benchmark import make_scored

COSTS = Costs(
    training_seconds=12.5,
    num_epochs=4,
    training_rate=200.0,
    scoring_rate=320.0,
    window_seconds=2.0,
    num_parameters=1234567,
    num_multiplications=5_000_000,
    peak_bytes=700 * 2**20,
    machine="a_host, 2 cores",
    versions={"python": "3.11", "tensorflow": "2.17"},
)


@pytest.fixture
def outcome():
    """Makes what a training came to: `outcome(seed, strength, scorers)`."""

    def make(seed, strength=1.0, scorers=()):
        by_scorer = {
            name: make_scored(seed + 100 * place, strength)
            for place, name in enumerate(scorers, 1)
        }
        cell = Cell(make_scored(seed, strength), 0.9, 4, by_scorer)
        return CellOutcome(cell, COSTS)

    return make


@pytest.fixture
def run(outcome):
    """Stands in for the trainings, and notes their plans."""

    def run_plan(plan):
        run_plan.plans.append(plan)
        return outcome(plan.seed, STRENGTHS[plan.row], plan.scorers)

    run_plan.plans = []
    return run_plan


@pytest.fixture
def roots(tmp_path):
    for label in ("normal", "anomaly"):
        path = tmp_path / "d" / "fan" / "test" / f"{label}_id_00_00000000.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"never decoded here")
    return str(tmp_path / "d")
