"""From a Zenodo record to clips that `pipelines.datasets` reads."""
