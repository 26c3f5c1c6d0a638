"""What changed between two commits, file by file: shapes compared, texts as diffs."""

import difflib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from designs import changes, comparisons, contents, results
from designs.actions.ask_kernel import ask_comparisons
from designs.comparisons import Compared
from designs.mesh import formats
from designs.models import Project
from designs.results import Result
from designs.views import kinds
from storage.git.types import Change

SHAPES = 30
DIFFS = 20
DIFF_BYTES = 64 << 10
DIFF_LINES = 400


@dataclass
class Changed:
    """What happened to one file."""

    change: Change
    before: Result | None
    after: Result | None
    compared: Compared | None
    diff: str

    @cached_property
    def told(self) -> changes.Told | None:
        """What changed in the shape, in words."""
        return changes.tell(self.compared) if self.compared else None


def of_changes(project: Project, found: Sequence[Change]) -> list[Changed]:
    """The changes with the results before and after, in a handful of queries. The first shapes are compared."""
    befores = results.at(project, [(c.old_path, c.old_oid) for c in found if c.old_oid])
    afters = results.at(project, [(c.path, c.new_oid) for c in found if c.new_oid])
    sides = [(befores.get(c.old_path) if c.old_oid else None, afters.get(c.path) if c.new_oid else None) for c in found]
    shapes = [(b, a) for b, a in sides if b and a and comparisons.is_shape(b) and comparisons.is_shape(a)][:SHAPES]
    compared = {one.after.file.pk: one for one in asked(shapes)}
    with_diff = set(itertools.islice((c.path for c in found if not formats.format_of(c.path)), DIFFS))
    sides_of = {oid for c in found if c.path in with_diff for oid in (c.old_oid, c.new_oid) if oid}
    texts = contents.read_many(project, sides_of, DIFF_BYTES) if sides_of else {}
    return [
        Changed(
            change,
            before,
            after,
            compared.get(after.file.pk) if before and after else None,
            _diff(change, texts) if change.path in with_diff else "",
        )
        for change, (before, after) in zip(found, sides, strict=True)
    ]


def overall(found: Sequence[Changed]) -> changes.Told | None:
    """The answer for all shapes at once, where there are several."""
    return changes.overall([(one.change.path, told) for one in found if (told := one.told)])


def asked(pairs: Sequence[tuple[Result, Result]]) -> list[Compared]:
    """What is known of these pairs; the kernel is asked for those that nobody has compared yet."""
    pairs = [(before, after) for before, after in pairs if before.file.sha256 != after.file.sha256]
    known = comparisons.of_pairs(pairs)
    missing = [(one.before.file, one.after.file) for one in known if one.row is None and one.state == "waiting"]
    if not missing:
        return known
    ask_comparisons(missing)
    return comparisons.of_pairs(pairs)


def _diff(change: Change, texts: Mapping[str, bytes]) -> str:
    """A unified diff as coloured HTML; nothing for what is not text or too large to be read."""
    sides: list[list[str]] = []
    for oid in (change.old_oid, change.new_oid):
        content = texts.get(oid) if oid else b""
        text = kinds.as_text(content) if content is not None else None
        if text is None:
            return ""
        sides.append(text.splitlines())
    lines = difflib.unified_diff(sides[0], sides[1], change.old_path, change.path, lineterm="", n=3)
    kept = list(itertools.islice(lines, 2, DIFF_LINES))
    return kinds.diff("\n".join(kept)) if kept else ""
