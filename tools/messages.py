"""Translations without GNU gettext.

python tools/messages.py            collect the messages of code and templates into the French django.po
python tools/messages.py --check    change nothing; fail when a message is missing there or has no translation
python tools/messages.py compile    compile every .po into its .mo
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale/fr/LC_MESSAGES/django.po"
FOLDERS = ("accounts", "config", "designs", "fablab", "jobs", "search", "storage", "templates")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def sources() -> Iterator[tuple[Path, bytes]]:
    """Each file with messages, as Python that an extractor can read."""
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure(USE_I18N=True)
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix == ".py" and "migrations" not in path.parts:
                yield path, path.read_bytes()
            elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
                lines = templatize(path.read_text(), origin=str(path)).splitlines()
                yield path, "\n".join(line.lstrip() for line in lines).encode()


def collect() -> dict[tuple[str | None, str], polib.POEntry]:
    """Every message of the code, by context and English text."""
    from babel.messages.extract import extract

    found: dict[tuple[str | None, str], polib.POEntry] = {}
    for path, source in sources():
        options = {"encoding": "utf-8"}
        for _, message, comments, context in extract("python", BytesIO(source), KEYWORDS, ["Translators:"], options):
            one, many = (message[0], message[1]) if isinstance(message, tuple) else (message, "")
            entry = found.setdefault((context, one), polib.POEntry(msgid=one, msgctxt=context))
            entry.msgid_plural = entry.msgid_plural or many
            entry.comment = entry.comment or "\n".join(comments)
            place = (path.relative_to(ROOT).as_posix(), "")
            if place not in entry.occurrences:
                entry.occurrences.append(place)
            if "%" in one and ("%(" in one or "%s" in one or "%d" in one):
                entry.flags = ["python-format"]
    found.pop((None, ""), None)
    return found


def known() -> dict[tuple[str | None, str], polib.POEntry]:
    """The messages of the catalogue."""
    catalogue = polib.pofile(str(CATALOGUE)) if CATALOGUE.exists() else []
    return {(entry.msgctxt, entry.msgid): entry for entry in catalogue if not entry.obsolete}


def update() -> int:
    """Write the catalogue anew: old translations kept, messages that are gone left out."""
    old = known()
    catalogue = polib.POFile(wrapwidth=110)
    catalogue.metadata = {
        "Language": "fr",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n > 1);",
    }
    for key, entry in sorted(collect().items(), key=lambda item: (item[0][1].lower(), item[0][0] or "")):
        before = old.get(key)
        if before:
            entry.msgstr, entry.tcomment = before.msgstr, before.tcomment
            entry.msgstr_plural = dict(before.msgstr_plural) if entry.msgid_plural else {}
        if entry.msgid_plural and not entry.msgstr_plural:
            entry.msgstr_plural = {0: "", 1: ""}
        catalogue.append(entry)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(CATALOGUE))
    waiting = [entry for entry in catalogue if not entry.translated()]
    print(f"{len(catalogue)} messages, {len(waiting)} without a translation")
    return 0


def check() -> int:
    """Print each message that French readers would see in English. 1 when there is one."""
    have = known()
    bad = [key for key in collect() if key not in have or not have[key].translated() or have[key].fuzzy]
    for context, message in bad:
        print(f"untranslated: {f'[{context}] ' if context else ''}{message}", file=sys.stderr)
    return 1 if bad else 0


def compile_all() -> int:
    """Compile every catalogue."""
    for path in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))
    return 0


if __name__ == "__main__":
    verbs = {(): update, ("--check",): check, ("compile",): compile_all}
    verb = verbs.get(tuple(sys.argv[1:]))
    sys.exit(verb() if verb else __doc__)
