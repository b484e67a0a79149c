"""Tables, figures and HTML page of a search."""
