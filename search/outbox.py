"""Say that something has changed, in the transaction that changes it."""

from collections.abc import Iterable

from search.models import Change

BATCH = 200


def changed(*subjects: str) -> None:
    """Let these be indexed anew. A subject is what a builder is registered for: "project:5"."""
    changed_all(subjects)


def changed_all(subjects: Iterable[str]) -> None:
    """Let very many be indexed anew."""
    Change.objects.bulk_create((Change(subject=one) for one in subjects), batch_size=BATCH)


def waiting() -> int:
    """How many changes the index does not show yet."""
    return Change.objects.filter(is_applied=False).count()
