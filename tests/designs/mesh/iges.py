"""A box as six bilinear B-spline patches in an IGES 5.3 file, for tests."""

UNITS = {"inch": (1, "IN"), "mm": (2, "MM"), "m": (6, "M"), "cm": (10, "CM")}


def _lines(text, section, pointer=None, width=72):
    pieces = [text[i : i + width] for i in range(0, len(text), width)]
    tail = "" if pointer is None else f"{pointer:8d}"
    return [f"{piece:<{width}}{tail}{section}" for piece in pieces]


def _patch(a, b, c, d):
    """Entity 128 of degree 1 x 1 through four corners: (0,0), (1,0), (0,1), (1,1)."""
    knots = "0.,0.,1.,1.,"
    points = ",".join(f"{float(v)!r}" for corner in (a, b, c, d) for v in corner)
    return f"128,1,1,1,1,0,0,1,0,0,{knots}{knots}1.,1.,1.,1.,{points},0.,1.,0.,1.;"


def box(x, y, z, unit="mm"):
    """The bytes of an IGES file with a closed box of x, y, z in the unit named."""
    flag, name = UNITS[unit]
    corners = [((i & 1) * x, (i >> 1 & 1) * y, (i >> 2) * z) for i in range(8)]
    sides = [(0, 2, 1, 3), (4, 5, 6, 7), (0, 1, 4, 5), (2, 6, 3, 7), (0, 4, 2, 6), (1, 3, 5, 7)]
    terms = (
        f"1H,,1H;,3Hbox,7Hbox.igs,7HPartage,3H1.0,32,38,6,308,15,3Hbox,1.,{flag},{len(name)}H{name},1,0.01,"
        f"15H20261123.000000,1.E-06,{max(x, y, z)!r},2Hme,4Hhere,11,0,15H20261123.000000;"
    )
    directory, parameters = [], []
    for number, side in enumerate(sides):
        at = 2 * number + 1
        lines = _lines(_patch(*(corners[i] for i in side)), "P", at, 64)
        start = len(parameters) + 1
        fields = (128, start, 0, 0, 0, 0, 0, 0)
        directory.append("".join(f"{v:8d}" for v in fields) + "00000000")
        directory.append("".join(f"{v:8d}" for v in (128, 0, 0, len(lines), 0)) + " " * 32)
        parameters += lines
    sections = {
        "S": [f"{'A box':<72}S"],
        "G": _lines(terms, "G"),
        "D": [f"{v:<72}D" for v in directory],
        "P": parameters,
    }
    out = [f"{line}{n:7d}" for lines in sections.values() for n, line in enumerate(lines, 1)]
    counts = "".join(f"{key}{len(lines):7d}" for key, lines in sections.items())
    return "\n".join([*out, f"{counts:<72}T{1:7d}", ""]).encode()
