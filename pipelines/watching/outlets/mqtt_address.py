"""Address of an MQTT broker, and how to log in there."""

import dataclasses
import os
import pathlib
import re
import ssl
import urllib.parse

from pipelines.client.credentials import LOOPBACK

PORTS = {"mqtt": 1883, "mqtts": 8883}
VARIABLE = "KERAS_ASD_MQTT_LOGIN"
# What a level of a topic may not hold, and `%`, which spells it.
_SPECIAL = re.compile("[/+#%\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclasses.dataclass(frozen=True)
class MqttAddress:
    """Where a broker is, and what it is asked with.

    Args:
        host: Name or address.
        port: Port.
        prefix: First levels of all topics.
        is_encrypted: Whether by TLS.
        ca_file: PEM file of the certificates that are trusted; those of the
            system if `None`.
        user: Name of a user, `None` for none.
        password: Password of the user.

    >>> MqttAddress("localhost", 1883, "plant", user="me", password="secret")
    MqttAddress(host='localhost', port=1883, prefix='plant', ...ca_file=None)
    """

    host: str
    port: int
    prefix: str
    is_encrypted: bool = False
    ca_file: str | None = None
    user: str | None = dataclasses.field(default=None, repr=False)
    password: str | None = dataclasses.field(default=None, repr=False)


def read_address(
    url: str, password_file: str | None = None, ca_file: str | None = None
) -> MqttAddress:
    """Reads the address of a broker, and the files that belong to it.

    Args:
        url: `mqtt://HOST:1883/PREFIX`, or `mqtts` for TLS. Port and prefix
            may be left out: 1883 or 8883, `keras_asd`.
        password_file: Text file of one line, `USER:PASSWORD`. Without it the
            environment variable `KERAS_ASD_MQTT_LOGIN` is read, where it is
            set.
        ca_file: PEM file of certificates.

    Raises:
        ValueError: If `url` is no such address or holds a password, a file is
            none of its kind, or a password would be sent without encryption
            to another machine.

    >>> read_address("mqtt://localhost/plant/hall_2").prefix
    'plant/hall_2'
    >>> read_address("mqtt://me:secret@localhost/plant")
    Traceback (most recent call last):
    ValueError: `mqtt` must hold neither user nor password. ...
    """
    parts = urllib.parse.urlsplit(url)
    if "@" in url:
        raise ValueError(
            "`mqtt` must hold neither user nor password. Received: an address "
            "with them, which every user of this machine could read. Write "
            "USER:PASSWORD to a file, and name it by --mqtt_password_file."
        )
    try:
        port = parts.port or PORTS[parts.scheme]
        host = parts.hostname or ""
    except (ValueError, KeyError):
        host = ""
    prefix = parts.path.strip("/") or "keras_asd"
    is_rest = parts.query or parts.fragment or re.search("[+#\x00]", prefix)
    if not host or is_rest or prefix.startswith("$"):
        raise ValueError(
            "`mqtt` must be mqtt://HOST:1883/PREFIX or mqtts://HOST:8883/"
            f"PREFIX, without + or # in the prefix. Received: mqtt={url}."
        )
    is_encrypted = parts.scheme == "mqtts"
    login = _read_login(password_file)
    if login and not is_encrypted and host not in LOOPBACK:
        raise ValueError(
            "A password for `mqtt` needs an address of mqtts://. Received: "
            f"mqtt={url}. It could be read on its way; let the broker listen "
            "with TLS."
        )
    if ca_file is not None:
        _check_ca_file(ca_file, url, is_encrypted)
    return MqttAddress(
        host, port, prefix, is_encrypted, ca_file, *(login or (None, None))
    )


def topic_level(name: str) -> str:
    """Returns a name as one level of a topic.

    >>> topic_level("fan/all #1")
    'fan%2Fall %231'
    """
    return _SPECIAL.sub(
        lambda found: urllib.parse.quote(
            found[0].encode("utf-8", "surrogateescape"), safe=""
        ),
        name,
    )


def _read_login(password_file: str | None) -> tuple[str, str] | None:
    origin = f"mqtt_password_file={password_file}"
    if password_file is None:
        text = os.environ.get(VARIABLE, "")
        if not text:
            return None
        origin = f"the environment variable {VARIABLE}"
    else:
        try:
            text = pathlib.Path(password_file).read_text(encoding="utf-8")
        except (OSError, UnicodeError) as error:
            raise ValueError(
                "`mqtt_password_file` must be a text file. Received: "
                f"{origin}: {getattr(error, 'strerror', '') or 'no text'}."
            ) from None
    user, colon, password = text.strip("\r\n").partition(":")
    if not (user and colon) or "\n" in password:
        raise ValueError(
            "A login for `mqtt` must be one line, USER:PASSWORD. Received: "
            f"{origin}, which holds something else."
        )
    return user, password


def _check_ca_file(ca_file: str, url: str, is_encrypted: bool) -> None:
    if not is_encrypted:
        raise ValueError(
            "`mqtt_ca_file` needs an address of mqtts://. Received: "
            f"mqtt={url}."
        )
    try:
        ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise ValueError(
            "`mqtt_ca_file` must be a file of certificates in PEM. Received: "
            f"mqtt_ca_file={ca_file}: {error.strerror or error}."
        ) from None
