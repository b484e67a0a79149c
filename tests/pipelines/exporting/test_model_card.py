import os

from pipelines.exporting.model_card import model_card


def test_names_of_machines_are_printable_text():
    machine = os.fsdecode(b"caf\xe9\r")
    contract = {
        "machines": [machine],
        "sampling_rate": 16_000,
        "samples": 32_000,
        "embedder": "MobileFaceNet",
        "fusion": "none",
        "scorer": "Centroids",
        "false_alarm_rate": 0.05,
        "calibration_clips": [99],
        "calibration_sources": ["unseen"],
    }
    facts = {
        "contract": contract,
        "training_data_sha256": "e3b0c442",
        "metrics": None,
        "score_differences": {},
    }
    card = model_card("fans", facts, [])
    assert card.encode("utf-8")
    assert r"caf\xe9\r" in card
