"""A reader without script: opens pages, follows links, and sends forms with just what the page's own fields hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from django.test import Client


@dataclass
class Form:
    """A form as a browser without script would send it."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    offered: dict[str, set[str]] = field(default_factory=dict)
    free: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def filled(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The form's own values changed by ``values``; what the page does not offer cannot be sent."""
        sent: dict[str, Any] = dict(self.values)
        for name, value in values.items():
            many = value if isinstance(value, list) else [value]
            known = name in self.free or set(map(str, many)) <= self.offered.get(name, set())
            assert known, f"{self.action} does not offer {name}={value}"
            sent[name] = many
        return sent


class Page(HTMLParser):
    """What a page says and offers: its words, links, sources of pictures, and forms."""

    def __init__(self, address: str, html: str, status: int = 200) -> None:
        super().__init__()
        self.address, self.html, self.status = address, html, status
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._words: list[str] = []
        self._open: Form | None = None
        self._select = self._text_area = ""
        self._silent = 0
        self.feed(html)

    @property
    def text(self) -> str:
        """The page's words with every run of white space as one space."""
        return " ".join(" ".join(self._words).split())

    def says(self, words: str) -> bool:
        """Whether the words stand on the page, however they are broken into elements."""
        return "".join(words.split()) in "".join("".join(self._words).split())

    def form(self, ending: str = "") -> Form:
        """The form in the page's own body whose address ends so; a form without one is sent to the page itself."""
        found = [form for form in self.forms if form.action.endswith(ending) and form.action not in SHELL]
        assert len(found) == 1, f"{self.address}: {[form.action for form in self.forms]}"
        return found[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag in ("script", "style"):
            self._silent += 1
        for name in ("href", "src", "srcset", "action", "formaction"):
            if name in said:
                self.links.append(urljoin(self.address, said[name]))
        if tag == "form":
            self._open = Form(urljoin(self.address, said.get("action", "")))
            self.forms.append(self._open)
        elif self._open is not None:
            self._read_field(tag, said)

    def _read_field(self, tag: str, said: dict[str, str]) -> None:
        form, name, value = self._open, said.get("name", ""), said.get("value", "")
        assert form is not None
        if tag == "option" and self._select:
            form.offered.setdefault(self._select, set()).add(value)
            if "selected" in said or self._select not in form.values:
                form.values[self._select] = [value]
        if not name:
            return
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._text_area = name
            form.free.add(name)
        elif tag == "button":
            form.buttons.append((name, value))
            form.offered.setdefault(name, set()).add(value)
        elif tag == "input":
            read_input(form, name, value or ("on" if said.get("type") == "checkbox" else ""), said)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._silent -= 1
        elif tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text_area = ""

    def handle_data(self, data: str) -> None:
        if self._text_area and self._open is not None:
            self._open.values.setdefault(self._text_area, []).append(data)
        elif not self._silent:
            self._words.append(data)


#: Forms that stand in the frame of every page.
SHELL = {"/mode"}


def read_input(form: Form, name: str, value: str, said: dict[str, str]) -> None:
    kind = said.get("type", "text")
    if kind in ("radio", "checkbox"):
        form.offered.setdefault(name, set()).add(value)
        if "checked" in said:
            form.values.setdefault(name, []).append(value)
    elif kind not in ("submit", "button"):
        form.free.add(name)
        # A browser shows, and sends, a day only where the page writes it as HTML asks (HTML, 4.10.5.1.7).
        if kind != "file" and (kind != "date" or re.fullmatch(r"\d{4}-\d\d-\d\d", value)):
            form.values.setdefault(name, []).append(value)


class Reader:
    """Somebody in front of a browser without script."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def open(self, address: str, status: int = 200) -> Page:
        """The page at ``address`` after any redirects."""
        return self._page(self.client.get(address, follow=True), address, status)

    def send(self, form: Form, /, expect: int = 200, **values: Any) -> Page:
        """Send the form, filled with ``values``; the answer after any redirects has the status ``expect``."""
        return self._page(self.client.post(form.action, form.filled(values), follow=True), form.action, expect)

    @staticmethod
    def _page(answer: Any, address: str, status: int) -> Page:
        at = answer.redirect_chain[-1][0] if answer.redirect_chain else address
        page = Page(at, answer.content.decode(), answer.status_code)
        assert answer.status_code == status, f"{at} answered {answer.status_code}: {page.text[:400]}"
        return page
