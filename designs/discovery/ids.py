"""Ids of documents: what a hit stands for, in one integer."""

SLOTS = 8
PROJECT, PART, OWNER, LAB = range(4)
"""A project; a File; a Namespace; a lab, which a higher app brings."""


def document_id(slot: int, pk: int) -> int:
    """The id of the document of a row."""
    return pk * SLOTS + slot


def split(id: int) -> tuple[int, int]:
    """(slot, primary key) of a document's id."""
    return id % SLOTS, id // SLOTS


def of_slot(ids: list[int], slot: int) -> list[int]:
    """The primary keys of the rows of one slot, in their order."""
    return [id // SLOTS for id in ids if id % SLOTS == slot]
