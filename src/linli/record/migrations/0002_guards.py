from django.db import migrations

from linli.record.guards import REFUSE_CHANGE, append_only


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial")]
    operations = [REFUSE_CHANGE, append_only("record_event")]
