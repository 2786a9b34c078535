"""The story that ``linli demo`` tells, by calling services only, and the ways in for its people."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from linli.accounts.services import make_sign_in_link, open_account
from linli.community.queries import people_of
from linli.demo import ground, matters, notices, street
from linli.record import clock
from linli.record.acting import Acting

#: Who to come in as, and what to look at.
PERSONAS = {
    ground.SECRETARY: "社区党委副书记：今日看板、议事厅、门户；聚鑫园电梯的结果和每户分摊",
    ground.CLERK: "居委会录入员：录入纸表（只用键盘）、照片；先审后发的替补",
    ground.LEADER: "楼栋长，收表人：更换门禁走到哪儿了（楼面图）",
    ground.RESIDENT: "聚鑫园二单元602的居民：自家的答复，电梯的结果",
    ground.SUPERVISOR: "居务监督委员：等委员会答复的申诉",
    ground.NEIGHBOUR: "紫藤里二单元的邻居：只看得到每个单元几户",
}
OFFICER_SEES = "街道干部：四个社区的汇总数字，看不到任何一户、任何一个人"


@transaction.atomic
def tell() -> None:
    """Tell the story, all of it or nothing; once it is told, do nothing.

    Juxinyuan's lift is told at its own time, 2023. What is under way is told as of today.
    """
    if ground.community_there():
        return
    settled = ground.settle()
    street.settle_the_street()
    lift = matters.lift_of_2023(settled)
    notices.result_of_2023(settled, lift)
    now = clock.now()
    matters.lift_under_way(settled, now)
    matters.new_doors_under_way(settled, now)
    notices.under_way(settled, now)


def links() -> list[tuple[str, str]]:
    """A new one-time sign-in link for each persona: (who, and what to look at; address). Each opens once, for a day."""
    community = ground.community_there()
    if community is None:
        return []
    by = Acting.system(community.id)
    officer, secret = street.officer(community)
    found = {person.name: person for person in people_of(community, by).filter(name__in=PERSONAS)}
    people = [
        (
            f"{name}（{words}）",
            settings.ADDRESS + address_of(make_sign_in_link(account=open_account(person=found[name], by=by), by=by)),
        )
        for name, words in PERSONAS.items()
    ]
    return [*people, (f"{officer.name}（{OFFICER_SEES}）", settings.ADDRESS + address_of(secret))]


def address_of(secret: str) -> str:
    """The path that a link's secret opens."""
    return reverse("sign-in-link", args=[secret])
