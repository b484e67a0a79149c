"""Columns of the tables of a benchmark, and their titles."""

from pipelines.evaluation.drawn import HIGH_PAUC

# Columns of a benchmark that names none.
DEFAULT = ("auc", "pauc", "mauc", "pooled_auc", "official_score")
TITLES = {
    "auc": "AUC %",
    "pauc": "pAUC %",
    "mauc": "mAUC %",
    "pooled_auc": "pooled AUC %",
    "domain_auc": "AUC %",
    "domain_pauc": "pAUC %",
    "official_score": "official score ({year}) %",
    "classes": "classes",
    "spread": "spread of the embeddings",
}
# Columns by which each line is compared with the reference.
COMPARED = ("auc", "domain_auc", "official_score")
# Notes on columns, for the reader of a table.
NOTES = {
    "auc": "AUC is the mean over machines of the mean over sections, whatever "
    "the domain.",
    "pauc": "pAUC (to 10 % false positives, standardised) is such a mean, too. "
    f"{HIGH_PAUC}",
    "domain_pauc": HIGH_PAUC,
    "mauc": "mAUC takes each machine's worst section.",
    "pooled_auc": "Pooled AUC is of one curve over all clips of a machine.",
    "domain_auc": "AUC is the mean over sections and domains; chance is 50.",
    "spread": "Spread: root mean squared distance of the normal clips' "
    "directions to their mean, 0 to 1, seed by seed.",
}
