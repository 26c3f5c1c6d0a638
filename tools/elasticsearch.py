"""A real Elasticsearch 8 on loopback, with TLS and a user of few rights, from Maven Central.

eval "$(python3 tools/elasticsearch.py FOLDER)"    get it (needs mvn and Java 17), start it, say how to reach it
kill "$(cat FOLDER/pid)"                           end it

It holds what is under FOLDER alone, in memory of 512 MiB (--heap) and on a free port (--port). As root it runs as `es`.
"""

import argparse
import base64
import os
import secrets
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

VERSION = "8.19.3"
ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
PATIENCE_SECONDS = 300
SETTINGS = """\
discovery.type: single-node
http: {{host: 127.0.0.1, port: {port}}}
transport: {{host: 127.0.0.1, port: {transport}}}
path: {{data: {folder}/data, logs: {folder}/logs}}
cluster.routing.allocation.disk.threshold_enabled: false
xpack.security:
  enabled: true
  http.ssl: {{enabled: true, key: key.pem, certificate: certificate.pem}}
"""
USER = "partage"
ALLOWED = """\
partage:
  cluster: [manage_index_templates]
  indices: [{names: ["partage*"], privileges: [manage, read, write]}]
"""
"""All that the site asks for: its role has these privileges and no others, so that the tests hold it to them."""


def java() -> str:
    """The home of a Java 17, or the Java that is there."""
    homes = sorted(Path("/usr/lib/jvm").glob("java-17-openjdk-*"))
    return os.environ.get("ES_JAVA_HOME") or (str(homes[0]) if homes else os.environ.get("JAVA_HOME", ""))


def free_ports(count: int) -> list[int]:
    """Ports that nobody has at this moment."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def prepare(folder: Path, port: int) -> tuple[Path, list[str]]:
    """Unpack, configure and give away the folder; the program's home, and the words that run it as another."""
    home = folder / f"elasticsearch-{VERSION}"
    if not home.exists():
        told = [f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={folder}", f"-Dproject.basedir={folder}"]
        subprocess.run(["mvn", "-q", "-B", "dependency:unpack", *told], check=True, stdout=sys.stderr, cwd=folder)
    for name in ("data", "logs", "config"):
        shutil.rmtree(folder / name, ignore_errors=True)
    shutil.copytree(home / "config", folder / "config")
    transport = free_ports(1)[0]
    (folder / "config/elasticsearch.yml").write_text(SETTINGS.format(port=port, transport=transport, folder=folder))
    (folder / "config/roles.yml").write_text(ALLOWED)
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    pair = ["-keyout", str(folder / "config/key.pem"), "-out", str(folder / "config/certificate.pem")]
    fresh = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"]
    subprocess.run(["openssl", *fresh, *names, *pair], check=True, stderr=subprocess.DEVNULL)
    shutil.copy(folder / "config/certificate.pem", folder / "certificate.pem")
    if os.geteuid() != 0:
        return home, []
    if subprocess.run(["id", "es"], capture_output=True, check=False).returncode:
        subprocess.run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "es"], check=True)
    subprocess.run(["chown", "-R", "es:es", str(folder)], check=True)
    return home, ["runuser", "-u", "es", "--"]


def start(folder: Path, home: Path, runner: list[str], heap: str, password: str) -> "subprocess.Popen[bytes]":
    """The server, whose only user has this password; it goes on when this script has ended."""
    told = {"ES_PATH_CONF": str(folder / "config"), "ES_JAVA_OPTS": f"-Xms{heap} -Xmx{heap}"}
    env = {**os.environ, **told, "ES_JAVA_HOME": java(), "LC_ALL": "C.UTF-8"}
    user = ["useradd", USER, "-p", password, "-r", USER]
    subprocess.run([*runner, str(home / "bin/elasticsearch-users"), *user], check=True, env=env, stdout=sys.stderr)
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [*runner, str(home / "bin/elasticsearch"), "-p", str(folder / "pid")],
            env=env, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def answers(url: str, trusted: Path, password: str) -> bool:
    """Whether the server knows the site's user."""
    token = base64.b64encode(f"{USER}:{password}".encode()).decode()
    request = urllib.request.Request(f"{url}/_security/_authenticate", headers={"Authorization": f"Basic {token}"})
    try:
        with urllib.request.urlopen(request, timeout=10, context=ssl.create_default_context(cafile=str(trusted))):
            return True
    except OSError:
        return False


def main() -> None:
    """Start it, wait until it answers, and print the variables of the tests."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--heap", default="512m")
    parser.add_argument("--port", type=int, default=0)
    said = parser.parse_args()
    folder: Path = said.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    port = said.port or free_ports(1)[0]
    home, runner = prepare(folder, port)
    password, trusted = secrets.token_hex(16), folder / "certificate.pem"
    server = start(folder, home, runner, said.heap, password)
    end = time.monotonic() + PATIENCE_SECONDS
    while not answers(f"https://127.0.0.1:{port}", trusted, password):
        if server.poll() is not None or time.monotonic() > end:
            sys.exit(f"Elasticsearch did not start:\n{(folder / 'log').read_text()[-3000:]}")
        time.sleep(0.5)
    print(f"export PARTAGE_TEST_ELASTICSEARCH=https://{USER}:{password}@127.0.0.1:{port}")
    print(f"export PARTAGE_TEST_ELASTICSEARCH_CERTIFICATES={trusted}")


if __name__ == "__main__":
    main()
