"""From an empty instance to a notice on the doors: the secretary follows the guide on her phone, without script."""

import re

import pytest
from django.test import Client

from linli.accounts.models import SignInLink
from linli.cli import admin
from linli.community.models import Dwelling, Role
from linli.messaging.models import Notice
from tests.cli.test_admin_command import FIRST, come_in
from tests.journeys.reading import Form, Page, Reader

pytestmark = pytest.mark.django_db

TITLE = "半小时，把社区立起来"


def ticked(page: Page) -> list[str]:
    """The state of each step of the guide, in order."""
    (guide,) = re.findall(r'<ol class="timeline">(.*?)</ol>', page.html, re.S)
    return re.findall(r'<li data-state="(\w+)"', guide)


def the_one_button(page: Page) -> str:
    """Where the guide's one big button leads."""
    (address,) = re.findall(r'data-kind="primary" data-size="big" href="([^"]+)"', page.html)
    return str(address)


def adding(page: Page) -> Form:
    """The form that puts somebody on the roster, beside the one that looks for somebody."""
    (form,) = [form for form in page.forms if "once" in form.values]
    return form


class Counted(Reader):
    """A reader who counts the pages that are looked at."""

    seen = 0

    def open(self, address: str, status: int = 200) -> Page:
        self.seen += 1
        return super().open(address, status)

    def send(self, form: object, /, expect: int = 200, **values: object) -> Page:
        self.seen += 1
        return super().send(form, expect, **values)  # type: ignore[arg-type]


def test_a_community_stands_by_following_the_one_button():
    phone = Counted(come_in(admin.create_secretary(**FIRST)))
    home = phone.open("/")
    assert home.says(TITLE)
    assert home.says("惠岗社区")
    assert ticked(home) == ["done", "now", "open", "open"]

    phone.send(phone.open(the_one_button(home)).form(), kind="compound", name="马家营")
    rule = phone.open(the_one_button(phone.open("/"))).form()
    planned = phone.send(rule, rule="3个单元，3–8层，每层3户", building="1号楼")
    phone.send(planned.form(), lay="yes")
    assert Dwelling.objects.count() == 54

    home = phone.open("/")
    assert ticked(home) == ["done", "done", "now", "open"]
    for name in ("王建业", "李秀兰", "赵国安"):
        person = phone.send(adding(phone.open(the_one_button(phone.open("/")))), name=name)
        phone.send(person.form(person.address), kind="building_leader", title="红管家", give="yes")
        # Who has the role and no code yet comes first.
        person = phone.open(the_one_button(phone.open("/")))
        assert phone.send(person.form("/invite")).says(f"请{name}扫这张码")
    assert SignInLink.objects.filter(account__claims__person__name__in=("王建业", "李秀兰", "赵国安")).count() == 3

    home = phone.open("/")
    assert ticked(home) == ["done", "done", "done", "now"]
    written = phone.open(the_one_button(home)).form()
    phone.send(written, title="停水通知", text="6月20日停水一天。", days=3, contact="社区服务站一楼")
    review = phone.open(the_one_button(phone.open("/")))
    phone.send(review.form("/approve"))
    notice = phone.open(the_one_button(phone.open("/")))
    sheet = phone.open(f"{notice.address}/sheet")
    assert 'class="qr"' in sheet.html
    while up := [form for form in notice.forms if form.action.endswith("/up")]:
        notice = phone.send(up[0])
    assert Notice.objects.get().posted_on is not None

    home = phone.open("/")
    assert not home.says(TITLE)
    # A page every half minute would be slow reading; half an hour is plenty.
    assert phone.seen <= 45


def test_the_guide_is_the_offices_and_goes_when_the_work_has_begun():
    first = come_in(admin.create_secretary(**FIRST))
    assert TITLE in first.get("/").content.decode()
    assert Role.objects.filter(kind="secretary").count() == 1
    assert TITLE not in Client().get("/sign-in").content.decode()
