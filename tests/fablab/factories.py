"""Labs, machines and materials for tests."""

from fablab.models import Lab, Machine, OpeningHours, Staff, Stock


def make_lab(slug="atelier", *, manager=None, **values):
    """A lab that is run by its people; open from Monday to Friday, 9 to 18, in Paris."""
    facts = {
        "name": slug.title(),
        "standing": Lab.Standing.CLAIMED,
        "timezone": "Europe/Paris",
        "city": "Paris",
        "country": "FR",
        "latitude": 48.8566,
        "longitude": 2.3522,
        **values,
    }
    lab = Lab.objects.create(slug=slug, **facts)
    for weekday in range(5):
        OpeningHours.objects.create(lab=lab, weekday=weekday, opens="09:00", closes="18:00")
    if manager:
        Staff.objects.create(lab=lab, user=manager, role=Staff.Role.MANAGER)
    return lab


def make_machine(lab, slug="mini", **values):
    """A printer for filament, 180 mm each way, that anybody may book."""
    facts = {
        "name": slug.title(),
        "process": "material-extrusion",
        "x_mm": 180,
        "y_mm": 180,
        "z_mm": 180,
        "nozzle_mm": 0.4,
        "layer_mm": 0.2,
        "who": Machine.Who.ANYBODY,
        "setup_cents": 200,
        "hour_cents": 150,
        **values,
    }
    return Machine.objects.create(lab=lab, slug=slug, **facts)


def make_stock(lab, material="PLA", **values):
    """A spool of a kilogram."""
    return Stock.objects.create(
        lab=lab, **{"material": material, "colour": "black", "remaining_g": 1000, "price_cents": 2500, **values}
    )
