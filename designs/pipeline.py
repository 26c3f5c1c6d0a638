"""One Analysis row: take the content out of git, measure and draw it in the sandbox, keep the results."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from designs.mesh import sandbox
from designs.models import Analysis, File
from jobs.models import Job
from storage import blobs


def run(job: Job) -> Callable[[], None]:
    """Measure the content of one row. Returns what to write, together with the finish of the lease."""
    analysis = Analysis.objects.get(pk=job.pk)
    with tempfile.TemporaryDirectory(dir=settings.UPLOADS_DIR, prefix="analysis-") as folder:
        content = Path(folder) / f"content.{analysis.format}"
        out = Path(folder) / "out"
        out.mkdir()
        _fetch(analysis, content)
        outcome = sandbox.measure(content, analysis.format, out=out)
        keys = {name: blobs.put(path) for name, path in outcome.pictures.items()}

    def effects() -> None:
        Analysis.objects.filter(pk=analysis.pk).update(
            facts=outcome.facts,
            refusal_code=outcome.refusal.code if outcome.refusal else "",
            refusal={"sentence": outcome.refusal.sentence, **outcome.refusal.params} if outcome.refusal else {},
            preview_1024=keys.get("preview-1024", ""),
            preview_256=keys.get("preview-256", ""),
            model=keys.get("model", ""),
        )

    return effects


def _fetch(analysis: Analysis, into: Path) -> None:
    """Copy the content from any project that holds it. Raises LookupError when none does any more."""
    for file in File.objects.filter(sha256=analysis.sha256).select_related("project")[:20]:
        if file.project.path.is_dir():
            file.project.repo.copy_to(file.oid, into)
            return
    raise LookupError("no project holds this content any more")
