"""Large histories made in seconds by `git fast-import`, for benches."""

import random
import subprocess
from pathlib import Path

FOLDERS = 40
TEXTS = (b"# Widget\n\nA bench.\n",)


def fast_import(repo: Path, *, files: int = 2_000, commits: int = 5_000, branch: str = "main", seed: int = 4) -> str:
    """Fill a bare repository: the first commit has all files, each later one changes one to three. Returns the tip.

    Files lie in folders of a depth up to three; every fifth is a small STL, the others are texts.
    """
    choose = random.Random(seed)
    paths = [_path(number) for number in range(files - 1)]
    stream = [f"reset refs/heads/{branch}\n".encode()]
    first = [*((path, _content(path, 0)) for path in paths), ("README.md", TEXTS[0])]
    stream.append(_commit(branch, 0, first))
    for number in range(1, commits):
        changed = choose.sample(paths, choose.choice((1, 1, 1, 2, 3)))
        stream.append(_commit(branch, number, [(path, _content(path, number)) for path in changed]))
    done = subprocess.run(
        ["git", f"--git-dir={repo}", "fast-import", "--quiet", "--done"],
        input=b"".join([*stream, b"done\n"]), check=False, capture_output=True,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    asked = ["git", f"--git-dir={repo}", "rev-parse", f"refs/heads/{branch}"]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


def _path(number: int) -> str:
    folder = number % FOLDERS
    deeper = ("", "frame/", "frame/left/")[number % 3]
    kind = "stl" if number % 5 == 0 else "txt"
    return f"group {folder:02}/{deeper}part-{number:04}.{kind}"


def _content(path: str, number: int) -> bytes:
    if not path.endswith(".stl"):
        return f"{path}\nversion {number}\n".encode() * 8
    height = 1 + number / 100
    corners = ((0, 0, 0), (10, 0, 0), (0, 10, 0), (0, 0, height))
    faces = ((0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 3, 2))
    lines = [f"solid {path}"]
    for face in faces:
        points = "\n".join("vertex {} {} {}".format(*corners[corner]) for corner in face)
        lines.append(f"facet normal 0 0 0\nouter loop\n{points}\nendloop\nendfacet")
    return "\n".join([*lines, "endsolid", ""]).encode()


def _commit(branch: str, number: int, contents: list[tuple[str, bytes]]) -> bytes:
    when = 1_700_000_000 + number * 600
    message = f"Change {number}\n\nWhat and why.\n".encode()
    head = f"commit refs/heads/{branch}\ncommitter Ada <ada@example.org> {when} +0000\ndata {len(message)}\n".encode()
    puts = [b'M 100644 inline "%s"\ndata %d\n%s\n' % (path.encode(), len(data), data) for path, data in contents]
    return head + message + b"".join(puts) + b"\n"
