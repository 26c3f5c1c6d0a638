from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="namespace",
            name="quota",
            field=models.PositiveBigIntegerField(
                blank=True,
                help_text="Bytes that may be stored here; empty: as much as anybody, 0: any number",
                null=True,
            ),
        ),
    ]
