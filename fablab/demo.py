"""A sample lab with its hours, machines and materials, beside the sample designs."""

from datetime import date, time

from django.utils import timezone

from accounts.models import User
from designs.demo.load import person
from fablab.actions.change_lab import add_special_day, add_tariff, set_hours
from fablab.actions.machines import add_machine
from fablab.actions.propose_lab import propose_lab
from fablab.actions.stock import add_stock, load
from fablab.catalogue import catalogue
from fablab.models import Lab, Machine, Staff, Stock

NAME = "Atelier des Pentes"
STORY = """Three rooms on the slopes of the Croix-Rousse: machines in one, benches in another, coffee in the third.

- **Tuesday evening** is for members and their long prints.
- **Saturday** is repair day: bring what is broken, leave with what works.

The first time, somebody shows you round; after that the machines are yours to book.
"""
PRINTER = {"setup_cents": 200, "hour_cents": 150, "staff_hour_cents": 2400, "staff_minutes": 10, "minimum_cents": 300}
LASER = {"setup_cents": 300, "hour_cents": 2400, "staff_hour_cents": 2400, "staff_minutes": 15, "minimum_cents": 500}


def load_lab() -> int:
    """Make the sample lab where it is missing. Returns how many were made."""
    ada, grace = person("ada"), person("grace")
    if Lab.objects.filter(name=NAME, proposed_by=ada).exists():
        return 0
    lab = propose_lab(
        by=ada,
        is_mine=True,
        name=NAME,
        summary="An open workshop: two machines, many hands, good coffee.",
        story=STORY,
        kind="fablab",
        street="12 rue des Capucins",
        postcode="69001",
        city="Lyon",
        region="Auvergne-Rhône-Alpes",
        country="FR",
        latitude=45.7697,
        longitude=4.8339,
        languages=["fr", "en"],
        email="atelier@example.org",
        website="https://example.org/",
        founded=2014,
        is_accessible=True,
    )
    Staff.objects.create(lab=lab, user=grace, role=Staff.Role.OPERATOR)
    day = [(time(9), time(12, 30)), (time(14), time(19))]
    set_hours(lab, {**dict.fromkeys(range(5), day), 5: [(time(10), time(17))]}, {1: [(time(19), time(22))]})
    year = timezone.now().year
    add_special_day(lab, date(year, 12, 24), date(year + 1, 1, 1), [], "Holidays")
    add_tariff(lab, name="Everybody", percent=100, is_default=True)
    add_tariff(lab, name="Students", percent=60, is_default=False)
    _equip(lab, ada)
    return 1


def _equip(lab: Lab, by: User) -> None:
    known = catalogue()
    anybody = Machine.Who.ANYBODY
    printer = add_machine(lab, by=by, **known["prusa-mk4"].facts, **PRINTER, who=anybody, runs_overnight=True)
    add_machine(lab, by=by, **known["trotec-speedy-300"].facts, **LASER, who=Machine.Who.MEMBERS, buffer_minutes=15)
    orange = add_stock(
        lab,
        by=by,
        amount=820,
        material="PLA",
        brand="Prusament",
        colour="orange",
        colour_hex="#e8662a",
        price_cents=2999,
    )
    load(orange, printer)
    add_stock(
        lab,
        by=by,
        amount=1000,
        material="PETG",
        colour="black",
        colour_hex="#1a1a1a",
        density_g_cm3=1.27,
        price_cents=2799,
    )
    sheets = {"width_mm": 600, "height_mm": 400, "thickness_mm": 3}
    add_stock(
        lab, by=by, amount=12, kind=Stock.Kind.SHEET, material="Plywood", price_cents=450, density_g_cm3=0.68, **sheets
    )
