"""Whether something can still happen: exact linear arithmetic over areas that nobody has measured yet.

An amount is a linear form: a known whole number plus multiples of at most four unknown sums of areas. Each unknown sum
may be any number above zero. Whether some areas satisfy several conditions at once is decided by Fourier-Motzkin
elimination in whole numbers: no sampling, no rounding. See docs/adr/0002-counting-every-completion.md.
"""

from collections.abc import Iterable
from math import gcd
from typing import NamedTuple

UNKNOWN_SUMS = 4
"""Unknown area that said yes, that took part without saying yes, that is silent for good, that may still speak."""


class Form(NamedTuple):
    """``known`` + Σ ``unknown[i]`` · (the i-th unknown sum of areas)."""

    known: int
    unknown: tuple[int, ...] = (0,) * UNKNOWN_SUMS

    def plus(self, other: "Form", times: int = 1) -> "Form":
        return Form(
            self.known + times * other.known,
            tuple(mine + times * its for mine, its in zip(self.unknown, other.unknown, strict=True)),
        )

    def times(self, factor: int) -> "Form":
        return Form(self.known * factor, tuple(each * factor for each in self.unknown))


ZERO = Form(0)


class Bound(NamedTuple):
    """A condition: ``form`` > 0 if strict, else ``form`` >= 0."""

    form: Form
    strict: bool

    def reversed(self) -> "Bound":
        """The condition that holds exactly where this one does not."""
        return Bound(self.form.times(-1), not self.strict)


def possible(bounds: Iterable[Bound]) -> bool:
    """Whether some unknown sums, each any number above zero, satisfy all ``bounds`` together."""
    remaining = set(bounds)
    for place in range(UNKNOWN_SUMS):
        above_zero = Bound(Form(0, tuple(int(place == each) for each in range(UNKNOWN_SUMS))), True)
        remaining = _without(place, _telling(remaining) | {above_zero})
    return all(form.known > 0 if strict else form.known >= 0 for form, strict in remaining)


def _telling(bounds: set[Bound]) -> set[Bound]:
    """The bounds that say something: positive multiples of positive sums are positive anyway."""
    return {bound for bound in bounds if min(bound.form.known, *bound.form.unknown) < 0 or not any(bound.form.unknown)}


def _without(place: int, bounds: set[Bound]) -> set[Bound]:
    """The same conditions with the unknown sum at ``place`` eliminated."""
    lower = [bound for bound in bounds if bound.form.unknown[place] > 0]
    upper = [bound for bound in bounds if bound.form.unknown[place] < 0]
    rest = {bound for bound in bounds if bound.form.unknown[place] == 0}
    for low in lower:
        for high in upper:
            form = low.form.times(-high.form.unknown[place]).plus(high.form, low.form.unknown[place])
            divisor = gcd(form.known, *form.unknown) or 1
            form = Form(form.known // divisor, tuple(each // divisor for each in form.unknown))
            rest.add(Bound(form, low.strict or high.strict))
    return rest
