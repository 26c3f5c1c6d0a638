"""A site as `./partage run` starts it, on a data folder of its own, and the stock git client."""

import atexit
import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MANAGE = [sys.executable, "manage.py"]
COMMITS = "/api/v1/projects/ada/widget/commits"


def multipart(files):
    """Content type and body of a commit of {path: bytes}."""
    parts = []
    for path, content in files.items():
        parts.append(b'--cut\r\nContent-Disposition: form-data; name="path"\r\n\r\n' + path.encode())
        head = '--cut\r\nContent-Disposition: form-data; name="files"; filename="content"\r\n\r\n'
        parts.append(head.encode() + content)
    return "multipart/form-data; boundary=cut", b"\r\n".join([*parts, b"--cut--\r\n"])


def environment(data):
    """What the programs of a site on this data folder are told."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PARTAGE_")} | {"PARTAGE_DATA": str(data)}


def manage(env, *command):
    done = subprocess.run([*MANAGE, *command], cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode()


@cache
def begun():
    """A data folder with a database, made once in this process for all sites to copy."""
    folder = Path(tempfile.mkdtemp(prefix="partage-begun-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    manage(environment(folder), "migrate", "-v0")
    manage(environment(folder), "createcachetable")
    return folder


@cache
def peopled():
    """A data folder in which Ada has an account, and her token."""
    folder = Path(tempfile.mkdtemp(prefix="partage-peopled-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.copytree(begun(), folder, dirs_exist_ok=True)
    words = ("--email", "ada@example.org", "--password", "a long enough secret", "--token")
    return folder, manage(environment(folder), "person", "ada", *words).strip()


class Site:
    """`manage.py serve` on a data folder of its own."""

    def __init__(self, data):
        self.data = data
        self.env = environment(data)
        self.process = None
        folder, self.token = peopled()
        shutil.copytree(folder, data, dirs_exist_ok=True)

    def run(self, *command):
        return manage(self.env, *command)

    def start(self):
        self.port = free_port()
        self.process = subprocess.Popen(
            [*MANAGE, "serve", "--port", str(self.port)],
            cwd=ROOT, env=self.env, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        assert until(lambda: self.get("/readyz")[0] == 200, 40)

    def kill(self):
        """End the site and its children at once, without a word."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def ask(self, method, path, body=None, kind="application/json"):
        """Status and body; (0, b"") where no answer came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    def get(self, path):
        return self.ask("GET", path)

    def commit(self, files):
        kind, body = multipart(files)
        return self.ask("POST", COMMITS, body, kind)

    def tip(self):
        return json.loads(self.get(COMMITS)[1])["items"][0]["commit"]

    def repository(self):
        """Where the project `widget` lies."""
        with closing(sqlite3.connect(self.data / "db.sqlite3", timeout=20)) as database:
            [[name]] = database.execute("SELECT repository_id FROM designs_project WHERE slug = 'widget'").fetchall()
        return next((self.data / "repositories").rglob(f"{name}.git"))


class Nginx:
    """nginx before a site that it starts, set as docs/install.md says."""

    CONFIG = """
        daemon off; pid {at}/pid; error_log {at}/error.log warn; worker_processes 1;
        events {{}}
        http {{
            access_log off;
            client_body_temp_path {at}/body; proxy_temp_path {at}/proxy; fastcgi_temp_path {at}/fastcgi;
            uwsgi_temp_path {at}/uwsgi; scgi_temp_path {at}/scgi;
            server {{ listen 127.0.0.1:{port}; {location} }}
        }}
    """

    def __init__(self, folder, site):
        self.port = free_port()
        site.env["PARTAGE_SITE_URL"] = f"http://127.0.0.1:{self.port}"
        site.start()
        install = (ROOT / "docs" / "install.md").read_text().split("```nginx\n")[1].split("```")[0]
        location = install.replace("127.0.0.1:8000", f"127.0.0.1:{site.port}").replace("$host", "$http_host")
        config = folder / "nginx.conf"
        config.write_text(self.CONFIG.format(at=folder, port=self.port, location=location))
        self.process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(config)], stderr=subprocess.DEVNULL)
        assert until(self.answers, 10)
        site.port = self.port

    def answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        self.process.terminate()
        self.process.wait()


class SendingNginx(Nginx):
    """nginx that also sends large files itself, set as docs/install.md says."""

    def __init__(self, folder, site):
        stored = (ROOT / "docs" / "install.md").read_text().split("```nginx\n")[2].split("```")[0]
        stored = stored.replace("/srv/partage/data", str(site.data)).replace("{", "{{").replace("}", "}}")
        self.CONFIG = "user root;\n" * (os.geteuid() == 0) + Nginx.CONFIG.replace("{location}", "{location}" + stored)
        site.env["PARTAGE_X_ACCEL_REDIRECT"] = "/stored/"
        super().__init__(folder, site)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(true, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.2)
    return False


def git(*words):
    return subprocess.run(["git", *map(str, words)], check=True, capture_output=True, text=True)


def clean(site):
    done = git("-C", site.repository(), "fsck", "--full", "--strict")
    return not [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("dangling")]


def cloned(site, into, branch="main"):
    """Every file of a branch by a stock `git clone` with git-lfs at work."""
    filters = {"smudge": "git-lfs smudge -- %f", "process": "git-lfs filter-process", "required": "true"}
    config = [word for key, value in filters.items() for word in ("-c", f"filter.lfs.{key}={value}")]
    git(*config, "clone", "-q", "-b", branch, f"http://127.0.0.1:{site.port}/@ada/widget.git", into)
    return {
        str(path.relative_to(into)): path.read_bytes()
        for path in into.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(into).parts
    }


def rows(site, statement):
    """Run one statement on the site's database and commit it."""
    with closing(sqlite3.connect(site.data / "db.sqlite3", timeout=20)) as database, database:
        return database.execute(statement).fetchall()
