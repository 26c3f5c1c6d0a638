"""One finding that changed between two versions, in words: what, from how much to how much, and where."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from designs import words

if TYPE_CHECKING:
    from designs.mesh.compare import Change

Facts = Mapping[str, Any]


def where(at: Sequence[float], frame: Facts) -> str:
    """ "x 12, y 3, z 40 mm (top, left)": the sides as seen from the front with Z up, where the part's box is known."""
    spot = _("x %(x)s, y %(y)s, z %(z)s mm") % {
        axis: words.number(value) for axis, value in zip("xyz", at, strict=True)
    }
    low, size = frame.get("min_mm"), frame.get("size_mm")
    if not low or not size:
        return spot
    names = (
        (pgettext("side of a part", "left"), pgettext("side of a part", "right")),
        (pgettext("side of a part", "front"), pgettext("side of a part", "back")),
        (pgettext("side of a part", "bottom"), pgettext("side of a part", "top")),
    )
    sides = []
    for axis in (2, 0, 1):
        share = (at[axis] - low[axis]) / size[axis] if size[axis] > 0 else 0.5
        if share < 1 / 3 or share > 2 / 3:
            sides.append(names[axis][share > 0.5])
    return f"{spot} ({', '.join(sides)})" if sides else spot


def change_in_words(change: "Change", frame: Facts) -> str:
    """One finding that changed, as a part of a sentence."""
    before, after = (amount(value, change.unit) for value in (change.before, change.after))
    numbers = {"before": before, "after": after, "what": finding_name(change.code)}
    if change.code in {"thin", "gap"} and change.unit == "mm":
        return _length_in_words(change, numbers, frame)
    if change.kind == "gone" and not after:
        return _("%(what)s: no longer") % numbers
    if before and after and before != after:
        return _("%(what)s: %(before)s, now %(after)s") % numbers
    return _("%(what)s: %(after)s") % numbers if after else numbers["what"]


def _length_in_words(change: "Change", numbers: dict[str, str], frame: Facts) -> str:
    wall = change.code == "thin"
    if change.at_mm is not None:
        place = {"where": where(change.at_mm, frame)}
        subject = (_("the wall at %(where)s") if wall else _("the gap at %(where)s")) % place
    else:
        subject = _("the thinnest wall") if wall else _("the narrowest gap")
    verdict = {
        ("thin", True): _("now too thin") if change.kind == "new" else _("still too thin"),
        ("thin", False): _("now thick enough"),
        ("gap", True): _("now too narrow") if change.kind == "new" else _("still too narrow"),
        ("gap", False): _("now wide enough"),
    }[change.code, change.kind != "gone"]
    values = numbers | {"subject": subject, "verdict": verdict}
    if numbers["before"] and numbers["after"]:
        return _("%(subject)s went from %(before)s to %(after)s: %(verdict)s") % values
    if numbers["after"]:
        return _("%(subject)s is %(after)s: %(verdict)s") % values
    return _("%(subject)s, which was %(before)s: %(verdict)s") % values


def finding_name(code: str) -> str:
    """What a finding is about, as a noun."""
    return {
        "not-watertight": _("open edges"),
        "non-manifold": _("edges of more than two faces"),
        "non-manifold-vertices": _("points where surfaces only touch"),
        "misoriented": _("edges whose faces disagree on what is outside"),
        "inverted": _("inside out"),
        "degenerate": _("faces without an area"),
        "duplicate": _("doubled faces"),
        "crossing": _("faces that cross"),
        "no-volume": _("no volume"),
        "multi-shell": _("bodies"),
        "cavities": _("closed cavities"),
        "thin": _("thin walls"),
        "gap": _("narrow gaps"),
        "small-hole": _("small holes"),
        "small-pin": _("small pins"),
        "fine-detail": _("detail finer than the nozzle"),
        "units-guess": _("unit not sure"),
        "too-large": _("larger than the build volume"),
        "fits-bed-turned": _("fits only when turned"),
        "overhang": _("overhangs"),
        "bridge": _("longest bridge"),
        "bed-contact": _("contact with the bed"),
        "tips-over": _("tips over"),
        "trapped": _("trapped volume"),
        "cups": _("cups that hold liquid"),
        "turn": _("stands better turned"),
    }.get(code, code.replace("-", " "))


def amount(value: float | None, unit: str) -> str:
    """A finding's number with its unit; counts without one; nothing for None."""
    if value is None:
        return ""
    if unit == "share":
        return f"{words.number(100 * value)} %"
    if unit in {"", "edges", "faces"}:
        return words.quantity(round(value))
    return words.quantity(float(value), "°" if unit == "degrees" else unit)
