"""What the API takes of labs. Unknown fields, NUL bytes, half characters and numbers beyond reason are refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from designs.api.schemas import Slug, Strict, Text
from fablab.models import Closure, Lab, Machine, MaintenanceEntry, Stock
from fablab.okw.values import UnreadError, languages
from fablab.processes import PROCESSES

LONGEST = timedelta(days=400)


def _process(value: str) -> str:
    if value and value not in PROCESSES:
        raise ValueError(f"one of {', '.join(PROCESSES)}")
    return value


def _when(value: datetime) -> datetime:
    if not 2000 <= value.year <= 2200:
        raise ValueError("not a time of our days")
    return value.astimezone(UTC)


def _day(value: date) -> date:
    if not 2000 <= value.year <= 2200:
        raise ValueError("not a day of ours")
    return value


def _languages(value: list[str]) -> list[str]:
    try:
        return languages(", ".join(value))
    except UnreadError as wrong:
        raise ValueError(f"no language that we know: {wrong}") from wrong


def _written_by_hand(value: MaintenanceEntry.Kind) -> MaintenanceEntry.Kind:
    if value == MaintenanceEntry.Kind.STATE:
        raise ValueError("say how it is by its state")
    return value


Id = Annotated[int, Field(ge=1, lt=1 << 63)]
When = Annotated[AwareDatetime, AfterValidator(_when)]
Day = Annotated[date, AfterValidator(_day)]
Process = Annotated[str, Field(max_length=32), AfterValidator(_process)]
Short = Annotated[Text, Field(max_length=60)]
Line = Annotated[Text, Field(max_length=200)]
Long = Annotated[Text, Field(max_length=5000)]
Reason = Annotated[Text, Field(min_length=1, max_length=5000)]
Handle = Annotated[Text, Field(max_length=100)]
Amount = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]
Millimetres = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Cents = Annotated[int, Field(ge=0, le=100_000_000)]
Minutes = Annotated[int, Field(ge=0, le=1_000_000)]
Seconds = Annotated[int, Field(ge=0, le=31_536_000)]
Degrees = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Country = Annotated[str, Field(pattern=r"^([A-Za-z]{2})?$")]
LogKind = Annotated[MaintenanceEntry.Kind, AfterValidator(_written_by_hand)]


class LabFilters(Strict):
    """What is asked of the list: `near` is a place or `lat,lon`, `km` how far from it."""

    q: Annotated[Text, Field(max_length=120)] = ""
    country: Country = ""
    process: Process = ""
    access: Lab.Access | Literal[""] = ""
    near: Annotated[Text, Field(max_length=120)] = ""
    km: Annotated[float, Field(gt=0, le=25_000, allow_inf_nan=False)] | None = None
    open: bool = False
    verified: bool = False


class LabChange(Strict):
    """What to change of a lab; what is left out stays."""

    name: Annotated[Text, Field(min_length=1, max_length=120)] | None = None
    summary: Line | None = None
    story: Annotated[Text, Field(max_length=20_000)] | None = None
    kind: Annotated[Text, Field(max_length=40)] | None = None
    street: Annotated[Text, Field(max_length=160)] | None = None
    postcode: Annotated[Text, Field(max_length=20)] | None = None
    city: Annotated[Text, Field(max_length=80)] | None = None
    region: Annotated[Text, Field(max_length=80)] | None = None
    country: Country | None = None
    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    longitude: Degrees | None = None
    phone: Annotated[Text, Field(max_length=40)] | None = None
    website: Annotated[Text, Field(max_length=300, pattern=r"^(https?://\S+)?$")] | None = None
    languages: Annotated[list[Short], Field(max_length=20), AfterValidator(_languages)] | None = None
    access: Lab.Access | None = None
    accepts_requests: bool | None = None
    quote_days: Annotated[int, Field(ge=1, le=365)] | None = None
    terms: Annotated[Text, Field(max_length=10_000)] | None = None
    retention_days: Annotated[int, Field(ge=1, le=3650)] | None = None


class NewLab(LabChange):
    """A lab to propose; `is_mine`: whoever sends it runs it."""

    name: Annotated[Text, Field(min_length=1, max_length=120)]
    is_mine: bool = False


class SaidOpen(Strict):
    """Open or closed just now; null: as the hours say."""

    open: bool | None


class MachineChange(Strict):
    """What to change of a machine; what is left out stays. Lengths in mm, money in cents, times in minutes."""

    name: Annotated[Text, Field(min_length=1, max_length=80)] | None = None
    make: Short | None = None
    model: Annotated[Text, Field(max_length=80)] | None = None
    process: Annotated[Process, Field(min_length=1)] | None = None
    x_mm: Millimetres | None = None
    y_mm: Millimetres | None = None
    z_mm: Millimetres | None = None
    nozzle_mm: Millimetres | None = None
    spot_mm: Millimetres | None = None
    layer_mm: Millimetres | None = None
    tolerance: Literal["", "f", "m", "c", "v"] | None = None
    power_w: Millimetres | None = None
    serial: Annotated[Text, Field(max_length=80)] | None = None
    description: Long | None = None
    manual_url: Annotated[Text, Field(max_length=300, pattern=r"^(https?://\S+)?$")] | None = None
    takes_requests: bool | None = None
    setup_cents: Cents | None = None
    hour_cents: Cents | None = None
    staff_hour_cents: Cents | None = None
    staff_minutes: Minutes | None = None
    minimum_cents: Cents | None = None
    training: Id | None = None
    who: Machine.Who | None = None
    least_minutes: Minutes | None = None
    most_minutes: Minutes | None = None
    notice_hours: Annotated[int, Field(ge=0, le=10_000)] | None = None
    horizon_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    week_minutes: Annotated[int, Field(ge=0, le=10_080)] | None = None
    buffer_minutes: Annotated[int, Field(ge=0, le=1440)] | None = None
    runs_overnight: bool | None = None
    needs_check_in: bool | None = None


class NewMachine(MachineChange):
    """A machine to list; `catalogue` names one of the common machines whose facts it begins with."""

    name: Annotated[Text, Field(min_length=1, max_length=80)]
    process: Process = ""
    catalogue: Short = ""


class SaidState(Strict):
    """How a machine is, and why."""

    state: Machine.State
    text: Long = ""


class NewLogLine(Strict):
    """What was done to a machine, or found."""

    kind: LogKind
    text: Reason


class StockChange(Strict):
    """What to change of a material; what is left of it changes by what became of it."""

    kind: Stock.Kind | None = None
    material: Annotated[Text, Field(min_length=1, max_length=60)] | None = None
    brand: Short | None = None
    colour: Annotated[Text, Field(max_length=40)] | None = None
    colour_hex: Annotated[str, Field(pattern=r"^(#[0-9a-fA-F]{6})?$")] | None = None
    density_g_cm3: Annotated[float, Field(gt=0, le=30, allow_inf_nan=False)] | None = None
    diameter_mm: Millimetres | None = None
    width_mm: Millimetres | None = None
    height_mm: Millimetres | None = None
    thickness_mm: Millimetres | None = None
    price_cents: Cents | None = None
    low_g: Amount | None = None
    low_sheets: Amount | None = None
    place: Annotated[Text, Field(max_length=80)] | None = None


class NewStock(StockChange):
    """A spool, stack or bottle with `amount` of it: g, or sheets."""

    material: Annotated[Text, Field(min_length=1, max_length=60)]
    amount: Amount = 0


class NewStockMove(Strict):
    """What became of a material: so much used, come or spoiled; or, weighed, so much left."""

    what: Literal["use", "deliver", "waste", "correct"]
    amount: Amount
    note: Line = ""


class Loaded(Strict):
    """The address of the machine into which a material is put; null: taken out."""

    machine: Slug | None


class Times(Strict):
    """From when to when, with their zone."""

    starts: When
    ends: When

    @model_validator(mode="after")
    def _within_reason(self) -> Self:
        if self.ends - self.starts > LONGEST:
            raise ValueError("longer than a year")
        return self


class NewBooking(Times):
    """A time of a machine; `person` is a handle, for whom staff books. `every_days` and `times` repeat it."""

    purpose: Line = ""
    person: Handle = ""
    every_days: Annotated[int, Field(ge=1, le=28)] = 7
    times: Annotated[int, Field(ge=1, le=52)] = 1
    only_free: bool = False


class BookingMove(Times):
    """Another time, or another machine of the lab."""

    machine: Slug | Literal[""] = ""


class Why(Strict):
    """A reason in words."""

    reason: Line = ""


class NewClosure(Times):
    """Close the lab or a machine, or maintain it; with `sure` also over what is booked."""

    machine: Slug | Literal[""] = ""
    kind: Closure.Kind = Closure.Kind.CLOSURE
    reason: Line = ""
    sure: bool = False
