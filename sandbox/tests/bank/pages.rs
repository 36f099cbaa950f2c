//! 3-D Secure as a browser goes through it, payment links, and the web-hooks that follow.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use halkode_sandbox::{Options, Settings, ThreeDFailure};
use serde_json::{Value, json};

use crate::client::*;

/// Starts a payment and goes to the bank's page; its path.
fn to_the_bank(shop: &Shop, body: &Value) -> String {
    let got = shop.post_json("/api/paySmart3D", body);
    assert_eq!(got.status, 200);
    bank_page(shop, &got)
}

fn bank_page(shop: &Shop, got: &Got) -> String {
    let (action, fields) = got.form();
    assert_eq!(action, format!("{}/sr/redirect-to-bank", shop.bank.halkode_url()));
    assert!(got.text().contains("127.0.0.1") && got.text().contains("submit()"));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let got = shop.post_form("/ccpayment/sr/redirect-to-bank", &fields);
    got.header("location").unwrap().strip_prefix(shop.bank.url()).unwrap().to_owned()
}

fn one_time_code(page: &Got) -> String {
    let text = page.text();
    let at = text.find("id=one-time-code>").unwrap() + "id=one-time-code>".len();
    text[at..at + 6].to_owned()
}

fn approve(shop: &Shop, page: &str) -> Got {
    let code = one_time_code(&shop.get(page));
    shop.post_form(page, &[("action", "approve"), ("code", &code)])
}

fn complete(shop: &Shop, invoice_id: &str, order_id: &str, status: &str) -> Value {
    let hash = sealed(&[MERCHANT_KEY, invoice_id, order_id, status]);
    shop.ask("/payment/complete", &json!({"merchant_key": MERCHANT_KEY, "invoice_id": invoice_id, "order_id": order_id, "status": status, "hash_key": hash}))
}

#[test]
fn a_buyer_approves_and_is_charged_once() {
    let shop = Shop::open();
    let page = to_the_bank(&shop, &payment_3d("A-1", "22.00", GOOD));
    let shown = shop.get(&page).text();
    for text in ["22.00 TRY", "413226****0003", "Tek kullanımlık şifre", "HALKÖDE Sandbox Mağazası"] {
        assert!(shown.contains(text), "{text} is not on {shown}");
    }
    code(&shop.status("A-1"), 69);
    let (url, fields) = approve(&shop, &page).location_fields();
    assert_eq!(url, "http://shop.test/return");
    for (name, value) in [
        ("a", "1"),
        ("payment_status", "1"),
        ("status_code", "100"),
        ("invoice_id", "A-1"),
        ("md_status", "1"),
        ("transaction_type", "Auth"),
    ] {
        assert_eq!(field(&fields, name), value, "{name}");
    }
    let order_id = field(&fields, "order_id");
    assert_eq!(opened(&json!(field(&fields, "hash_key"))).unwrap(), format!("1|22.00|A-1|{order_id}|TRY"));
    code(&shop.status("A-1"), 100);

    // Back in the browser, another button, the first form again: the same way back, and one sale.
    assert!(shop.get(&page).text().contains("sonuçlandı"));
    for action in ["approve", "cancel", "wrong_code"] {
        assert_eq!(shop.post_form(&page, &[("action", action)]).location_fields(), (url.clone(), fields.clone()));
    }
    code(&shop.ask("/api/paySmart3D", &payment_3d("A-1", "22.00", GOOD)), 3);
    assert_eq!(shop.control("GET", "orders", Value::Null).as_array().unwrap().len(), 1);
    assert_eq!(shop.status("A-1")["transaction_amount"], json!(22));
}

#[test]
fn wrong_codes_cancelling_and_leaving() {
    let shop = Shop::open();
    let page = to_the_bank(&shop, &payment_3d("A-1", "22.00", GOOD));
    for _ in 0..2 {
        let again = shop.post_form(&page, &[("action", "approve"), ("code", "no")]);
        assert_eq!((again.status, again.text().contains("Şifre hatalı")), (200, true));
    }
    let (url, fields) = shop.post_form(&page, &[("action", "approve"), ("code", "no")]).location_fields();
    assert_eq!(url, "http://shop.test/cancel");
    // As seen live: few fields, no order_id.
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "invoice_id",
            "status_code",
            "error_code",
            "status_description",
            "transaction_type",
            "payment_status",
            "payment_method",
            "pos_bank",
            "hash_key"
        ]
    );
    assert_eq!((field(&fields, "status_code"), field(&fields, "payment_status")), ("41".into(), "0".into()));
    assert!(opened(&json!(field(&fields, "hash_key"))).unwrap().starts_with("0|22.00|A-1|VP"));
    assert_eq!(shop.status("A-1")["md_status"], 0);

    let page = to_the_bank(&shop, &payment_3d("A-2", "22.00", GOOD));
    assert_eq!(shop.post_form(&page, &[("action", "cancel")]).location_fields().0, "http://shop.test/cancel");
    code(&shop.status("A-2"), 41);

    let page = to_the_bank(&shop, &payment_3d("A-3", "22.00", GOOD));
    shop.seconds(14 * 60);
    code(&shop.status("A-3"), 69);
    shop.seconds(60);
    code(&shop.status("A-3"), 41);
    assert_eq!(shop.post_form(&page, &[("action", "approve")]).location_fields().0, "http://shop.test/cancel");

    shop.bank.configure(|settings| settings.sparse_failure_return = false);
    let page = to_the_bank(&shop, &payment_3d("A-4", "22.00", GOOD));
    let (_, fields) = shop.post_form(&page, &[("action", "wrong_code")]).location_fields();
    assert_eq!(field(&fields, "md_status"), "0");
}

#[test]
fn cards_at_the_bank_decline_fail_and_stay_in_doubt() {
    let shop = Shop::open();
    for (card, url, status_code, md_status) in [
        (NO_FUNDS, "cancel", 41, 1),
        ("4155650100000006", "cancel", 41, 0),
        ("4155650100000048", "cancel", 41, 4),
        ("4155650100000915", "cancel", 69, 1),
    ] {
        let page = to_the_bank(&shop, &payment_3d(card, "10.00", card));
        let (went, fields) = approve(&shop, &page).location_fields();
        assert_eq!(went, format!("http://shop.test/{url}"), "{card}");
        assert_eq!(field(&fields, "status_code"), status_code.to_string(), "{card}");
        assert_eq!(shop.status(card)["md_status"], md_status, "{card}");
    }
    assert_eq!(shop.status(NO_FUNDS)["original_bank_error_code"], "51");
    shop.seconds(10);
    code(&shop.status("4155650100000915"), 100);
}

#[test]
fn the_merchant_completes_or_lets_it_go() {
    let shop = Shop::open();
    let staged = |invoice_id: &str, card: &str| {
        let mut body = payment_3d(invoice_id, "10.00", card);
        merge(&mut body, json!({"payment_completed_by": "merchant", "response_method": "POST"}));
        let page = to_the_bank(&shop, &body);
        let got = approve(&shop, &page);
        let (action, fields) = got.form();
        assert_eq!(action, "http://shop.test/return?a=1");
        assert_eq!(shop.status(invoice_id)["transaction_status"], "Pending", "nothing is charged yet");
        (field(&fields, "order_id"), field(&fields, "md_status"))
    };
    let (order_id, md_status) = staged("A-1", GOOD);
    assert_eq!(md_status, "1");
    code(&complete(&shop, "A-1", "VP0", "complete"), 31);
    let answer = complete(&shop, "A-1", &order_id, "complete");
    code(&answer, 100);
    assert_eq!((&answer["data"]["payment_status"], &answer["data"]["status"]), (&json!(true), &json!("Completed")));
    assert_eq!(opened(&answer["data"]["hash_key"]).unwrap(), format!("Completed|10.00|A-1|{order_id}|TRY"));
    code(&complete(&shop, "A-1", &order_id, "complete"), 1);
    shop.seconds(2);
    let late = complete(&shop, "A-1", &order_id, "complete");
    assert_eq!((&late["status_code"], &late["data"]["invoice_id"]), (&json!(31), &json!("A-1")));

    let (order_id, _) = staged("A-2", NO_FUNDS);
    let answer = complete(&shop, "A-2", &order_id, "complete");
    code(&answer, 41);
    assert_eq!((&answer["data"]["payment_status"], &answer["data"]["error_code"]), (&json!(false), &json!("51")));

    let (order_id, _) = staged("A-3", GOOD);
    code(&complete(&shop, "A-3", &order_id, "cancel"), 100);
    code(&shop.status("A-3"), 41);

    let (order_id, md_status) = staged("A-4", "4155650100000048");
    assert_eq!(md_status, "4");
    code(&complete(&shop, "A-4", &order_id, "complete"), 105);

    let (order_id, _) = staged("A-5", GOOD);
    shop.seconds(15 * 60);
    code(&complete(&shop, "A-5", &order_id, "complete"), 31);
    code(&shop.status("A-5"), 41);
}

#[test]
fn the_control_api_drives_a_buyer_without_a_browser() {
    let shop = Shop::open();
    to_the_bank(&shop, &payment_3d("A/1 ş", "22.00", GOOD));
    assert!(
        shop.control("GET", "orders/A%2F1%20%C5%9F", Value::Null)["bank_page"]
            .as_str()
            .unwrap()
            .starts_with("/ccpayment/acs/")
    );
    let back = shop.control("POST", "orders/A%2F1%20%C5%9F/3d", json!({"outcome": "approve"}));
    assert_eq!((&back["method"], &back["fields"]["status_code"]), (&json!("GET"), &json!("100")));
    assert!(back["location"].as_str().unwrap().starts_with("http://shop.test/return?a=1&payment_status=1&"));
    assert!(shop.bank.control("POST", "orders/A-2/3d", &json!({"outcome": "approve"})).is_err());
    assert!(
        shop.bank.control("POST", "orders/A-2/3d", &json!({"outcome": "maybe"})).unwrap_err().contains("wrong_code")
    );
}

#[test]
fn a_tampered_return_is_tampered_for_good() {
    let shop = Shop::open();
    for (fault, invoice_id) in [("wrong_hash", "A-1"), ("wrong_amount", "A-2")] {
        shop.control("POST", "faults", json!({"path": "paySmart3D", "fault": fault}));
        to_the_bank(&shop, &payment_3d(invoice_id, "22.00", GOOD));
        let back = shop.control("POST", &format!("orders/{invoice_id}/3d"), json!({"outcome": "approve"}));
        let plain = opened(&back["fields"]["hash_key"]).unwrap_or_default();
        assert_eq!(plain.starts_with("1|23.00|A-2"), fault == "wrong_amount", "{plain}");
        assert!(!plain.starts_with("1|22.00"));
    }
}

/// A JSON body as a browser's form has it: everything is text.
fn as_form(body: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    body.as_object().unwrap().iter().map(|(key, value)| (key.clone(), text(value))).collect()
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

#[test]
fn four_ways_to_say_that_it_cannot_begin() {
    let shop = Shop::open();
    let mut wrong = payment_3d("A-1", "22.00", GOOD);
    wrong["hash_key"] = json!("junk");
    code(&shop.ask("/api/paySmart3D", &wrong), 68);

    let fields = as_form(&wrong);
    let (action, back) = shop.post_form("/ccpayment/api/paySmart3D", &borrowed(&fields)).form();
    assert_eq!((action.as_str(), field(&back, "status_code").as_str()), ("http://shop.test/cancel", "68"));
    assert_eq!(field(&back, "invoice_id"), "A-1");

    let mut key = payment_3d("A-1", "22.00", GOOD);
    key["merchant_key"] = json!("$2y$10$e8Mzadv9523RVrAqL7");
    let got = shop.post_json("/api/paySmart3D", &key);
    assert_eq!(got.status, 302);
    assert_eq!(field(&got.location_fields().1, "status_code"), "14");

    let got = shop.post_json("/api/paySmart3D", &payment_3d("A-1", "22.00", "4132260000000004"));
    assert_eq!((got.status, got.body.len()), (404, 0));

    let mut nowhere = payment_3d("A-1", "22.00", GOOD);
    nowhere["cancel_url"] = json!("");
    code(&shop.ask("/api/paySmart3D", &nowhere), 404);
    nowhere["cancel_url"] = json!("javascript:alert(1)");
    code(&shop.ask("/api/paySmart3D", &nowhere), 1);

    shop.bank.configure(|settings| settings.three_d_failure = ThreeDFailure::Form);
    assert_eq!(shop.post_json("/api/paySmart3D", &wrong).form().0, "http://shop.test/cancel");
    shop.bank.configure(|settings| settings.three_d_failure = ThreeDFailure::Redirect);
    assert_eq!(shop.post_json("/api/paySmart3D", &wrong).status, 302);
}

#[test]
fn a_browser_form_with_items_as_text_works_and_a_saved_card_too() {
    let shop = Shop::open();
    let mut body = payment_3d("A-1", "22.00", GOOD);
    body["items"] = json!(body["items"].to_string());
    let fields = as_form(&body);
    let page = bank_page(&shop, &shop.post_form("/ccpayment/api/paySmart3D", &borrowed(&fields)));
    assert_eq!(approve(&shop, &page).location_fields().0, "http://shop.test/return");

    let hash = sealed(&[MERCHANT_KEY, "42", "Ayşe", GOOD, "12", "2040"]);
    let saved = shop.ask(
        "/api/saveCard",
        &json!({"merchant_key": MERCHANT_KEY, "card_holder_name": "Ayşe", "card_number": GOOD, "expiry_month": "12", "expiry_year": "2040", "customer_number": "42", "hash_key": hash}),
    );
    let mut body = payment_3d("A-2", "5.00", GOOD);
    for name in ["cc_no", "cc_holder_name", "expiry_month", "expiry_year", "cvv"] {
        body.as_object_mut().unwrap().remove(name);
    }
    merge(
        &mut body,
        json!({"card_token": saved["card_token"], "customer_number": 42, "customer_email": "a@b.test", "customer_phone": "5", "customer_name": "Ayşe"}),
    );
    let page = bank_page(&shop, &shop.post_json("/api/payByCardToken", &body));
    assert_eq!(field(&approve(&shop, &page).location_fields().1, "status_code"), "100");
}

#[test]
fn a_payment_link_is_paid_on_its_page() {
    let shop = Shop::open();
    let invoice = |invoice_id: &str, price: &str| {
        json!({"invoice_id": invoice_id, "invoice_description": "<b>Çay</b>", "total": "100.00", "return_url": "http://shop.test/return", "cancel_url": "http://shop.test/cancel",
            "items": [{"name": "Çay", "price": price, "quantity": 1, "description": ""}]})
    };
    let link = |invoice: Value| {
        shop.ask("/purchase/link", &json!({"merchant_key": MERCHANT_KEY, "currency_code": "TRY", "name": "Ayşe", "surname": "Yılmaz", "invoice": invoice}))
    };
    let refused = link(invoice("A-1", "100.00"));
    assert_eq!(
        (&refused["status"], &refused["status_code"]),
        (&json!(false), &json!(1)),
        "an object instead of JSON text"
    );
    assert_eq!(link(json!(invoice("A-1", "99.00").to_string()))["status_code"], 13);
    let answer = link(json!(invoice("A-1", "100.00").to_string()));
    assert_eq!((&answer["status"], &answer["success_message"]), (&json!(true), &json!("Success !")));
    let url = answer["link"].as_str().unwrap();
    assert_eq!(url, format!("{}/makepayment/{}", shop.bank.halkode_url(), answer["order_id"].as_str().unwrap()));
    shop.seconds(2);
    assert_eq!(link(json!(invoice("A-1", "100.00").to_string()))["status_code"], 3);

    let page = url.strip_prefix(shop.bank.url()).unwrap();
    let shown = shop.get(page).text();
    assert!(
        shown.contains("&lt;b&gt;Çay&lt;/b&gt;") && shown.contains("100.00 TRY") && shown.contains(GOOD),
        "{shown}"
    );
    let card = |number: &str, count: &str| {
        shop.post_form(
            page,
            &[
                ("cc_holder_name", "Ayşe"),
                ("cc_no", number),
                ("expiry_month", "12"),
                ("expiry_year", "40"),
                ("cvv", "555"),
                ("installments_number", count),
            ],
        )
    };
    assert!(card("4155650100416112", "1").text().contains("(108)"));
    assert!(card(INSTALLMENTS, "9").text().contains("(102)"));
    code(&shop.status("A-1"), 69);
    let acs = card(INSTALLMENTS, "3").header("location").unwrap().strip_prefix(shop.bank.url()).unwrap().to_owned();
    let second = card(INSTALLMENTS, "2").header("location").unwrap().strip_prefix(shop.bank.url()).unwrap().to_owned();
    let (back, fields) = approve(&shop, &acs).location_fields();
    assert_eq!(
        (back.as_str(), field(&fields, "order_id")),
        ("http://shop.test/return", answer["order_id"].as_str().unwrap().to_owned())
    );
    code(&shop.status("A-1"), 100);
    // The second window of the same link ends at the same sale.
    assert_eq!(shop.post_form(&second, &[("action", "cancel")]).location_fields().0, "http://shop.test/return");
    assert!(shop.get(page).text().contains("kullanıldı"));
    assert_eq!(shop.get("/ccpayment/makepayment/VP1").status, 404);
}

/// A shop's web-hook receiver: what was posted to it.
fn receiver() -> (String, Receiver<Vec<(String, String)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook?shop=1", listener.local_addr().unwrap());
    let (sender, posts) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = Vec::new();
            let mut part = [0; 4096];
            let body = loop {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                if let Some((head, body)) = text.split_once("\r\n\r\n") {
                    let length = head
                        .to_lowercase()
                        .lines()
                        .find_map(|line| line.strip_prefix("content-length: ").map(|n| n.parse::<usize>().unwrap()))
                        .unwrap();
                    if body.len() == length {
                        assert!(head.starts_with("POST /hook?shop=1 HTTP/1.1"));
                        assert!(head.contains("application/x-www-form-urlencoded"));
                        break body.to_owned();
                    }
                }
                let n = stream.read(&mut part).unwrap();
                assert!(n > 0, "the request ended early: {text}");
                bytes.extend_from_slice(&part[..n]);
            };
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
            if sender.send(form_urlencoded::parse(body.as_bytes()).into_owned().collect()).is_err() {
                return;
            }
        }
    });
    (url, posts)
}

#[test]
fn web_hooks_tell_of_sales_refunds_and_recurring_charges() {
    let (url, posts) = receiver();
    let webhooks = ["sale_hook", "refund_hook", "my_recurring"].map(|key| (key.to_owned(), url.clone())).to_vec();
    let shop = Shop::with(Options { webhooks, settings: Settings::default(), ..Options::default() });
    let next = || posts.recv_timeout(Duration::from_secs(10)).unwrap();
    let mut body = payment("A-1", "22.00", GOOD);
    merge(
        &mut body,
        json!({"sale_web_hook_key": "sale_hook", "order_type": "1", "recurring_payment_number": 2, "recurring_payment_cycle": "D", "recurring_payment_interval": 7, "recurring_web_hook_key": "my_recurring"}),
    );
    code(&shop.ask("/api/paySmart2D", &body), 100);
    let hook = next();
    let order_id = field(&hook, "order_id");
    assert_eq!(
        (
            field(&hook, "status").as_str(),
            field(&hook, "payment_status").as_str(),
            field(&hook, "status_code").as_str()
        ),
        ("Completed", "1", "100")
    );
    assert_eq!(opened(&json!(field(&hook, "hash_key"))).unwrap(), format!("Completed|22.00|A-1|{order_id}|TRY"));

    let mut body = payment("A-2", "5.00", NO_FUNDS);
    body["sale_web_hook_key"] = json!("sale_hook");
    code(&shop.ask("/api/paySmart2D", &body), 41);
    let hook = next();
    assert_eq!((field(&hook, "status").as_str(), field(&hook, "error_code").as_str()), ("Failed", "51"));

    code(&shop.refund("A-1", "2.00", json!({"refund_web_hook_key": "refund_hook"})), 100);
    let hook = next();
    assert_eq!(opened(&json!(field(&hook, "hash_key"))).unwrap(), format!("Completed|2.00|A-1|{order_id}"));

    shop.control("POST", "recurring/charge", json!({"invoice_id": "A-1"}));
    let hook = next();
    assert_eq!(
        (
            field(&hook, "recurring_number").as_str(),
            field(&hook, "product_price").as_str(),
            field(&hook, "action_date").len()
        ),
        ("2", "22.00", 17)
    );
    assert_ne!(field(&hook, "order_id"), order_id);

    let log = shop.control("GET", "webhooks", Value::Null);
    let results: Vec<&str> =
        log["deliveries"].as_array().unwrap().iter().map(|d| d["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["answered with HTTP 200"; 4]);
    assert!(!log.to_string().contains(MERCHANT_KEY));
    // The same over HTTP, and a receiver that is not there (nobody listens on port 1, and no test's bank can be given it).
    shop.control("POST", "webhooks", json!({"key": "sale_hook", "url": "http://127.0.0.1:1/"}));
    let mut body = payment("A-3", "5.00", GOOD);
    body["sale_web_hook_key"] = json!("sale_hook");
    code(&shop.ask("/api/paySmart2D", &body), 100);
    assert!(shop.get("/sandbox/webhooks").json()["deliveries"][4]["result"].as_str().unwrap().starts_with("failed:"));
    assert!(shop.bank.webhook("sale_hook", "https://shop.test/").is_err());
}

#[test]
fn the_start_page_says_how_to_connect() {
    let shop = Shop::open();
    let page = shop.get("/").text();
    for text in [
        "HALKODE_MERCHANT_KEY=&#39;$2y$10$",
        &format!("{}/ccpayment", shop.bank.url()),
        INSTALLMENTS,
        "limit yetersiz",
        "done_no_answer",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(
        !page.contains("http://") || page.matches("http://").count() == page.matches(shop.bank.url()).count(),
        "no outside resources"
    );
    let state = shop.get("/sandbox/state").json();
    assert_eq!(state["halkode_url"], json!(shop.bank.halkode_url()));
    assert_eq!(shop.get("/sandbox/nothing").status, 404);
    assert_eq!(shop.get("/sandbox/cards").json().as_array().unwrap().len(), halkode_sandbox::Sandbox::cards().len());
}
