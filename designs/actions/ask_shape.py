"""Let the kernel measure a part that somebody brings to compare, without publishing it."""

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from designs.actions.ask_kernel import ask_analyses
from designs.actions.errors import RefusedError
from designs.mesh import KERNEL_VERSION, formats
from designs.models import Analysis
from storage import blobs

MOST_BYTES = 64 << 20
KEEP_SECONDS = 7 * 24 * 3600
"""Less than the grace of the garbage collector, which takes what was brought."""
SALT = "designs.shape"


def ask_shape(file: "UploadedFile[Any] | None") -> str:
    """Take a part to be measured. Returns a token by which only its bringer finds the analysis. Raises RefusedError."""
    if file is None:
        raise RefusedError(_("Choose a file of a part, such as an STL."), "no-file")
    kind = formats.format_of(file.name or "")
    if kind not in formats.MESHES:
        names = ", ".join(sorted(formats.MESHES)).upper()
        raise RefusedError(_("Shapes are compared from %(formats)s files.") % {"formats": names}, "format")
    if (file.size or 0) > MOST_BYTES:
        limit = {"limit": MOST_BYTES >> 20}
        raise RefusedError(_("A part to compare may be %(limit)d MiB large.") % limit, "too-large")
    with tempfile.NamedTemporaryFile(dir=settings.UPLOADS_DIR, prefix="shape-") as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        sha256 = blobs.put(Path(copy.name))
    ask_analyses([(sha256, kind, "")])
    return signing.dumps([sha256, kind], salt=SALT)


def of_token(token: str) -> Analysis | None:
    """The analysis of what was brought; None where it is gone, or the token is not ours or too old."""
    try:
        sha256, kind = signing.loads(token, salt=SALT, max_age=KEEP_SECONDS)
    except signing.BadSignature:
        return None
    rows = Analysis.objects.filter(kernel_version=KERNEL_VERSION, sha256=sha256, format=kind, units="")
    return rows.first()
