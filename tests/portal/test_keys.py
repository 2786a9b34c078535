"""The page of keys: a secret is shown once, to those who answer for the community, and opens until it is taken back."""

import re
from typing import Any

import pytest
from django.test import Client

from linli.community.models import Place
from linli.portal.models import ApiKey
from tests import cast
from tests.journeys.reading import Reader

pytestmark = pytest.mark.django_db

GIVEN: dict[str, Any] = {"name": "街道的统计表，李工", "scopes": ["read_places", "read_results"]}


@pytest.fixture
def community() -> Place:
    return cast.community()


def opens(secret: str) -> int:
    return Client().get("/api/v1/places", headers={"authorization": f"Bearer {secret}"}).status_code


def test_a_key_is_given_shown_once_used_and_taken_back(community: Place) -> None:
    desk = Reader(cast.signed_in(cast.secretary(community)))
    assert "/keys" in desk.open("/own").links
    form = desk.open("/keys").form("/keys")
    page = desk.send(form, **GIVEN)
    (secret,) = set(re.findall(r"linli_[\w-]{32}", page.html))
    again = desk.send(form, **GIVEN)
    assert again.says("不能再显示")
    assert secret not in again.html
    assert ApiKey.objects.count() == 1
    assert opens(secret) == 200
    shown = desk.open("/keys")
    assert shown.says("地点（没有门户和人）、各单元的结果 · 最近用在")
    after = desk.send(shown.form("/end"))
    assert after.says("已收回")
    assert opens(secret) == 401


def test_a_form_without_a_word_is_shown_again(community: Place) -> None:
    desk = Reader(cast.signed_in(cast.secretary(community)))
    desk.send(desk.open("/keys").form("/keys"), 400, name="只有名称")
    assert not ApiKey.objects.exists()


def test_the_page_is_closed_to_others(community: Place) -> None:
    key = ApiKey.objects.create(community=community, name="x", secret_sha256="x", scopes=["read_places"])
    theirs = cast.secretary(cast.community("红星里社区"))
    assert cast.signed_in(theirs).post(f"/keys/{key.id}/end").status_code == 404
    for member in (cast.clerk(community), cast.holder(community, "building_leader", "楼栋长", "赵建国")):
        browser = cast.signed_in(member)
        assert browser.get("/keys").status_code == 403
        assert browser.post(f"/keys/{key.id}/end").status_code == 403
        assert 'href="/keys"' not in browser.get("/own").content.decode()
    key.refresh_from_db()
    assert key.ended_at is None
