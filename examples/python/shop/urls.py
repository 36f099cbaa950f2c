from django.urls import path

from shop import views

urlpatterns = [
    path("", views.checkout),
    path("pay", views.pay),
    path("pay-3d", views.pay_3d),
    path("return", views.come_back),
    path("halkbank/pay", views.pay_at_halkbank),
    path("halkbank/return", views.come_back_from_halkbank),
    path("orders/<str:invoice_id>", views.order),
    path("orders/<str:invoice_id>/refund", views.refund),
    path("orders/<str:invoice_id>/cancel", views.cancel),
]
