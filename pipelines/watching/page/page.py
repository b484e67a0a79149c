"""Page of a watch: opened by its settings, closed with the watch."""

import dataclasses
import os
import pathlib
import sys
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence

from pipelines.pictures.usual_spectrum import UsualSpectrum
from pipelines.scoring.model_folder import SAVED_MODEL
from pipelines.scoring.model_folder import find_model
from pipelines.watching.outlets.outlet_settings import OutletSettings
from pipelines.watching.outlets.outlets import SOUNDS
from pipelines.watching.outlets.sound_store import SoundStore
from pipelines.watching.page.page_address import read_page_address
from pipelines.watching.page.page_token import own_token
from pipelines.watching.page.page_token import read_token


class Page:
    """A page over HTTP of what a watch hears, and its buttons.

    Args:
        settings: With `page`, and who may see it.
        history: Path of the history; kept sounds lie beside it.
        model: Folder of a run or of an exported model.
        machines: Keys of the machines that sources are of.
        sampling_rate: Sampling rate of the windows in Hz.
        usual: Returns the usual spectrum of each machine, as far as known.
        trust: Packages of classes of your own.

    Attributes:
        url: Address that a browser opens.

    Raises:
        OSError: If the file of the token cannot be read.
        ValueError: If a setting cannot be, or a package is not installed.

    >>> Page(OutletSettings(page="one"), "", "", [], 16_000, dict)
    Traceback (most recent call last):
    ValueError: `page` must be PORT or HOST:PORT, a free port of ...
    """

    def __init__(
        self,
        settings: OutletSettings,
        history: str | os.PathLike[str],
        model: str,
        machines: Sequence[str],
        sampling_rate: int,
        usual: Callable[[], Mapping[str, UsualSpectrum]],
        trust: Sequence[str] = (),
    ):
        address = read_page_address(settings)
        path = pathlib.Path(history)
        try:
            from pipelines.watching.page.page_access import Access
            from pipelines.watching.page.page_app import make_app
            from pipelines.watching.page.page_reading import PageReading
            from pipelines.watching.page.page_server import PageServer
            from pipelines.watching.page.told import Told
        except ImportError:
            raise ValueError(
                "The page of a watch needs Flask and waitress. Received: "
                '--page. Install them with `pip install "keras-asd[watch]"`.'
            ) from None
        token_path = settings.page_token_file
        if token_path is None and settings.page_user_header is None:
            token_path = str(own_token(path.parent))
        token = None if token_path is None else read_token(token_path)
        self._token, self._token_path = token, token_path
        learns = not (find_model(model) / SAVED_MODEL).exists()
        self._told = Told(model, path.parent, trust) if learns else None
        store = SoundStore(path.with_name(SOUNDS))
        reading = PageReading(
            path, store, machines, sampling_rate, usual, self._told
        )
        access = Access(address, token, settings.page_user_header)
        try:
            self._server = PageServer(make_app(reading, access, path), address)
        except BaseException:
            self._close_told()
            raise
        self.url = dataclasses.replace(address, port=self._server.port).url
        self._server.start()

    def invitation(self) -> str:
        """What to say at the start: where the page is, and the token.

        The token is shown in a terminal only: a log is read by others.
        """
        if self._token is None:
            return f"page: {self.url}, by the proxy"
        if sys.stderr.isatty():
            return f"page: {self.url}enter#{self._token}"
        return f"page: {self.url}enter, with the token in {self._token_path}"

    def close(self) -> None:
        """Ends the server, and feedback that is under way."""
        self._server.close()
        self._close_told()

    def _close_told(self) -> None:
        if self._told is not None:
            self._told.close()
