"""Address of the page of a watch, and the names it answers to."""

import dataclasses
import ipaddress
import socket

from pipelines.watching.outlets.outlet_settings import OutletSettings


@dataclasses.dataclass(frozen=True)
class PageAddress:
    """Where the page is served.

    Args:
        host: Address that the server listens on.
        port: Port; 0 for one that is free.
        name: Name that a reverse proxy has in browsers; may be empty.

    >>> PageAddress("127.0.0.1", 8080).url
    'http://127.0.0.1:8080/'
    """

    host: str
    port: int
    name: str = ""

    @property
    def is_local(self) -> bool:
        """Whether this machine alone reaches it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def url(self) -> str:
        """What a browser on this machine opens."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"

    def answers_to(self, host: str) -> bool:
        """Whether a request for a host is for this page.

        A foreign name that a browser was made to look up as this machine
        (DNS rebinding) is not; an address in numbers cannot be one.

        Args:
            host: Host of a request, with or without a port.

        >>> address = PageAddress("127.0.0.1", 8080, "watch.example.org")
        >>> address.answers_to("localhost:8080"), address.answers_to("evil.org")
        (True, False)
        """
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        name = name.strip("[]").lower().rstrip(".")
        own = {"localhost", self.host, self.name, socket.gethostname()}
        if name in {one.lower() for one in own if one}:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def read_page_address(settings: OutletSettings) -> PageAddress:
    """Reads where the page is to be served.

    Args:
        settings: With `page`.

    Raises:
        ValueError: If it is no address, or one for others that asks nobody
            who they are.

    >>> read_page_address(OutletSettings(page="8080")).host
    '127.0.0.1'
    >>> read_page_address(OutletSettings(page="0.0.0.0:8080"))
    Traceback (most recent call last):
    ValueError: A page for other machines must ask who they are. Received: ...
    """
    host, _, port = str(settings.page).rpartition(":")
    name = (settings.page_name or "").strip()
    address = PageAddress(
        host.strip("[]") or "127.0.0.1",
        int(port) if port.isascii() and port.isdigit() else -1,
        name,
    )
    if not 0 <= address.port < 65536 or "/" in host:
        raise ValueError(
            "`page` must be PORT or HOST:PORT, a free port of this machine. "
            f"Received: page={settings.page}."
        )
    guarded = settings.page_token_file or settings.page_user_header
    if not address.is_local and not guarded:
        raise ValueError(
            "A page for other machines must ask who they are. Received: "
            f"page={settings.page}, without a guard. Give --page_token_file "
            "FILE, or --page_user_header NAME behind a reverse proxy."
        )
    return address
