"""Which files of a project go by Git LFS, and where their contents are kept."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.utils import timezone

from designs import contents
from designs.descriptions import note_held
from designs.mesh import formats
from designs.models import LfsObject, Project
from storage import blobs
from storage.git.errors import MissingPathError
from storage.git.large_files import LargeFiles
from storage.lfs import attributes
from storage.lfs.pointer import Pointer

LARGE_BYTES = 512 << 10
"""Beyond this a file makes every clone slower for ever, whatever is in it."""

_CAD = {
    "f3d f3z": "Autodesk Fusion",
    "sldprt sldasm slddrw": "SolidWorks",
    "ipt iam idw": "Autodesk Inventor",
    "catpart catproduct catdrawing": "CATIA",
    "prt": "NX and Creo parts",
    "fcstd": "FreeCAD: a ZIP",
    "blend": "Blender",
    "skp": "SketchUp",
    "3dm": "Rhino",
    "dwg": "AutoCAD",
    "c4d": "Cinema 4D",
    "x_t x_b": "Parasolid",
    "sat sab": "ACIS",
    "jt": "JT",
    "brep brp": "OpenCASCADE",
    "stpz": "STEP, packed",
    "ifc": "buildings, in the syntax of STEP",
    "fbx dae wrl vrml x3d usdz": "meshes that the kernel does not read",
}
"""What programs write and no person merges. Sources that people read line by line (scad, svg, dxf, gcode, KiCad's) are
not here: git holds them until they are large."""

SUFFIXES = frozenset(
    {suffix for suffix, format in formats.SUFFIXES.items() if format in formats.MESHES} | set(" ".join(_CAD).split())
)
OWN = frozenset({".gitattributes", ".gitignore", ".gitmodules", ".lfsconfig"})
"""Files that git and git-lfs read themselves."""
PROSE = frozenset({".md", ".markdown", ".rst", ".cff", ".yml", ".yaml", ".toml"})
PROSE_NAMES = ("readme", "license", "licence", "copying", "changelog", "authors", "notice", "attribution")


def suffix(path: str) -> str:
    """The ending by which a mesh or CAD file goes by LFS ("stl", "stl.gz"); empty for any other file."""
    pieces = PurePosixPath(path).name.lower().split(".")
    if len(pieces) > 2 and pieces[-1] == "gz" and pieces[-2] in SUFFIXES:
        return f"{pieces[-2]}.gz"
    return pieces[-1] if len(pieces) > 1 and pieces[-1] in SUFFIXES else ""


def wants(path: str, size: int) -> bool:
    """Whether a file of this size in bytes goes by LFS where the project's own attributes say nothing."""
    name = PurePosixPath(path).name.lower()
    if not size or name in OWN:
        return False
    if suffix(path):
        return True
    is_prose = name.startswith(PROSE_NAMES) or PurePosixPath(name).suffix in PROSE
    return size > (settings.MAX_PLAIN if is_prose else LARGE_BYTES)


def attributes_file() -> str:
    """A .gitattributes for a new project, so that the first mesh pushed by git goes by LFS as well."""
    lines = [attributes.line(attributes.by_suffix(one)) for one in sorted(SUFFIXES)]
    return "\n".join([*lines, ""])


def attributes_of(project: Project) -> bytes:
    """The .gitattributes at the root of the default branch; empty where there is none to be read."""
    if not project.head:
        return b""
    try:
        entry = project.repo.entry(project.head, attributes.FILE)
        return contents.read(project, entry.oid, LARGE_BYTES, entry.size)
    except (MissingPathError, contents.MissingContentError):
        return b""


def rule(project: Project) -> LargeFiles:
    """What a commit to this project does with large files."""
    return LargeFiles(
        wants=wants,
        suffix=suffix,
        keep=lambda files: keep(project, files),
        most_plain=settings.MAX_PLAIN,
    )


def keep(project: Project, files: Sequence[Path]) -> list[Pointer]:
    """Store contents for a project before the commit that names them. Raises OSError on a full disk.

    The rows are there before any branch moves, so that a clone that follows finds them. What a process leaves that
    died before its commit is referred to by nothing, and goes with the next collection of garbage.
    """
    kept = [Pointer(blobs.put(file), file.stat().st_size) for file in files]
    now = timezone.now()
    rows = {one.sha256: LfsObject(project=project, sha256=one.sha256, size=one.size, created_at=now) for one in kept}
    note_held(project, [(one.sha256, one.size) for one in rows.values()])
    LfsObject.objects.bulk_create(
        rows.values(),
        batch_size=200,
        update_conflicts=True,
        unique_fields=["project", "sha256"],
        update_fields=["created_at"],
    )
    return kept
