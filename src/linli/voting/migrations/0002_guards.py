from django.db import migrations

from linli.record.guards import append_only, same_community


class Migration(migrations.Migration):
    dependencies = [("voting", "0001_initial"), ("record", "0002_guards"), ("community", "0002_guards")]
    operations = [
        append_only("voting_voice"),
        append_only("voting_result"),
        same_community("voting_seat", "dwelling_id", "community_dwelling"),
        same_community("voting_seat", "scope_id", "community_area"),
        same_community("voting_voice", "seat_id", "voting_seat"),
        same_community("voting_driveworker", "person_id", "community_person"),
    ]
