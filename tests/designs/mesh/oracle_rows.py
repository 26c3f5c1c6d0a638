"""The rows of oracle.csv of one format, with the path of each file."""

import csv


def of(shared, kind):
    """Rows as dicts of text; "path" is the file."""
    with (shared / "oracle.csv").open() as table:
        return [{**row, "path": shared / row["file"]} for row in csv.DictReader(table) if row["format"] == kind]
