from django.db import migrations

from linli.record.guards import same_community


class Migration(migrations.Migration):
    dependencies = [("matters", "0003_guards"), ("community", "0004_every_link")]
    operations = [
        same_community("matters_matter", "convener_id", "community_organisation"),
        same_community("matters_matter", "carrier_id", "community_organisation"),
        same_community("matters_matter", "supervisor_id", "community_organisation"),
    ]
