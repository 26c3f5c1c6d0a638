"""Know a licence by its text: only where its own title or its own sentences leave no doubt."""

import re

_CC = re.compile(
    r"creative commons attribution((?:-(?:noncommercial|sharealike|noderivatives|noderivs)){0,2}) "
    r"(?:([34]\.0) international public license)"
)
_CC_3 = re.compile(
    r"creative commons legal code attribution((?:-(?:noncommercial|sharealike|noderivs)){0,2}) 3\.0 unported"
)
_CC_PARTS = {"noncommercial": "NC", "sharealike": "SA", "noderivatives": "ND", "noderivs": "ND"}
_TITLES = (
    ("CC0-1.0", "cc0 1.0 universal"),
    ("CERN-OHL-S-2.0", "cern open hardware licence version 2 - strongly reciprocal"),
    ("CERN-OHL-W-2.0", "cern open hardware licence version 2 - weakly reciprocal"),
    ("CERN-OHL-P-2.0", "cern open hardware licence version 2 - permissive"),
    ("TAPR-OHL-1.0", "the tapr open hardware license version 1.0"),
    ("SHL-2.1", "solderpad hardware license v2.1"),
    ("AGPL-3.0-or-later", "gnu affero general public license version 3, 19 november 2007"),
    ("LGPL-3.0-or-later", "gnu lesser general public license version 3, 29 june 2007"),
    ("LGPL-2.1-or-later", "gnu lesser general public license version 2.1, february 1999"),
    ("GPL-3.0-or-later", "gnu general public license version 3, 29 june 2007"),
    ("GPL-2.0-or-later", "gnu general public license version 2, june 1991"),
    ("Apache-2.0", "apache license version 2.0, january 2004"),
    ("MPL-2.0", "mozilla public license version 2.0"),
    ("Unlicense", "this is free and unencumbered software released into the public domain"),
)
_TITLE_WITHIN = 400
_MIT = "permission is hereby granted, free of charge, to any person obtaining a copy of this software"
_MIT_NOTICE = "the above copyright notice and this permission notice shall be included in all"
_BSD = "redistribution and use in source and binary forms, with or without modification, are permitted"
_ISC = "distribute this software for any purpose with or without fee is hereby granted"


def recognise(text: str) -> str:
    """The SPDX identifier of a licence's text, or "". GNU texts do not tell "only" from "or later": the wider one."""
    plain = re.sub(r"\s+", " ", text.lower().replace("–", "-").replace("—", "-")).strip(" #=*-")
    start = plain[:_TITLE_WITHIN]
    if found := _CC.search(plain) or _CC_3.search(start):
        return _creative_commons(found)
    for spdx, title in _TITLES:
        if title in start:
            return spdx
    return _short(plain)


def _creative_commons(found: re.Match[str]) -> str:
    kinds = [_CC_PARTS[word] for word in found[1].split("-") if word]
    version = found[2] if found.re is _CC else "3.0"
    return "-".join(["CC", "BY", *kinds, version])


def _short(plain: str) -> str:
    if _MIT in plain:
        return "MIT" if _MIT_NOTICE in plain else ""
    if _BSD in plain:
        if "all advertising materials" in plain:
            return ""
        return "BSD-3-Clause" if "neither the name" in plain else "BSD-2-Clause"
    if _ISC in plain:
        return "ISC" if f"{_ISC}, provided that the above copyright notice" in plain else "0BSD"
    return ""
