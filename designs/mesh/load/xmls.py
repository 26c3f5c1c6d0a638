"""XML from strangers: no DTD, no entities, nothing fetched."""

import re

from lxml import etree

from designs.mesh.types import RefusedError

_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def parse(data: bytes, what: str = "XML") -> etree._Element:
    """The root element. Raises RefusedError for a DTD, entities, or XML that is not well formed."""
    plain = data if b"\0" not in data[:64] else data.replace(b"\0", b"")
    if _DOCTYPE.search(plain):
        raise RefusedError("xml-dtd", "DTD and entities are not allowed")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise RefusedError("unreadable", f"the {what} is damaged or cut short") from error
    return root


def local(element: etree._Element) -> str:
    """The name of an element without its namespace ("" for comments)."""
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its local name, whatever the namespace."""
    for key, value in element.attrib.items():
        if str(key).rsplit("}", 1)[-1] == name:
            return str(value)
    return None
