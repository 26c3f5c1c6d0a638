"""Every page, in both languages, both themes and both widths: no serious fault for a screen reader, no overflow."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command

from designs.demo.load import load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PUBLIC = [
    "/",
    "/search/?q=box",
    "/about/",
    "/legal/",
    "/privacy/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/@ada/",
    "/@ada/widget/",
    "/@ada/widget/tree/main/",
    "/@ada/widget/blob/main/knob.stl",
    "/@ada/widget/blob/main/README.md",
    "/@ada/widget/commits/",
    "/@ada/widget/releases/",
    "/@ada/widget/releases/v1.0/",
    "/@ada/widget/report/",
    "/@grace/broken-vase/",
    "/api/v1/docs",
    "/no/such/page/",
]
SIGNED_IN = [
    "/new/",
    "/new/import/",
    "/new/import/?from=zip",
    "/new/import/?from=bundle",
    "/settings/export/",
    "/@ada/widget/settings/mirrors/",
    "/@ada/widget/upload/",
    "/@ada/widget/edit/main/README.md",
    "/@ada/widget/releases/new/",
    "/@ada/widget/settings/",
    "/settings/profile/",
    "/settings/tokens/",
    "/settings/notifications/",
    "/settings/account/",
    "/organisations/new/",
    "/accounts/2fa/",
    "/accounts/email/",
    "/accounts/password/change/",
]


@pytest.fixture
def site(live_server, index_now):
    call_command("createcachetable")
    load()
    call_command("worker", once=True)
    return live_server.url


def _faults(page, address):
    page.goto(address)
    page.wait_for_load_state("networkidle")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return _serious(page) + ([f"overflow of {overflow} px"] if overflow > 0 else [])


def _serious(page):
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:120]}"
        for fault in found
        if fault["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_page_has_a_serious_fault(browser, site, client, django_user_model, theme, language):
    faults = {}
    for width in (1360, 390):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            locale=language,
            extra_http_headers={"Accept-Language": language},
        )
        page = context.new_page()
        for address in PUBLIC:
            if found := _faults(page, site + address):
                faults[address, width] = found
        client.force_login(django_user_model.objects.get(username="ada"))
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
        for address in SIGNED_IN:
            if found := _faults(page, site + address):
                faults[address, width] = found
        context.close()
    assert faults == {}
