"""Projects of a list that somebody has put together, as projects here: a JSON object a line, or a CSV with titles."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.utils.text import slugify

from accounts.actions.create_organisation import create_organisation
from accounts.models import Namespace, User
from designs import licences
from designs.actions.create_project import create_project
from designs.actions.errors import RefusedError
from designs.compatibility import canonical
from designs.models import Project

OWNER, OWNER_NAME = "open-hardware", "Open hardware"
PROCESSES = {
    "3D printing": "material-extrusion",
    "PCB": "electronics",
    "laser cutting": "laser-cutting",
    "CNC milling": "cnc-milling",
    "woodworking": "woodworking",
    "metalwork": "sheet-metal",
    "sewing": "sewing",
}
"""What the list calls them -> how they are named here."""


def load_list(file: Path, by: User) -> int:
    """Make the projects of the list that are missing, for one organisation. Returns how many were made.

    Raises ValueError on a list that cannot be read.
    """
    owner = _owner(by)
    known = set(Project.objects.filter(namespace=owner).values_list("slug", flat=True))
    made = 0
    for row in _rows(file):
        slug = slugify(row["name"])[:64].strip("-")
        if not slug or slug in known:
            continue
        try:
            _create(owner, by, slug, row)
        except RefusedError as refused:
            raise ValueError(f"{row['name']}: {refused}") from refused
        known.add(slug)
        made += 1
    return made


def _owner(by: User) -> Namespace:
    found = Namespace.objects.filter(handle=OWNER).first()
    return found or create_organisation(OWNER, name=OWNER_NAME, by=by).namespace


def _rows(file: Path) -> Iterator[Mapping[str, Any]]:
    with file.open(encoding="utf-8", newline="") as source:
        if file.suffix == ".csv":
            for line in csv.DictReader(source):
                if not (line.get("title") or "").strip():
                    continue
                yield {"name": line["title"].strip(), "repo": line.get("manifest_url") or ""}
            return
        for number, text in enumerate(source, 1):
            try:
                row = json.loads(text)
            except ValueError as wrong:
                raise ValueError(f"line {number} is no JSON: {wrong}") from wrong
            if not isinstance(row, dict) or not isinstance(row.get("name"), str):
                raise ValueError(f"line {number} has no name")
            yield row


def _create(owner: Namespace, by: User, slug: str, row: Mapping[str, Any]) -> None:
    processes = [PROCESSES.get(name, "other") for name in row.get("processes") or ()]
    create_project(
        owner,
        by=by,
        name=row["name"][:100],
        slug=slug,
        summary=(row.get("description") or "")[:300],
        licence=_licence(row.get("licence") or ""),
        tags=[word.casefold()[:40] for word in row.get("keywords") or ()],
        processes=list(dict.fromkeys(processes)),
        materials=list(row.get("materials") or ()),
    )


def _licence(said: str) -> str:
    spdx = canonical(said) if said else ""
    return next((one for one in (spdx, f"{spdx}-only") if one in licences.LICENCES), spdx or licences.UNSTATED)
