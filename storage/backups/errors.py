"""Why a backup or a restore is refused."""


class BackupError(Exception):
    """It cannot be done; `str()` is a sentence for whoever runs the site."""
