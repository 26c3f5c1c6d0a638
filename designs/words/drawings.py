"""What the findings about a drawing mean: lines that a laser follows."""

from django.utils.translation import gettext as _

Text = tuple[str, str, str]


def drawn() -> dict[str, Text]:
    """(title, sentence, advice) by code."""
    return {
        "nothing-to-cut": (
            _("Nothing to cut"),
            _("There are no lines that a laser could follow."),
            _("Draw outlines: text and pictures have to be turned into paths first."),
        ),
        "open-contours": (
            _("Lines that do not close"),
            _("Lines with two loose ends: %(count)s."),
            _("A part falls out only where lines close around it. Harmless for engraving, and where lines meet."),
        ),
        "no-unit": (
            _("Which unit is it in?"),
            _("The file does not say; its numbers are read as millimetres."),
            _("Compare the size with what you expect before you cut."),
        ),
        "cut-twice": (
            _("Lines drawn twice"),
            _("%(value)s lie on other lines and would be cut once more."),
            _("Delete the doubled lines: cutting twice burns the edge and widens the slot."),
        ),
    }


def room(fits: bool) -> Text:
    """Whether the sheet fits the bed of the laser."""
    if fits:
        return _("Fits the bed"), _("%(size)s on %(bed)s."), ""
    advice = _("Cut it in parts, or look for a larger laser. Check the units too.")
    return _("Larger than the bed"), _("%(size)s; this machine takes %(bed)s."), advice
