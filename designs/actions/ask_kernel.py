"""Ask the kernel for more than the analysis that every file gets."""

from collections.abc import Iterable

from django.db.models import F

from designs.models import Comparison, File, Repair
from jobs.models import Job


def ask_comparisons(pairs: Iterable[tuple[File, File]]) -> None:
    """Let the kernel compare these contents. Those already asked for are left as they are."""
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
