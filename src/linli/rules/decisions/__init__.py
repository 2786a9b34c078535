"""Decisions by heads and by area: who is a head, what the voices come to, and whether a rule is met.

    pack = shelf().in_force("cn.civil-code.278.special", day)
    totals = Totals.of(columns, spoiled_participates=pack.spoiled_participates.value)
    verdict = judge(pack, totals, closed=False)

Counting follows Civil Code 278 and the Supreme People's Court interpretation on condominium ownership, articles 8, 9.
"""

from linli.rules.decisions.heads import head_numbers
from linli.rules.decisions.totals import UNKNOWN_AREA, Columns, Head, Heads, Seat, Totals, Voice, changed
from linli.rules.decisions.verdict import Finding, Missing, State, Verdict, amount, judge

__all__ = [
    "UNKNOWN_AREA",
    "Columns",
    "Finding",
    "Head",
    "Heads",
    "Missing",
    "Seat",
    "State",
    "Totals",
    "Verdict",
    "Voice",
    "amount",
    "changed",
    "head_numbers",
    "judge",
]
