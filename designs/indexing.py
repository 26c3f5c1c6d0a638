"""Projects, their parts and their owners as search sees them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from accounts.models import Namespace, User
from designs import licences, results, starter
from designs.discovery import texts, values
from designs.discovery.ids import OWNER, PART, PROJECT, document_id
from designs.discovery.measures import Measures, of_part, of_project
from designs.discovery.readers import PUBLIC, audience
from designs.models import Analysis, Make, Project, Release
from designs.standing import likes_of
from search import outbox
from search.types import Document
from storage.git.errors import GitError
from storage.git.types import Entry

MOST_PARTS = 2000
README_BYTES = 64 << 10
MOST_NAMES = 500
DEEPEST = 30
CAD = frozenset(
    "step stp iges igs scad fcstd f3d f3z sldprt sldasm ipt iam prt catpart 3dm x_t blend dwg skp ods "
    "kicad_pcb kicad_sch sch brd".split()
)
"""Endings of files that people edit to change the design, not only to make it."""
PROCESS_WORDS = {"material-extrusion": "FDM", "electronics": "electronics PCB", "other": ""}
FAMILIES = {"CC": "creative-commons", "CERN": "cern-ohl", "GPL": "gpl", "AGPL": "gpl", "LGPL": "gpl"}
PERMISSIVE = frozenset({"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "SHL-2.1"})


def touch(*projects: int) -> None:
    """Let these projects be indexed anew. Called in the transaction that changes them."""
    outbox.changed(*(f"project:{pk}" for pk in projects))


def touch_owner(namespace: Namespace, *, projects: bool = False) -> None:
    """Let a person or an organisation be indexed anew, and their projects too where these name them differently."""
    outbox.changed(f"owner:{namespace.pk}")
    if projects:
        owned = Project.objects.filter(namespace=namespace).values_list("pk", flat=True)
        outbox.changed_all(f"project:{pk}" for pk in owned.iterator())


def touch_content(sha256: str) -> None:
    """Let the projects that have this content be indexed anew."""
    found = Project.objects.alive().filter(files__sha256=sha256).values_list("pk", flat=True).distinct()
    outbox.changed_all(f"project:{pk}" for pk in found.iterator())


def every_project() -> Iterator[int]:
    """Projects that may be found by anybody."""
    yield from Project.objects.alive().order_by("pk").values_list("pk", flat=True).iterator()


def every_owner() -> Iterator[int]:
    """People and organisations."""
    yield from Namespace.objects.order_by("pk").values_list("pk", flat=True).iterator()


def projects(ids: Sequence[int]) -> dict[int, Sequence[Document]]:
    """Each project with its parts; nothing for what is in the trash or gone."""
    rows = list(Project.objects.alive().filter(pk__in=ids).with_card())
    likes = likes_of(rows)
    released = set(Release.objects.filter(project__in=ids).values_list("project_id", flat=True))
    made = set(Make.objects.filter(project__in=ids, is_public=True).values_list("project_id", flat=True))
    roots = _roots(rows)
    return {
        row.pk: _documents(
            row, likes.get(row.pk, 0), is_released=row.pk in released, is_made=row.pk in made, root=roots[row.pk]
        )
        for row in rows
    }


def owners(ids: Sequence[int]) -> dict[int, Sequence[Document]]:
    """People and organisations who are still here."""
    rows = Namespace.objects.filter(pk__in=ids).select_related("user", "organisation")
    return {row.pk: [_owner(row)] for row in rows if row.organisation or (row.user and _is_here(row.user))}


def _is_here(user: User) -> bool:
    return user.is_active and user.deleted_at is None


def _owner(row: Namespace) -> Document:
    about = row.organisation or row.user
    joined = row.user.date_joined if row.user else None
    return Document(
        id=document_id(OWNER, row.pk),
        subject=f"owner:{row.pk}",
        title=f"{row.title} {row.handle}",
        summary=f"{about.bio} {about.location}".strip() if about else "",
        facets={"kind": ["organisation" if row.organisation else "person"], "reader": [PUBLIC], "owner": [row.handle]},
        created=int(joined.timestamp()) if joined else 0,
    )


def _documents(project: Project, likes: int, *, is_released: bool, is_made: bool, root: int) -> list[Document]:
    tree = _tree(project)
    found = results.at(project, {entry.path: entry.oid for entry in tree}.items())
    shapes = {path: one for path, one in sorted(found.items()) if one.state == "ready"}
    vectors = _vectors(shapes.values())
    about = _readme(project, tree)
    tongue = texts.language(f"{project.name}. {project.summary} {about.replace(project.name, '', 1)}")
    shared = {
        "reader": audience(project),
        "owner": [project.namespace.handle],
        "material": [values.fold(one) for one in project.materials],
        "process": project.processes,
        "tag": [values.fold(one) for one in project.tags],
        "category": [project.category] if project.category else [],
        **_licence(project.licence),
        "language": [tongue] if tongue else [],
        "released": ["yes"] if is_released else [],
        "makes": ["yes"] if is_made else [],
    }
    subject, created = f"project:{project.pk}", int(project.created_at.timestamp())
    parts = []
    measures: list[Measures] = []
    for path, one in list(shapes.items())[:MOST_PARTS]:
        measured = of_part(one)
        if measured is None:
            continue
        measures.append(measured)
        parts.append(
            Document(
                id=document_id(PART, one.file.pk),
                subject=subject,
                title=_words_of(path),
                summary=f"{project.name} {' '.join(project.tags)}",
                facets={**shared, "kind": ["part"], "format": [one.file.format], "verdict": measured.verdicts},
                numbers={**measured.numbers, "created": created},
                created=created,
                likes=likes,
                family=root,
                vector=vectors.get(one.file.sha256, ()),
            )
        )
    whole = of_project(measures)
    endings = sorted({entry.name.rsplit(".", 1)[-1].lower() for entry in tree if "." in entry.name[1:]})
    formats = sorted({one.file.format for one in found.values() if one.file.format} | (CAD & set(endings)))
    names = " ".join(_words_of(entry.path) for entry in tree[:MOST_NAMES])
    head = Document(
        id=document_id(PROJECT, project.pk),
        subject=subject,
        title=project.name,
        summary=" ".join([project.summary, *project.tags, *project.materials, project.namespace.title]),
        body=f"{about} {names} {_made_by(project.processes)}",
        facets={
            **shared,
            "kind": ["project"],
            "format": formats,
            "source": ["yes"] if CAD & set(endings) else [],
            "verdict": whole.verdicts,
        },
        numbers={**whole.numbers, "created": created},
        created=created,
        likes=likes,
        family=root,
    )
    return [head, *parts]


def _tree(project: Project) -> list[Entry]:
    """The files of the default branch; none where the repository is not there yet."""
    if not project.head:
        return []
    try:
        entries = project.repo.tree(project.head, recursive=True)
    except (GitError, OSError):
        return []
    return [entry for entry in entries if entry.kind == "blob" and not entry.is_link]


def _readme(project: Project, tree: Iterable[Entry]) -> str:
    """The words of the README files at the top, in all their languages."""
    told = []
    for entry in tree:
        if "/" not in entry.path and entry.name.lower().startswith("readme"):
            try:
                text = project.repo.read(entry.oid, README_BYTES).decode(errors="replace")
                told.append(texts.plain(starter.written(text)))
            except (GitError, OSError, ValueError):
                continue
    return " ".join(told[:4])


def _vectors(shapes: Iterable[results.Result]) -> Mapping[str, Sequence[float]]:
    """SHA-256 -> descriptor of shape."""
    ids = [one.analysis.pk for one in shapes if one.analysis]
    rows = Analysis.objects.filter(pk__in=ids).exclude(descriptor=None).values_list("sha256", "descriptor")
    return {sha256: descriptor for sha256, descriptor in rows if descriptor and any(descriptor)}


def _licence(spdx: str) -> dict[str, list[str]]:
    family = "permissive" if spdx in PERMISSIVE else FAMILIES.get(spdx.partition("-")[0], "other-licence")
    if spdx.startswith("CC0"):
        family = "creative-commons"
    if spdx in {licences.UNSTATED, ""}:
        return {"licence": [spdx], "licence_family": ["unstated"]}
    return {"licence": [spdx], "licence_family": ["open" if licences.is_open(spdx) else "not-open", family]}


def _words_of(path: str) -> str:
    """A path as words: "frames/Arm_left.stl" is found by each of them."""
    return path.replace("/", " ").replace("_", " ")


def _made_by(processes: Iterable[str]) -> str:
    """Processes as people call them."""
    return " ".join(PROCESS_WORDS.get(process, process.replace("-", " ")) for process in processes)


def _roots(rows: Sequence[Project]) -> dict[int, int]:
    """Project -> the first of its network of forks."""
    parents = {row.pk: row.forked_from_id for row in rows}
    missing = {parent for parent in parents.values() if parent} - parents.keys()
    for _ in range(DEEPEST):
        if not missing:
            break
        parents |= dict(Project.objects.filter(pk__in=missing).values_list("pk", "forked_from"))
        missing = {parent for parent in parents.values() if parent} - parents.keys()

    def root(pk: int) -> int:
        seen = {pk}
        while (parent := parents.get(pk)) and parent not in seen:
            seen.add(parent)
            pk = parent
        return pk

    return {row.pk: root(row.pk) for row in rows}
