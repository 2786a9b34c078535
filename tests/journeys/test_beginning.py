"""From an empty instance to a notice on the doors: the secretary follows the guide on her phone, without script."""

import re
from typing import Any

import pytest
from django.test import Client

from linli.accounts.models import SignInLink
from linli.cli import admin
from linli.community.models import Dwelling, Place, Role
from linli.messaging.models import Notice
from linli.record import clock
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
    names, units = ("王建业", "李秀兰"), Place.objects.filter(kind="unit").order_by("sort_key")[:2]
    form = phone.open(the_one_button(home)).form()
    words: dict[str, Any] = {f"name_{n}": name for n, name in enumerate(names, 1)}
    words |= {f"place_{n}": str(unit.id) for n, unit in enumerate(units, 1)}
    for _ in range(2):
        assert phone.send(form, title="红管家", **words).html.count('class="qr"') == 2
    leads = dict(Role.objects.filter(kind="building_leader").values_list("person__name", "place__name"))
    assert leads == {"王建业": "一单元", "李秀兰": "二单元"}, "sent twice, they are two"
    links = SignInLink.objects.filter(account__claims__person__name__in=names, expires_at__gt=clock.now())
    assert links.count() == 2, "the links of the first page have ended"
    person = phone.send(adding(phone.open("/people")), name="赵国安")
    phone.send(person.form(person.address), kind="building_leader", title="红管家", give="yes")
    # Who has the role and no code yet comes first.
    person = phone.open(the_one_button(phone.open("/")))
    assert phone.send(person.form("/invite")).says("请赵国安扫这张码")

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
