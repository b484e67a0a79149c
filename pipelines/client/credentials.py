"""Certificates and token of a client."""

import dataclasses
import pathlib
import re
import ssl
import urllib.parse

ENCRYPTED = ("https", "grpcs")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# What a header may hold; a longer one no server takes.
TOKEN = re.compile(r"[!-~]{1,8000}")


@dataclasses.dataclass(frozen=True)
class Credentials:
    """What a client trusts, and what it shows of itself.

    Args:
        ca_file: PEM file of the certificates that it trusts; those of the
            system if `None`.
        token: Bearer token, `None` for none.

    >>> Credentials(token="secret")
    Credentials(ca_file=None)
    """

    ca_file: str | None = None
    token: str | None = dataclasses.field(default=None, repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """Headers of a request."""
        token = self.token
        return {} if token is None else {"authorization": f"Bearer {token}"}


def read_credentials(
    url: str, ca_file: str | None = None, token_file: str | None = None
) -> Credentials:
    """Reads what a URL is asked with.

    Args:
        url: URL of a served model.
        ca_file: PEM file of certificates.
        token_file: Text file of a token, which other users cannot read from
            the command line as they could the token.

    Raises:
        ValueError: If a file is not there or is none of its kind, or the URL
            is not encrypted: certificates would not be looked at, and the
            token could be read on its way. On this machine a token passes.

    >>> read_credentials("http://example.org/v1/models/fan", token_file="t")
    Traceback (most recent call last):
    ValueError: `token_file` needs an address of https:// or grpcs://. ...
    """
    parts = urllib.parse.urlsplit(url)
    is_encrypted = parts.scheme in ENCRYPTED
    is_here = parts.hostname in LOOPBACK
    for name, path, is_safe in (
        ("ca_file", ca_file, is_encrypted),
        ("token_file", token_file, is_encrypted or is_here),
    ):
        if path is not None and not is_safe:
            raise ValueError(
                f"`{name}` needs an address of https:// or grpcs://. "
                f"Received: url={url}. Put a gateway that ends TLS before the "
                "server, and ask that."
            )
    if ca_file is not None:
        try:
            ssl.create_default_context(cafile=ca_file)
        except OSError as error:
            raise ValueError(
                "`ca_file` must be a file of certificates in PEM. Received: "
                f"ca_file={ca_file}: {error.strerror or error}."
            ) from None
    if token_file is None:
        return Credentials(ca_file)
    try:
        token = pathlib.Path(token_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise ValueError(
            "`token_file` must be a file of a token. Received: "
            f"token_file={token_file}: {getattr(error, 'strerror', error)}."
        ) from None
    if not TOKEN.fullmatch(token):
        raise ValueError(
            "`token_file` must be a file of a token: one word of ASCII. "
            f"Received: token_file={token_file}, which holds something else."
        )
    return Credentials(ca_file, token)
