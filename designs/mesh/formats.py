"""Which file names the kernel knows. A source is a program that draws a mesh when it is run."""

MESHES = frozenset({"stl", "obj", "ply", "off", "3mf", "glb", "gltf", "step", "iges", "amf"})
SOURCES = frozenset({"scad"})
IMAGES = frozenset({"png", "jpeg", "webp", "gif"})
DRAWINGS = frozenset({"svg", "dxf", "gcode"})
CUT = frozenset({"svg", "dxf"})

SUFFIXES = {
    "stl": "stl", "obj": "obj", "ply": "ply", "off": "off", "3mf": "3mf", "glb": "glb", "gltf": "gltf", "amf": "amf",
    "step": "step", "stp": "step", "iges": "iges", "igs": "iges", "scad": "scad",
    "svg": "svg", "dxf": "dxf", "gcode": "gcode", "gco": "gcode",
    "png": "png", "jpg": "jpeg", "jpeg": "jpeg", "webp": "webp", "gif": "gif",
}  # fmt: skip


def format_of(filename: str) -> str | None:
    """The format of a file by its name ("part.STL", "part.stl.gz"), or None when the kernel has no reader."""
    pieces = filename.rsplit("/", 1)[-1].lower().split(".")
    if len(pieces) > 2 and pieces[-1] == "gz":
        inner = SUFFIXES.get(pieces[-2])
        return inner if inner in MESHES else None
    return SUFFIXES.get(pieces[-1]) if len(pieces) > 1 else None
