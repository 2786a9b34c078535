"""What of a database must be equal before a backup and after its restore, so that "restored" is shown and not hoped.

This is the one door for it: what ``marks_of`` returns at the backup, from the very snapshot that is dumped, goes into
the manifest; a restore asks again of the database it has made, and refuses before anything is exchanged when a word
differs. Whoever keeps something whose equality matters by itself adds its mark here, as the public logs do.
"""

from collections.abc import Mapping

import psycopg
from psycopg import sql

from linli.rules.merkle import Frontier


def marks_of(connection: psycopg.Connection[tuple[object, ...]]) -> Mapping[str, str]:
    """Each table's number of rows, and a sum over the hashes of all its rows: equal content, whatever the order.

    And each public log's size and root, made anew from its leaves: what everybody outside holds the instance to.
    """
    with connection.transaction():
        for setting in ("timezone to 'UTC'", "datestyle to 'ISO, YMD'", "intervalstyle to 'postgres'"):
            connection.execute(sql.SQL("set local " + setting))
        tables = connection.execute(
            "select relname::text from pg_class where relkind in ('r', 'p') and not relispartition "
            "and relnamespace = 'public'::regnamespace order by relname"
        ).fetchall()
        marks = {f"table {name}": _rows_of(connection, str(name)) for (name,) in tables}
        return marks | (_roots_of(connection) if "table record_log" in marks else {})


def _rows_of(connection: psycopg.Connection[tuple[object, ...]], table: str) -> str:
    row = connection.execute(
        sql.SQL(
            "select count(*), coalesce(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)::bigint), 0) from {} t"
        ).format(sql.Identifier(table))
    ).fetchone()
    assert row is not None
    return f"{row[0]} rows, sum {row[1]}"


def _roots_of(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, str]:
    marks = {}
    for log, origin in connection.execute("select id, origin from record_log order by origin").fetchall():
        tree = Frontier()
        with connection.cursor("leaves") as leaves:
            leaves.execute("select hash from record_leaf where log = %s order by index", [log])
            tree.extend(bytes(leaf) for (leaf,) in leaves)  # type: ignore[call-overload]
        marks[f"log {origin}"] = f"size {tree.size}, root {tree.root.hex()}"
    return marks
