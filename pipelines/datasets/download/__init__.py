"""Download of DCASE data sets from Zenodo."""
