"""Ask the kernel: to measure, to compare, to repair. What was asked before is left as it is."""

from collections.abc import Iterable

from django.db.models import F

from designs.mesh.units import MM_PER
from designs.models import Analysis, Comparison, File, Repair
from jobs.models import Job

BATCH = 500


def ask_analyses(contents: Iterable[tuple[str, str, str]]) -> None:
    """Let the kernel measure contents, each a (SHA-256, format, units that the owner chose or "").

    Each is measured as mm, so that there is something to show at once; once more where its owner says otherwise.
    """
    rows = []
    for sha256, kind, units in contents:
        rows.append(Analysis(sha256=sha256, format=kind))
        if MM_PER.get(units, 1.0) != 1.0:
            rows.append(Analysis(sha256=sha256, format=kind, units=units))
    Analysis.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)


def ask_comparisons(pairs: Iterable[tuple[File, File]]) -> None:
    """Let the kernel compare these contents."""
    Comparison.objects.bulk_create(
        [
            Comparison(
                before_sha256=before.sha256,
                before_format=before.format,
                after_sha256=after.sha256,
                after_format=after.format,
            )
            for before, after in pairs
            if before.sha256 != after.sha256
        ],
        ignore_conflicts=True,
    )


def ask_repair(file: File) -> Repair:
    """Let the kernel fix what it can in a copy of this file. One that failed is tried anew."""
    repair, _ = Repair.objects.present().get_or_create(sha256=file.sha256, format=file.format)
    failed = Repair.objects.filter(pk=repair.pk, state=Job.State.FAILED)
    failed.update(state=Job.State.READY, error="", max_attempts=F("attempts") + 1)
    return repair
