from django.db import migrations

from linli.record.guards import same_community


class Migration(migrations.Migration):
    dependencies = [("matters", "0002_initial"), ("voting", "0004_one_community"), ("community", "0002_guards")]
    operations = [
        same_community("matters_matter", "place_id", "community_place"),
        same_community("matters_matter", "drive_id", "voting_drive"),
        same_community("matters_matter", "raised_by_id", "community_person"),
    ]
