"""A paper sent to somebody by e-mail: as it is now, kept as it went, with what it was sent for."""

import io
from uuid import UUID

from django.db import transaction

from linli.community.models import Place
from linli.community.policy import require
from linli.files.services import store_made
from linli.messaging.models import Message
from linli.messaging.policy import SEND_MESSAGE
from linli.messaging.queries import channels as ways_out
from linli.messaging.services.sending import Recipient, plain_address, send_message
from linli.record.acting import Acting
from linli.rules.errors import Refused
from linli.rules.masking import personal_pieces


@transaction.atomic
def mail_paper(
    *, community: Place, subject: UUID, title: str, words: str, name: str, pdf: bytes, to: str, purpose: str, by: Acting
) -> Message:
    """Send a paper (``pdf``, called ``name``) to an address with a few words; ``purpose`` says what for.

    A paper that may go to any address tells nothing of a person: only such are in ``flows.PAPERS``. Refused: no mailbox
    of the community, an address that is none, no purpose.
    """
    require(by, SEND_MESSAGE, community)
    to = plain_address(to)
    if not 1 <= len(purpose.strip()) <= 200:
        raise Refused("mail.purpose", "请写为什么发，最多{most}个字。", most=200)
    if personal_pieces(purpose):
        raise Refused("mail.purpose-private", "为什么发会留底，里面不要写电话、证件号、车牌和门牌号。")
    channel = ways_out.mail_channel(community)
    if channel is None:
        raise Refused("mail.no-channel", "社区还没有能用的邮箱。请书记或者主任在“发送设置”里加一个。")
    return send_message(
        channel=channel,
        title=title[:120],
        body=words,
        subject=subject,
        recipients=[Recipient(to)],
        enclosure=store_made(by=by, content=io.BytesIO(pdf), media_type="application/pdf"),
        enclosed_as=name,
        purpose=purpose,
        by=by,
    )
