"""What is searched, as PostgreSQL indexes it: pairs of letters, since Chinese words mostly have two."""

from django.db import migrations

#: Two spellings of one word are one: full width and half width, capitals and small letters.
PLAIN = """
create function linli_plain(words text) returns text language sql immutable strict parallel safe
return lower(normalize(words, nfkc))
"""

#: Every pair of neighbouring letters, once; of a single letter the letter itself. Written so that a long text costs no
#: more than its length, and in a language that PostgreSQL never writes into the query, or the index would not be found.
PAIRS = """
create function linli_pairs(words text) returns text[] language plpgsql immutable strict parallel safe as $$
declare
  letters text[] := regexp_split_to_array(lower(normalize(words, nfkc)), '');
begin
  return array(
    select distinct letters[n] || coalesce(letters[n + 1], '')
    from generate_series(1, greatest(cardinality(letters) - 1, 1)) n
  );
end $$
"""

INDEXED = {
    "place_words": ("community_place", "name"),
    "dwelling_words": ("community_dwelling", "room || ' ' || name"),
    "person_words": ("community_person", "name"),
    "organisation_words": ("community_organisation", "name"),
    "matter_words": ("matters_matter", "title || ' ' || words"),
    "thread_words": ("record_thread", "number"),
}


class Migration(migrations.Migration):
    dependencies = [("community", "0004_every_link"), ("matters", "0005_threads"), ("record", "0003_sealed")]

    operations = [
        migrations.RunSQL(PLAIN, "drop function linli_plain(text)"),
        migrations.RunSQL(PAIRS, "drop function linli_pairs(text)"),
        *(
            migrations.RunSQL(
                f"create index {name} on {table} using gin (linli_pairs({words}))", f"drop index {name}"
            )
            for name, (table, words) in INDEXED.items()
        ),
    ]
