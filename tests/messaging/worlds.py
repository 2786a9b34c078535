"""A compound with an office, a reviewer and residents, and notices at every station."""

from dataclasses import dataclass, field
from datetime import datetime

from linli.community.models import Place
from linli.messaging.models import Notice, Posting
from linli.messaging.services import approve_text, name_reviewers, post_notice, write_notice
from linli.record import clock
from tests import cast

MONDAY = datetime(2023, 7, 3, 9, tzinfo=clock.SHANGHAI)
TEXT = "聚鑫园1栋3个单元共54户，加装一部电梯，从街面到3层。请各位业主、居民查看。"


@dataclass
class World:
    """The article's compound: who writes, who reviews, who lives there."""

    community: Place = field(default_factory=cast.community)

    def __post_init__(self) -> None:
        self.compound = cast.compound(self.community)
        self.secretary = cast.secretary(self.community)
        self.clerk = cast.clerk(self.community)
        self.deputy = cast.clerk(self.community, "何晓芸")
        self.leader = cast.collector(self.compound)
        self.issuer = cast.organisation(self.community, "广顺园社区居民委员会", "residents_committee")
        name_reviewers(
            community=self.community,
            reviewer=self.secretary.person,
            deputy=self.deputy.person,
            by=self.secretary.by,
        )

    def written(self, **more: object) -> Notice:
        words: dict[str, object] = {
            "place": self.compound,
            "title": "聚鑫园加装电梯协议公示",
            "text": TEXT,
            "issuer": self.issuer,
            "days": 15,
            "contact": "社区服务站一楼",
            "by": self.clerk.by,
        }
        return write_notice(**{**words, **more})  # type: ignore[arg-type]

    def approved(self, **more: object) -> Notice:
        notice = self.written(**more)
        approve_text(review=notice.review, seen=notice.review.fingerprint, by=self.secretary.by)
        notice.refresh_from_db()
        return notice

    def posted(self, **more: object) -> Notice:
        notice = self.approved(**more)
        for posting in doors(notice):
            post_notice(posting=posting, by=self.leader.by)
        notice.refresh_from_db()
        return notice


def doors(notice: Notice) -> list[Posting]:
    return list(Posting.objects.filter(notice=notice).order_by("position"))
