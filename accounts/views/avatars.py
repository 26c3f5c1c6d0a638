"""Pictures of people. Their names are random and their bytes ours, so that they never change."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest


def avatar(request: HttpRequest, name: str) -> FileResponse:
    """Somebody's picture."""
    return our_picture(f"avatars/{name}")


def our_picture(path: str) -> FileResponse:
    """A WebP that we wrote, by its path in the store of media. Raises Http404."""
    if not default_storage.exists(path):
        raise Http404("no such picture")
    return FileResponse(
        default_storage.open(path),
        content_type="image/webp",
        headers={
            "Cache-Control": "public, max-age=31536000, immutable",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
