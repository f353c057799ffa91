from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("procurement", "0007_plan_reason_of_office")]

    operations = [
        migrations.AddField(
            "workplanstep",
            "free_days_short",
            models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
