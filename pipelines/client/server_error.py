"""What is wrong with a server, rather than with a request."""


class ServerError(OSError):
    """A server that does not answer as it should.

    It concerns every request alike, so that there is no use in sending the
    others. What is wrong with one request alone is a `ValueError`.

    Args:
        message: One line.
        may_pass: Whether the same request may succeed a moment later.

    >>> ServerError("the connection was refused", may_pass=True).may_pass
    True
    """

    def __init__(self, message: str, may_pass: bool = False):
        super().__init__(message)
        self.may_pass = may_pass
