#!/usr/bin/env python3
"""Plays a buyer, and the bank, against any of the shops in this directory.

    examples/buyer.py examples/python/run.sh

Starts the shop with the HALKODE_… environment it has itself, waits for its line "listening on http://…", buys, and ends it.
Every shop has the same routes (examples/README.md), so one buyer does for all. The standard library is all it needs.
"""

import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from http.cookiejar import CookieJar

GOOD_CARD = "4155650100416111"
NO_FUNDS_CARD = "4155650100000519"
MISTYPED_CARD = "4155650100416112"
CARD = {"holder_name": "Ayşe Yılmaz", "card_number": GOOD_CARD, "expiry_month": "12", "expiry_year": "2040", "cvv": "555"}
START_SECONDS = 120
STOP_SECONDS = 20

passed = failed = 0


def check(what, holds, found=""):
    global passed, failed
    if holds:
        passed += 1
        print(f"  {what}")
    else:
        failed += 1
        print(f"  NOT SO: {what}" + (f" (found: {found})" if found != "" else ""))


class Forms(HTMLParser):
    """The forms of a page: where each posts to, and the fields it carries."""

    def __init__(self, page):
        super().__init__()
        self.forms = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.forms.append({"action": attributes.get("action", ""), "fields": {}})
        elif tag in ("input", "select") and self.forms and attributes.get("name"):
            self.forms[-1]["fields"][attributes["name"]] = attributes.get("value") or ""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Browser:
    """A browser with its cookies; redirects are shown, not followed."""

    def __init__(self):
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), NoRedirect, urllib.request.HTTPCookieProcessor(self.cookies)
        )

    def open(self, url, fields=None, accept="text/html"):
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(url, data, {"Accept": accept})
        try:
            answer = self.opener.open(request, timeout=90)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers.get("location", ""), answer.read().decode("utf-8", "replace")


def bank(path, body=None):
    """What only a sandbox lets one do with a bank."""
    base = os.environ["HALKODE_BASE_URL"].rstrip("/").removesuffix("/ccpayment")
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{base}/sandbox/{path}", data, {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as answer:
        return json.load(answer)


def charges(invoice_id):
    """How often the bank took money for an invoice."""
    taken = ("Completed", "Partial Refund", "Refund")
    return sum(order["invoice_id"] == invoice_id and order["state"] in taken for order in bank("orders"))


class Shop:
    def __init__(self, base):
        self.base = base
        self.browser = Browser()

    def url(self, path):
        return urllib.parse.urljoin(self.base, path)

    def form(self, action, **fields):
        """Fills in the form of the shop's page that posts to `action`, hidden fields and all, and sends it."""
        status, _, page = self.browser.open(self.url("/"))
        assert status == 200, f"the shop's page answers HTTP {status}"
        for form in Forms(page).forms:
            if urllib.parse.urlsplit(self.url(form["action"])).path == action:
                return self.browser.open(self.url(action), form["fields"] | fields)
        raise AssertionError(f"the shop's page has no form for {action}")

    def pay(self, total, **card):
        """Pays without 3-D Secure; gives the invoice number."""
        status, location, page = self.form("/pay", total=total, **(CARD | card))
        assert status == 303, f"/pay answers HTTP {status}: {page[:300]}"
        return location.rsplit("/", 1)[1]

    def order(self, invoice_id):
        status, _, text = self.browser.open(self.url(f"/orders/{invoice_id}"), accept="application/json")
        assert status == 200, f"the order's page answers HTTP {status}"
        return json.loads(text)

    def refund(self, invoice_id, amount):
        _, _, page = self.browser.open(self.url(f"/orders/{invoice_id}"))
        path = f"/orders/{invoice_id}/refund"
        form = next((form for form in Forms(page).forms if form["action"].endswith(path)), None)
        assert form, "a paid order's page has a form for its refund"
        return self.browser.open(self.url(path), form["fields"] | {"amount": amount})

    def begin_3d(self, total):
        """Goes to the bank as far as its page for the one-time code; gives the invoice number."""
        status, _, page = self.form("/pay-3d", total=total)
        assert status == 200, f"/pay-3d answers HTTP {status}: {page[:300]}"
        gateway = Forms(page).forms[0]
        own = {"cc_holder_name": CARD["holder_name"], "cc_no": GOOD_CARD, "expiry_month": "12", "expiry_year": "2040", "cvv": "555"}
        check("the page asks the buyer for the card, and it goes straight to the gateway", own.keys() <= gateway["fields"].keys())
        check("nothing but the gateway gets it", not gateway["action"].startswith(self.base), gateway["action"])
        status, _, page = Browser().open(gateway["action"], gateway["fields"] | own)
        assert status in (200, 302, 303), f"the gateway answers HTTP {status}: {page[:300]}"
        return gateway["fields"]["invoice_id"]

    def come_back(self, order, outcome, post=False, **forged):
        """Ends the visit at the bank; the browser comes back to the shop without any cookie, as from another site."""
        back = bank(f"orders/{order}/3d", {"outcome": outcome})
        address, fields = back["location"].split("?")[0], back["fields"] | forged
        if post:
            return Browser().open(address, fields)
        return Browser().open(f"{address}?{urllib.parse.urlencode(fields)}")


    def begin_at_halkbank(self, total):
        """Goes to Halkbank's own page, where the card is asked for; gives the order number."""
        status, _, page = self.form("/halkbank/pay", total=total)
        assert status == 200, f"/halkbank/pay answers HTTP {status}: {page[:300]}"
        gate = Forms(page).forms[0]
        check("the form holds no card and no store key", not {"pan", "cv2", "storekey"} & gate["fields"].keys(), gate["fields"].keys())
        status, _, page = Browser().open(gate["action"], gate["fields"])
        assert status in (200, 302, 303), f"the gate answers HTTP {status}: {page[:300]}"
        return gate["fields"]["oid"]

    def come_back_from_halkbank(self, order_id, outcome, **forged):
        """Ends the visit at Halkbank; its page posts to the shop from another site, so no cookie comes along."""
        back = bank(f"halkbank/orders/{order_id}/3d", {"outcome": outcome})
        return Browser().open(back["url"], back["fields"] | forged)

    def cancel(self, order_id):
        _, _, page = self.browser.open(self.url(f"/orders/{order_id}"))
        path = f"/orders/{order_id}/cancel"
        form = next((form for form in Forms(page).forms if form["action"].endswith(path)), None)
        assert form, "the page of an order paid at Halkbank has a form to cancel it"
        return self.browser.open(self.url(path), form["fields"])


def play(shop):
    print("\nA sale without 3-D Secure, partly refunded")
    sale = shop.pay("149.90")
    order = shop.order(sale)
    check("paid", (order["state"], order["total"]) == ("paid", "149.90"), order)
    check("charged once", charges(sale) == 1)
    status, _, _ = shop.refund(sale, "49.90")
    order = shop.order(sale)
    check("49.90 TRY refunded", (status, order["state"], order["refunded"]) == (303, "partially_refunded", "49.90"), order)
    # The gateway takes another refund of the same invoice only after 30 seconds.
    bank("clock", {"advance_seconds": 31})
    shop.refund(sale, "")
    order = shop.order(sale)
    check("and then the rest", (order["state"], order["refunded"]) == ("refunded", "149.90"), order)

    print("\nA sale with 3-D Secure, completed by the shop")
    invoice = shop.begin_3d("75.50")
    check("nothing is paid before the buyer is back", shop.order(invoice)["state"] == "waiting" and charges(invoice) == 0)
    status, location, page = shop.come_back(invoice, "approve")
    check("the browser is sent to the order", status == 303 and location.endswith(f"/orders/{invoice}"), (status, page[:200]))
    check("paid", shop.order(invoice)["state"] == "paid" and charges(invoice) == 1, shop.order(invoice))
    status, _, _ = shop.come_back(invoice, "approve")
    check("a reload of the return changes nothing", status == 303 and shop.order(invoice)["state"] == "paid" and charges(invoice) == 1)

    print("\nThe same by POST from the bank's site: no cookie, no CSRF token")
    invoice = shop.begin_3d("20.00")
    status, _, page = shop.come_back(invoice, "approve", post=True)
    check("paid", status == 303 and shop.order(invoice)["state"] == "paid", (status, page[:200]))

    print("\nA buyer who gives up at the bank, and one who forges the way back")
    invoice = shop.begin_3d("30.00")
    shop.come_back(invoice, "cancel")
    order = shop.order(invoice)
    check("not paid, and the buyer is told why", order["state"] == "failed" and order["message"] != "", order)
    other = shop.begin_3d("1.00")
    victim = shop.begin_3d("500.00")
    status, _, _ = shop.come_back(other, "approve", invoice_id=victim)
    check("the success of another order pays nothing", shop.order(victim)["state"] != "paid" and charges(victim) == 0, status)
    status, _, _ = shop.come_back(other, "approve", invoice_id="NOBODYS-1")
    check("an unknown order is not found", status == 404, status)

    print("\nA card without funds, and values that cannot be")
    invoice = shop.pay("20.00", card_number=NO_FUNDS_CARD)
    order = shop.order(invoice)
    check(f"declined: {order['message']}", order["state"] == "failed" and order["message"] != "" and charges(invoice) == 0, order)
    before = len(bank("orders"))
    for what, fields in [("a comma in the amount", {"total": "12,50"}), ("a mistyped card number", {"card_number": MISTYPED_CARD})]:
        status, _, page = shop.form("/pay", **({"total": "10.00"} | CARD | fields))
        check(f"{what}: HTTP 400", status == 400, status)
        check("and no card number in the answer", not re.search(r"\d{13,19}", re.sub(r"[ -]", "", page)))
    check("the bank heard of neither", len(bank("orders")) == before)

    print("\nA sale whose answer is lost")
    bank("faults", {"path": "paySmart2D", "fault": "done_no_answer", "times": 1})
    lost = shop.pay("60.00")
    order = shop.order(lost)
    check("the shop asked what became of it: paid", order["state"] == "paid", order)
    check("charged exactly once", charges(lost) == 1, charges(lost))

    print("\nHalkbank: a sale with 3-D Secure on the bank's page, voided on the same day")
    order_id = shop.begin_at_halkbank("75.50")
    check("nothing is paid before the buyer is back", shop.order(order_id)["state"] == "waiting", shop.order(order_id))
    status, _, _ = shop.come_back_from_halkbank(order_id, "approve", amount="1.00")
    check("an altered amount is refused", status == 400 and shop.order(order_id)["state"] == "waiting", (status, shop.order(order_id)))
    status, location, page = shop.come_back_from_halkbank(order_id, "approve")
    check("paid", status == 303 and shop.order(order_id)["state"] == "paid", (status, page[:200], shop.order(order_id)))
    status, _, _ = shop.come_back_from_halkbank(order_id, "approve")
    check("a reload of the return changes nothing", status == 303 and shop.order(order_id)["state"] == "paid", status)
    status, _, page = shop.cancel(order_id)
    check("voided", status == 303 and shop.order(order_id)["state"] == "voided", (status, page[:200], shop.order(order_id)))
    check("the bank has taken nothing", bank(f"halkbank/orders/{order_id}")["net"] == "0.00", bank(f"halkbank/orders/{order_id}"))

    print("\nHalkbank: a buyer who gives up")
    order_id = shop.begin_at_halkbank("20.00")
    shop.come_back_from_halkbank(order_id, "cancel")
    order = shop.order(order_id)
    check("not paid, and the buyer is told why", order["state"] == "failed" and order["message"] != "", order)


def main():
    # What the shop logs is shown when something is wrong. A group of its own, so that what a run.sh starts ends with it.
    log = tempfile.TemporaryFile("w+", encoding="utf-8")
    process = subprocess.Popen(
        sys.argv[1:],
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PORT": "0"},
        start_new_session=True,
    )
    lines = queue.Queue()

    def read():
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    try:
        base = None
        while base is None:
            line = lines.get(timeout=START_SECONDS)
            if line is None:
                log.seek(0)
                sys.exit(f"{log.read()}\nbuyer: the shop ended before it listened (status {process.wait()})")
            found = re.match(r"listening on (http://127\.0\.0\.1:\d+)", line)
            base = found and found[1] + "/"
        print(f"The shop is open at {base}")
        play(Shop(base))
    except queue.Empty:
        sys.exit(f"buyer: the shop did not say within {START_SECONDS} seconds that it listens")
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            print("  NOT SO: the shop ends when it is told to")
            globals()["failed"] += 1
    said = ""
    while not lines.empty():
        said += lines.get() or ""
    log.seek(0)
    logged = log.read()
    typed = (GOOD_CARD, NO_FUNDS_CARD, MISTYPED_CARD)
    check("the shop printed and logged no card number", not any(card in said + logged for card in typed))
    if failed:
        print(f"\nThe shop's log:\n{logged}")
    print(f"\n{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    main()
