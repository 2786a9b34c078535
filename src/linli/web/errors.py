"""Pages for when something did not work: a sentence, what to do next, and a number to quote on the telephone.

They are drawn without context processors and without a database, so that they stand when nothing else does.
"""

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext

from linli.web.shell import shell

log = logging.getLogger("linli.web")

_DIGITS = "23456789CFGHJMPQRVWX"
"""Signs that nobody confuses when they are read aloud (the alphabet of open location codes)."""


def number() -> str:
    """A fresh number such as "4H7Q-9CX2", by which the log finds one failure among many."""
    signs = "".join(secrets.choice(_DIGITS) for _ in range(8))
    return f"{signs[:4]}-{signs[4:]}"


def plain_page(
    request: HttpRequest, status: int, *, title: str, words: str, back: str = "", number: str = ""
) -> HttpResponse:
    """A page of one message with a way on; the shell without a menu."""
    values = {**shell(request), "status": status, "title": title, "words": words, "back": back or "/", "number": number}
    if request.method != "GET":
        values["here"] = back or "/"
    return HttpResponse(render_to_string("web/error.html", values), status=status)


def _failed(request: HttpRequest, status: int, title: str, words: str) -> HttpResponse:
    tag = number()
    log.warning("page failed: status %d, number %s, path %s", status, tag, request.path)
    return plain_page(request, status, title=title, words=words, number=tag)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failed(
        request, 400, gettext("这次没看懂"), gettext("送来的内容不完整，什么都没有改。请回到上一页，刷新后再试一次。")
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failed(request, 403, gettext("这一页不对您开放"), gettext("请用办这件事的身份登录，或者问社区工作人员。"))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """For ``CSRF_FAILURE_VIEW``: a form that was left open too long, or a browser that keeps no cookies."""
    words = gettext("页面放得太久了，什么都没有改。请回到上一页，刷新后再填一次；还不行，请允许浏览器保存 Cookie。")
    return _failed(request, 403, gettext("请再填一次"), words)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failed(request, 404, gettext("没有这一页"), gettext("网址可能抄错了，或者这一页已经收回。"))


def server_failed(request: HttpRequest) -> HttpResponse:
    return _failed(
        request,
        500,
        gettext("我们这边出错了"),
        gettext("没有存上。请过一会儿再试；急的话，请打电话给社区，报下面的编号。"),
    )
