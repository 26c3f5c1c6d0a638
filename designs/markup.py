"""Markdown to HTML that can do no harm: markdown-it-py renders, nh3 cleans. Knows no model."""

import posixpath
import re
from collections.abc import Callable, Iterator
from functools import cache
from html import escape
from urllib.parse import quote, unquote, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

MAX_CHARACTERS = 400_000
_TASK = re.compile(r"^\[([ xX])\]\s+")
_TEXT = "p a img em strong s del code pre blockquote ul ol li hr br span details summary kbd sub sup"
_TAGS = {"h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", *_TEXT.split()}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "th": {"align"},
    "td": {"align"},
    "ol": {"start"},
    "h2": {"id"},
    "h3": {"id"},
    "h4": {"id"},
}
_CLASSES = {"a": {"part"}}
_CLOSED_TO_LINKS = re.compile(r"<(/?)(?:a|code|pre|kbd)\b", re.IGNORECASE)
Address = Callable[[str, str], str]
Link = Callable[[str], str]


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])


def render(text: str, *, folder: str = "", address: Address | None = None, link: Link | None = None) -> str:
    """HTML for a page.

    `address(kind, path)` gives the address of a file of the same version, kind being "page" or "raw"; `folder` is
    where the text lies. Headings come one level lower, under the page's own.
    """
    parser = _parser()
    tokens = parser.parse(text[:MAX_CHARACTERS])
    for token in tokens:
        _lower_heading(token)
        _rewrite(token.children or [], folder, address)
    _mark_tasks(tokens)
    if link:
        for word in _open_words(tokens):
            word.type, word.content = "html_inline", link(word.content)
    html = parser.renderer.render(tokens, parser.options, {})
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener ugc",
        generic_attribute_prefixes=set(),
    )


def words(text: str) -> list[str]:
    """The words of a text, outside code and links."""
    return [word.content for word in _open_words(_parser().parse(text[:MAX_CHARACTERS]))]


def _open_words(tokens: list[Token]) -> Iterator[Token]:
    """Text in which a link may be made: not in code, not in a link, not in an element of the writer's that is one."""
    for token in tokens:
        depth = 0
        for child in list(token.children or []):
            if child.type in {"link_open", "link_close"}:
                depth += child.nesting
            elif child.type == "html_inline" and (tag := _CLOSED_TO_LINKS.match(child.content)):
                depth = max(depth + (-1 if tag[1] else 1), 0)
            elif child.type == "text" and depth == 0:
                yield child


def plain(text: str) -> str:
    """Text as it stands, line ends kept."""
    return f"<pre>{escape(text[:MAX_CHARACTERS])}</pre>"


def _lower_heading(token: Token) -> None:
    if token.type in {"heading_open", "heading_close"}:
        token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"


def _rewrite(children: list[Token], folder: str, address: Address | None) -> None:
    for child in children:
        name = {"link_open": "href", "image": "src"}.get(child.type)
        if name:
            target = _resolved(str(child.attrGet(name) or ""), child.type == "image", folder, address)
            child.attrSet(name, target)


def _resolved(target: str, is_image: bool, folder: str, address: Address | None) -> str:
    """The address of a relative link; foreign pictures are not loaded, so that nobody's visit is told elsewhere."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return "#"
    if parts.scheme or parts.netloc:
        return "" if is_image else target
    if not parts.path or parts.path.startswith("/") or address is None:
        return target
    path = posixpath.normpath(posixpath.join(folder, unquote(parts.path)))
    if path.startswith(".."):
        return "#"
    fragment = f"#{quote(parts.fragment)}" if parts.fragment else ""
    return address("raw" if is_image else "page", path) + fragment


def _mark_tasks(tokens: list[Token]) -> None:
    """Draw the boxes of task lists as text."""
    for opened, inline in zip(tokens, tokens[2:], strict=False):
        if opened.type == "list_item_open" and inline.type == "inline" and inline.children:
            first = inline.children[0]
            if first.type == "text" and (match := _TASK.match(first.content)):
                box = "☐" if match[1] == " " else "☑"
                first.content = f"{box} {first.content[match.end() :]}"
