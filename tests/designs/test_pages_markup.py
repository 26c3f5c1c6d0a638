"""What Markdown may become, and what it may not."""

import re

import pytest

from designs import markup


def _address(kind, path):
    return f"/{kind}/{path}"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        '<a href="jAvAsCrIpT:alert(1)">x</a>',
        '<svg onload="alert(1)"></svg>',
        '<iframe src="//evil.example"></iframe>',
        '<form action="//evil.example"><input name="x"></form>',
        '<p style="position:fixed">x</p>',
        '<div hx-get="/settings/" data-hx-post="/x">x</div>',
        '<base href="//evil.example">',
        '<meta http-equiv="refresh" content="0">',
    ],
)
def test_no_markdown_runs_a_script_or_takes_over_the_page(text):
    html = markup.render(text, address=_address).lower()
    tags = " ".join(re.findall(r"<[^>]*>", html))
    assert not re.search(r"<(script|svg|iframe|form|input|base|meta|div)", tags)
    assert not re.search(r"\s(on\w+|style|hx-\w+|data-\S+)=|javascript:|data:", tags)


def test_headings_come_under_the_pages_own():
    assert "<h2>" in markup.render("# One")
    assert "<h1" not in markup.render("# One")


def test_relative_links_lead_to_the_same_version():
    html = markup.render("[a](../b/c.stl#top) ![p](x%20y.png)", folder="docs", address=_address)
    assert 'href="/page/b/c.stl#top"' in html
    assert 'src="/raw/docs/x y.png"' in html


def test_links_out_of_the_project_go_nowhere_and_foreign_pictures_are_not_loaded():
    html = markup.render("[a](../../etc/passwd) ![p](https://tracker.example/x.png)", folder="a", address=_address)
    assert "etc/passwd" not in html
    assert "tracker.example" not in html


def test_tables_task_lists_and_strikethrough_are_drawn():
    html = markup.render("| a | b |\n|---|---|\n| 1 | 2 |\n\n- [x] done\n- [ ] open\n\n~~gone~~")
    assert "<td>1</td>" in html
    assert "☑ done" in html
    assert "☐ open" in html
    assert "<s>gone</s>" in html
