"""A real OctoPrint with its virtual printer, on loopback, with an API key of a user."""

import http.client
import os
import secrets
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

CONFIG = """
server:
  firstRun: false
  onlineCheck: {enabled: false}
  pluginBlacklist: {enabled: false}
serial: {autoconnect: true, port: VIRTUAL, baudrate: 0}
plugins:
  virtual_printer: {enabled: true, throttle: 0.0, waitInterval: 0.5, sendBusy: false, simulateReset: false}
  tracking: {enabled: false}
  _disabled: [discovery, tracking, softwareupdate, announcements, pluginmanager, backup, errortracking]
"""
START_SECONDS = 90


class OctoPrintServer:
    """Started and ended by the test that needs it; `key` is the user's, `url` where it answers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = secrets.token_hex(16).upper()
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.yaml").write_text(CONFIG)
        (folder / "users.yaml").write_text(
            f"_version: 2\nlab:\n  active: true\n  apikey: {self.key}\n  groups: [admins]\n  password: '!'\n"
            "  permissions: []\n  roles: [user, admin]\n  settings: {}\n"
        )

    def start(self):
        """Serve until `stop`; returns itself once it answers."""
        program = shutil.which("octoprint")
        assert program
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8"}
        with (self.folder / "said").open("ab") as said:
            self.process = subprocess.Popen(
                [program, "serve", "--iknowwhatimdoing", "--basedir", str(self.folder), "--host", "127.0.0.1",
                 "--port", str(self.port)],
                stdout=said, stderr=said, stdin=subprocess.DEVNULL, env=environment, cwd=self.folder,
            )  # fmt: skip
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            asked = urllib.request.Request(f"{self.url}/api/job", headers={"X-Api-Key": self.key})
            try:
                with urllib.request.urlopen(asked, timeout=5) as answer:
                    if b"Operational" in answer.read():
                        return self
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.5)
        self.stop()
        raise AssertionError((self.folder / "said").read_text(errors="replace")[-3000:])

    def stop(self) -> None:
        """End it at once, as a power cut would."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
