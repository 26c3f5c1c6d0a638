"""Which addresses on the net the site may speak to for a person: public ones, by https, pinned. Knows no Django."""

import ipaddress
import re
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

HTTP_PORT = 80
HTTPS_PORT = 443
LONGEST_URL = 2000
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*\.?")
_UNICAST_6 = ipaddress.ip_network("2000::/3")
_NOT_DIRECT = [
    *map(ipaddress.ip_network, ("2002::/16", "2001::/23", "2001:db8::/32", "3fff::/20")),
    *map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4")),
]
"""Tunnels, protocol and documentation ranges: what lies behind them is not what the address says."""

Resolve = Callable[[str, int], list[str]]


class AddressRefusedError(ValueError):
    """We do not go there. `code` is stable; `str()` is an English sentence for programmers."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """A checked URL, and the addresses that its host had when it was checked: no other may be used."""

    url: str
    host: str
    port: int
    addresses: tuple[str, ...]

    @property
    def pin(self) -> str:
        """What curl's resolve list takes, so that git asks no name server again. Empty for a plain address."""
        if _is_address(self.host):
            return ""
        return f"{self.host}:{self.port}:" + ",".join(f"[{a}]" if ":" in a else a for a in self.addresses)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open net, named directly: no tunnel, mapping or multicast."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if any(ip.version == net.version and ip in net for net in _NOT_DIRECT):
        return False
    if ip.version == 6 and ip not in _UNICAST_6:
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def resolve(host: str, port: int) -> list[str]:
    """Every address of a host, in the system's order. Raises AddressRefusedError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressRefusedError("unknown-host", f"{host} cannot be found") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def check_url(
    url: str,
    *,
    allowed: Collection[str] = (),
    query: bool = False,
    plain: bool = False,
    resolver: Resolve | None = None,
) -> Target:
    """The target of a URL that a stranger gave. Raises AddressRefusedError.

    Only https, on port 443, without a name or password in it, to a host whose every address is public. `allowed` are
    hosts (`name` or `name:port`) that the administrator trusts with any address and port. `query` lets a query stay,
    `plain` lets http go to allowed hosts.
    """
    if len(url) > LONGEST_URL or not url or re.search(r"[\x00-\x20\x7f\\]", url):
        raise AddressRefusedError("bad-url", "this is not a URL")
    try:
        parts = urlsplit(url)
        if parts.scheme not in (("https", "http") if plain else ("https",)):
            raise AddressRefusedError("not-https", "only https")
        usual = HTTPS_PORT if parts.scheme == "https" else HTTP_PORT
        port = parts.port or usual
        host = _host(parts.hostname or "")
    except AddressRefusedError:
        raise
    except (ValueError, UnicodeError) as error:
        raise AddressRefusedError("bad-url", "this is not a URL") from error
    if parts.username is not None or parts.password is not None:
        raise AddressRefusedError("credentials", "no name or password in the URL")
    if parts.fragment or (parts.query and not query):
        raise AddressRefusedError("bad-url", "no query and no fragment")
    trusted = host in allowed or f"{host}:{port}" in allowed
    if parts.scheme == "http" and not trusted:
        raise AddressRefusedError("not-https", "only https")
    if port != HTTPS_PORT and not trusted:
        raise AddressRefusedError("port", f"only port {HTTPS_PORT}")
    addresses = (resolver or resolve)(host, port)
    if not addresses:
        raise AddressRefusedError("unknown-host", f"{host} cannot be found")
    if not trusted and not all(map(is_public, addresses)):
        raise AddressRefusedError("private", f"{host} is not on the open net")
    shown = f"[{host}]" if ":" in host else host
    where = shown if port == usual else f"{shown}:{port}"
    asked = f"?{parts.query}" if parts.query else ""
    return Target(f"{parts.scheme}://{where}{quote(parts.path, safe=_PATH)}{asked}", host, port, tuple(addresses))


_PATH = "/%:@!$&'()*+,;=~-._"


def _host(name: str) -> str:
    """The name as the net spells it. Raises ValueError."""
    if _is_address(name):
        return name
    plain = name.encode("idna").decode().lower() if not name.isascii() else name.lower()
    if len(plain) > 253 or not _HOST.fullmatch(plain):
        raise ValueError(name)
    return plain


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host
