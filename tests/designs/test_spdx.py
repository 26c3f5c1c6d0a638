"""What files say of their licence."""

# ruff: noqa: E501

import pytest

from designs.licence_texts import recognise
from designs.spdx import Said, licences_of_files, names_in, parse, refused_in, said_by


@pytest.mark.parametrize(
    ("path", "text", "expression"),
    [
        ("a.c", "// SPDX-License-Identifier: GPL-3.0-or-later\nint x;", "GPL-3.0-or-later"),
        ("a.c", "/* SPDX-License-Identifier: (MIT OR Apache-2.0) */", "(MIT OR Apache-2.0)"),
        ("a.scad", "// Mine\n//\n// SPDX-License-Identifier: CC-BY-SA-4.0\r\ncube(1);", "CC-BY-SA-4.0"),
        ("a.html", "<!-- SPDX-License-Identifier: CC0-1.0 -->", "CC0-1.0"),
        ("a.py", "#!/usr/bin/python\n# SPDX-License-Identifier: MIT\n", "MIT"),
        ("a.svg", "<svg>\n<!--\n SPDX-License-Identifier: MIT\n-->", "MIT"),
        ("a.h", "// SPDX-License-Identifier: MIT\n// SPDX-License-Identifier: 0BSD\n", "MIT AND 0BSD"),
        ("a.c", "// SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note\n", "GPL-2.0 WITH Linux-syscall-note"),
    ],
)
def test_a_tag_at_the_beginning_of_a_line_is_read(path, text, expression):
    assert said_by(path, text.encode()) == Said(expression)


@pytest.mark.parametrize(
    "text",
    [
        "Write SPDX-License-Identifier: MIT at the top of each file.",
        "# REUSE-IgnoreStart\n# SPDX-License-Identifier: MIT\n# REUSE-IgnoreEnd\n",
        "# SPDX-License-Identifier: \n",
        "# SPDX-License-Identifier: <your licence here>\n",
        "# SPDX-License-Identifier: (MIT\n",
        "# SPDX-License-Identifier: MIT Apache-2.0\n",
        "x" * 20_000 + "\n# SPDX-License-Identifier: MIT\n",
        "solid \0 SPDX-License-Identifier: MIT",
    ],
)
def test_what_is_no_tag_says_nothing(text):
    assert said_by("a.txt", text.encode()) is None


def test_copyright_lines_are_kept():
    text = "# SPDX-FileCopyrightText: 2024 Ada <ada@example.org>\n# SPDX-License-Identifier: MIT\n"
    assert said_by("a.py", text.encode()) == Said("MIT", ("2024 Ada <ada@example.org>",))


def test_a_side_file_speaks_for_a_file_that_cannot():
    heads = [
        ("b.stl", b"solid\0"),
        ("b.stl.license", b"SPDX-FileCopyrightText: Eve\nSPDX-License-Identifier: CC-BY-NC-4.0\n"),
        ("a.py", b"# SPDX-License-Identifier: MIT\n"),
    ]
    assert licences_of_files(heads) == {"a.py": Said("MIT"), "b.stl": Said("CC-BY-NC-4.0", ("Eve",))}


@pytest.mark.parametrize(
    ("expression", "target", "refused"),
    [
        ("MIT", "CERN-OHL-S-2.0", ""),
        ("CC-BY-NC-4.0", "CERN-OHL-S-2.0", "CC-BY-NC-4.0"),
        ("MIT OR CC-BY-NC-4.0", "CERN-OHL-S-2.0", ""),
        ("GPL-3.0-only OR CC-BY-NC-4.0", "MIT", "CC-BY-NC-4.0"),
        ("MIT AND CC-BY-NC-4.0", "CC-BY-4.0", "CC-BY-NC-4.0"),
        ("MIT AND (GPL-3.0 OR Apache-2.0)", "Apache-2.0", ""),
        ("LicenseRef-Mine", "MIT", ""),
        ("GPL-3.0-only", "LicenseRef-Mine", ""),
        ("not an expression", "MIT", ""),
    ],
)
def test_an_expression_lets_a_file_in_or_keeps_it_out(expression, target, refused):
    assert refused_in(expression, target) == refused


def test_expressions_are_trees_and_a_hostile_one_is_none():
    assert parse("MIT AND 0BSD OR ISC") == ("OR", ("AND", "MIT", "0BSD"), "ISC")
    assert names_in("(MIT or GPL-2.0+) AND MIT") == ["MIT", "GPL-2.0-or-later"]
    assert parse("(" * 5000 + "MIT" + ")" * 5000) is None
    assert parse("MIT WITH") is None
    assert parse("AND MIT") is None


@pytest.mark.parametrize(
    ("text", "spdx"),
    [
        ("CERN Open Hardware Licence Version 2 - Strongly Reciprocal\n\nPreamble\n", "CERN-OHL-S-2.0"),
        ("# CERN Open Hardware Licence Version 2 – Permissive\n", "CERN-OHL-P-2.0"),
        ("    GNU GENERAL PUBLIC LICENSE\n       Version 3, 29 June 2007\n", "GPL-3.0-or-later"),
        ("   GNU LESSER GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007\n", "LGPL-3.0-or-later"),
        ("  Apache License\n  Version 2.0, January 2004\n  http://www.apache.org/licenses/", "Apache-2.0"),
        ("Attribution-NonCommercial 4.0 International\n\n" + "=" * 60 + "\n\nCreative Commons\nAttribution-NonCommercial "
         "4.0 International Public License\n\nBy exercising", "CC-BY-NC-4.0"),
        ("Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International Public License", "CC-BY-NC-SA-4.0"),
        ("Creative Commons Legal Code\n\nAttribution-ShareAlike 3.0 Unported\n", "CC-BY-SA-3.0"),
        ("Creative Commons Legal Code\n\nCC0 1.0 Universal\n", "CC0-1.0"),
        ("MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\nof this software "
         "… The above copyright notice and this permission notice shall be included in all copies", "MIT"),
        ("Redistribution and use in source and binary forms, with or without modification, are permitted … Neither the "
         "name of", "BSD-3-Clause"),
        ("Redistribution and use in source and binary forms, with or without modification, are permitted", "BSD-2-Clause"),
        ("Redistribution and use in source and binary forms, with or without modification, are permitted … All "
         "advertising materials", ""),
        ("You may do as you like, as with the MIT License.", ""),
        ("All rights reserved.", ""),
    ],
)  # fmt: skip
def test_a_licence_is_known_by_its_text_where_there_is_no_doubt(text, spdx):
    assert recognise(text) == spdx
    assert said_by("LICENSE", text.encode()) == (Said(spdx) if spdx else None)
    assert said_by("notes.txt", text.encode()) is None
