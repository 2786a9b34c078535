"""A passkey in a real browser: made on one's own device, then the only way into the office the next day."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from linli.accounts.models import RecoveryCode, SecondFactor
from tests import cast
from tests.journeys.conftest import a_browser

pytestmark = pytest.mark.browser


def test_a_passkey_is_made_and_opens_the_office(address: str, monkeypatch: pytest.MonkeyPatch):
    """By Chromium's virtual authenticator (CDP, WebAuthn domain). Passkeys refuse an IP address: localhost it is."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    ours = address.replace("127.0.0.1", "localhost")
    monkeypatch.setattr(settings, "DEMO", False)
    monkeypatch.setattr(settings, "ADDRESS", ours)
    secretary = cast.secretary(cast.community())
    with a_browser() as browser:
        context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=ours, locale="zh-CN")
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        device = context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        device.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                }
            },
        )
        page.goto(cast.way_in(secretary))
        page.get_by_role("button", name="进门").click()
        expect(page.get_by_role("heading", name="第二把钥匙", exact=True)).to_be_visible()
        page.get_by_role("button", name="指纹、人脸").click()
        expect(page.locator(".paper-codes code")).to_have_count(8)
        page.get_by_role("link", name="抄好了").click()
        expect(page.get_by_role("link", name="人员")).to_be_visible()
        assert SecondFactor.objects.get().kind == "passkey"

        page.goto("/own")
        page.get_by_role("button", name="退出").click()
        page.goto(cast.way_in(secretary))
        page.get_by_role("button", name="进门").click()
        expect(page.get_by_role("link", name="人员")).to_have_count(0)
        page.get_by_role("button", name="用通行密钥").click()
        expect(page.get_by_role("link", name="人员")).to_be_visible()
        assert SecondFactor.objects.get().sign_count > 0

        page.goto("/own/keys/paper")
        page.get_by_role("button", name="用通行密钥").click()
        expect(page.locator(".paper-codes code")).to_have_count(8)
        assert RecoveryCode.objects.count() == 8
        assert not faults
