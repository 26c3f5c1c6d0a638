from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("designs", "0005_transfers")]

    operations = [
        migrations.AddField(
            model_name="project",
            name="forked_commit",
            field=models.CharField(
                blank=True, editable=False, help_text="Version that it was made from", max_length=40
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="forked_licence",
            field=models.CharField(
                blank=True, editable=False, help_text="Licence under which it was received", max_length=40
            ),
        ),
    ]
