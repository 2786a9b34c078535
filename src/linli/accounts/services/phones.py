"""Coming in by a code sent to one's phone: asked for, sent if somebody has the number, and typed in.

Whoever asks gets the same answer whether the number is known or not, at the same moment: who has it is looked up by
the worker, when the code is sent.
"""

import hmac
import unicodedata
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from linli.accounts.models import Account, PhoneCode
from linli.accounts.queries.phones import code_over, is_live, people_of_phone
from linli.accounts.services.limits import spend
from linli.accounts.services.logins import login_of
from linli.accounts.tokens import digits_of, hash_of, new_secret, secret_of_form
from linli.community.models import Person
from linli.messaging.queries import is_told, sms_channel
from linli.messaging.services import Recipient, send_message
from linli.record import clock
from linli.record.acting import Acting
from linli.record.cipher import index_of
from linli.record.sealed import open_sealed, put_sealed
from linli.record.services import note, plan_job
from linli.rules.errors import Refused
from linli.rules.identifiers import phone as plain_phone

#: What makes the words of the message, by its name in ``flows.BODIES``, and the job that sends it, in ``flows.RUNS``.
BODY, SEND = "phone-code", "phone-code.send"
#: Codes for one number: in ten minutes, and in a day.
AT_A_TIME, A_DAY = 3, 10


def ask_phone_code(*, phone: str, once: str) -> str:
    """Ask for six digits on a phone; the secret of the address where they are typed in.

    ``once`` is the form's own key: sent twice it asks for one code. The code before it ends. Refused: what is no mobile
    number, no way to send, and more codes for a number than somebody needs who mistypes.
    """
    number = plain_phone(phone)
    if sms_channel() is None:
        raise Refused("phone-code.no-sms", "这里没有开通短信。请扫您家的门牌码，或者请社区给您一个链接。")
    secret = secret_of_form(once, number)
    same = PhoneCode.objects.filter(secret_sha256=hash_of(secret)).first()
    if same is not None:
        if is_live(same):
            return secret
        secret = new_secret()
    spend("phone codes", number, most=AT_A_TIME, within=timedelta(minutes=10))
    spend("phone codes a day", number, most=A_DAY, within=timedelta(days=1))
    write_code(number, secret)
    return secret


def write_code(number: str, secret: str) -> None:
    """The new code, and the job that sends it. Of two that are asked for at one moment the later waits, then ends the
    earlier."""
    code = PhoneCode(secret_sha256=hash_of(secret), phone_index=index_of(number, of="phone"), made_at=clock.now())
    put_sealed(code, "phone_sealed", number)
    for last in (False, False, True):
        try:
            with transaction.atomic():
                live = PhoneCode.objects.filter(phone_index=code.phone_index, ended_at=None)
                live.update(ended_at=code.made_at)
                code.save(force_insert=True)
                plan_job(SEND, subject=code.id, due_at=code.made_at, community=None)
            return
        except IntegrityError:
            if last:
                raise


@transaction.atomic
def send_phone_code(code_id: UUID) -> None:
    """Put the code on its way, if somebody of a community that has SMS has the number; said twice it is sent once."""
    code = PhoneCode.objects.filter(id=code_id).first()
    if code is None or not is_live(code) or is_told(BODY, code.id):
        return
    communities = {person.community_id for person in people_of_phone(bytes(code.phone_index))}
    channel = sms_channel(communities)
    if channel is None:
        return
    send_message(
        channel=channel,
        title="进门的六位数字",
        recipients=[Recipient(open_sealed(code, "phone_sealed"))],
        body_kind=BODY,
        subject=code.id,
        urgent=True,
        by=Acting.system(channel.community_id),
    )


def words_of_phone_code(code_id: UUID) -> str:
    """What the message says, made when it is sent. Refused once the code is over: it would only mislead."""
    code = PhoneCode.objects.get(id=code_id)
    if not is_live(code):
        raise code_over()
    return f"进门的六位数字是{digits_of(code)}，10分钟内有效。谁要都不要给；不是您自己要的，不用管它。"


def use_phone_code(*, secret: str, number: str, person: UUID | None = None) -> Account | list[Person]:
    """The account that the six digits open, once; or, where several people have the phone, those to choose from.

    Refused: digits that are wrong, or for a number that nobody has, alike; and a code that is over: used, replaced,
    too old, or typed wrong five times.
    """
    said = "".join(unicodedata.normalize("NFKC", number).split())
    with transaction.atomic():
        code = PhoneCode.objects.select_for_update().filter(secret_sha256=hash_of(secret)).first()
        if code is None or not is_live(code):
            raise code_over()
        people = people_of_phone(bytes(code.phone_index))
        if people and hmac.compare_digest(digits_of(code).encode(), said.encode()):
            chosen = [one for one in people if person in (None, one.id)]
            return enter(code, chosen[0]) if len(chosen) == 1 else people
        code.tries += 1
        code.save(update_fields=["tries"])
    raise Refused("phone-code.wrong", "数字不对。请照短信再填一次，一共能试5次。")


def enter(code: PhoneCode, person: Person) -> Account:
    """Use the code up for one of its people."""
    code.ended_at = clock.now()
    code.save(update_fields=["ended_at"])
    by = replace(Acting.system(person.community_id), person=person.id)
    note("phone-code.used", by=by, subject_kind="person", subject=person.id)
    return login_of(person, by=by)
