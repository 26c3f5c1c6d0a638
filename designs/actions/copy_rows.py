"""Copy what is indexed of commits from one project to another: the same commits have the same files everywhere."""

from collections.abc import Collection, Sequence

from django.db import connection
from django.db.models import Field, Model

from designs.descriptions import note_held
from designs.models import File, LfsObject, Project, Revision
from storage.git import many


def copy_revisions(source: Project, target: Project, among: Collection[str]) -> None:
    """Give `target` the Revision and File rows of those commits of `source` that are in `among` and new to it.

    In two statements whatever their number; nothing is read or measured again.
    """
    known = set(target.revisions.values_list("commit", flat=True))
    taken: list[int] = []
    left: list[int] = []
    for pk, commit in source.revisions.values_list("pk", "commit"):
        (taken if commit in among and commit not in known else left).append(pk)
    newest = target.revisions.order_by("-pk").values_list("pk", flat=True).first() or 0
    if taken:
        with connection.cursor() as cursor:
            cursor.execute(*_insert_revisions(source, target, taken, left))
            cursor.execute(*_insert_files(source, target, newest))


def _insert_revisions(
    source: Project, target: Project, taken: Sequence[int], left: Sequence[int]
) -> tuple[str, list[int]]:
    """The shorter of the two lists says which rows are meant."""
    columns, table = _columns(Revision, "project", "released_in"), Revision._meta.db_table
    which = _listed("IN", taken) if len(taken) < len(left) else _listed("NOT IN", left)
    statement = (
        f"INSERT INTO {table} (project_id, {columns}) "  # noqa: S608 (names of columns and whole numbers)
        f"SELECT %s, {columns} FROM {table} WHERE project_id = %s{which} ORDER BY id"
    )
    return statement, [target.pk, source.pk]


def _listed(relation: str, keys: Sequence[int]) -> str:
    return f" AND id {relation} ({','.join(str(int(key)) for key in keys)})" if keys else ""


def _insert_files(source: Project, target: Project, newest: int) -> tuple[str, list[int]]:
    files, revisions = File._meta.db_table, Revision._meta.db_table
    statement = (
        f"INSERT INTO {files} (project_id, revision_id, {_columns(File, 'project', 'revision')}) "  # noqa: S608
        f"SELECT %s, made.id, {_columns(File, 'project', 'revision', prefix='file.')} FROM {files} AS file "
        f"JOIN {revisions} AS old ON old.id = file.revision_id "
        f'JOIN {revisions} AS made ON made.project_id = %s AND made.id > %s AND made."commit" = old."commit" '
        "WHERE file.project_id = %s ORDER BY file.id"
    )
    return statement, [target.pk, target.pk, newest, source.pk]


def _columns(model: type[Model], *without: str, prefix: str = "") -> str:
    """The columns that a copy takes over."""
    fields: list[Field[object, object]] = [
        field for field in model._meta.concrete_fields if not field.primary_key and field.name not in without
    ]
    return ", ".join(f'{prefix}"{field.column}"' for field in fields)


def copy_large_files(source: Project, target: Project, oids: Collection[str]) -> None:
    """Let `target` fetch the contents whose pointers are among these git objects of it, where `source` holds them."""
    held = dict(source.lfs_objects.values_list("sha256", "size"))
    if not held:
        return
    named = [one for one in many.pointers(target.path, oids) if held.get(one.sha256) == one.size]
    note_held(target, [(one.sha256, one.size) for one in named])
    LfsObject.objects.bulk_create(
        [LfsObject(project=target, sha256=one.sha256, size=one.size) for one in named],
        ignore_conflicts=True,
    )
