"""The first person of an instance: founded from the terminal, let in once, able to begin."""

import pytest
from django.test import Client

from linli.cli import admin
from linli.community.models import Organisation, Person, Place, Role
from linli.rules.errors import Refused

FIRST = {
    "city": "襄阳市",
    "district": "枣阳市",
    "town": "南城街道",
    "community": "惠岗社区",
    "name": "马文秀",
    "title": "社区党委书记",
}


def come_in(link: str) -> Client:
    """A browser in which the link was opened and its button pressed."""
    browser = Client()
    path = "/s/" + link.rpartition("/s/")[2]
    assert browser.post(path).status_code == 302
    return browser


@pytest.mark.django_db
def test_a_stranger_is_told_how_an_instance_begins_until_it_has_begun():
    assert "linli admin create" in Client().get("/sign-in").content.decode()
    admin.create_secretary(**FIRST)
    assert "linli admin create" not in Client().get("/sign-in").content.decode()


@pytest.mark.django_db
def test_the_link_lets_the_first_secretary_in_once_and_they_can_begin():
    link = admin.create_secretary(**FIRST)
    browser = come_in(link)
    assert "马文秀" in browser.get("/").content.decode()
    assert browser.post("/places", {"kind": "compound", "name": "马家营"}).status_code == 302
    raising = browser.get("/matters/new").content.decode()
    assert "惠岗社区党委" in raising
    assert "惠岗社区居务监督委员会" in raising
    assert Client().post("/s/" + link.rpartition("/s/")[2]).status_code == 409


@pytest.mark.django_db
def test_said_again_it_makes_a_new_link_and_nobody_twice():
    first = admin.create_secretary(**FIRST)
    again = admin.create_secretary(**{**FIRST, "name": " 马文秀 "})
    assert first != again
    assert "马文秀" in come_in(again).get("/").content.decode()
    assert (Person.objects.count(), Role.objects.count(), Organisation.objects.count()) == (1, 1, 3)
    assert Place.objects.filter(kind=Place.Kind.COMMUNITY).count() == 1


@pytest.mark.django_db
def test_a_name_that_nobody_has_founds_nothing():
    with pytest.raises(Refused, match="名称"):
        admin.create_secretary(**{**FIRST, "name": "  "})
    assert not Place.objects.exists()


def test_without_an_instance_it_says_what_to_start_first(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LINLI_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    options = [part for word in admin.QUESTIONS for part in (f"--{word}", FIRST[word])]
    assert admin.main(["create", *options]) == 2
    said = capsys.readouterr()
    assert "linli serve" in said.err
    assert said.out == ""


@pytest.mark.django_db
def test_an_officer_comes_in_to_totals_of_a_town_that_has_communities():
    officer = {"city": "襄阳市", "district": "枣阳市", "town": "南城街道", "name": "方志远", "title": "街道干部"}
    with pytest.raises(Refused, match="没有南城街道的社区"):
        admin.let_officer_in(**officer)
    admin.create_secretary(**FIRST)
    browser = come_in(admin.let_officer_in(**officer))
    assert browser.get("/")["Location"] == "/figures"
    assert "惠岗社区" in browser.get("/figures").content.decode()
    assert "马文秀" not in browser.get("/figures").content.decode()


@pytest.mark.django_db
def test_in_earnest_the_first_secretary_is_led_to_a_second_key(settings):
    settings.DEMO = False
    browser = come_in(admin.create_secretary(**FIRST))
    assert browser.get("/")["Location"] == "/own/keys"
    assert "社区党委书记" in browser.get("/own/keys").content.decode()
    assert browser.post("/places", {"kind": "compound", "name": "马家营"}).status_code == 403
