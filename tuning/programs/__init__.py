"""The work of `keras-asd tune`: search, confirmation and preset."""
