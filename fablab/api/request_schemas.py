"""What the API takes of print requests. See fablab.api.schemas for what every field is held to."""

from typing import Annotated, Literal

from pydantic import Field

from designs.api.schemas import Slug, Strict, Text
from fablab.api.schemas import (
    Amount,
    Cents,
    Day,
    Handle,
    Id,
    Line,
    Long,
    Process,
    Reason,
    Seconds,
    Short,
    When,
)
from fablab.models import Attempt, PrintRequest
from fablab.states import REJECTIONS
from fablab.words_requests import OUTCOMES

Rejection = Annotated[str, Field(json_schema_extra={"enum": list(REJECTIONS)})]
Resolution = Annotated[str, Field(json_schema_extra={"enum": list(OUTCOMES)})]


class Part(Strict):
    """A file of the version, so many times."""

    path: Annotated[Text, Field(min_length=1, max_length=4096)]
    quantity: Annotated[int, Field(ge=1, le=1000)] = 1


class NewRequest(Strict):
    """Parts of a version to be made. With `submit` it goes to the lab at once, else it stays a draft."""

    owner: Handle
    project: Handle
    ref: Line = ""
    parts: Annotated[list[Part], Field(min_length=1, max_length=100)]
    process: Process = "material-extrusion"
    material: Short = ""
    colour: Annotated[Text, Field(max_length=40)] = ""
    quality: PrintRequest.Quality = PrintRequest.Quality.NORMAL
    mode: PrintRequest.Mode = PrintRequest.Mode.FOR_ME
    purpose: Line = ""
    note: Long = ""
    due_on: Day | None = None
    phone: Annotated[Text, Field(max_length=40)] = ""
    may_forward: bool = False
    submit: bool = False
    accepts_terms: bool = False


class NewMessage(Strict):
    """Something to say; `is_internal`: to the lab's own people alone."""

    text: Reason
    is_internal: bool = False


class NewQuote(Strict):
    """The machine and material for which a quote is drafted."""

    machine: Slug
    stock: Id | None = None


class QuoteLine(Strict):
    """One line: what, how much of it in which unit, at how many cents each."""

    kind: Literal["setup", "material", "machine", "staff", "extra"]
    label: Annotated[Text, Field(max_length=120)] = ""
    quantity: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
    unit: Annotated[Text, Field(max_length=20)] = ""
    unit_cents: Cents


class QuoteChange(Strict):
    """All lines of a draft, and what the work takes."""

    lines: Annotated[list[QuoteLine], Field(max_length=40)]
    seconds: Seconds
    grams: Amount = 0
    sheets: Amount = 0
    note: Annotated[Text, Field(max_length=2000)] = ""


class Terms(Strict):
    """Whether the lab's terms are accepted."""

    accepts_terms: bool = False


class Said(Strict):
    """Something that must be said."""

    text: Reason


class MaybeSaid(Strict):
    """Something that may be said."""

    text: Long = ""


class Rejected(Strict):
    """Why not, and in words."""

    code: Rejection
    text: Long = ""


class Forward(Strict):
    """The address of the lab to which it goes."""

    lab: Slug


class Accept(Strict):
    """The version of the quote that was seen."""

    version: Annotated[int, Field(ge=1, le=32_767)]


class Schedule(Strict):
    """When, on which machine, for how long (what the quote says where it is left out), and of which material."""

    machine: Slug
    starts: When
    seconds: Seconds = 0
    stock: Id | None = None


class Begin(Strict):
    """Whether the bed was looked at and is clear."""

    bed_is_clear: bool


class Failed(Strict):
    """Whose fault, why, and what was used."""

    fault: Attempt.Fault
    reason: Reason
    grams: Amount = 0


class Finished(Strict):
    """What it really took; what is left out is as was measured or estimated."""

    seconds: Seconds | None = None
    grams: Amount | None = None


class Collected(Strict):
    """How it was paid, in words."""

    paid_note: Line = ""


class Resolved(Strict):
    """How a dispute ends, and why."""

    resolution: Resolution
    text: Reason
