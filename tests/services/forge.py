"""A small forge on loopback, by TLS with a certificate authority of its own: git's http-backend, and Git LFS."""

import base64
import datetime
import hashlib
import ipaddress
import json
import os
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

BACKEND = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()


def certificate(folder):
    """(authority's file, server's file with its key) for localhost and 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    alternatives = [
        x509.DNSName("localhost"),
        x509.DNSName("forge.invalid"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    authority, both = folder / "ca.pem", folder / "server.pem"
    authority.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    both.write_bytes(private + authority.read_bytes())
    return authority, both


class Forge:
    """Serves the bare repositories of a folder; `objects` are LFS contents by SHA-256."""

    def __init__(self, folder):
        self.root = folder / "repositories"
        self.root.mkdir()
        self.authority, both = certificate(folder)
        self.objects, self.asked, self.headers = {}, [], []
        self.credential = None
        self.redirect = None
        self.href = None
        self.leads_to = {}
        self.is_dumb = False
        self.slow = 0.0
        forge = self

        class Handler(Answers):
            here = forge

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(both)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.host = f"localhost:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, name):
        return f"https://{self.host}/{name}.git"

    def make(self, name):
        path = self.root / f"{name}.git"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", path], check=True)
        subprocess.run(["git", "-C", path, "config", "http.receivepack", "true"], check=True)
        return path

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Answers(BaseHTTPRequestHandler):
    here: Forge
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            whole = b""
            while size := int(self.rfile.readline(), 16):
                whole += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return whole
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def say(self, status, content=b"", **headers):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self):
        self.answer()

    def do_POST(self):
        self.answer()

    def do_PUT(self):
        self.answer()

    def answer(self):
        forge, body = self.here, self.body()
        path, _, query = self.path.partition("?")
        forge.asked.append((self.command, path))
        forge.headers.append(dict(self.headers))
        if forge.redirect:
            return self.say(302, Location=forge.redirect)
        if forge.credential and path.partition(".git")[2] != "" and not path.startswith("/objects/"):
            wanted = "Basic " + base64.b64encode(forge.credential.encode()).decode()
            if self.headers.get("Authorization") != wanted:
                return self.say(401, WWW_Authenticate='Basic realm="forge"')
        if path.endswith("/info/lfs/objects/batch"):
            return self.batch(json.loads(body))
        if path in forge.leads_to:
            return self.say(302, Location=forge.leads_to[path])
        if path.startswith("/objects/"):
            return self.content(path.rpartition("/")[2], body)
        if forge.is_dumb:
            file = forge.root / path.lstrip("/")
            return self.say(200, file.read_bytes()) if file.is_file() else self.say(404)
        return self.git(path, query, body)

    def batch(self, asked):
        forge, told = self.here, []
        for one in asked["objects"]:
            href = forge.href or f"https://{forge.host}/objects/{one['oid']}"
            action = {"href": href, "header": {"X-Ticket": "yes"}}
            held = one["oid"] in forge.objects
            if asked["operation"] == "upload":
                told.append({**one, **({} if held else {"actions": {"upload": action}})})
            elif held:
                told.append({**one, "actions": {"download": action}})
            else:
                told.append({**one, "error": {"code": 404, "message": "not here"}})
        self.say(200, json.dumps({"transfer": "basic", "objects": told}).encode())

    def content(self, oid, body):
        forge = self.here
        if self.command == "PUT":
            assert hashlib.sha256(body).hexdigest() == oid
            forge.objects[oid] = body
            return self.say(200)
        return self.say(200, forge.objects[oid])

    def git(self, path, query, body):
        env = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.here.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": "forge",
        }
        done = subprocess.run([f"{BACKEND}/git-http-backend"], input=body, env=env, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.send_response(int(lines.pop("Status", "200 OK").split()[0]))
        for key, value in lines.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            for start in range(0, len(content), 1 << 16):
                self.wfile.write(content[start : start + (1 << 16)])
                if self.here.slow and len(content) > 1 << 16:
                    time.sleep(self.here.slow)
        except OSError:
            self.close_connection = True


@contextmanager
def served(folder, settings):
    """A forge that the site's settings allow and whose certificate they trust."""
    made = Forge(folder)
    settings.IMPORT_ALLOWED_HOSTS = [made.host]
    settings.IMPORT_CA_FILE = made.authority
    try:
        yield made
    finally:
        made.close()


def git(*words, **env):
    who = {"GIT_AUTHOR_NAME": "Johann", "GIT_AUTHOR_EMAIL": "j@example.org"}
    who |= {"GIT_COMMITTER_NAME": "Johann", "GIT_COMMITTER_EMAIL": "j@example.org"}
    who |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(
        ["git", *map(str, words)], check=True, capture_output=True, text=True, env={**os.environ, **who, **env}
    )
    return done.stdout.strip()


def filled(forge, tmp_path, name, versions):
    """A repository there of [(path, content)], a commit each. Returns its work tree."""
    bare, tree = forge.make(name), tmp_path / f"{name}-tree"
    git("init", "-q", "-b", "main", tree)
    for number, (path, content) in enumerate(versions):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(content)
        git("-C", tree, "add", "-A")
        when = f"2013-04-{number + 1:02d}T10:00:00+00:00" if number < 30 else "2013-06-01T10:00:00+00:00"
        git("-C", tree, "commit", "-q", "-m", f"Version {number}", GIT_AUTHOR_DATE=when, GIT_COMMITTER_DATE=when)
    git("-C", tree, "push", "-q", bare, "--all")
    return tree
