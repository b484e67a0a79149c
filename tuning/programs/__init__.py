"""Programs of `keras-asd tune`: search, confirmation and preset."""
