"""Names of files as printable text, and the disk that they lie on."""
