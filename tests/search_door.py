"""A door before the real Elasticsearch: it asks for an API key under TLS, may be shut, or say that it is too much."""

import base64
import http.client
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from tests.search_engines import elasticsearch

KEY = base64.b64encode(b"a-key:of-this-test").decode()


class Door:
    """Forwards to the real server what comes with the right key. It keeps its port while it is shut."""

    def __init__(self, folder):
        self.real = elasticsearch()
        self.busy = 0
        self.asked = []
        self.certificate = folder / "door.pem"
        names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
        pair = ["-keyout", folder / "door.key", "-out", self.certificate]
        fresh = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        subprocess.run([*fresh, *names, *pair], check=True, capture_output=True)
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(self.certificate, folder / "door.key")
        self.port, self._server = 0, None

    @property
    def settings(self):
        """The settings of a site that asks at this door."""
        url, key = [f"https://127.0.0.1:{self.port}"], KEY
        return self.real | {"SEARCH_URL": url, "SEARCH_API_KEY": key, "SEARCH_CERTIFICATES": self.certificate}

    def open(self):
        class Server(ThreadingHTTPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", self.port), type("Bound", (_Handler,), {"door": self}))
        self.port = self._server.server_port
        self._server.socket = self._context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=[0.05], daemon=True).start()
        return self

    def shut(self):
        """Nobody answers any more, on open connections neither."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def is_open(self):
        return self._server is not None

    def forward(self, method, path, headers, body):
        """Status, headers and body of the real server's answer."""
        address = urlsplit(self.real["SEARCH_URL"][0])
        if address.scheme == "https":
            context = ssl.create_default_context(cafile=self.real["SEARCH_CERTIFICATES"])
            link = http.client.HTTPSConnection(address.hostname, address.port, timeout=30, context=context)
        else:
            link = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
        if address.username:
            user = f"{unquote(address.username)}:{unquote(address.password)}"
            headers["Authorization"] = f"Basic {base64.b64encode(user.encode()).decode()}"
        try:
            link.request(method, path, body, headers)
            answer = link.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            link.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _any(self):
        door = self.door
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        door.asked.append((self.command, self.path))
        kept = {name: self.headers[name] for name in ("Accept", "Content-Type") if self.headers[name]}
        if not door.is_open:
            self.close_connection = True
            return
        product = {"X-Elastic-Product": "Elasticsearch", "Content-Type": "application/json"}
        if self.headers["Authorization"] != f"ApiKey {KEY}":
            self._answer(401, product, b'{"error": {"type": "security_exception"}, "status": 401}')
        elif self.path.startswith("/_bulk") and door.busy:
            door.busy -= 1
            self._answer(429, product, b'{"error": {"type": "es_rejected_execution_exception"}, "status": 429}')
        else:
            self._answer(*door.forward(self.command, self.path, kept, body))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _any  # noqa: N815

    def _answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() in {"x-elastic-product", "content-type"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_told):
        """Says nothing."""
