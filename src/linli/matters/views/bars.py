"""The bars of a matter's page, one for each unit, in the form that this reader may see."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from linli.voting.queries import (
    Progress,
    ScopeProgress,
)
from linli.web import parts


def unit_bars(progress: Progress) -> list[parts.UnitBar]:
    """A bar for each unit; with a result that must not tell its counts, none."""
    shown = (scope for scope in progress.scopes if not progress.decided or scope.lit is not None)
    return [unit_bar(scope, decided=progress.decided) for scope in shown]


def unit_bar(scope: ScopeProgress, *, decided: bool) -> parts.UnitBar:
    """One unit's bar in the form that this reader may see."""
    noun = pgettext("after a number", "位业主") if scope.by_owners else ""
    verb = pgettext("after a number", "已表态") if scope.by_answers else ""
    if scope.reached and not decided and scope.yes is not None:
        return parts.UnitBar.reached(scope.name, have=scope.yes, noun=noun)
    if scope.lit is None or scope.of is None or scope.line is None:
        return parts.UnitBar.gathering(scope.name)
    if decided:
        return parts.UnitBar.decided(
            scope.name,
            have=scope.lit,
            of=scope.of,
            need=scope.line,
            passed=scope.state == "passed",
            noun=noun,
            verb=verb,
        )
    return parts.UnitBar.running(scope.name, have=scope.lit, of=scope.of, need=scope.line, noun=noun, verb=verb)


def line_words(progress: Progress) -> str:
    """What the red line of the bars means, where a base may be shown."""
    scopes = [scope for scope in progress.scopes if scope.line and scope.of]
    if len({(scope.of, scope.line, scope.by_owners) for scope in scopes}) != 1:
        return ""
    scope = scopes[0]
    if scope.by_owners:
        words = _("红线：%(of)s位业主里要有%(line)s位。空户的业主也算在分母里；一人有几套，算一位。")
    else:
        words = _("红线：%(of)s户里要有%(line)s户。空户也算在分母里。")
    return words % {"of": scope.of, "line": scope.line}
