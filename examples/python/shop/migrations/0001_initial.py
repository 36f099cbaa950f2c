# Written by `manage.py makemigrations`.

from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                ("invoice_id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                (
                    "gateway",
                    models.CharField(choices=[("halkode", "HALKÖDE"), ("halkbank", "Halkbank")], max_length=10),
                ),
                ("total", models.DecimalField(decimal_places=2, max_digits=12)),
                ("refunded", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=12)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Ödeme bekleniyor"),
                            ("in_doubt", "Ödemenin sonucu soruluyor"),
                            ("paid", "Ödendi"),
                            ("failed", "Ödeme alınamadı"),
                            ("partially_refunded", "Bir kısmı iade edildi"),
                            ("refunded", "İade edildi"),
                            ("voided", "İptal edildi"),
                        ],
                        default="waiting",
                        max_length=20,
                    ),
                ),
                ("message", models.TextField(blank=True)),
                ("created", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
