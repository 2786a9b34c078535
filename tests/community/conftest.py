"""The compound of the article as these tests know it: places from real names, people invented.

This file is read before Django is set up, so models and services are imported where they are used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from linli.record.acting import Acting

if TYPE_CHECKING:
    from linli.community.models import Person, Place, Role


@pytest.fixture
def community(db: None) -> Place:
    from linli.community.services import found_community

    return found_community(
        city="天津市", district="河西区", town="桃园街道", community="广顺园社区", by=Acting.system(None)
    )


@pytest.fixture
def system(community: Place) -> Acting:
    return Acting.system(community.id)


@pytest.fixture
def compound(community: Place, system: Acting) -> Place:
    from linli.community.services import add_place

    return add_place(parent=community, kind="compound", name="聚鑫园", by=system)


def acting_as(person: Person, role: Role | None) -> Acting:
    return Acting(
        community=person.community_id,
        person=person.id,
        role=role.kind if role else "resident",
        role_id=role.id if role else None,
    )


@pytest.fixture
def hold(community: Place, system: Acting) -> Callable[..., Acting]:
    """Somebody new who holds a role; what they act as."""

    from linli.community.services import add_person, give_role

    def make(kind: str, place: Place | None = None, name: str = "示例甲") -> Acting:
        person = add_person(community=community, name=name, by=system)
        role = give_role(person=person, kind=kind, title="示例", place=place or community, by=system)
        return acting_as(person, role)

    return make


@pytest.fixture
def clerk(hold: Callable[..., Acting]) -> Acting:
    return hold("clerk")


@pytest.fixture
def neighbour(community: Place, system: Acting) -> Acting:
    from linli.community.services import add_person

    return acting_as(add_person(community=community, name="示例乙", by=system), None)
