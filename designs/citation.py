"""How to cite a release: CITATION.cff 1.2.0 and BibTeX. A CITATION.cff of the project's own wins."""

import json
import re
import unicodedata
from collections.abc import Iterator

from django.conf import settings

from designs import contents
from designs.attribution import people
from designs.licences import LICENCES
from designs.models import Project, Release
from storage.git.errors import MissingPathError

NAME = "CITATION.cff"
LIMIT = 64 << 10
MOST_AUTHORS = 50
_TEX = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
})  # fmt: skip


def cff(release: Release) -> str:
    """The project's own CITATION.cff at that version where it has one, or else one made from what we know."""
    return own(release) or "\n".join(_lines(release)) + "\n"


def own(release: Release) -> str:
    """The project's own file as text, or nothing; not read as YAML, only handed on."""
    try:
        entry = release.project.repo.entry(release.commit, NAME)
    except MissingPathError:
        return ""
    if entry.kind != "blob" or entry.is_link or (entry.size or 0) > LIMIT:
        return ""
    try:
        return contents.read(release.project, entry.oid, LIMIT).decode()
    except UnicodeDecodeError:
        return ""


def bibtex(release: Release) -> str:
    """An entry of the kind @misc."""
    project = release.project
    fields = {
        "author": " and ".join("{" + _tex(name) + "}" for name in _authors(release)),
        "title": "{" + _tex(project.name) + "}",
        "version": _tex(release.tag),
        "year": str(release.created_at.year),
        "month": release.created_at.strftime("%b").lower(),
        "howpublished": _tex(settings.SITE_NAME),
        "url": url(release),
        "note": _tex(f"Commit {release.commit}; licence {project.licence}"),
    }
    rows = [f"  {name} = {value}," if name == "month" else f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@misc{{{_key(project, release)},", *rows, "}"]) + "\n"


def url(release: Release) -> str:
    """The permanent address of a release."""
    return settings.SITE_URL + release.get_absolute_url()


def _lines(release: Release) -> Iterator[str]:
    project = release.project
    yield "cff-version: 1.2.0"
    yield f"message: {_quoted('If you use this design, please cite it as below.')}"
    yield f"title: {_quoted(project.name)}"
    yield "type: dataset"
    yield "authors:"
    for name in _authors(release):
        yield f"  - name: {_quoted(name)}"
    yield f"version: {_quoted(release.tag)}"
    yield f"date-released: {release.created_at:%Y-%m-%d}"
    yield f"commit: {_quoted(release.commit)}"
    yield f"url: {_quoted(url(release))}"
    yield f"repository-code: {_quoted(project.clone_url)}"
    if project.licence in LICENCES and LICENCES[project.licence].url.startswith("https://"):
        yield f"license-url: {_quoted(LICENCES[project.licence].url)}"
    if project.summary:
        yield f"abstract: {_quoted(project.summary)}"
    if words := list(dict.fromkeys(str(tag) for tag in project.tags)):
        yield "keywords:"
        yield from (f"  - {_quoted(word)}" for word in words)


def _authors(release: Release) -> list[str]:
    found = [_line(name) for name in people(release.project, release.commit)[:MOST_AUTHORS]]
    return [name for name in found if name] or [release.project.namespace.title]


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _quoted(text: str) -> str:
    """A YAML scalar: a JSON string is one."""
    return json.dumps(_line(text), ensure_ascii=False)


def _tex(text: str) -> str:
    return _line(text).translate(_TEX)


def _key(project: Project, release: Release) -> str:
    plain = unicodedata.normalize("NFKD", f"{project.namespace.handle}-{project.slug}-{release.tag}")
    return re.sub(r"[^A-Za-z0-9.-]+", "", plain.encode("ascii", "ignore").decode())
