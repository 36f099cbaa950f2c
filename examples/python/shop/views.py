"""The pages of the shop."""

import re
from collections.abc import Callable
from decimal import Decimal

import halkode
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shop import payments
from shop.models import Order

View = Callable[..., HttpResponseBase]


class SeeOther(HttpResponseRedirect):
    """After a POST: the browser fetches the next page, and a reload of that posts nothing."""

    status_code = 303


class Wrong(Exception):
    """What the buyer typed cannot be."""


@require_GET
def checkout(request: HttpRequest) -> HttpResponse:
    return render(request, "checkout.html")


@require_POST
def pay(request: HttpRequest) -> HttpResponse:
    form = request.POST
    try:
        # Its repr shows no number; even so, do not log it.
        card = halkode.Card(
            holder_name=form.get("holder_name", ""),
            number=re.sub(r"[ -]", "", form.get("card_number", "")),
            expiry_month=form.get("expiry_month", ""),
            expiry_year=form.get("expiry_year", ""),
            cvv=form.get("cvv", ""),
        )
        order = payments.pay(amount(form.get("total", "")), card.holder_name.strip(), card)
    except (Wrong, halkode.RequestError) as wrong:
        return refuse(request, wrong)
    return SeeOther(f"/orders/{order.invoice_id}")


@require_POST
def pay_3d(request: HttpRequest) -> HttpResponse:
    try:
        order = payments.new_order(amount(request.POST.get("total", "")))
        page = payments.form_3d(order, "Müşteri", request.build_absolute_uri("/return"))
    except (Wrong, halkode.RequestError) as wrong:
        return refuse(request, wrong)
    return HttpResponse(page, headers={"Cache-Control": "no-store"})


# The bank sends the browser here, by GET or by POST. A POST from another site brings no CSRF token, and no cookie
# with SameSite=Lax, which Django's session cookie is: so the one is not checked and the other not used. The order is
# found by its number.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def come_back(request: HttpRequest) -> HttpResponse:
    fields = {**request.GET.dict(), **request.POST.dict()}
    order = find(fields.get("invoice_id", ""), gateway=Order.Gateway.HALKODE)
    payments.confirm(order, fields)
    return SeeOther(f"/orders/{order.invoice_id}")


@require_POST
def pay_at_halkbank(request: HttpRequest) -> HttpResponse:
    try:
        order = payments.new_order(amount(request.POST.get("total", "")), Order.Gateway.HALKBANK)
        page = payments.form_at_halkbank(order, request.build_absolute_uri("/halkbank/return"))
    except (Wrong, halkode.RequestError) as wrong:
        return refuse(request, wrong)
    return HttpResponse(page, headers={"Cache-Control": "no-store"})


# Exempt for the same reason. The body goes on as it came: its hash covers every field, so nothing may have tidied them.
@csrf_exempt
@require_POST
def come_back_from_halkbank(request: HttpRequest) -> HttpResponse:
    body = request.body.decode(errors="replace")
    # An early failure calls it by the other name.
    order_id = request.POST.get("oid") or request.POST.get("ReturnOid", "")
    order = find(order_id, gateway=Order.Gateway.HALKBANK)
    try:
        payments.confirm_at_halkbank(order, body)
    except (halkode.SignatureError, halkode.RequestError):
        return refuse(request, Wrong("Bankadan geldiği söylenen bilgi doğrulanamadı; sipariş değişmedi."))
    return SeeOther(f"/orders/{order.invoice_id}")


@require_GET
def order(request: HttpRequest, invoice_id: str) -> HttpResponse:
    found = find(invoice_id)
    if found.state == Order.State.IN_DOUBT:
        payments.look(found)
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse(found.to_dict(), json_dumps_params={"ensure_ascii": False})
    return render(request, "order.html", {"order": found, "left": found.total - found.refunded})


@require_POST
def refund(request: HttpRequest, invoice_id: str) -> HttpResponse:
    found = find(invoice_id, gateway=Order.Gateway.HALKODE)
    typed = request.POST.get("amount", "").strip()
    try:
        payments.refund(found, amount(typed) if typed else None)
    except Wrong as wrong:
        return refuse(request, wrong)
    return SeeOther(f"/orders/{invoice_id}")


@require_POST
def cancel(request: HttpRequest, invoice_id: str) -> HttpResponse:
    found = find(invoice_id, gateway=Order.Gateway.HALKBANK)
    # Posted twice, the second one changes nothing.
    if found.state == Order.State.PAID:
        payments.cancel_at_halkbank(found)
    return SeeOther(f"/orders/{invoice_id}")


def find(invoice_id: str, **known: str) -> Order:
    return get_object_or_404(Order, invoice_id=invoice_id, **known)


def amount(typed: str) -> Decimal:
    """Exact, or not at all: a comma might mean thousands or kuruş, so it is asked again."""
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", typed, re.ASCII) or not Decimal(typed):
        raise Wrong("Tutarı 149.90 gibi, nokta ve en çok iki kuruş hanesiyle yazın.")
    return Decimal(typed)


def refuse(request: HttpRequest, wrong: Exception) -> HttpResponse:
    """HTTP 400 with what was wrong. An error of the library names the field, and never repeats what was typed."""
    if isinstance(wrong, halkode.RequestError):
        wrong = Wrong(f"Bir alan geçersiz: {wrong.field}. Kart bilgilerini ve adınızı denetleyip yeniden deneyin.")
    return render(request, "checkout.html", {"problem": str(wrong)}, status=400)
