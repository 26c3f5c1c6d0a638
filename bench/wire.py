"""Git and Git LFS over the wire, beside `git http-backend` and plain files behind nginx, in the same run.

    .venv/bin/python bench/wire.py [--megabytes 200] [--rounds 5]

Needs nginx and fcgiwrap (Debian). Prints the medians, the ratio and the goal of each; exit status 1 where one is
missed. Both sides are on loopback, behind one nginx each; the clients are the stock git and curl.
"""

import argparse
import base64
import hashlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # not bench/: `git.py` there would hide the package "git"

from tests.services.site import SendingNginx, Site, free_port, until

GOALS = {
    "clone": 1.15,
    "push": 1.15,
    "LFS up": 1.3,
    "LFS up, peer syncs too": 1.3,
    "LFS down": 1.3,
    "page p99 with 8 clones": 3.0,
}
FILE_MB = 10
PEER = """
    daemon off; pid {at}/pid; error_log {at}/error.log warn; worker_processes 1; user root;
    events {{}}
    http {{
        access_log off; client_max_body_size 4g;
        client_body_temp_path {at}/body; proxy_temp_path {at}/proxy; fastcgi_temp_path {at}/fastcgi;
        uwsgi_temp_path {at}/uwsgi; scgi_temp_path {at}/scgi;
        server {{
            listen 127.0.0.1:{port}; root {at};
            location /files/ {{ dav_methods PUT; }}
            location /git/ {{
                fastcgi_pass unix:{at}/cgi.sock; fastcgi_request_buffering off; fastcgi_buffering off;
                fastcgi_param SCRIPT_FILENAME {backend}; fastcgi_param GIT_PROJECT_ROOT {at};
                fastcgi_param GIT_HTTP_EXPORT_ALL ""; fastcgi_param REMOTE_USER ada; fastcgi_param PATH_INFO $uri;
                fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method;
                fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length;
                fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;
                fastcgi_param HTTP_GIT_PROTOCOL $http_git_protocol;
            }}
        }}
    }}
"""


class Peer:
    """nginx with git http-backend, and a folder that it serves and takes files into."""

    def __init__(self, at):
        self.at, self.port = at, free_port()
        backend = Path(subprocess.run(["git", "--exec-path"], capture_output=True, text=True).stdout.strip())
        for name in ("git", "files"):
            (at / name).mkdir()
        (at / "nginx.conf").write_text(PEER.format(at=at, port=self.port, backend=backend / "git-http-backend"))
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.children = [subprocess.Popen(["fcgiwrap", "-c", "4", "-s", f"unix:{at}/cgi.sock"], **quiet)]
        until(lambda: (at / "cgi.sock").exists(), 5)
        self.children.append(subprocess.Popen(["nginx", "-p", str(at), "-c", str(at / "nginx.conf")], **quiet))
        time.sleep(0.5)

    def repository(self, name):
        path = self.at / "git" / f"{name}.git"
        run("git", "init", "-q", "--bare", path)
        run("git", "-C", path, "config", "http.receivepack", "true")
        return f"http://127.0.0.1:{self.port}/git/{name}.git"

    def stop(self):
        for child in self.children:
            child.terminate()
            child.wait()


def run(*words):
    """A command that must succeed."""
    env = os.environ | {"GIT_TERMINAL_PROMPT": "0", "GIT_LFS_SKIP_SMUDGE": "1"}
    subprocess.run(
        [str(word) for word in words], check=True, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def took(work):
    """Seconds on the clock."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def alternately(rounds, ours, theirs):
    """Medians of both, taken in turns so that a noisy minute hits both."""
    pairs = [(took(lambda n=n: ours(n)), took(lambda n=n: theirs(n))) for n in range(rounds)]
    return [statistics.median(times) for times in zip(*pairs, strict=True)]


def source(folder, megabytes):
    """A repository with so many MB of bytes that do not compress."""
    run("git", "init", "-q", "-b", "main", folder)
    for number in range(max(1, megabytes // FILE_MB)):
        (folder / f"part-{number}.bin").write_bytes(os.urandom(FILE_MB << 20))
    run("git", "-C", folder, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "add", "-A")
    run("git", "-C", folder, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-qm", "Parts")
    return folder


class Ours:
    """The site behind nginx, as docs/install.md says, and its addresses."""

    def __init__(self, folder):
        self.site = Site(folder / "data")
        self.nginx = SendingNginx(folder, self.site)
        self.base = f"http://ada:{self.site.token}@127.0.0.1:{self.site.port}"

    def project(self, name):
        made = {"name": name, "owner": "ada", "readme": False}
        assert self.site.ask("POST", "/api/v1/projects", json.dumps(made))[0] == 201
        return f"{self.base}/@ada/{name}.git"

    def batch(self, name, operation, named):
        """The action of one object, as a client gets it."""
        said = json.dumps({"operation": operation, "objects": [named]}).encode()
        token = base64.b64encode(f"ada:{self.site.token}".encode()).decode()
        url = f"http://127.0.0.1:{self.site.port}/@ada/{name}.git/info/lfs/objects/batch"
        with urllib.request.urlopen(urllib.request.Request(url, said, {"Authorization": f"Basic {token}"})) as answer:
            return json.loads(answer.read())["objects"][0]["actions"][operation]

    def stop(self):
        self.nginx.stop()
        self.site.kill()


def curl(action, *words):
    """One transfer by curl."""
    headers = [word for name, value in action["header"].items() for word in ("-H", f"{name}: {value}")]
    run("curl", "-sf", *headers, *words, action["href"])


def measure_git(ours, peer, folder, megabytes, rounds):
    """Clone and push of the same commits."""
    here = source(folder / "source", megabytes)
    pushed = alternately(
        rounds,
        lambda n: run("git", "-C", here, "push", "-q", ours.project(f"push-{n}"), "main"),
        lambda n: run("git", "-C", here, "push", "-q", peer.repository(f"push-{n}"), "main"),
    )
    there = f"http://127.0.0.1:{peer.port}/git/push-0.git"

    def clone(url, name):
        run("git", "clone", "-q", "--bare", url, folder / name)
        shutil.rmtree(folder / name)

    cloned = alternately(rounds, lambda n: clone(f"{ours.base}/@ada/push-0.git", "c1"), lambda n: clone(there, "c2"))
    return {"clone": cloned, "push": pushed}


def measure_lfs(ours, peer, folder, megabytes, rounds):
    """The same file, sent and fetched by curl."""
    ours.project("large")
    file = folder / "large.bin"
    named = []
    for number in range(2 * rounds):
        file.write_bytes(os.urandom(megabytes << 20))
        with file.open("rb") as opened:
            named.append({"oid": hashlib.file_digest(opened, "sha256").hexdigest(), "size": file.stat().st_size})
        file.rename(folder / f"large-{number}.bin")
    plain = f"http://127.0.0.1:{peer.port}/files"

    def path(number):
        return folder / f"large-{number}.bin"

    up = alternately(
        rounds,
        lambda n: curl(ours.batch("large", "upload", named[n]), "-T", path(n)),
        lambda n: curl({"href": f"{plain}/{n}", "header": {}}, "-T", path(n)),
    )
    kept = alternately(
        rounds,
        lambda n: curl(ours.batch("large", "upload", named[rounds + n]), "-T", path(rounds + n)),
        lambda n: (
            curl({"href": f"{plain}/{rounds + n}", "header": {}}, "-T", path(rounds + n)),
            run("sync", "-d", peer.at / "files" / str(rounds + n)),
        ),
    )
    down = alternately(
        rounds,
        lambda n: curl(ours.batch("large", "download", named[n]), "-o", folder / "got"),
        lambda n: curl({"href": f"{plain}/{n}", "header": {}}, "-o", folder / "got"),
    )
    return {"LFS up": up, "LFS up, peer syncs too": kept, "LFS down": down}


AGAIN = """
echo 19 2>/dev/null >/proc/self/autogroup
while git clone -q --bare "$1" "$2" 2>/dev/null && echo done >>"$3" || echo refused >>"$3"; do rm -rf "$2"; done
"""


@contextmanager
def cloning(ours, folder, clones):
    """So many clients that clone again and again, each in a session of its own; their work, which elsewhere other
    machines do, steps back (nice 19, of the session too where Linux weighs sessions)."""
    url, ends = f"{ours.base}/@ada/push-0.git", folder / "clones"
    ends.touch()
    clients = [
        subprocess.Popen(
            ["nice", "-n", "19", "sh", "-c", AGAIN, "sh", url, str(folder / f"load-{number}"), str(ends)],
            start_new_session=True, env=os.environ | {"GIT_TERMINAL_PROMPT": "0"},
        )
        for number in range(clones)
    ]  # fmt: skip
    time.sleep(2)
    try:
        yield
    finally:
        for client in clients:
            os.killpg(client.pid, signal.SIGKILL)
            client.wait()
        said = ends.read_text().split()
        print(f"clones meanwhile: {said.count('done')} done, {said.count('refused')} told to come back")


def measure_pages(ours, folder, requests=200):
    """p99 of the project page with eight clones running, and without."""

    def page():
        assert ours.site.get("/@ada/push-0/")[0] == 200

    def p99():
        return statistics.quantiles([took(page) for _ in range(requests)], n=100)[98]

    page()
    alone = p99()
    with cloning(ours, folder, 8):
        busy = p99()
    return {"page p99 with 8 clones": [busy, alone]}


def main():
    """Measure and print; exit status 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    missed = 0
    with tempfile.TemporaryDirectory(prefix="partage-wire-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for part in ("ours", "peer"):
            (folder / part).mkdir()
        ours, peer = Ours(folder / "ours"), Peer(folder / "peer")
        try:
            found = measure_git(ours, peer, folder, options.megabytes, options.rounds)
            found |= measure_lfs(ours, peer, folder, options.megabytes, options.rounds)
            found |= measure_pages(ours, folder)
        finally:
            ours.stop()
            peer.stop()
    print(f"{'':24} {'Partage':>10} {'peer':>10} {'ratio':>7} {'goal':>6}")
    for what, (mine, theirs) in found.items():
        ratio = mine / theirs
        missed += ratio > GOALS[what]
        print(f"{what:24} {mine * 1e3:7.0f} ms {theirs * 1e3:7.0f} ms {ratio:6.2f}x {GOALS[what]:5.2f}x")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
