"""Labs that could take a request: with their best machine, how far, when it is free, for about how much."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from fablab import finding, pricing
from fablab.actions.estimate_request import Estimate, reckon
from fablab.actions.occupy import free_by_machine
from fablab.actions.quote_request import rates_of, tariff_for
from fablab.finding import Match, Near
from fablab.models import Lab, Machine, PrintRequest, Quote, RequestPart, Stock
from fablab.parts import known
from fablab.processes import PROCESSES

SHOWN = 8
LOOKED_AT = 3 * SHOWN
LOOK_AHEAD = timedelta(days=30)
USUAL_SECONDS = 3600.0
TAKING = (Lab.Standing.CLAIMED, Lab.Standing.VERIFIED)


@dataclass(frozen=True)
class Proposal:
    """One lab with its best machine. `grade` is empty where the kernel says nothing, `cents` None where nobody can."""

    lab: Lab
    machine: Machine | None
    km: float | None
    made: int
    of: int
    grade: str
    stock: Stock | None
    has_material: bool
    free: datetime | None
    estimate: Estimate | None
    cents: int | None

    @property
    def makes_all(self) -> bool:
        """Whether no part is left over."""
        return self.made == self.of

    @property
    def rank(self) -> tuple[Any, ...]:
        """The best first: all parts, without care, with the material; the nearest, the first free, the cheapest."""
        far = 1e9 if self.km is None else self.km
        free = self.free.timestamp() if self.free else 1e12
        cents = 10**9 if self.cents is None else self.cents
        grade = {"prints": 0, "care": 1, "": 2}.get(self.grade, 3)
        return (not self.makes_all, grade, not self.has_material, far, free, cents, self.lab.pk)


def taking() -> QuerySet[Lab]:
    """Labs that take requests."""
    return Lab.objects.listed().filter(accepts_requests=True, standing__in=TAKING)


def proposals(
    parts: Sequence[RequestPart],
    *,
    by: User,
    process: str,
    material: str = "",
    colour: str = "",
    near: Near | None = None,
    country: str = "",
    wanted: Lab | None = None,
    machine: Machine | None = None,
) -> list[Proposal]:
    """The best labs first, at most SHOWN; one that somebody came for (`wanted`, with `machine`) always among them."""
    found = known(parts)
    facts = [one.facts for one in found if one.facts]
    matches = _matches(facts, process, near=near, country=country)
    if machine is not None and machine.takes_requests:
        matches.sort(key=lambda one: one.machine.pk != machine.pk)
    by_lab: dict[int, Match] = {}
    for match in matches:
        by_lab.setdefault(match.machine.lab_id, match)
    if wanted is not None and wanted.pk not in by_lab:
        asked = len(facts) if PROCESSES[process].kernel in finding.ALL else 0
        by_lab[wanted.pk] = Match(_machine_of(wanted, process), None, 0, asked, "fails" if asked else "")
    if not by_lab:
        return []
    stocks = _stocks(list(by_lab), material, colour)
    rows = []
    for lab_id, match in by_lab.items():
        lab = wanted if wanted is not None and lab_id == wanted.pk else match.machine.lab
        stock = _stock_for(stocks.get(lab_id, []), match.machine, material)
        rows.append((lab, match, stock, reckon(found, match.machine, stock) if match.machine else None))
    longest = max([USUAL_SECONDS, *(one.seconds for *_rest, one in rows if one)])
    free = _free([match.machine for _lab, match, _stock, _e in rows if match.machine], longest)
    said = [_proposal(by, row, free, material) for row in rows]
    ranked = sorted(said, key=lambda one: (one.lab.pk != (wanted.pk if wanted else 0), one.rank))
    return ranked[:SHOWN]


def _matches(facts: Sequence[Mapping[str, Any]], process: str, *, near: Near | None, country: str) -> list[Match]:
    """Machines of the process that take requests, in labs that do: those that make the parts, the best first."""
    kernel = PROCESSES[process].kernel
    if facts and kernel in finding.ALL:
        found = finding.machines_for(facts, near=near, country=country, kernels={kernel})
        if not found and country:
            found = finding.machines_for(facts, near=near, kernels={kernel})
        return [one for one in found if _takes(one.machine, process)][:LOOKED_AT]
    rows = Machine.objects.working().filter(process=process, takes_requests=True, lab__in=taking())
    rows = rows.select_related("lab").prefetch_related("loaded")
    local = list(rows.filter(lab__country=country)[:LOOKED_AT]) if country else []
    return [Match(one, None, 0, 0, "") for one in local or rows[:LOOKED_AT]]


def _takes(machine: Machine, process: str) -> bool:
    lab = machine.lab
    return machine.process == process and machine.takes_requests and lab.accepts_requests and lab.standing in TAKING


def _machine_of(lab: Lab, process: str) -> Any:
    return Machine.objects.working().filter(lab=lab, process=process, takes_requests=True).first()


def _stocks(labs: Sequence[int], material: str, colour: str) -> dict[int, list[Stock]]:
    rows = Stock.objects.filter(lab__in=labs, is_used_up=False)
    if material:
        rows = rows.filter(material__iexact=material)
    found: dict[int, list[Stock]] = {}
    for one in sorted(rows, key=lambda one: (one.colour.casefold() != colour.casefold(), -one.free, one.pk)):
        if one.free > 0:
            found.setdefault(one.lab_id, []).append(one)
    return found


def _stock_for(shelf: Sequence[Stock], machine: Machine | None, material: str) -> Stock | None:
    """What was asked for; where nothing was, what is loaded."""
    if material:
        return shelf[0] if shelf else None
    loaded = [one for one in shelf if machine is not None and one.machine_id == machine.pk]
    return loaded[0] if loaded else None


def _free(machines: Sequence[Machine], seconds: float) -> dict[int, datetime | None]:
    if not machines:
        return {}
    spans = free_by_machine(machines, seconds, after=timezone.now(), horizon=LOOK_AHEAD)
    return {pk: found[0][0] if found else None for pk, found in spans.items()}


def _proposal(
    by: User,
    row: tuple[Lab, Match, Stock | None, Estimate | None],
    free: Mapping[int, datetime | None],
    material: str,
) -> Proposal:
    lab, match, stock, estimate = row
    machine: Machine | None = match.machine
    cents = None
    if machine and estimate and estimate.source != Quote.Source.MANUAL:
        tariff = tariff_for(PrintRequest(lab=lab, requester=by))
        lines = pricing.lines(
            rates_of(machine, stock), seconds=estimate.seconds, grams=estimate.grams, sheets=estimate.sheets,
            staff_minutes=machine.staff_minutes,
        )  # fmt: skip
        percent = tariff.percent if tariff else 100
        cents = pricing.total(pricing.priced(lines, minimum_cents=machine.minimum_cents, tariff_percent=percent))
    return Proposal(
        lab=lab,
        machine=machine,
        km=match.km,
        made=match.made,
        of=match.of,
        grade=match.grade,
        stock=stock,
        has_material=bool(stock) or not material,
        free=free.get(machine.pk) if machine else None,
        estimate=estimate,
        cents=cents,
    )
