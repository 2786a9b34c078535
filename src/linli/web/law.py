"""What a rule pack says, as a reader reads it."""

from django.utils.translation import get_language

from linli.rules.packs import Text


def language_of(text: Text) -> str:
    """A rule's words in the reader's language."""
    return text.en if (get_language() or "").startswith("en") else text.zh
