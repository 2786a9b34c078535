"""What one reads of one's own account: browsers, helpers, second keys."""

import re
import unicodedata
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from linli.accounts.models import Account, FamilyHelp, RecoveryCode, SecondFactor, Session, WeixinLogin
from linli.community.models import Dwelling, Place
from linli.community.policy import Action, not_allowed, require_role
from linli.community.queries import labels_of
from linli.record import clock
from linli.record.acting import Acting
from linli.rules.errors import Refused


def sessions_of(account: Account) -> QuerySet[Session]:
    """The browsers in which the account is signed in, the newest first."""
    return Session.objects.filter(account=account, expire_date__gt=clock.now()).order_by("-since")


def weixins_of(account: Account) -> QuerySet[WeixinLogin]:
    """Each Weixin by which the account comes in, the oldest first."""
    return WeixinLogin.objects.filter(account=account).order_by("made_at")


def helps_of(viewer: Acting) -> Sequence[FamilyHelp]:
    """Everybody whom the viewer ever asked to help them, the newest first; a helper may not look."""
    if viewer.role == "helper":
        raise not_allowed()
    return list(FamilyHelp.objects.filter(elder=viewer.person, community=viewer.community).order_by("-made_at"))


def recorded_by(viewer: Acting) -> Sequence[FamilyHelp]:
    """The helps that the viewer wrote down at doors and that still hold, the newest first."""
    made = FamilyHelp.objects.filter(invited_by=viewer.person, community=viewer.community, ended_at=None)
    return list(made.exclude(evidence="").select_related("elder").order_by("-made_at")[:20])


def factors_of(account: Account) -> QuerySet[SecondFactor]:
    """The second keys of an account, the oldest first."""
    return SecondFactor.objects.filter(account=account, confirmed_at__isnull=False).order_by("made_at")


def paper_codes_left(account: Account) -> int:
    """How many codes on paper have not been used."""
    return RecoveryCode.objects.filter(account=account, used_at=None).count()


def help_for(help_id: UUID, viewer: Acting) -> FamilyHelp:
    """One help, for the elder themselves and for who wrote their word down; for others it is not there."""
    mine = Q(elder=viewer.person) | Q(invited_by=viewer.person)
    found = FamilyHelp.objects.select_related("elder").get(mine, id=help_id, community=viewer.community)
    if viewer.role == "helper":
        raise not_allowed()
    return found


def door_called(words: str, viewer: Acting, action: Action) -> Dwelling:
    """The door that people at the viewer's place call so: 一单元503, 1-503, or with its compound's name before it.

    Refused where there is none, and where several compounds have one.
    """
    place = require_role(viewer, action)
    said = "".join(unicodedata.normalize("NFKC", words).split())
    room = re.search(r"[0-9A-Za-z]+$", said)
    named = Q(room=room[0]) | Q(name=words.strip()) if room else Q(name=words.strip())
    doors = list(Dwelling.objects.filter(named, place__path__contains=[place.id]).select_related("place"))
    labels = labels_of(place, doors)
    compounds = dict(
        Place.objects.filter(community=viewer.community, kind=Place.Kind.COMPOUND).values_list("id", "name")
    )
    called = [door for door in doors if said in (labels[door.id].full, labels[door.id].short)]
    for door in doors:
        compound = next((compounds[step] for step in door.place.path if step in compounds), "")
        if compound and said in (compound + labels[door.id].full, compound + labels[door.id].short):
            called = [door]
    if len(called) > 1:
        raise Refused("door.several", "不止一个小区有这一户。请连小区一起写，例如：聚鑫园一单元1201。")
    if not called:
        raise Refused("door.unknown", "没有找到这一户。请照门牌写全，例如：一单元1201。")
    return called[0]
