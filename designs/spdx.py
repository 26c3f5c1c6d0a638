"""What files say of their own licence: SPDX tags, REUSE side files, licence texts that are beyond doubt."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from designs.compatibility import KNOWN, canonical, may_follow
from designs.licence_texts import recognise

HEAD_BYTES = 16 << 10
"""Tags stand at the beginning of a file."""
SIDE_FILE = ".license"
_TAG = re.compile(r"^[^\w\n]{0,12}SPDX-License-Identifier:[ \t]*(.+)$", re.MULTILINE)
_COPYRIGHT = re.compile(
    r"^[^\w\n]{0,12}(?:SPDX-FileCopyrightText:|SPDX-SnippetCopyrightText:)[ \t]*(.+)$", re.MULTILINE
)
_IGNORED = re.compile(r"REUSE-IgnoreStart.*?(REUSE-IgnoreEnd|\Z)", re.DOTALL)
_END = re.compile(r"\s*(?:\*/|-->|--\}\}|#\}|%>|\"\"\"|'''|\*\)|[\"';,]|\s)+$")
_TOKEN = re.compile(r"\(|\)|[A-Za-z0-9][A-Za-z0-9.:+-]*")
_TEXTS = re.compile(r"(?i)(un)?licen[cs]e(s?)(\.\w+)?|copying(\.\w+)?")
MOST_TOKENS = 60

Node = str | tuple[str, "Node", "Node"]
"""A licence, or ("AND" | "OR", left, right)."""


@dataclass(frozen=True)
class Said:
    """What a file says: an SPDX expression ("" for none) and copyright lines."""

    expression: str
    copyrights: tuple[str, ...] = ()


def said_by(path: str, head: bytes) -> Said | None:
    """What the beginning of a file says of its licence; None where it says nothing."""
    if b"\0" in head:
        return None
    text = _IGNORED.sub("", head[:HEAD_BYTES].decode("utf-8", "replace"))
    tags = [tag for found in _TAG.findall(text) if parse(tag := _END.sub("", found).strip()) is not None]
    copyrights = tuple(dict.fromkeys(_END.sub("", line).strip() for line in _COPYRIGHT.findall(text)))
    if tags or copyrights:
        tags = list(dict.fromkeys(tags))
        return Said(" AND ".join(f"({tag})" if len(tags) > 1 and " " in tag else tag for tag in tags), copyrights)
    name = PurePosixPath(path)
    if _TEXTS.fullmatch(name.name) and (known := recognise(text)):
        return Said(known)
    return None


def licences_of_files(heads: Iterable[tuple[str, bytes]]) -> dict[str, Said]:
    """Path -> what is said of it, by itself or by its `.license` side file, which is the stronger of the two."""
    found: dict[str, Said] = {}
    beside: dict[str, Said] = {}
    for path, head in heads:
        if said := said_by(path, head):
            if path.endswith(SIDE_FILE):
                beside[path.removesuffix(SIDE_FILE)] = said
            else:
                found[path] = said
    return dict(sorted((found | beside).items()))


def parse(expression: str) -> Node | None:
    """The tree of an SPDX expression; None where it is none. An exception (`WITH`) only adds permissions."""
    tokens = _TOKEN.findall(expression)
    if not tokens or len(tokens) > MOST_TOKENS or "".join(tokens) != re.sub(r"\s+", "", expression):
        return None
    try:
        node, rest = _either(tokens)
    except (IndexError, ValueError):
        return None
    return None if rest else node


def _either(tokens: list[str]) -> tuple[Node, list[str]]:
    node, rest = _both(tokens)
    while rest and rest[0].upper() == "OR":
        other, rest = _both(rest[1:])
        node = ("OR", node, other)
    return node, rest


def _both(tokens: list[str]) -> tuple[Node, list[str]]:
    node, rest = _one(tokens)
    while rest and rest[0].upper() == "AND":
        other, rest = _one(rest[1:])
        node = ("AND", node, other)
    return node, rest


def _one(tokens: list[str]) -> tuple[Node, list[str]]:
    first, rest = tokens[0], tokens[1:]
    if first == "(":
        node, rest = _either(rest)
        if rest[0] != ")":
            raise ValueError("a bracket stays open")
        return node, rest[1:]
    if first == ")" or first.upper() in {"AND", "OR", "WITH"}:
        raise ValueError("a licence is missing")
    if rest and rest[0].upper() == "WITH":
        if len(rest) < 2 or rest[1] in {"(", ")"}:
            raise ValueError("an exception is missing")
        rest = rest[2:]
    return canonical(first), rest


def names_in(expression: str) -> list[str]:
    """The licences that an expression names."""
    node = parse(expression)
    return list(dict.fromkeys(_leaves(node))) if node else []


def _leaves(node: Node) -> list[str]:
    return [node] if isinstance(node, str) else [*_leaves(node[1]), *_leaves(node[2])]


def refused_in(expression: str, target: str) -> str:
    """The licence of an expression that keeps it out of a project under `target`; "" where none does.

    Of two that one may choose between, one is enough. Licences that we do not know are not judged.
    """
    node = parse(expression)
    return _refused(node, canonical(target)) if node and canonical(target) in KNOWN else ""


def _refused(node: Node, target: str) -> str:
    if isinstance(node, str):
        return "" if node not in KNOWN or may_follow(node, target) else node
    left, right = _refused(node[1], target), _refused(node[2], target)
    return (left and right) if node[0] == "OR" else (left or right)
