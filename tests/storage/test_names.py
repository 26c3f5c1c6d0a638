"""Names that work on every system are taken, all others refused with a sentence that names them."""

import pytest

from storage import names


@pytest.mark.parametrize(
    "path",
    ["a.stl", "Pièce détachée #2 (v1).stl", "it's \u201cquoted\u201d.txt", '1-4" bolt.stl', "🧩/emoji.3mf", "a/b/c/d.e",
     ".gitattributes", ".github/x.yml", "console.txt", "com10.txt", "a" * 255],
)  # fmt: skip
def test_ordinary_names_are_taken_as_they_are(path):
    assert names.check_path(path) == path


def test_names_are_kept_in_one_unicode_form():
    assert names.check_path("e\u0301.stl") == "\u00e9.stl"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("../a", "traversal"),
        ("a/../b", "traversal"),
        ("a//b", "traversal"),
        ("./a", "traversal"),
        ("/etc/passwd", "absolute"),
        ("C:/x", "absolute"),
        ("a\\b", "backslash"),
        (".git/config", "dot-git"),
        ("a/.GIT/config", "dot-git"),
        (".git./x", "dot-git"),
        (".git /x", "dot-git"),
        ("git~1/x", "dot-git"),
        ("a\nb", "control"),
        ("a\0b", "control"),
        ("evil\u202egnp.exe", "control"),
        ("CON", "device"),
        ("x/nul.txt", "device"),
        ("lpt1.stl", "device"),
        ("-rf", "dash"),
        ("a.", "edge"),
        ("a ", "edge"),
        ("a|b", "character"),
        ("a?b", "character"),
        ("a" * 256, "too-long"),
        ("a/" * 600 + "b", "too-long"),
        ("", "empty"),
        ("\ud800", "encoding"),
    ],
)
def test_a_name_that_harms_some_system_is_refused(path, code):
    with pytest.raises(names.NameRefusedError) as refused:
        names.check_path(path)
    assert refused.value.code == code


def test_names_that_differ_by_case_or_form_collide():
    assert names.find_collision(["a/B.stl", "A/c.stl"]) == ("a", "A")
    assert names.find_collision(["é", "e\u0301"]) is not None
    assert names.find_collision(["a/b", "a/c", "ab"]) is None
