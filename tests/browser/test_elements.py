"""The custom elements in a real browser, on pages of their own: no server, every request answered here."""

import json
import struct
from pathlib import Path

import pytest
from playwright.sync_api import expect

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "static" / "dist"
SITE = "http://elements.invalid"
POLICY = "default-src 'self'; img-src 'self' data: blob:; connect-src 'self' blob: data:; object-src 'none'"
WORDS = (
    "drop-done drop-failed drop-too-large drop-waiting drop-retry-of drop-remove drop-some-failed viewer-label "
    "viewer-reset viewer-wire viewer-size viewer-failed copy-done tag-remove"
).split()

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (DIST / "site.js").exists(), reason="static/dist is not built: ./partage test builds it"),
]


def _glb():
    """A tetrahedron of 10 mm, the smallest GLB that has a volume."""
    points = struct.pack("<12f", 0, 0, 0, 10, 0, 0, 0, 10, 0, 0, 0, 10)
    faces = struct.pack("<12H", 0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3)
    document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3", "min": [0] * 3, "max": [10] * 3},
            {"bufferView": 1, "componentType": 5123, "count": 12, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": 48},
            {"buffer": 0, "byteOffset": 48, "byteLength": 24},
        ],
        "buffers": [{"byteLength": 72}],
    }
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", 72, 0x004E4942) + points + faces
    return struct.pack("<III", 0x46546C67, 2, 12 + len(body)) + body


class Pages:
    """Opens a page with this body, and answers its requests from static/ and from `answers`."""

    def __init__(self, page):
        self.page = page
        self.answers = {}
        self.posts = []
        page.route("**/*", self._answer)

    def open(self, body, lang="en"):
        words = "".join(f'<data value="{word}">{word} {{path}}</data>' for word in WORDS)
        self.html = (
            f'<!doctype html><html lang="{lang}"><title>Elements</title><link rel="stylesheet" href="/dist/site.css">'
            '<link rel="icon" href="data:,"><script src="/js/theme.js"></script>'
            f'<script type="module" src="/dist/site.js"></script><body><main>{body}</main>'
            f'<template id="messages" data-icons="/img/icons.svg">{words}</template>'
        )
        self.page.goto(f"{SITE}/")

    def _answer(self, route):
        path = route.request.url.removeprefix(SITE).split("?")[0]
        if route.request.method == "POST":
            self.posts.append((path, route.request.post_data_buffer or b""))
        if path in self.answers:
            answer = self.answers[path]
            route.fulfill(**(answer() if callable(answer) else answer))
        elif path == "/":
            headers = {"Content-Security-Policy": POLICY}
            route.fulfill(body=self.html, content_type="text/html", headers=headers)
        elif (ROOT / "static" / path.lstrip("/")).is_file():
            route.fulfill(path=ROOT / "static" / path.lstrip("/"))
        else:
            route.fulfill(status=404, body="")


@pytest.fixture
def pages(page):
    return Pages(page)


@pytest.fixture
def clean_pages(clean_page):
    return Pages(clean_page)


VIEWER = '<mesh-viewer src="/part.glb" poster="/img/logo.svg" alt="part.stl"></mesh-viewer>'


def test_the_viewer_shows_the_model_and_obeys_every_key_under_the_strict_policy(clean_pages):
    page = clean_pages.page
    clean_pages.answers["/part.glb"] = {"body": _glb(), "content_type": "model/gltf-binary"}
    clean_pages.open(VIEWER)
    viewer = page.locator("mesh-viewer")
    expect(viewer).to_have_attribute("data-ready", "1", timeout=30_000)
    canvas = page.get_by_role("application", name="viewer-label")
    canvas.focus()
    seen = {page.evaluate("document.querySelector('mesh-viewer').view.picture()")}
    for key in ("ArrowLeft", "ArrowUp", "+", "w"):
        page.keyboard.press(key)
        seen.add(page.evaluate("document.querySelector('mesh-viewer').view.picture()"))
    assert len(seen) == 5
    expect(page.get_by_role("button", name="viewer-wire")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("d")
    assert page.locator("mesh-viewer .size:visible").all_text_contents() == ["10 mm", "10 mm", "10 mm"]
    page.keyboard.press("w")
    page.keyboard.press("d")
    page.keyboard.press("r")
    assert page.evaluate("document.querySelector('mesh-viewer').view.picture()") in seen


def test_the_viewer_keeps_the_picture_when_the_model_cannot_be_had(pages):
    pages.open(VIEWER)
    viewer = pages.page.locator("mesh-viewer")
    expect(viewer).to_have_attribute("data-failed", "1")
    expect(viewer.get_by_role("img", name="part.stl")).to_be_visible()
    expect(viewer.get_by_role("status")).to_contain_text("viewer-failed")
    expect(viewer.locator("canvas")).to_have_count(0)


DROP = """<file-drop><form method="post" enctype="multipart/form-data" action="/upload" data-stage="/stage">
<input type="hidden" name="csrfmiddlewaretoken" value="key"><div class="target">
<input type="file" name="files" multiple aria-label="Files"></div>
<label>Message <input name="message" value="Add"></label><button>Commit</button></form></file-drop>"""


def _files(*names):
    return [{"name": name, "mimeType": "application/octet-stream", "buffer": name.encode()} for name in names]


def _json(status, **body):
    return {"status": status, "body": json.dumps(body), "content_type": "application/json"}


def test_an_upload_stages_each_file_and_then_commits_all_of_them_once(clean_pages):
    page = clean_pages.page
    tokens = iter(("t1", "t2"))
    clean_pages.answers["/stage"] = lambda: _json(201, token=next(tokens))
    clean_pages.answers["/upload"] = _json(201, url="/done")
    clean_pages.answers["/done"] = {"body": "done", "content_type": "text/html"}
    clean_pages.open(DROP)
    page.get_by_label("Files").set_input_files(_files("a.stl", "b.stl", "c.stl"))
    page.get_by_role("button", name="drop-remove b.stl").click()
    page.get_by_role("button", name="Commit").click()
    page.wait_for_url(f"{SITE}/done")
    assert [path for path, _ in clean_pages.posts] == ["/stage", "/stage", "/upload"]
    staged = b"".join(body for path, body in clean_pages.posts if path == "/stage")
    assert [name in staged for name in (b"a.stl", b"b.stl", b"c.stl")] == [True, False, True]
    final = clean_pages.posts[-1][1]
    sent = [final.count(f'name="{field}"'.encode()) for field in ("staged", "message", "files")]
    assert sent == [2, 1, 0]
    assert final.count(b"\r\nt1\r\n") == final.count(b"\r\nt2\r\n") == 1


def test_a_refused_file_says_why_and_nothing_is_committed_until_it_is_tried_again(pages):
    page = pages.page
    answers = iter((_json(422, detail="This name is reserved."), _json(201, token="t1")))
    pages.answers["/stage"] = lambda: next(answers)
    pages.answers["/upload"] = _json(201, url="/done")
    pages.answers["/done"] = {"body": "done", "content_type": "text/html"}
    pages.open(DROP)
    page.get_by_label("Files").set_input_files(_files("nul.stl"))
    page.get_by_role("button", name="Commit").click()
    expect(page.locator(".queue .fault")).to_have_text("This name is reserved.")
    expect(page.locator("[aria-live]")).to_contain_text("drop-some-failed")
    assert [path for path, _ in pages.posts] == ["/stage"]
    page.get_by_role("button", name="drop-retry-of nul.stl").click()
    expect(page.locator(".queue .state")).to_contain_text("drop-done")
    page.get_by_role("button", name="Commit").click()
    page.wait_for_url(f"{SITE}/done")
    assert [path for path, _ in pages.posts] == ["/stage", "/stage", "/upload"]


def test_a_file_over_the_limit_is_refused_before_a_byte_is_sent(clean_pages):
    page = clean_pages.page
    clean_pages.open(DROP.replace("data-stage", 'data-max="4" data-stage'))
    page.get_by_label("Files").set_input_files(_files("long.stl"))
    page.get_by_role("button", name="Commit").click()
    expect(page.locator(".queue .fault")).to_contain_text("drop-too-large")
    assert clean_pages.posts == []


def test_a_dropped_folder_keeps_its_paths(clean_pages):
    page = clean_pages.page
    clean_pages.open(DROP)
    paths = page.evaluate("""async () => {
      const file = (name, path) => ({isFile: true, fullPath: path, file: done => done(new File(["x"], name))});
      const folder = (path, children) => ({isFile: false, fullPath: path, createReader: () => {
        const parts = [children.slice(0, 1), children.slice(1), []];
        return {readEntries: done => done(parts.shift())};
      }});
      const root = folder("/box", [file("a.stl", "/box/a.stl"), folder("/box/in", [file("b.stl", "/box/in/b.stl")])]);
      const drop = new Event("drop", {bubbles: true, cancelable: true});
      drop.dataTransfer = {items: [{webkitGetAsEntry: () => root}], files: []};
      document.querySelector("file-drop .target").dispatchEvent(drop);
      await new Promise(done => setTimeout(done, 100));
      return [...document.querySelectorAll(".queue .path")].map(one => one.textContent);
    }""")
    assert paths == ["box/a.stl", "box/in/b.stl"]


def test_tags_become_chips_and_are_sent_parted_by_commas(clean_pages):
    page = clean_pages.page
    clean_pages.open('<form><tag-input><input name="tags" aria-label="Tags" value="gear, clock"></tag-input></form>')
    field = page.get_by_label("Tags", exact=True)
    field.fill("brass")
    field.press("Enter")
    field.press_sequentially("gear,")
    assert page.locator("input[name=tags]").input_value() == "gear, clock, brass"
    field.press("Backspace")
    page.locator(".tag button").first.click()
    assert page.locator("input[name=tags]").input_value() == "clock"


def test_the_delete_button_waits_for_the_whole_name(clean_pages):
    page = clean_pages.page
    clean_pages.open('<confirm-name name="ada/widget"><input aria-label="Name"><button>Delete</button></confirm-name>')
    button = page.get_by_role("button", name="Delete")
    expect(button).to_be_disabled()
    page.get_by_label("Name").fill("ada/widge")
    expect(button).to_be_disabled()
    page.get_by_label("Name").fill("ada/widget")
    expect(button).to_be_enabled()


def test_the_theme_is_remembered_and_applied_before_the_page_is_drawn(clean_pages):
    page = clean_pages.page
    clean_pages.open('<theme-switch><button value="auto">A</button><button value="dark">D</button></theme-switch>')
    page.get_by_role("button", name="D").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    expect(page.get_by_role("button", name="D")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.get_by_role("button", name="A").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme ?? null") is None


def test_times_are_told_in_the_language_of_the_page(clean_pages):
    page = clean_pages.page
    page.clock.set_fixed_time("2026-11-22T12:00:00Z")
    clean_pages.open('<relative-time datetime="2026-11-19T11:00:00Z">19 nov.</relative-time>', lang="fr")
    expect(page.locator("relative-time")).to_have_text("il y a 3 jours")


def test_copying_takes_the_text_and_says_so(clean_pages, context):
    page = clean_pages.page
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    clean_pages.open(
        '<code id="c">git clone x</code><copy-button for="c"><button type="button">Copy</button></copy-button>'
    )
    page.evaluate("""() => Object.defineProperty(navigator, "clipboard",
      {value: {writeText: text => { window.copied = text; return Promise.resolve(); }}})""")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_contain_text("copy-done")
    assert page.evaluate("window.copied") == "git clone x"
