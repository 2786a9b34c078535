from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("voting", "0005_guards")]

    operations = [
        migrations.AddField(
            model_name="drive",
            name="pack_file",
            field=models.BinaryField(
                default=b"", help_text="the rule's file itself: what was opened is counted by what it was"
            ),
            preserve_default=False,
        ),
    ]
