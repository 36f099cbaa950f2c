"""An order, and what is known of its payment. No card is ever stored."""

from decimal import Decimal

from django.db import models


class Order(models.Model):
    class Gateway(models.TextChoices):
        HALKODE = "halkode", "HALKÖDE"
        HALKBANK = "halkbank", "Halkbank"

    class State(models.TextChoices):
        WAITING = "waiting", "Ödeme bekleniyor"
        IN_DOUBT = "in_doubt", "Ödemenin sonucu soruluyor"
        PAID = "paid", "Ödendi"
        FAILED = "failed", "Ödeme alınamadı"
        PARTIALLY_REFUNDED = "partially_refunded", "Bir kısmı iade edildi"
        REFUNDED = "refunded", "İade edildi"
        VOIDED = "voided", "İptal edildi"

    # A new number for every attempt: the gateway takes each only once.
    invoice_id = models.CharField(max_length=40, primary_key=True)
    # Where it is paid; nobody else is asked about it.
    gateway = models.CharField(max_length=10, choices=Gateway.choices)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    refunded = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal("0.00"))
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    message = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)

    def to_dict(self) -> dict[str, str]:
        return {
            "invoice_id": self.invoice_id,
            "state": self.state,
            "total": f"{self.total:.2f}",
            "refunded": f"{self.refunded:.2f}",
            "message": self.message,
        }
