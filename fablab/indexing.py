"""Labs as search sees them."""

from collections.abc import Iterator, Sequence

from babel import Locale

from designs import markup
from designs.discovery import values
from designs.discovery.ids import LAB, document_id, of_slot
from designs.discovery.readers import PUBLIC
from fablab.gazetteer import fold
from fablab.models import Lab, Machine
from fablab.processes import PROCESSES
from search.types import Document, Hit

LANGUAGES = ("en", "fr")
MOST_STORY = 20_000


def every_lab() -> Iterator[int]:
    """Labs that anybody may find."""
    rows = Lab.objects.listed().exclude(standing=Lab.Standing.CLOSED)
    yield from rows.order_by("pk").values_list("pk", flat=True).iterator()


def labs(ids: Sequence[int]) -> dict[int, Sequence[Document]]:
    """Each lab; nothing for what is hidden, closed or gone."""
    rows = Lab.objects.listed().exclude(standing=Lab.Standing.CLOSED).filter(pk__in=ids)
    return {row.pk: [_lab(row)] for row in rows.prefetch_related("machines", "stock")}


def found(hits: Sequence[Hit]) -> list[Lab]:
    """The labs among the hits that people may see now, in their order."""
    pks = of_slot([hit.id for hit in hits], LAB)
    rows = Lab.objects.listed().filter(pk__in=pks).prefetch_related("hours", "special_days", "closures").in_bulk()
    return [rows[pk] for pk in pks if pk in rows]


def _lab(lab: Lab) -> Document:
    machines = [one for one in lab.machines.all() if one.state != Machine.State.RETIRED]
    stock = [one for one in lab.stock.all() if not one.is_used_up]
    processes = {one.process for one in machines} | set(lab.okw.get("processes", []))
    designs = {PROCESSES[one].design for one in processes if one in PROCESSES} - {""}
    countries = [str(Locale(one).territories.get(lab.country, "")) for one in LANGUAGES] if lab.country else []
    names = [f"{one.name} {one.make} {one.model}" for one in machines]
    about = (lab.summary, lab.kind, lab.city, lab.region, lab.postcode, *countries)
    return Document(
        id=document_id(LAB, lab.pk),
        subject=lab.subject,
        title=lab.name,
        summary=" ".join(word for word in about if word),
        body=" ".join([markup.plain(lab.story[:MOST_STORY]), *names, *(one.material for one in stock)]),
        facets={
            "kind": ["lab"],
            "reader": [PUBLIC],
            "place": [one for one in (lab.country.lower(), fold(lab.city)) if one],
            "process": sorted(designs),
            "material": sorted({values.fold(one.material) for one in stock}),
            "language": lab.languages,
        },
        created=int(lab.created_at.timestamp()),
    )
