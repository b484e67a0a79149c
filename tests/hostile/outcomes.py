"""Files that a command leaves: whether they are whole, and what is in them."""

import csv
import hashlib
import io
import json
import re
import zipfile

import soundfile
import yaml

ENDS = {".png": b"IEND\xaeB`\x82", ".html": b"</html>", ".md": b""}
# Their times and processes are in the names of TensorBoard's logs.
PASSING = re.compile(r"(?<=/)\d+(?=/)|(?<=tfevents).*")


def files_of(folder):
    """Files that are no work in progress, by the rules of the package."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        is_hidden = any(part.startswith(".") for part in parts)
        if path.is_file() and not is_hidden and path.suffix != ".partial":
            yield path


def find_half(folder):
    """Files that are not whole."""
    return [
        f"{path.relative_to(folder)} is not whole"
        for path in files_of(folder)
        if not is_whole(path.suffix, path.read_bytes())
    ]


def is_whole(suffix, content):
    try:
        if suffix in ENDS:
            return content.rstrip().endswith(ENDS[suffix])
        if suffix in (".keras", ".npz", ".zip"):
            return zipfile.ZipFile(io.BytesIO(content)).testzip() is None
        if suffix == ".json":
            json.loads(content)
        elif suffix == ".yaml":
            [*yaml.safe_load_all(content)]
        elif suffix == ".csv":
            rows = list(csv.reader(io.StringIO(content.decode())))
            return content[-1:] == b"\n" and len({*map(len, rows)}) == 1
        elif suffix == ".parquet":
            return content[-4:] == b"PAR1"
        elif suffix == ".wav":
            soundfile.info(io.BytesIO(content))
    except (ValueError, zipfile.BadZipFile, soundfile.LibsndfileError):
        return False
    return True


def read_facts(folder):
    """Pairs of a file, or a member of an archive, and its digest.

    Numbered folders have one name: an export that is made again has another
    number.
    """
    facts = set()
    for path in files_of(folder):
        name = PASSING.sub("N", f"/{path.relative_to(folder)}")
        content = path.read_bytes()
        if path.suffix == ".log":  # It tells of the kill, too.
            content = b""
        if path.suffix in (".keras", ".npz"):
            archive = zipfile.ZipFile(io.BytesIO(content))
            for member in archive.namelist():
                digest = hashlib.sha256(archive.read(member)).hexdigest()
                facts.add((f"{name}:{member}", digest))
        else:
            facts.add((name, hashlib.sha256(content).hexdigest()))
    return facts


class Unbroken:
    """What a command leaves that nothing disturbs, twice.

    What differs between the two, such as times, is compared by name only.
    """

    def __init__(self, first, second, seconds, num_bytes):
        self.constant = first & second
        self.names = {name for name, _ in first | second}
        self.seconds = seconds
        self.num_bytes = num_bytes

    def compare(self, folder):
        """Differences of what a disturbed command left in the end."""
        facts = read_facts(folder)
        names = {name for name, _ in facts}
        missing = {name for name, _ in self.constant - facts}
        return [
            *find_half(folder),
            *(f"{name} is missing" for name in sorted(self.names - names)),
            *(f"{name} is too many" for name in sorted(names - self.names)),
            *(f"{name} differs" for name in sorted(missing & names)),
        ]
