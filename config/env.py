"""Typed reading of the environment. A wrong value stops the start and names the variable."""

import os
import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


def text(name: str, default: str | None = None) -> str:
    """The variable, or the content of the file that NAME_FILE points to, or the default."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: cannot read {path}: {error.strerror}") from error
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name}: must be set")
    return value


def flag(name: str, default: bool) -> bool:
    """true or false, in any case."""
    value = text(name, str(default)).strip().lower()
    if value not in {"true", "false"}:
        raise ImproperlyConfigured(f"{name}: say true or false, not {value!r}")
    return value == "true"


def number(name: str, default: int, least: int = 0) -> int:
    """A whole number, not under `least`."""
    value = text(name, str(default)).strip()
    if not re.fullmatch(r"-?\d+", value) or int(value) < least:
        raise ImproperlyConfigured(f"{name}: say a whole number from {least} up, not {value!r}")
    return int(value)


def size(name: str, default: str) -> int:
    """A size in bytes; K, M, G and T are powers of 1,024 ("1G", "512 MiB")."""
    value = text(name, default).strip()
    found = re.fullmatch(r"(\d+)\s*([KMGT]?)(?:i?B)?", value, re.IGNORECASE)
    if not found:
        raise ImproperlyConfigured(f"{name}: say a size such as 512M or 1G, not {value!r}")
    return int(found[1]) * _UNITS[found[2].upper()]


def words(name: str, default: str = "") -> list[str]:
    """A list parted by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def certificates(name: str) -> Path | None:
    """A file of certificate authorities, or None when unset."""
    value = text(name, "")
    path = Path(value).resolve() if value else None
    if path and not path.is_file():
        raise ImproperlyConfigured(f"{name}: there is no file {path}")
    return path


def addresses(name: str) -> list[str]:
    """Web addresses parted by commas, each with its scheme and host; [] when unset."""
    found = words(name)
    for one in found:
        parts = urlsplit(one)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ImproperlyConfigured(f"{name}: say http://host:9200 or https://host:9200, not {one!r}")
    return found


def database(name: str, default: str) -> dict[str, object]:
    """A database address (sqlite:///path or postgresql://user:password@host:port/name) as Django's settings."""
    address = urlsplit(text(name, default))
    if address.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(address.path[1:]),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                " PRAGMA mmap_size=134217728; PRAGMA cache_size=-64000; PRAGMA temp_store=MEMORY;"
                " PRAGMA journal_size_limit=67108864",
            },
        }
    if address.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(address.path[1:]),
            "USER": unquote(address.username or ""),
            "PASSWORD": unquote(address.password or ""),
            "HOST": address.hostname or "",
            "PORT": str(address.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": dict(parse_qsl(address.query)),
        }
    raise ImproperlyConfigured(f"{name}: say sqlite:///path or postgresql://..., not {address.scheme!r}")


def email(name: str) -> dict[str, object]:
    """A mail server (smtp://user:password@host:587/?tls=true) as Django's e-mail settings; {} when unset."""
    value = text(name, "")
    if not value:
        return {}
    address = urlsplit(value)
    if address.scheme not in {"smtp", "smtps"} or not address.hostname:
        raise ImproperlyConfigured(f"{name}: say smtp://user:password@host:587/?tls=true, not {value!r}")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": address.hostname,
        "EMAIL_PORT": address.port or (465 if address.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(address.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(address.password or ""),
        "EMAIL_USE_SSL": address.scheme == "smtps",
        "EMAIL_USE_TLS": address.scheme == "smtp" and dict(parse_qsl(address.query)).get("tls") == "true",
    }
