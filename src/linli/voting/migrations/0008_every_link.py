from django.db import migrations, models

from linli.record.guards import same_community


class Migration(migrations.Migration):
    dependencies = [("voting", "0007_no_coefficients"), ("community", "0004_every_link")]
    operations = [
        migrations.AddConstraint(
            "result", models.UniqueConstraint(fields=["community", "id"], name="result_in_community")
        ),
        same_community("voting_head", "scope_id", "community_area"),
        same_community("voting_seat", "household_id", "community_household"),
        same_community("voting_voice", "entered_by_id", "community_person"),
        same_community("voting_voice", "replaces_id", "voting_voice"),
        same_community("voting_result", "replaces_id", "voting_result"),
    ]
