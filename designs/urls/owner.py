"""The part of an address that names a project: `/@owner/slug`."""

from django.urls import register_converter


class Owner:
    """The owner's part of an address; the project's own slug has no dot, so that `.git` is git's."""

    regex = r"[A-Za-z0-9][A-Za-z0-9-]*"

    def to_python(self, value: str) -> str:
        """Handles are lower-case."""
        return value.lower()

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


register_converter(Owner, "owner")
AT = "@<owner:handle>/<slug:slug>"
