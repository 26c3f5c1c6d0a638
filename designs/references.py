"""What a text refers to: issues, people, versions, parts. Found in Markdown outside code, without a model."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape

from designs import markup

MOST = 200
_VERSION = r"v\d+(?:[.+-]\w+)*|[0-9a-f]{7,40}"
_REFERENCE = re.compile(
    rf"(?<![\w/&#@.-])(?:"
    rf"\#(?P<number>\d{{1,9}})\b(?![\w/])"
    rf"|@(?P<handle>[A-Za-z0-9](?:[A-Za-z0-9-]{{0,37}}[A-Za-z0-9])?)(?![\w@/-])"
    rf"|(?P<path>(?:[\w.-]+/){{0,20}}[\w-]+(?:\.[\w-]+)*\.[A-Za-z]\w{{0,7}})(?:@(?P<at>{_VERSION}))?(?![\w/@])"
    rf"|(?P<version>{_VERSION})(?![\w/@])"
    rf")"
)


@dataclass
class Wanted:
    """What some texts refer to, before anybody has looked whether it is there."""

    numbers: set[int] = field(default_factory=set)
    handles: set[str] = field(default_factory=set)
    versions: set[str] = field(default_factory=set)
    parts: set[tuple[str, str]] = field(default_factory=set)


def wanted(texts: Iterable[str]) -> Wanted:
    """Everything that the texts name; at most `MOST` of a kind."""
    found = Wanted()
    for text in texts:
        for words in markup.words(text):
            for match in _REFERENCE.finditer(words):
                _note(match, found)
    return found


def _note(match: re.Match[str], found: Wanted) -> None:
    if match["number"] and len(found.numbers) < MOST:
        found.numbers.add(int(match["number"]))
    elif match["handle"] and len(found.handles) < MOST:
        found.handles.add(match["handle"].lower())
    elif match["path"] and len(found.parts) < MOST:
        found.parts.add((match["path"], match["at"] or ""))
        if match["at"]:
            found.versions.add(match["at"])
    elif match["version"] and len(found.versions) < MOST:
        found.versions.add(match["version"])


def mentioned(text: str) -> set[str]:
    """The handles that a text calls by @."""
    return wanted([text]).handles


@dataclass(frozen=True)
class Target:
    """Where a reference leads: an address, what a pointer reads, and a small picture where one is drawn."""

    url: str
    title: str = ""
    picture: str = ""


@dataclass
class Found:
    """The targets of references, by what was written."""

    numbers: dict[int, Target] = field(default_factory=dict)
    handles: dict[str, Target] = field(default_factory=dict)
    versions: dict[str, Target] = field(default_factory=dict)
    parts: dict[tuple[str, str], Target] = field(default_factory=dict)

    def of(self, match: re.Match[str]) -> Target | None:
        """The target of one reference, if there is one."""
        if match["number"]:
            return self.numbers.get(int(match["number"]))
        if match["handle"]:
            return self.handles.get(match["handle"].lower())
        if match["path"]:
            return self.parts.get((match["path"], match["at"] or ""))
        return self.versions.get(match["version"])


def linker(found: Found) -> Callable[[str], str]:
    """A function from words to HTML in which what was found is a link."""

    def link(words: str) -> str:
        out, end = [], 0
        for match in _REFERENCE.finditer(words):
            if target := found.of(match):
                out += [escape(words[end : match.start()]), _anchor(match[0], target)]
                end = match.end()
        return "".join([*out, escape(words[end:])])

    return link


def _anchor(words: str, target: Target) -> str:
    title = f' title="{escape(target.title)}"' if target.title else ""
    if not target.picture:
        return f'<a href="{escape(target.url)}"{title}>{escape(words)}</a>'
    picture = f'<img src="{escape(target.picture)}" alt="">'
    return f'<a class="part" href="{escape(target.url)}"{title}>{picture}{escape(words)}</a>'
