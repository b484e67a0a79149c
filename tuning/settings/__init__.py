"""Settings of a search: options, parameters, ranges and spaces."""
