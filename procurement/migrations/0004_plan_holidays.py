from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("procurement", "0003_signature_in_place")]

    operations = [
        migrations.AddField(
            "workplanversion", "better_papers_on", models.DateField(null=True)
        ),
        migrations.AddField(
            "workplanversion", "cautions", models.JSONField(default=list)
        ),
    ]
