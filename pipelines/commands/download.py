"""`keras-asd download`."""

import argparse

from pipelines.datasets.download.catalogue import PARTS
from pipelines.datasets.download.catalogue import read_catalogue


def run(words: list[str]) -> int:
    """Downloads data sets of DCASE Task 2, or lists what would come."""
    data_sets = list(read_catalogue())
    parser = argparse.ArgumentParser(
        prog="keras-asd download",
        description="Downloads data sets of DCASE Task 2 from Zenodo, verifies "
        "and unpacks them, so that `keras-asd train DIR/NAME` reads them. "
        "Stopped, it goes on where it was.",
        epilog="The recordings have a licence of their own, which their "
        "record tells (CC BY-NC-SA 4.0 in 2020). The labels of the "
        "evaluation clips are in no record: `keras-asd official` takes them "
        "from the evaluators' repositories.",
    )
    parser.add_argument(
        "data_sets",
        nargs="+",
        choices=data_sets,
        metavar="NAME",
        help=f"{data_sets[0]} to {data_sets[-1]}, one or more",
    )
    parser.add_argument(
        "--machines",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="such as `fan pump` or `fan,pump`; all if left out",
    )
    parser.add_argument(
        "--parts",
        nargs="+",
        choices=PARTS,
        default=list(PARTS),
        help="all if left out",
    )
    parser.add_argument(
        "--to", metavar="DIR", help="where to; a dry run needs none"
    )
    parser.add_argument(
        "--mirror",
        metavar="URL",
        help="server of the same records in place of https://zenodo.org",
    )
    parser.add_argument(
        "--dry_run",
        "--dry-run",
        action="store_true",
        help="list records, files and sizes, and download nothing; without a "
        "network the shipped list, marked as unverified",
    )
    options = parser.parse_args(words)
    if not (options.to or options.dry_run):
        parser.error("--to is needed, unless it is a --dry_run")
    machines = [
        machine
        for word in options.machines
        for machine in word.split(",")
        if machine
    ]
    from pipelines.datasets.download.server import ZENODO
    from pipelines.programs.download import download
    from pipelines.programs.download import list_downloads

    mirror = options.mirror or ZENODO
    request = (options.data_sets, options.to, machines, options.parts, mirror)
    if options.dry_run:
        print(list_downloads(*request))
        return 0
    for folder in download(*request):
        print(f"clips in {folder}")
    if "evaluation" in options.parts:
        print("evaluation clips carry no label: their record has none")
    return 0
