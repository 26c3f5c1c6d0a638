"""The folders in which imports and mirrors receive things: empty before a test, and what a test left there."""

import shutil

from designs.models.transfer import imports_folder, incoming_folder


def leftovers():
    """All that lies in them."""
    return [*incoming_folder().iterdir(), *imports_folder().iterdir()]


def clear():
    """Remove what an earlier test of this process left on purpose."""
    shutil.rmtree(incoming_folder())
    shutil.rmtree(imports_folder())
