"""Weixin's sign-in for pages inside its own browser (公众号网页授权, scope snsapi_base).

A browser is sent to Weixin with a state of ours and comes back with a code, good for five minutes and once; the code
is changed for the openid, which names this person to this official account alone. Weixin refuses with a number in a
body of status 200; that number counts, never the status. Its tokens are thrown away: nothing else is asked of it.
"""

import json
import logging
from urllib.parse import urlencode

from django.conf import settings

from linli.messaging.services.calling import ask_outside
from linli.rules.errors import Refused

AUTHORISE = "https://open.weixin.qq.com/connect/oauth2/authorize"
#: Invalid, missing, out of time, used already.
CODE_IS_OVER = frozenset({40029, 41008, 42003, 40163})
#: Busy, asked too often by everybody, by this person.
COME_AGAIN = frozenset({-1, 45009, 45011})
#: Somebody waits before the screen.
SECONDS = 5.0

logger = logging.getLogger(__name__)


class Weixin:
    """One official account (公众号): its id, its secret, and where Weixin is asked."""

    def __init__(self, app_id: str, secret: str, api: str) -> None:
        self.app_id, self._secret, self._api = app_id, secret, api.rstrip("/")

    def address(self, *, back: str, state: str) -> str:
        """Where a browser is sent, to come back to ``back``. Weixin wants the names in just this order."""
        asked = {
            "appid": self.app_id,
            "redirect_uri": back,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
        return f"{AUTHORISE}?{urlencode(asked)}#wechat_redirect"

    def openid_of(self, code: str) -> str:
        """Whom a code names to this official account.

        Refused: a code that is over, Weixin that is busy, does not answer or says what cannot be read, a visitor whom
        Weixin shows a snapshot under a made-up name, and settings that Weixin does not take.
        """
        asked = {"appid": self.app_id, "secret": self._secret, "code": code, "grant_type": "authorization_code"}
        body = ask_outside(f"{self._api}/sns/oauth2/access_token", query=asked, seconds=SECONDS)
        try:
            said = json.loads(body or b"")
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise Refused("weixin.no-answer", "微信没有回答，什么都没有改。请过一会儿再点一次。")
        if said.get("errcode"):
            raise refusal_of(said["errcode"])
        if said.get("is_snapshotuser"):
            raise Refused("weixin.snapshot", "微信现在只给看快照。请点右下角的“使用完整服务”，再点一次。")
        openid = said.get("openid")
        if not isinstance(openid, str) or not 1 <= len(openid) <= 128:
            raise Refused("weixin.no-answer", "微信没有回答，什么都没有改。请过一会儿再点一次。")
        return openid


def refusal_of(errcode: object) -> Refused:
    """What a number of Weixin's means to the person; what only the keeper can mend is written down for them."""
    if errcode in CODE_IS_OVER:
        return Refused("weixin.code", "微信给的这一次用过了，或者过了5分钟。请再点一次“用微信进门”。")
    if errcode in COME_AGAIN:
        return Refused("weixin.busy", "微信现在忙，什么都没有改。请过一会儿再点一次。")
    logger.warning("weixin refuses us: errcode %s", errcode if isinstance(errcode, int) else "unreadable")
    return Refused("weixin.settings", "微信进门没有设置对，用不了。请用别的方法进门，并告诉社区。")


def weixin() -> Weixin | None:
    """This instance's official account; None where it has none."""
    if not (settings.WEIXIN_APP_ID and settings.WEIXIN_SECRET):
        return None
    return Weixin(settings.WEIXIN_APP_ID, settings.WEIXIN_SECRET, settings.WEIXIN_API)
