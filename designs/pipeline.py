"""The kernel's rows: take the contents out of git, work on them in the sandbox, keep the results."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from designs import contents, indexing
from designs.mesh import sandbox
from designs.mesh.types import Outcome
from designs.models import Analysis, Comparison, File, LfsObject, Repair
from jobs.models import Job
from storage import blobs

Effects = Callable[[], None]


def analyse(job: Job) -> Effects:
    """Measure and draw the content of one Analysis. Returns what to write, together with the finish of the lease."""
    row = Analysis.objects.get(pk=job.pk)
    with _room() as room:
        content = fetch(row.sha256, row.format, room / "content")
        outcome = sandbox.measure(content, row.format, units=row.units, out=_out(room))
        keys = _keep(outcome)

    def effects() -> None:
        facts = dict(outcome.facts) if outcome.facts is not None else None
        Analysis.objects.filter(pk=row.pk).update(
            descriptor=facts.pop("descriptor", None) if facts else None,
            facts=facts,
            **_refusal(outcome),
            preview_1024=keys.get("preview-1024", ""),
            preview_256=keys.get("preview-256", ""),
            model=keys.get("model", ""),
            model_full=keys.get("model-full", ""),
            marks=keys.get("marks", ""),
        )
        indexing.touch_content(row.sha256)

    return effects


def compare(job: Job) -> Effects:
    """Hold the two contents of one Comparison against each other."""
    row = Comparison.objects.get(pk=job.pk)
    with _room() as room:
        before = fetch(row.before_sha256, row.before_format, room / "before")
        after = fetch(row.after_sha256, row.after_format, room / "after")
        outcome = sandbox.compare(before, row.before_format, after, row.after_format, out=_out(room))
        keys = _keep(outcome)

    def effects() -> None:
        found = {"facts": outcome.facts, "diff": keys.get("diff", ""), **_refusal(outcome)}
        Comparison.objects.filter(pk=row.pk).update(**found)

    return effects


def repair(job: Job) -> Effects:
    """Fix what can be fixed in the content of one Repair; the original stays as it is."""
    row = Repair.objects.get(pk=job.pk)
    with _room() as room:
        outcome = sandbox.repair(fetch(row.sha256, row.format, room / "content"), row.format, out=_out(room))
        keys = _keep(outcome)

    def effects() -> None:
        found = {"facts": outcome.facts, "content": keys.get("repaired", ""), **_refusal(outcome)}
        Repair.objects.filter(pk=row.pk).update(**found)

    return effects


@contextmanager
def _room() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=settings.UPLOADS_DIR, prefix="kernel-") as folder:
        yield Path(folder)


def _out(room: Path) -> Path:
    out = room / "out"
    out.mkdir()
    return out


def _keep(outcome: Outcome) -> dict[str, str]:
    return {name: blobs.put(path) for name, path in outcome.pictures.items()}


def _refusal(outcome: Outcome) -> dict[str, Any]:
    if outcome.refusal is None:
        return {"refusal_code": "", "refusal": {}}
    refused = outcome.refusal
    return {"refusal_code": refused.code, "refusal": {"sentence": refused.sentence, **refused.params}}


def fetch(sha256: str, format: str, stem: Path) -> Path:
    """Copy a content that is held by LFS, in any project's git, or only to be compared. Raises LookupError."""
    into = stem.with_suffix(f".{format}")
    if LfsObject.objects.filter(sha256=sha256).exists() and contents.copy_stored(sha256, into):
        return into
    for file in File.objects.filter(sha256=sha256).select_related("project")[:20]:
        if file.project.path.is_dir() and file.project.repo.copy_to(file.oid, into) == sha256:
            return into
    if contents.copy_stored(sha256, into):
        return into
    raise LookupError("no project holds this content any more")
