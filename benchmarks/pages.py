"""Pages: what a resident's first one weighs, and whether any is slower beside thousands of communities."""

import gzip
import json
import re
import sys
import time
from collections.abc import Iterator
from statistics import quantiles
from typing import Any
from urllib.parse import urljoin

from benchmarks import Row, in_a_database, show

COMMUNITIES, DOORS = 3_000, 334
#: Communities of one transaction.
AT_ONCE = 100
TIMES = 40
GZIP = {"accept-encoding": "gzip"}
#: What a page has a browser fetch, and a script another.
LOADED = re.compile(r'(?:<link[^>]* href=|<script[^>]* src=|^import[^"\n]*)"([^"]+)', re.M)
#: One compound, one building and the doors of one community after the other, with somebody who owns and lives at each.
WORLD = """
with communities as (
    insert into community_place (id, kind, name, parent_id, community_id, path, area_code, sort_key)
    select made.id, 'community', '示例' || made.n || '社区', %(town)s, made.id, %(path)s::uuid[] || made.id, '', made.n
    from (select gen_random_uuid() as id, n from generate_series(%(first)s, %(last)s) as n) as made returning id, path
), buildings as (
    insert into community_place (id, kind, name, parent_id, community_id, path, area_code, sort_key)
    select made.id, 'building', '1号楼', made.community, made.community, made.path || made.id, '', '01'
    from (select gen_random_uuid() as id, id as community, path from communities) as made returning id, community_id
), doors as (
    insert into community_dwelling
        (id, community_id, place_id, floor, room, name, area, use, occupied, area_source, sort_key)
    select gen_random_uuid(), community_id, id, n / 10 + 1, n / 10 + 1 || '0' || n %% 10, '', 8000 + n, 'home', true,
        'register', lpad(n::text, 8, '0')
    from buildings, generate_series(1, %(doors)s) as n returning id, community_id
), people as (
    insert into community_person (id, community_id, name)
    select id, community_id, '示例' || substr(id::text, 1, 6) from doors returning id
)
insert into community_ownership (id, community_id, dwelling_id, person_id, share, source, verified, since)
select gen_random_uuid(), community_id, id, id, '', 'office', false, current_date from doors
"""


def build_world(town: Any) -> None:
    """All the other communities, in SQL."""
    from django.db import connection, transaction

    for first in range(1, COMMUNITIES, AT_ONCE):
        values = {"town": town.id, "path": town.path, "first": first, "last": min(first + AT_ONCE, COMMUNITIES) - 1}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(WORLD, {**values, "doors": DOORS})
    with connection.cursor() as cursor:
        cursor.execute("analyze")


def bytes_of(client: Any, address: str) -> dict[str, int]:
    """Every answer that a cold browser takes for a page, and its bytes on the line."""
    taken: dict[str, int] = {}
    waiting = [address]
    while waiting:
        here = waiting.pop()
        if here in taken:
            continue
        answer = client.get(here, headers=GZIP)
        content = answer.getvalue()
        taken[here] = len(content)
        words = (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode("utf-8", "replace")
        waiting += [urljoin(here, found) for found in LOADED.findall(words)]
    return taken


def times_of(pages: dict[str, Any]) -> dict[str, float]:
    """The time within which 95 of 100 answers of each page are made."""
    found: dict[str, list[float]] = {address: [] for address in pages}
    for turn in range(TIMES + 2):
        for address, client in pages.items():
            start = time.perf_counter()
            assert client.get(address).status_code == 200, address
            if turn > 1:
                found[address].append(time.perf_counter() - start)
    return {address: quantiles(taken, n=20)[-1] for address, taken in found.items()}


def look() -> dict[str, Any]:
    """One community by the services, looked at alone and then beside all the others."""
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client

    from linli.accounts.services import open_account
    from linli.community import services
    from linli.record.acting import Acting

    settings.ALLOWED_HOSTS.append("testserver")
    place = {"city": "示例市", "district": "示例区", "town": "示例街道", "community": "示例社区"}
    community = services.found_community(**place, by=Acting.system(None))
    by = Acting.system(community.id)
    compound = services.add_place(parent=community, kind="compound", name="示例园", by=by)
    services.lay_out_doors(place=compound, rule="3个单元，3–8层，每层3户", by=by)
    body = services.add_organisation(community=community, name="示例居委会", kinds=["residents_committee"], by=by)
    clerk, resident = (services.add_person(community=community, name=name, by=by) for name in ("示例甲", "示例乙"))
    services.give_role(person=clerk, kind="clerk", place=community, organisation=body, title="录入员", by=by)
    people = {"clerk": Client(), "resident": Client()}
    people["clerk"].force_login(open_account(person=clerk, by=by))
    people["resident"].force_login(open_account(person=resident, by=by))
    office = ["/", "/places", f"/places/{compound.id}", f"/places/{compound.id}/register", "/matters", "/search?q=示例"]
    pages = dict.fromkeys(office, people["clerk"]) | dict.fromkeys(("/own", "/notices"), people["resident"])
    first = bytes_of(people["resident"], "/")
    alone = times_of(pages)
    build_world(community.parent)
    return {"first": first, "alone": alone, "beside": times_of(pages)}


def rows() -> Iterator[Row]:
    """The two rows of the design on pages."""
    found = in_a_database("benchmarks.pages", "look")
    first = sum(found["first"].values())
    yield Row(
        promise="bytes of a resident's first page, cold",
        size=f"{len(found['first'])} answers",
        target="≤ 150 kB gzip",
        measured=f"{first / 1000:.1f} kB",
        kept=first <= 150_000,
    )
    alone, beside = found["alone"], found["beside"]
    slowest = max(beside, key=beside.__getitem__)
    ratio = sum(beside.values()) / sum(alone.values())
    yield Row(
        promise="any page's server time, p95, beside thousands of communities",
        size=f"{COMMUNITIES:,} communities, {COMMUNITIES * DOORS:,} dwellings; {len(beside)} pages",
        target="≤ 60 ms; ratio to one community ≤ 1.2",
        measured=f"slowest {1000 * beside[slowest]:.0f} ms ({slowest.partition('?')[0]}); ratio {ratio:.2f}",
        kept=beside[slowest] <= 0.060 and ratio <= 1.2,
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(look()))
    else:
        sys.exit(0 if show(rows()) else 1)
