"""Contents that arrive after the pointers that name them: files get their size and their look at the kernel."""

import hashlib
from collections.abc import Sequence

from designs.actions.ask_kernel import ask_analyses
from designs.mesh import formats
from designs.models import File, Project
from storage.lfs.pointer import Pointer


def receive_contents(project: Project, arrived: Sequence[Pointer]) -> int:
    """Give the files whose pointers waited for these contents what they stand for. Returns how many there were.

    To be called once the project holds the contents. Until then such a file is its pointer's three lines, by whose
    own SHA-256 it is found.
    """
    waiting = {hashlib.sha256(one.encode()).hexdigest(): one for one in arrived}
    files = list(project.files.filter(sha256__in=waiting))
    for file in files:
        content = waiting[file.sha256]
        file.sha256, file.size, file.format = content.sha256, content.size, formats.format_of(file.path) or ""
    File.objects.bulk_update(files, ["sha256", "size", "format"], batch_size=200)
    ask_analyses((file.sha256, file.format, file.units) for file in files if file.format)
    return len(files)
