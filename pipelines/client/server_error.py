"""A server that does not answer as it should."""


class ServerError(OSError):
    """A fault of the server, rather than of one request.

    It concerns every request alike, so that there is no use in sending the
    others. What is wrong with one request alone is a `ValueError`.

    >>> raise ServerError("No server answers at http://localhost:8501.")
    Traceback (most recent call last):
    pipelines.client.server_error.ServerError: No server answers at ...
    """


def untrusted(url: str, reason: str) -> ServerError:
    """A server whose certificate is not trusted, or that has none.

    >>> raise untrusted("https://localhost", "self-signed certificate")
    Traceback (most recent call last):
    pipelines.client.server_error.ServerError: The certificate of a server ...
    """
    return ServerError(
        f"The certificate of a server must be trusted. Received: {url}: "
        f"{reason}. Name the file of its authority with --ca_file."
    )


def unauthorized(url: str, reason: str) -> ServerError:
    """A server that does not accept the token, or asks for one.

    >>> raise unauthorized("https://localhost", "HTTP 401")
    Traceback (most recent call last):
    pipelines.client.server_error.ServerError: A server must accept the ...
    """
    return ServerError(
        f"A server must accept the token. Received: {url}: {reason}. Name the "
        "file of another with --token_file."
    )
