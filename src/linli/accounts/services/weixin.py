"""Coming in by Weixin: linked by who is in already, and only then a way in. It makes no account and no claim."""

from uuid import UUID

from django.conf import settings
from django.db import transaction

from linli.accounts.models import Account, WeixinLogin
from linli.community.policy import not_allowed
from linli.record import clock
from linli.record.acting import Acting
from linli.record.cipher import index_of
from linli.record.services import note
from linli.rules.errors import Refused


def index_of_openid(openid: str) -> bytes:
    """What is kept of an openid: a hash under the index's key, of this official account's alone."""
    return index_of(f"{settings.WEIXIN_APP_ID}\0{openid}", of="weixin")


@transaction.atomic
def link_weixin(*, account: Account, openid: str, by: Acting) -> WeixinLogin:
    """From now on this Weixin opens the account. Twice it is one. Refused: an account that is not ``by``'s own, and a
    Weixin that opens another."""
    if by.person is None or not account.claims.filter(person=by.person, confirmed_at__isnull=False).exists():
        raise not_allowed()
    login, is_new = WeixinLogin.objects.get_or_create(
        openid_index=index_of_openid(openid), defaults={"account": account, "made_at": clock.now()}
    )
    if login.account_id != account.id:
        raise Refused("weixin.taken", "这个微信连着另一个账号。请先用它进门，在“登录的手机”里断开，再来连。")
    if is_new:
        note("weixin.linked", by=by, subject_kind="account", subject=account.id)
    return login


@transaction.atomic
def enter_by_weixin(*, openid: str) -> Account:
    """The account that a Weixin opens. Refused: one that nobody linked, or to an account that was closed."""
    linked = WeixinLogin.objects.select_related("account").filter(openid_index=index_of_openid(openid)).first()
    if linked is None or not linked.account.is_active:
        raise Refused(
            "weixin.unknown", "这个微信还没有连过。请先扫门牌码或者点链接进门，再到“我家”的“登录的手机”里连上。"
        )
    note("weixin.used", by=Acting.system(None), subject_kind="account", subject=linked.account_id)
    return linked.account


@transaction.atomic
def unlink_weixin(*, account: Account, weixin_id: UUID, by: Acting) -> None:
    """The Weixin opens the account no more; browsers that it brought in stay until they are ended. Twice changes
    nothing."""
    ended, _ = WeixinLogin.objects.filter(account=account, id=weixin_id).delete()
    if ended:
        note("weixin.unlinked", by=by, subject_kind="account", subject=account.id)
