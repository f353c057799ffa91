from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("procurement", "0004_plan_holidays"),
    ]

    operations = [
        migrations.AddField(
            "workplanstep",
            "was_over",
            models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            "workplanagreement",
            models.UniqueConstraint(
                name="work_plan_agreement_one_side_each",
                fields=["version", "agreed_by"],
            ),
        ),
    ]
