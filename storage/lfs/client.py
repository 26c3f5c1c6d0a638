"""Git LFS as a client: the contents behind pointers come and go by the guarded client, never by git-lfs itself."""

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from storage.lfs.pointer import Pointer
from storage.wire.client import Answer, Client, Credential, WireError
from storage.wire.guard import AddressRefusedError

BATCH = 100
CHUNK = 1 << 18
MAX_HOPS = 3
REDIRECTS = {301, 302, 303, 307, 308}
MEDIA_TYPE = "application/vnd.git-lfs+json"

Stopped = Callable[[int], None]
"""Called with each number of bytes that went by; what it raises ends the transfer."""


@dataclass(frozen=True, slots=True)
class Missed:
    """A content that could not be had or sent, and why, in the other side's words."""

    pointer: Pointer
    why: str


def endpoint(repository: str) -> str:
    """Where a repository's LFS server is, by the convention of the field."""
    url = repository.rstrip("/")
    return f"{url}/info/lfs" if url.endswith(".git") else f"{url}.git/info/lfs"


def download(
    client: Client,
    repository: str,
    pointers: Sequence[Pointer],
    folder: Path,
    *,
    credential: Credential | None = None,
    passed: Stopped = lambda _: None,
) -> Iterator[tuple[Pointer, Path | Missed]]:
    """Each content in a file of its own below `folder`, its SHA-256 and size proven, or why not.

    The caller may move or remove the file. Raises WireError when the server does not speak LFS at all.
    """
    for pointer, action, why in _batches(client, repository, "download", pointers, credential):
        target = folder / pointer.sha256
        if action is None:
            yield pointer, Missed(pointer, why or "no address")
            continue
        try:
            _get(client, repository, action, pointer, target, credential, passed)
        except (WireError, AddressRefusedError) as error:
            yield pointer, Missed(pointer, str(error))
        else:
            yield pointer, target
        finally:
            target.unlink(missing_ok=True)


def upload(
    client: Client,
    repository: str,
    pointers: Sequence[Pointer],
    source: Callable[[str], contextlib.AbstractContextManager[IO[bytes]]],
    *,
    credential: Credential | None = None,
) -> list[Missed]:
    """Send each content that the other side lacks; `source` opens one by its SHA-256. Returns those not taken.

    Raises WireError when the server does not speak LFS at all.
    """
    missed = []
    for pointer, action, why in _batches(client, repository, "upload", pointers, credential):
        if why:
            missed.append(Missed(pointer, why))
        elif action:
            try:
                _put(client, repository, action, pointer, source, credential)
            except (WireError, AddressRefusedError, OSError) as error:
                missed.append(Missed(pointer, str(error)))
    return missed


def _batches(
    client: Client, repository: str, operation: str, pointers: Sequence[Pointer], credential: Credential | None
) -> Iterator[tuple[Pointer, dict[str, Any] | None, str]]:
    """(pointer, its actions or None, why not) of each."""
    for start in range(0, len(pointers), BATCH):
        batch = pointers[start : start + BATCH]
        question = {
            "operation": operation,
            "transfers": ["basic"],
            "hash_algo": "sha256",
            "objects": [{"oid": one.sha256, "size": one.size} for one in batch],
        }
        answer = _json(client, f"{endpoint(repository)}/objects/batch", question, credential)
        told = answer.get("objects")
        told = {one.get("oid"): one for one in told if isinstance(one, dict)} if isinstance(told, list) else {}
        for pointer in batch:
            one = told.get(pointer.sha256, {})
            error, actions = one.get("error"), one.get("actions")
            why = f"{error.get('code')} {error.get('message')}"[:200] if isinstance(error, dict) else ""
            yield pointer, actions if isinstance(actions, dict) and not why else None, why


def _json(client: Client, url: str, question: object, credential: Credential | None) -> dict[str, Any]:
    headers = {"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE}
    if credential:
        headers["Authorization"] = credential.header
    with client.ask("POST", url, headers=headers, body=json.dumps(question).encode()) as answer:
        if answer.status != 200:
            raise WireError(f"status {answer.status}")
        try:
            told = json.loads(answer.all())
        except ValueError as error:
            raise WireError("no JSON") from error
    if not isinstance(told, dict):
        raise WireError("no JSON object")
    return told


def _action(actions: dict[str, Any], name: str) -> tuple[str, dict[str, str]] | None:
    """(href, header) of one action, where it is well formed."""
    found = actions.get(name)
    href = found.get("href") if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(href, str):
        return None
    given = found.get("header")
    pairs = given.items() if isinstance(given, dict) else ()
    header = {str(key): str(value) for key, value in pairs if _is_header(str(key), str(value))}
    return href, header


def _is_header(key: str, value: str) -> bool:
    return key.isascii() and value.isprintable() and key.lower() not in {"host", "content-length", "transfer-encoding"}


def _known_there(href: str, repository: str, header: dict[str, str], credential: Credential | None) -> dict[str, str]:
    """The headers to send: our credential goes to the repository's own host alone."""
    same = urlsplit(href).netloc.lower() == urlsplit(repository).netloc.lower()
    if same and credential and "authorization" not in {key.lower() for key in header}:
        return {**header, "Authorization": credential.header}
    return header


def _get(
    client: Client,
    repository: str,
    actions: dict[str, Any],
    pointer: Pointer,
    target: Path,
    credential: Credential | None,
    passed: Stopped,
) -> None:
    found = _action(actions, "download")
    if not found:
        raise WireError("no address")
    digest, size = hashlib.sha256(), 0
    headers = _known_there(found[0], repository, found[1], credential)
    with _followed(client, found[0], headers) as answer, target.open("wb") as out:
        if answer.status != 200:
            raise WireError(f"status {answer.status}")
        while piece := answer.read(CHUNK):
            size += len(piece)
            if size > pointer.size:
                raise WireError("more bytes than it should have")
            digest.update(piece)
            out.write(piece)
            passed(len(piece))
    if size != pointer.size or digest.hexdigest() != pointer.sha256:
        raise WireError("the content is not the one that was promised")


def _followed(client: Client, url: str, headers: dict[str, str]) -> Answer:
    """The answer to a GET, where forges lead on to their object store: each address checked, no header taken along."""
    for _ in range(MAX_HOPS):
        answer = client.ask("GET", url, headers=headers)
        if answer.status not in REDIRECTS:
            return answer
        with answer:
            url, headers = answer.location, {}
    raise WireError("it leads on and on")


def _put(
    client: Client,
    repository: str,
    actions: dict[str, Any],
    pointer: Pointer,
    source: Callable[[str], contextlib.AbstractContextManager[IO[bytes]]],
    credential: Credential | None,
) -> None:
    found = _action(actions, "upload")
    if not found:
        return
    headers = {
        "Content-Type": "application/octet-stream",
        **_known_there(found[0], repository, found[1], credential),
        "Content-Length": str(pointer.size),
    }
    with source(pointer.sha256) as body, client.ask("PUT", found[0], headers=headers, body=body) as answer:
        if answer.status not in {200, 201, 204}:
            raise WireError(f"status {answer.status}")
    if verify := _action(actions, "verify"):
        headers = _known_there(verify[0], repository, verify[1], credential)
        headers |= {"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE}
        said = json.dumps({"oid": pointer.sha256, "size": pointer.size}).encode()
        with client.ask("POST", verify[0], headers=headers, body=said) as answer:
            if answer.status != 200:
                raise WireError(f"verify: status {answer.status}")
