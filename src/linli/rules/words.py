"""Sentences of the rules that are no refusals: marked here for the catalogue, translated by whoever shows them."""


def gettext_noop(words: str) -> str:
    """The sentence as it is; its name tells ``linli messages`` that a reader will see it."""
    return words
