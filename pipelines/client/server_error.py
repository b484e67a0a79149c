"""A server that does not answer as it should."""


class ServerError(OSError):
    """A fault of the server, rather than of one request.

    It concerns every request alike, so that there is no use in sending the
    others. What is wrong with one request alone is a `ValueError`.

    >>> raise ServerError("No server answers at http://localhost:8501.")
    Traceback (most recent call last):
    pipelines.client.server_error.ServerError: No server answers at ...
    """
