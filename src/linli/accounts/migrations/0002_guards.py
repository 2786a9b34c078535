from django.db import migrations

from linli.record.guards import same_community


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("community", "0002_guards")]
    operations = [same_community("accounts_claim", "person_id", "community_person")]
