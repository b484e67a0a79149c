"""Settings of where windows and events of a watch go."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class OutletSettings:
    """Where windows and events go; nowhere but the history by default.

    Args:
        events_file: File of events, a JSON object a line.
        mqtt: `mqtt://HOST:1883/PREFIX`, or `mqtts` for TLS.
        mqtt_password_file: File of `USER:PASSWORD`.
        mqtt_ca_file: PEM file of certificates that are trusted.
        mqtt_version: `"3.1.1"` or `"5"`.
        webhook: Address that events are posted to, or `@FILE` that holds it.
        webhook_token_file: File of a bearer token.
        webhook_ca_file: PEM file of certificates that are trusted.
        metrics: `PORT` or `HOST:PORT` of the metrics for Prometheus.
        page: `PORT` or `HOST:PORT` of a page for people, such as 8080: of this
            machine alone without a host.
        page_token_file: File of a token that the page asks for. Defaults to
            one of its own in the folder of the history.
        page_user_header: Header in which a reverse proxy says who asks.
        page_name: Name of the page in browsers, if a proxy has another one.
        keep_sound: `"none"`, `"alarms"` or `"all"`.
        keep_days: Days that sounds are kept.
        keep_gigabytes: Size that all sounds are not to exceed.
        seconds_before: Seconds kept before the window of an alarm.
        seconds_after: Seconds kept after it.

    >>> OutletSettings(mqtt="mqtt://broker/hall").keep_sound
    'alarms'
    """

    events_file: str | None = None
    mqtt: str | None = None
    mqtt_password_file: str | None = None
    mqtt_ca_file: str | None = None
    mqtt_version: str = "3.1.1"
    webhook: str | None = None
    webhook_token_file: str | None = None
    webhook_ca_file: str | None = None
    metrics: str | None = None
    page: str | None = None
    page_token_file: str | None = None
    page_user_header: str | None = None
    page_name: str | None = None
    keep_sound: str = "alarms"
    keep_days: float = 30.0
    keep_gigabytes: float = 5.0
    seconds_before: float = 10.0
    seconds_after: float = 10.0
