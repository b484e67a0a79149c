"""Methods x data sets x seeds, from one YAML file to its tables."""
