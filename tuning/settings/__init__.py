"""Settings of a search: parameters, ranges and spaces."""
