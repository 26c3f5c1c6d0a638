"""Moonraker's door, held against a host that answers as its documentation says. No Klipper runs in the tests."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import pytest

from fablab.printers import Doing, PrinterAwayError, PrinterRefusedError, door

pytestmark = pytest.mark.process
KEY = "a key"


class Host(BaseHTTPRequestHandler):
    """One Klipper machine, in memory."""

    def log_message(self, *_args):
        """Says nothing."""

    def _answer(self, status, body, **headers):
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _refused(self):
        if self.headers.get("X-Api-Key") != KEY:
            self._answer(401, {"error": {"code": 401, "message": "Unauthorized"}})
            return True
        return False

    def do_GET(self):
        machine, path = self.server.machine, urlsplit(self.path)
        if self._refused():
            return
        if path.path == "/moved/server/info":
            self._answer(302, {}, Location="http://127.0.0.1:1/")
        elif path.path == "/server/info":
            told = {"klippy_connected": True, "klippy_state": machine["klippy"], "moonraker_version": "v0.9.3"}
            self._answer(200, {"result": told})
        elif path.path == "/printer/objects/query":
            assert path.query == "print_stats&virtual_sdcard"
            stats = {key: machine[key] for key in ("state", "filename", "print_duration", "total_duration", "message")}
            card = {"progress": machine["progress"]}
            self._answer(200, {"result": {"status": {"print_stats": stats, "virtual_sdcard": card}}})
        else:
            self._answer(404, {})

    def do_POST(self):
        machine, path = self.server.machine, urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self._refused():
            return
        if path.path == "/server/files/upload":
            assert b'name="root"\r\n\r\ngcodes' in body
            machine["files"].append(body)
        elif path.path == "/printer/print/start":
            machine |= {"state": "printing", "filename": unquote(path.query.removeprefix("filename="))}
        elif path.path.startswith("/printer/print/"):
            verb = path.path.rsplit("/", 1)[1]
            machine["state"] = {"pause": "paused", "resume": "printing", "cancel": "cancelled"}[verb]
        self._answer(200, {"result": "ok"})


@pytest.fixture
def host(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    server.machine = {
        "klippy": "ready", "state": "standby", "filename": "", "progress": 0.0, "print_duration": 0.0,
        "total_duration": 0.0, "message": "", "files": [],
    }  # fmt: skip
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.PRINTER_HOSTS = [f"127.0.0.1:{server.server_port}"]
    yield server
    server.shutdown()
    server.server_close()


def printer(host, key=KEY, path=""):
    return door("moonraker", f"http://127.0.0.1:{host.server_port}{path}", key)


def test_a_program_is_sent_started_paused_and_seen_to_its_end(host, tmp_path):
    moonraker = printer(host)
    assert moonraker.about() == "Moonraker v0.9.3"
    assert moonraker.status().doing == Doing.IDLE
    program = tmp_path / "x"
    program.write_text("G28\n")
    moonraker.send("partage 1.gcode", program)
    assert b"G28\n" in host.machine["files"][0]
    moonraker.start("partage 1.gcode")
    host.machine |= {"progress": 0.25, "print_duration": 60.0, "total_duration": 70.0}
    status = moonraker.status()
    assert (status.doing, status.file, status.progress) == (Doing.PRINTING, "partage 1.gcode", 0.25)
    assert (status.seconds_run, status.seconds_left) == (70, 180)
    moonraker.pause()
    assert moonraker.status().doing == Doing.PAUSED
    moonraker.resume()
    host.machine["state"] = "complete"
    assert moonraker.status().is_complete


def test_a_machine_whose_firmware_has_stopped_is_in_error_and_says_so(host):
    host.machine["klippy"] = "shutdown"
    status = printer(host).status()
    assert status.doing == Doing.ERROR
    assert "shutdown" in status.message


def test_a_wrong_key_is_refused(host):
    with pytest.raises(PrinterRefusedError, match="key"):
        printer(host, key="another").about()


def test_no_redirect_is_followed(host):
    with pytest.raises(PrinterRefusedError, match="elsewhere"):
        printer(host, path="/moved").about()


def test_a_host_that_is_gone_is_away(host):
    moonraker = printer(host)
    host.shutdown()
    host.server_close()
    with pytest.raises(PrinterAwayError):
        moonraker.about()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9", "http://169.254.169.254/", "https://10.0.0.7/", "file:///etc/passwd"]
)
def test_what_the_administrator_does_not_name_is_not_asked(host, url):
    with pytest.raises(PrinterRefusedError):
        door("moonraker", url, KEY).about()
