"""How a rule says no: one exception, with a code for programs and plain words for people."""

from collections.abc import Callable


class Refused(Exception):
    """A rule's "no", to be shown to a person.

    ``code`` is a stable name in lower case with dots and hyphens ("register.area-not-positive"); one code has one
    wording in the whole program. ``words`` is the Chinese sentence, which says what to do, with ``{name}`` fields
    that ``facts`` fill; it is the key of its translation in the message catalogue. Facts are never personal data.
    """

    def __init__(self, code: str, words: str, /, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.words = words
        self.facts = facts

    def say(self, translate: Callable[[str], str] = str, tell: Callable[[object], object] = lambda fact: fact) -> str:
        """The sentence for a reader: ``translate`` (such as gettext) turns the Chinese template into their language,
        ``tell`` each fact that has words of its own (a rule's article).
        """
        return translate(self.words).format(**{name: tell(fact) for name, fact in self.facts.items()})

    def __str__(self) -> str:
        return self.say()


class TooOften(Refused):
    """A "no" because of how often it was tried; its fact ``seconds`` says how long to wait. Shown as 429."""


class Forbidden(Refused):
    """A "no" because of who asks: the page or the act belongs to others. Shown as 403."""
