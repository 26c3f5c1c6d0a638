"""Pages that need somebody who is signed in, and no right beyond."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest

from designs.views.lookup import MovedError


def signed_in(request: HttpRequest) -> None:
    """Go on. Raises MovedError to the sign-in page for the anonymous, and back here afterwards."""
    if not request.user.is_authenticated:
        back = request.get_full_path() if request.method == "GET" else request.META.get("HTTP_REFERER", "/")
        raise MovedError(redirect_to_login(local(request, back)))


def local(request: HttpRequest, address: str) -> str:
    """The path of an address of this site; `/` for any other."""
    own = f"{request.scheme}://{request.get_host()}/"
    if address.startswith(own):
        return "/" + address.removeprefix(own)
    return address if address.startswith("/") and not address.startswith("//") else "/"
