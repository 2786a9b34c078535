"""/jianfu: nothing of what adds burdens is in the program, and the page would say so if it were."""

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client

from linli.community.models import Place
from linli.community.policy import PERSONAL_LEVELS
from linli.portal import burdens


def test_none_of_it_is_here() -> None:
    looked = burdens.look()
    assert {str(burden.name): looked.found(burden) for burden in burdens.BURDENS} == {
        "强制下载安装": (),
        "签到打卡": (),
        "积分排名": (),
        "在线时长": (),
        "过度留痕": (),
        "重复填报": (),
    }


def test_everything_was_looked_through() -> None:
    looked = burdens.look()
    plain_addresses = [address for address in looked.addresses if "<" not in address and "design" not in address]
    assert set(plain_addresses) >= {"/", "/own", "/jianfu", "/matters"}
    assert {name.split(".")[0] for name in looked.columns} >= {"community", "voting", "matters", "record", "files"}
    assert len(looked.columns) == sum(len(model._meta.get_fields()) for model in apps.get_models())
    assert set(looked.settings) == {name for name in dir(settings) if name.isupper()}


@pytest.mark.parametrize(
    ("where", "name", "burden"),
    [
        ("addresses", "/volunteers/leaderboard", "积分排名"),
        ("addresses", "/check-in/<uuid:place_id>", "签到打卡"),
        ("columns", "volunteers.Volunteer.points", "积分排名"),
        ("columns", "accounts.Session.onlineMinutes", "在线时长"),
        ("columns", "messaging.Message.read_receipt", "过度留痕"),
        ("settings", "MUST_INSTALL", "强制下载安装"),
        ("from_above", "figures.monthly-report", "重复填报"),
    ],
)
def test_it_would_be_seen(where: str, name: str, burden: str) -> None:
    empty: dict[str, tuple[str, ...]] = {"addresses": (), "columns": (), "settings": (), "from_above": ()}
    looked = burdens.Looked(**{**empty, where: (name,)})
    assert [str(each.name) for each in burdens.BURDENS if looked.found(each)] == [burden]


@pytest.mark.parametrize("name", ["/sign-in", "voting.SlipPhoto.position", "INSTALLED_APPS", "voting.Slip.checked_in"])
def test_what_is_called_alike_is_not_mistaken(name: str) -> None:
    looked = burdens.Looked((name,), (), (), ())
    assert not any(looked.found(burden) for burden in burdens.BURDENS)


def test_no_act_is_open_to_a_role_above_the_community() -> None:
    assert burdens.look().from_above == ()
    assert Place.Kind.TOWN not in PERSONAL_LEVELS


def test_the_page_is_open_to_everybody_and_says_it(db: None, client: Client) -> None:
    page = client.get("/jianfu")
    assert page.status_code == 200
    words = page.content.decode()
    assert words.count('data-state="done"') == 6
    assert "有：" not in words
    assert client.post("/jianfu").status_code == 405


def test_the_page_says_what_it_finds(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    found = burdens.Looked(("/ranking/of/volunteers",), (), (), ("town.switch",))
    monkeypatch.setattr(burdens, "look", lambda: found)
    words = client.get("/jianfu").content.decode()
    assert "有：/ranking/of/volunteers" in words
    assert "town.switch" in words
    assert "这些负担，这里没有" not in words
