"""Sizes for people."""


def format_bytes(num_bytes: float) -> str:
    """Writes a number of bytes in the unit that suits it.

    >>> format_bytes(1_234_000_000), format_bytes(345_600), format_bytes(17)
    ('1.2 GB', '345.6 kB', '17 bytes')
    """
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if num_bytes >= size:
            return f"{num_bytes / size:.1f} {unit}"
    return f"{num_bytes:.0f} bytes"
