from django.urls import path

from shop import views

urlpatterns = [
    path("", views.checkout),
    path("pay", views.pay),
    path("pay-3d", views.pay_3d),
    path("return", views.come_back),
    path("orders/<str:invoice_id>", views.order),
    path("orders/<str:invoice_id>/refund", views.refund),
]
