"""Among enough people, whom PostgreSQL has counted, it chooses the index for what the search itself asks."""

from linli.community.models import Person
from linli.machine.cluster import Cluster
from linli.portal.queries.search import PERSON, having, people_with_doors
from tests import cast


def test_the_index_answers(cluster: Cluster, committed_db: str) -> None:
    community = cast.community()
    Person.objects.bulk_create(
        Person(community=community, name=f"{chr(0x4E00 + n % 5000)}{chr(0x5E00 + n // 7)}{n % 10}")
        for n in range(20_000)
    )
    name = committed_db.split("/")[3].split("?")[0]
    with cluster.connect(name) as keeper:
        keeper.execute("analyze community_person")
    rows = having(people_with_doors(community), PERSON, ["玉兰"])
    assert "person_words" in rows.explain()
    assert list(rows) == []
