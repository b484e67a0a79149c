from pipelines.evaluation.evaluation_table import interval_note
from pipelines.evaluation.evaluation_table import scorer_table


def make_metrics(auc, mauc, official):
    mean = {
        "auc": auc,
        "auc_interval": [auc - 0.1, auc + 0.1],
        "pauc": 0.5,
        "pauc_interval": [0.4, 0.6],
        "mauc": mauc,
        "mauc_interval": None if mauc is None else [0.2, 0.3],
    }
    judged = {"score": official, "score_interval": [0.1, 0.9]}
    return {"mean": mean, "official": judged}


def test_each_scorer_has_a_line_with_its_means_in_percent():
    table = scorer_table(
        {
            "centroids": make_metrics(0.71, 0.25, 0.6),
            "mahalanobis_of_domains": make_metrics(0.8, None, None),
        }
    ).plain()
    header, _, first, second = table.splitlines()
    assert header.split("  ")[0] == "scorer"
    assert first.startswith("centroids ")
    for number in ("71.00 [ 61.0,  81.0]", "50.00", "25.00", "60.00"):
        assert number in first
    assert second.startswith("mahalanobis_of_domains ")
    assert "80.00 [ 70.0,  90.0]" in second
    assert second.count(" -") == 2
    assert len({line.index(".") for line in (first, second)}) == 1


def test_the_note_tells_of_few_clips():
    note = interval_note({"intervals": {"confidence": 0.95}})
    assert "In brackets: 95 % interval of" in note
    assert "An interval needs 4 clips of each label" in note
    assert "pAUC runs high with few normal clips" in note
