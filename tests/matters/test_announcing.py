"""The result of a matter as a notice: once, by whoever may write one, for no fewer days than its rule has."""

import pytest

from linli.matters.models import Matter
from linli.matters.services import announce_result, raise_matter
from linli.messaging.models import Notice
from linli.messaging.services import withdraw_notice
from linli.rules.errors import Forbidden, Refused
from tests import cast

pytestmark = pytest.mark.django_db


def announced(matter: Matter, by: cast.Member, **more: object) -> Notice:
    words: dict[str, object] = {"text": "48户同意。", "days": 15, "contact": "社区服务站"}
    return announce_result(matter=matter, by=by.by, **{**words, **more})  # type: ignore[arg-type]


def test_a_result_is_posted_once_and_by_its_own_rule():
    at = cast.community()
    place, secretary = cast.compound(at), cast.secretary(at)
    matter = raise_matter(
        place=place, title="更换门禁", words="刷不开。", pack_id="cn.civil-code.278.ordinary",
        convener=cast.organisation(at), decider="全体业主", by=secretary.by,
    )  # fmt: skip
    with pytest.raises(Refused, match="还没有结果"):
        announced(matter, secretary)
    Matter.objects.filter(id=matter.id).update(state="decided")
    with pytest.raises(Refused, match="15天"):
        announced(matter, secretary, days=14)
    with pytest.raises(Forbidden):
        announced(matter, cast.neighbour(place))
    notice = announced(matter, secretary)
    assert (notice.about_kind, notice.about, notice.issuer) == ("matter", matter.id, matter.convener)
    assert notice.number == matter.number, "one number from the first word to the last notice"
    assert [posting.label for posting in notice.postings.order_by("position")] == ["一单元", "二单元", "三单元"]
    with pytest.raises(Refused, match="已经写成公示"):
        announced(matter, secretary)
    withdraw_notice(notice=notice, why="写错了", by=secretary.by)
    assert announced(matter, secretary) != notice
