"""Draw every mesh of a folder through the sandbox on one picture: python tools/contact_sheet.py OUT.webp [FOLDER]

Each row is drawn twice, on the light and on the dark ground of the site. What has no picture is shown by its refusal.
"""

import sys
import tempfile
import time
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from designs.mesh import formats, sandbox

CELL, LABEL, COLUMNS = 320, 34, 10
GROUNDS = (("#f2f4f2", "#14201e"), ("#0f1517", "#e7edeb"))
FOLDERS = ("files", "history", "derived", "hostile")


def meshes(folder: Path) -> list[Path]:
    """The files of a folder that a reader of meshes takes, in the order of their names."""
    found: list[Path] = []
    for name in FOLDERS:
        inside = sorted(path for path in (folder / name).rglob("*") if path.is_file())
        found += [path for path in inside if formats.format_of(path.name) in formats.MESHES]
    return found


def cell(path: Path, out: Path) -> tuple[Image.Image | None, str]:
    """The picture of a file and a line about it."""
    for old in out.iterdir():
        old.unlink()
    start = time.perf_counter()
    outcome = sandbox.measure(path, formats.format_of(path.name) or "", out=out)
    seconds = time.perf_counter() - start
    if outcome.facts is None:
        return None, outcome.refusal.sentence if outcome.refusal else ""
    text = f"{outcome.facts['triangles']:,} triangles, {seconds:.1f} s"
    picture = outcome.pictures.get("preview-1024")
    if picture is None:
        return None, f"{text}, no picture"
    with Image.open(picture) as image:
        return image.convert("RGBA").resize((CELL, CELL), Image.Resampling.LANCZOS), text


def sheet(cells: list[tuple[str, Image.Image | None, str]], ground: str, ink: str) -> Image.Image:
    """The cells in rows, with their names, on one ground."""
    rows = -(-len(cells) // COLUMNS)
    whole = Image.new("RGBA", (COLUMNS * CELL, rows * (CELL + LABEL)), ground)
    draw = ImageDraw.Draw(whole)
    font = ImageFont.load_default(13)
    for i, (name, picture, text) in enumerate(cells):
        left, top = i % COLUMNS * CELL, i // COLUMNS * (CELL + LABEL)
        if picture is not None:
            whole.alpha_composite(picture, (left, top))
        draw.text((left + CELL // 2, top + CELL), name[-44:], ink, font, anchor="ma")
        draw.text((left + CELL // 2, top + CELL + 15), text[:48], ink, font, anchor="ma")
    return whole


def main() -> None:
    """Draw the sheet; prints a line a file."""
    out = Path(sys.argv[1])
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).resolve().parents[2] / "shared/data"
    cells = []
    with tempfile.TemporaryDirectory() as scratch:
        for path in meshes(folder):
            picture, text = cell(path, Path(scratch))
            cells.append((path.name, picture, text))
            print(f"{path.relative_to(folder)}: {text}", flush=True)
    halves = [sheet(cells, *colours) for colours in GROUNDS]
    whole = Image.new("RGB", (halves[0].width, 2 * halves[0].height))
    for i, half in enumerate(halves):
        whole.paste(half.convert("RGB"), (0, i * half.height))
    whole.save(out, quality=90)


if __name__ == "__main__":
    main()
