"""Hold the index against the rows: what differs is given to the outbox, and so mended."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from search import analysis, index, outbox, registry
from search.models import Change

BATCH = 200


@dataclass
class Drift:
    """What was looked at, and the subjects that differ: not in the index, no longer there, or otherwise."""

    looked_at: int = 0
    missing: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    differ: list[str] = field(default_factory=list)

    @property
    def subjects(self) -> list[str]:
        """All that are to be indexed anew."""
        return [*self.missing, *self.gone, *self.differ]


def look() -> Drift:
    """Compare every subject with the index. What waits in the outbox is no drift. Raises SearchAwayError."""
    known = dict(index.engine().subjects())
    drift = Drift()
    every = registry.subjects()
    while some := list(islice(every, BATCH)):
        waiting = _waiting(some)
        for subject, documents in registry.documents(some).items():
            drift.looked_at += 1
            digest = known.pop(subject, "")
            if subject in waiting or (not documents and not digest):
                continue
            if not documents:
                drift.gone.append(subject)
            elif not digest:
                drift.missing.append(subject)
            elif digest != analysis.digest(documents):
                drift.differ.append(subject)
    for some in _chunks(list(known)):
        waiting = _waiting(some)
        drift.gone += [subject for subject in some if subject not in waiting]
    return drift


def mend() -> Drift:
    """Look, and have what differs indexed anew. Raises SearchAwayError."""
    drift = look()
    outbox.changed_all(drift.subjects)
    return drift


def _waiting(subjects: list[str]) -> set[str]:
    return set(Change.objects.filter(subject__in=subjects).values_list("subject", flat=True))


def _chunks(subjects: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(subjects), BATCH):
        yield subjects[start : start + BATCH]
