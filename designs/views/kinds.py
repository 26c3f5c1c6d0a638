"""How a file is shown: as a mesh, a picture, Markdown, text, or by its name alone."""

from pathlib import PurePosixPath

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import TextLexer, get_lexer_for_filename
from pygments.lexers.diff import DiffLexer
from pygments.util import ClassNotFound

from designs.mesh import formats

RASTERS = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif"}
MARKDOWN = {".md", ".markdown"}
TEXT_LIMIT = 512 << 10


def kind_of(path: str, kind: str) -> str:
    """mesh, picture, gcode, raster, markdown or text, by the kernel's format and the name."""
    suffix = PurePosixPath(path).suffix.lower()
    if kind in formats.MESHES:
        return "mesh"
    if kind == "gcode":
        return "gcode"
    if kind:
        return "picture"
    if suffix in RASTERS:
        return "raster"
    return "markdown" if suffix in MARKDOWN else "text"


def as_text(content: bytes) -> str | None:
    """The content as text, or None where it is not."""
    if b"\0" in content:
        return None
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def code(path: str, text: str) -> str:
    """Coloured HTML with line numbers; every character of the text is escaped by Pygments."""
    try:
        lexer = get_lexer_for_filename(path)
    except ClassNotFound:
        lexer = TextLexer()
    formatter = HtmlFormatter(linenos="table", cssclass="highlight", lineanchors="L", anchorlinenos=True)
    return str(highlight(text, lexer, formatter))


def diff(text: str) -> str:
    """A unified diff in colours."""
    return str(highlight(text, DiffLexer(), HtmlFormatter(cssclass="highlight")))
