from django.db import migrations

from linli.record.guards import same_community

#: table, column, target: whatever names a row of another community would let it be read from there.
LINKS = [
    ("drive", "place_id", "community_place"),
    ("drive", "electorate_id", "voting_electorate"),
    ("driveworker", "drive_id", "voting_drive"),
    ("head", "electorate_id", "voting_electorate"),
    ("seat", "electorate_id", "voting_electorate"),
    ("seat", "head_id", "voting_head"),
    ("seat", "person_id", "community_person"),
    ("seat", "voice_id", "voting_voice"),
    ("scopetotals", "drive_id", "voting_drive"),
    ("scopetotals", "scope_id", "community_area"),
    ("stack", "drive_id", "voting_drive"),
    ("stack", "collector_id", "community_person"),
    ("stack", "clerk_id", "community_person"),
    ("slipphoto", "stack_id", "voting_stack"),
    ("voice", "drive_id", "voting_drive"),
    ("voice", "author_id", "community_person"),
    ("voice", "collector_id", "community_person"),
    ("voice", "stack_id", "voting_stack"),
    ("result", "drive_id", "voting_drive"),
    ("result", "scope_id", "community_area"),
    ("shareplan", "drive_id", "voting_drive"),
]


class Migration(migrations.Migration):
    dependencies = [("voting", "0004_one_community"), ("community", "0002_guards")]
    operations = [same_community(f"voting_{table}", column, target) for table, column, target in LINKS]
