"""Photos of labs and machines, as public as the pages that show them."""

from django.http import FileResponse, HttpRequest

from accounts.views.avatars import our_picture


def picture(request: HttpRequest, folder: str, name: str) -> FileResponse:
    """A photo of a lab or a machine."""
    return our_picture(f"{folder}/{name}")
