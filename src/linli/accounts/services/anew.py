"""Letting somebody in anew who lost their only phone: all that opened their account ends, and they are as one who never
came in. Of somebody of the office two others must agree.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from linli.accounts.models import (
    Account,
    Claim,
    DoorClaim,
    FamilyHelp,
    PhoneCode,
    Readmission,
    Session,
    SignInLink,
    WeixinLogin,
)
from linli.accounts.policy import AGREE_TO_READMISSION, READMIT
from linli.accounts.queries.anew import WAITS, is_of_the_office
from linli.accounts.queries.doors import has_login
from linli.accounts.services.family import end_helps_with
from linli.accounts.services.limits import spend
from linli.accounts.services.logins import new_account
from linli.accounts.services.numbers import tell_number
from linli.community.models import Person
from linli.community.policy import not_allowed, require
from linli.community.queries import wrote_own_phone
from linli.community.services import record_phone, reveal
from linli.messaging.queries import sms_channel
from linli.record import clock
from linli.record.acting import Acting
from linli.record.services import note
from linli.rules.errors import Refused

State = Readmission.State
#: So many in a day are more than a community loses phones.
A_DAY = 20


def readmit_person(*, person: Person, basis: str, number_too: bool, by: Acting) -> Readmission:
    """Let somebody in anew, or ask for it: of somebody of the office it waits for a second of the office.

    ``number_too``: their number is lost as well, and is taken off the roster, since a code sent to it would open. One
    that was written from their own login is taken off in any case.
    Refused: who may not, oneself, no basis, and somebody who never came in, whom an invitation lets in.
    """
    require(by, READMIT, person.community)
    if by.person is None:
        raise not_allowed()
    if by.person == person.id:
        raise Refused("readmit.self", "自己的请别人来办；要加一部手机，在“我家”里自己加。")
    if basis not in Readmission.Basis.values:
        raise Refused("readmit.basis", "请选一项：您怎么知道是本人要的。")
    spend("readmissions", by.person, most=A_DAY, within=timedelta(days=1))
    return ask_readmission(person, by.person, basis, number_too, by)


@transaction.atomic
def ask_readmission(person: Person, asker: UUID, basis: str, number_too: bool, by: Acting) -> Readmission:
    """The readmission, done at once where no second pair of eyes is needed; asked twice it is one."""
    person = Person.objects.select_for_update(no_key=True, of=("self",)).select_related("community").get(id=person.id)
    waiting = Readmission.objects.filter(person=person, state=State.ASKED).first()
    if waiting is not None and waiting.asked_at > clock.now() - WAITS:
        return lose_number_too(waiting, by) if number_too and not waiting.number_too else waiting
    if waiting is not None:
        end_readmission(waiting, State.WITHDRAWN, by)
    if not has_login(person):
        raise Refused("readmit.never-in", "这个人还没有进过门。出一张码，当面给本人扫就行。")
    asked = Readmission.objects.create(
        community_id=person.community_id,
        person=person,
        basis=basis,
        number_too=number_too,
        asked_by_id=asker,
        asked_at=clock.now(),
    )
    if is_of_the_office(person):
        note("readmission.asked", by=by, subject_kind="person", subject=person.id, place=person.community_id)
    else:
        let_in_anew(asked, by)
    return asked


def lose_number_too(waiting: Readmission, by: Acting) -> Readmission:
    """Who asks again knows more by now: the number is lost as well. It is never taken back but with the whole."""
    waiting.number_too = True
    waiting.save(update_fields=["number_too"])
    note("readmission.number-lost", by=by, subject_kind="person", subject=waiting.person_id, place=waiting.community_id)
    return waiting


@transaction.atomic
def agree_to_readmission(*, person: Person, by: Acting) -> Readmission:
    """The second of the office agrees, and it is done. Refused to who asked and to the person themselves."""
    asked = locked_readmission(person, by)
    if by.person in (asked.asked_by_id, asked.person_id):
        raise Refused("readmit.four-eyes", "要另一位工作人员来同意：提的人和本人都不能同意。")
    asked.agreed_by_id = by.person
    let_in_anew(asked, by)
    return asked


@transaction.atomic
def withdraw_readmission(*, person: Person, by: Acting) -> Readmission:
    """Nothing comes of what was asked: the phone was found, or nobody lost one. Anybody of the office may."""
    asked = locked_readmission(person, by)
    end_readmission(asked, State.WITHDRAWN, by)
    return asked


def locked_readmission(person: Person, by: Acting) -> Readmission:
    """What was asked for somebody and waits, held, if it is ``by``'s to answer."""
    require(by, AGREE_TO_READMISSION, person.community)
    Person.objects.select_for_update(no_key=True).get(id=person.id)
    found = Readmission.objects.filter(person=person, state=State.ASKED).select_related("person__community").first()
    if found is None or found.asked_at <= clock.now() - WAITS:
        raise Refused("readmit.over", "没有等着同意的了：已经办好、收回，或者放了三天没人同意。")
    return found


def let_in_anew(asked: Readmission, by: Acting) -> None:
    """End everything that opens the person's account. They get a new one, since the old may be somebody elsewhere too:
    what it is in other communities is not this office's to hand over."""
    person = asked.person
    old = list(Account.objects.select_for_update(no_key=True).filter(claims__person=person).order_by("id"))
    Claim.objects.filter(person=person).delete()
    fresh = new_account()
    Claim.objects.create(community_id=person.community_id, account=fresh, person=person, confirmed_at=clock.now())
    FamilyHelp.objects.filter(account__in=old, community=person.community_id).update(account=fresh)
    helps = end_helps_with(person, by=by)
    for account in old:
        end_ways_in(account)
    now = clock.now()
    unused = DoorClaim.objects.filter(person=person, state=DoorClaim.State.CONFIRMED, used_at=None)
    unused.update(used_at=now)
    if person.phone_index is not None:
        PhoneCode.objects.filter(phone_index=person.phone_index, ended_at=None).update(ended_at=now)
    if not asked.number_too:
        tell_on_phone(person, helps, by)
    if asked.number_too or wrote_own_phone(person):
        # Whoever held the lost phone could have written theirs: a code sent there would open the new account.
        record_phone(person=person, phone="", by=by)
    end_readmission(asked, State.DONE, by)


def end_ways_in(account: Account) -> None:
    """No browser, link or Weixin opens the account any more. Where it is nobody now, it is closed and its second keys
    are gone."""
    Session.objects.filter(account=account).delete()
    SignInLink.objects.filter(account=account, used_at=None).update(expires_at=clock.database_now())
    WeixinLogin.objects.filter(account=account).delete()
    if not (account.claims.exists() or account.helps.exists() or account.oversights.exists()):
        account.factors.all().delete()
        account.recovery_codes.all().delete()
        account.is_active = False
        account.save(update_fields=["is_active"])


def tell_on_phone(person: Person, helps: int, by: Acting) -> None:
    """Say it to the number that the roster has, where the community sends messages: whoever did not ask will hear."""
    if sms_channel([person.community_id]) is not None and person.phone_sealed is not None:
        words = "社区给您开了新的进门，以前的手机都退出了。不是您要的，请马上打电话给社区。"
        words += "请家里人帮忙的也停了，可以再请。" if helps else ""
        number = reveal(person, field="phone", purpose="deliver", by=by)
        tell_number(person, number, title="重新进门", body=words)


def end_readmission(asked: Readmission, state: Readmission.State, by: Acting) -> None:
    asked.state, asked.ended_at = state, clock.now()
    asked.save(update_fields=["state", "ended_at", "agreed_by"])
    note(
        f"readmission.{state}",
        by=by,
        subject_kind="person",
        subject=asked.person_id,
        place=asked.community_id,
        internal={"basis": asked.basis},
    )
