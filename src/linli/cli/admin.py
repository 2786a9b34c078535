"""``linli admin create``: how the very first person comes in, from the machine that serves the instance."""

import argparse
import sys
from collections.abc import Sequence

from linli.machine.inside import enter_instance
from linli.machine.refusal import MachineRefused
from linli.rules.errors import Refused

QUESTIONS = {
    "city": ("市 / city", "天津市"),
    "district": ("区、县 / district", "河西区"),
    "town": ("街道、镇 / street or town", "桃园街道"),
    "community": ("社区、村 / community", "广顺园社区"),
    "name": ("第一位负责人的姓名 / name of the first secretary", ""),
}
"""What founding a community needs to know, in the order of asking, each with an example."""


#: What each word of the command does not ask for.
UNASKED = {"create": set[str](), "officer": {"community"}}
TITLES = {"create": "社区党委书记", "officer": "街道干部"}


def main(argv: Sequence[str]) -> int:
    """``create``: found the community, put its first secretary on the roster, and print a link that lets them in once.
    ``officer``: let somebody of a street or town in, who sees the totals of its communities and nothing else.

    What no option says is asked for at the terminal. Said again for the same place and name it makes no second person,
    only a new link. Returns 0, or 2 when something stands in the way.
    """
    parser = argparse.ArgumentParser(prog="linli admin", description=main.__doc__)
    words = parser.add_subparsers(required=True, metavar="create|officer", dest="what")
    for what, unasked in UNASKED.items():
        act = words.add_parser(what, description=main.__doc__)
        for word, (question, example) in QUESTIONS.items():
            if word not in unasked:
                act.add_argument(f"--{word}", help=question + (f"（{example}）" if example else ""))
        act.add_argument("--title", default=TITLES[what], help="职务 / title (%(default)s)")
    asked = vars(parser.parse_args(argv))
    what, title = asked.pop("what"), asked.pop("title")
    try:
        told = {word: given or ask(*QUESTIONS[word]) for word, given in asked.items()}
        enter_instance()
        link = (create_secretary if what == "create" else let_officer_in)(**told, title=title)
    except (MachineRefused, Refused) as refusal:
        print(f"linli admin: {refusal}", file=sys.stderr)
        return 2
    print(f"{told.get('community', told['town'])} · {title} {told['name']}\n{link}")
    print("一个链接用一次，一天之内有效。 / opens once, within a day.", file=sys.stderr)
    return 0


def ask(question: str, example: str) -> str:
    """One answer from the terminal; refused where nobody sits there."""
    try:
        return input(f"{question}{f'（{example}）' if example else ''}: ").strip()
    except EOFError:
        raise MachineRefused(
            f"没有写{question}。请用选项写全，见 --help。", "something was left out: see --help."
        ) from None


def create_secretary(*, city: str, district: str, town: str, community: str, name: str, title: str) -> str:
    """The address of a one-time link for the first secretary, who is made with their community where they are missing.

    The bodies that every community has are made too, so that a first matter can name who convenes and supervises.
    Refused by the services: an empty or overlong name.
    """
    from django.conf import settings
    from django.db import transaction
    from django.urls import reverse

    from linli.accounts.services import make_sign_in_link, open_account
    from linli.community.models import Organisation, Role
    from linli.community.queries import people_of
    from linli.community.services import add_organisation, add_person, found_community, give_role
    from linli.record.acting import Acting

    kinds = Organisation.Kind
    bodies = {
        "党委": kinds.PARTY_COMMITTEE,
        "居民委员会": kinds.RESIDENTS_COMMITTEE,
        "居务监督委员会": kinds.SUPERVISION_COMMITTEE,
    }
    with transaction.atomic():
        place = found_community(city=city, district=district, town=town, community=community, by=Acting.system(None))
        by = Acting.system(place.id)
        committees = [
            add_organisation(community=place, name=f"{place.name}{word}", kinds=[kind], by=by)
            for word, kind in bodies.items()
        ]
        holders = people_of(place, by).filter(
            name=" ".join(name.split()), roles__kind=Role.Kind.SECRETARY, roles__until=None
        )
        person = holders.first() or add_person(community=place, name=name, by=by)
        give_role(person=person, kind=Role.Kind.SECRETARY, title=title, place=place, organisation=committees[0], by=by)
        secret = make_sign_in_link(account=open_account(person=person, by=by), by=by)
    return str(settings.ADDRESS) + reverse("sign-in-link", args=[secret])


def let_officer_in(*, city: str, district: str, town: str, name: str, title: str) -> str:
    """The address of a one-time link for an officer of a street or town that has communities here.

    Refused where no community lies below it: there would be nothing to count.
    """
    from django.conf import settings
    from django.urls import reverse

    from linli.accounts.services import appoint_officer
    from linli.community.models import Place
    from linli.record.acting import Acting

    at = Place.objects.filter(
        kind=Place.Kind.TOWN, name=town, parent__name=district, parent__parent__name=city, children__isnull=False
    ).first()
    if at is None:
        raise Refused("officer.no-such-town", "这里没有{town}的社区。请先建社区，再请街道的人。", town=town)
    _, secret = appoint_officer(place=at, name=name, title=title, by=Acting.system(None))
    return str(settings.ADDRESS) + reverse("sign-in-link", args=[secret])
