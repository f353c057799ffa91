import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("procurement", "0006_printouts_for_papers")]

    operations = [
        migrations.AddField(
            "workplanversion",
            "date_change",
            models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="procurement.datechange",
                verbose_name="date change",
            ),
        ),
    ]
