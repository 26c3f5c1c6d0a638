"""What the files of a version say of their licences."""

from pathlib import PurePosixPath

from django.core.cache import cache

from designs.models import Project
from designs.spdx import Said, licences_of_files
from storage.git import many

MOST_FILES = 10_000
TEXT_BYTES = 256 << 10
KEPT_SECONDS = 30 * 86400
_NEVER_TEXT = frozenset({
    ".3mf", ".7z", ".dwg", ".f3d", ".fcstd", ".gif", ".glb", ".gz", ".iges", ".igs", ".jpeg", ".jpg", ".mp4", ".pdf",
    ".png", ".ply", ".sldasm", ".sldprt", ".skp", ".step", ".stl", ".stp", ".webp", ".zip",
})  # fmt: skip


def can_say(path: str) -> bool:
    """Whether a file of this name may carry a tag."""
    return PurePosixPath(path).suffix.lower() not in _NEVER_TEXT


def said_at(project: Project, commit: str) -> dict[str, Said]:
    """Path -> what is said of it, at a version. Kept: a version never changes."""
    key = f"spdx:1:{project.pk}:{commit}"
    found: dict[str, Said] | None = cache.get(key)
    if found is None:
        entries = [e for e in project.repo.tree(commit, recursive=True) if e.kind == "blob" and not e.is_link]
        readable = [e for e in entries if (e.size or 0) <= TEXT_BYTES and can_say(e.path)][:MOST_FILES]
        contents = dict(many.small_blobs(project.path, {e.oid for e in readable}, TEXT_BYTES))
        found = licences_of_files((e.path, contents[e.oid]) for e in readable if e.oid in contents)
        cache.set(key, found, KEPT_SECONDS)
    return found
