//! Every endpoint without a browser, and the rules about time and state.

use halkode_sandbox::{Options, RepeatGuard, Settings};
use serde_json::{Value, json};

use crate::client::*;

#[test]
fn token_lives_two_hours_by_the_sandbox_clock() {
    let mut shop = Shop::open();
    let answer = shop.ask("/api/token", &json!({"app_id": shop.bank.credentials().app_id, "app_secret": APP_SECRET}));
    code(&answer, 100);
    assert_eq!(answer["data"]["is_3d"], 1);
    assert_eq!(answer["data"]["expires_at"].as_str().unwrap().len(), "2024-04-15 12:56:37".len());
    code(&shop.ask("/api/token", &json!({"app_id": "x", "app_secret": APP_SECRET})), 30);

    assert_eq!(shop.post_json("/api/installments", &keyed(json!({}))).status, 200);
    shop.seconds(7199 - 60);
    assert_eq!(shop.post_json("/api/installments", &keyed(json!({}))).status, 200);
    shop.seconds(120);
    assert_eq!(shop.post_json("/api/installments", &keyed(json!({}))).status, 401);
    shop.renew_token();
    assert_eq!(shop.post_json("/api/installments", &keyed(json!({}))).status, 200);
    shop.token = "nonsense".into();
    assert_eq!(shop.post_json("/api/installments", &keyed(json!({}))).status, 401);
}

#[test]
fn a_2d_payment_and_its_documented_answer() {
    let shop = Shop::open();
    let answer = shop.pay("A-1", "22.00", GOOD);
    code(&answer, 100);
    let data = &answer["data"];
    let order_id = data["order_id"].as_str().unwrap();
    assert!(order_id.starts_with("VP") && order_id.len() == 19, "{order_id}");
    assert_eq!(data["order_no"], data["order_id"]);
    assert_eq!(
        (&data["payment_status"], &data["error_code"], &data["credit_card_no"]),
        (&json!(1), &json!(100), &json!("413226****0003"))
    );
    assert_eq!(opened(&data["hash_key"]).unwrap(), format!("1|22.00|A-1|{order_id}|TRY"));
    let keys: Vec<&String> = data.as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 17, "{keys:?}");

    let status = shop.status("A-1");
    code(&status, 100);
    assert_eq!(status["transaction_status"], "Completed");
    assert_eq!(
        (&status["product_price"], &status["transaction_amount"], &status["order_id"]),
        (&json!("22.00"), &json!(22), &json!(order_id))
    );
    assert_eq!(status["status_description"], "An order has been taken place for this invoice id: A-1");

    let unknown = shop.status("nothing");
    code(&unknown, 32);
    assert_eq!(unknown["reason"], "No Request found for this invoice id");
}

#[test]
fn a_number_as_total_comes_back_without_its_zeros() {
    let shop = Shop::open();
    let mut body = payment("A-1", "22.00", GOOD);
    body["total"] = json!(22);
    body["items"] = json!("[{\"name\":\"Çay\",\"price\":11,\"quantity\":2}]");
    let answer = shop.ask("/api/paySmart2D", &body);
    assert!(opened(&answer["data"]["hash_key"]).unwrap().starts_with("1|22|A-1|"), "{answer}");
}

#[test]
fn what_is_wrong_with_a_payment_has_its_own_code() {
    let shop = Shop::with(Options {
        settings: Settings { repeat_guard: RepeatGuard::Off, ..Settings::default() },
        ..Options::default()
    });
    let with = |more: Value| {
        let mut body = payment("A-1", "22.00", GOOD);
        merge(&mut body, more);
        shop.ask("/api/paySmart2D", &body)
    };
    for (more, expected) in [
        (json!({"merchant_key": "$2y$10"}), 14),
        (json!({"surname": ""}), 1),
        (json!({"hash_key": ""}), 1),
        (json!({"total": "22,00"}), 1),
        (json!({"currency_code": "XAU"}), 12),
        (json!({"items": "nothing"}), 12),
        (json!({"items": []}), 12),
        (json!({"items": [{"name": "Çay", "price": "22.00", "quantity": "1.5"}]}), 33),
        (json!({"items": [{"name": "Çay", "price": "21.99", "quantity": 1}]}), 13),
        (json!({"hash_key": "junk"}), 68),
        (json!({"hash_key": sealed(&["22.01", "1", "TRY", MERCHANT_KEY, "A-1"])}), 68),
        (json!({"hash_key": sealed(&["22.00", "2", "TRY", MERCHANT_KEY, "A-1"])}), 68),
        (json!({"hash_key": sealed(&["22.00", "1", "TRY", MERCHANT_KEY, "A-2"])}), 68),
        (json!({"hash_key": sealed_with("other", &["22.00", "1", "TRY", MERCHANT_KEY, "A-1"])}), 68),
        (json!({"sale_web_hook_key": "unheard_of"}), 56),
        (json!({"cc_no": "4111111111111112"}), 108),
        (json!({"cc_no": "5440931443094530"}), 76),
        (json!({"order_type": 1}), 55),
        (json!({"discount": "1.00"}), 13),
    ] {
        let answer = with(more.clone());
        assert_eq!(answer["status_code"], json!(expected), "{more}: {answer}");
        assert!(answer.get("data").is_none() && answer["status_description"].is_string(), "{answer}");
    }
    let text =
        with(json!({"hash_key": sealed(&["22.00", "1", "USD", MERCHANT_KEY, "A-1"])}))["status_description"].clone();
    assert_eq!(text, "Currency mismatch with hash key");
    assert_eq!(shop.control("GET", "orders", Value::Null), json!([]), "nothing reached the bank");
    // 22 in the hash, 22.00 in the body: compared as numbers. A negative line is a discount.
    code(
        &with(
            json!({"hash_key": sealed(&["22", "1", "TRY", MERCHANT_KEY, "A-1"]), "items": [{"name": "a", "price": "25.00", "quantity": 1}, {"name": "b", "price": "-3", "quantity": 1}]}),
        ),
        100,
    );
    code(&shop.pay("A-1", "22.00", GOOD), 3);
}

#[test]
fn a_line_total_as_price_is_refused_with_two_equal_numbers() {
    let shop = Shop::open();
    let mut body = payment("A-1", "8100.00", GOOD);
    body["items"] = json!([{"name": "Masa", "price": "8100.00", "quantity": 3}]);
    let answer = shop.ask("/api/paySmart2D", &body);
    code(&answer, 13);
    assert_eq!(answer["status_description"].as_str().unwrap().matches("8100.0000").count(), 2);
}

#[test]
fn a_declined_card_uses_up_its_invoice() {
    let shop = Shop::open();
    let answer = shop.pay("A-1", "10.00", NO_FUNDS);
    code(&answer, 41);
    assert_eq!(
        (&answer["data"]["payment_status"], &answer["data"]["original_bank_error_code"]),
        (&json!(0), &json!("51"))
    );
    assert!(opened(&answer["data"]["hash_key"]).unwrap().starts_with("0|10.00|A-1|VP"));
    let status = shop.status("A-1");
    code(&status, 41);
    assert_eq!((&status["transaction_status"], &status["original_bank_error_code"]), (&json!("Failed"), &json!("51")));
    code(&shop.pay("A-1", "10.00", GOOD), 3);
    code(&shop.refund("A-1", "10.00", json!({})), 49);

    for (change, bank_code) in [(json!({"cvv": "999"}), "82"), (json!({"expiry_year": "29"}), "54")] {
        let mut body = payment(&format!("B-{bank_code}"), "10.00", GOOD);
        merge(&mut body, change);
        let answer = shop.ask("/api/paySmart2D", &body);
        assert_eq!(answer["data"]["original_bank_error_code"], bank_code, "{answer}");
    }
    let mut short_year = payment("B-3", "10.00", GOOD);
    short_year["expiry_year"] = json!("40");
    code(&shop.ask("/api/paySmart2D", &short_year), 100);
    assert_eq!(
        shop.pay("B-4", "1.00", "4132260000000052")["data"]["original_bank_error_code"],
        "V111",
        "a card nobody knows"
    );
}

#[test]
fn every_listed_card_does_what_it_is_listed_for() {
    use halkode_sandbox::{Outcome, Sandbox};
    let shop = Shop::open();
    for card in Sandbox::cards() {
        let got = shop.post_json("/api/paySmart2D", &payment(&format!("C{}", card.number), "1.00", card.number));
        match card.outcome {
            Outcome::Approve | Outcome::NotAuthenticated | Outcome::HalfAuthenticated => code(&got.json(), 100),
            Outcome::Decline(bank_code, _) => assert_eq!(got.json()["data"]["original_bank_error_code"], bank_code),
            Outcome::InDoubt { .. } => assert_eq!(got.status, 504, "{}", card.number),
            Outcome::Foreign => code(&got.json(), 76),
        }
    }
}

#[test]
fn a_silent_bank_is_known_ten_seconds_later() {
    let shop = Shop::open();
    for (card, word, status_code) in [("4155650100000915", "Completed", 100), ("4155650100000683", "Failed", 41)] {
        let got = shop.post_json("/api/paySmart2D", &payment(card, "10.00", card));
        assert_eq!((got.status, got.text().contains("<h1>")), (504, true));
        code(&shop.status(card), 69);
        assert_eq!(shop.status(card)["transaction_status"], "Pending");
        shop.seconds(10);
        code(&shop.status(card), status_code);
        assert_eq!(shop.status(card)["transaction_status"], word);
    }
}

#[test]
fn refunds_in_parts_thirty_seconds_apart() {
    let shop = Shop::open();
    code(&shop.pay("A-1", "10.00", GOOD), 100);
    code(&shop.refund("A-1", "10.01", json!({})), 49);
    let answer = shop.refund("A-1", "4.00", json!({"refund_transaction_id": "R-1"}));
    code(&answer, 100);
    assert_eq!((&answer["ref_no"], &answer["invoice_id"]), (&json!(""), &json!("A-1")));
    assert_eq!(shop.status("A-1")["transaction_status"], "Partial Refund");
    assert_eq!(shop.status("A-1")["total_refunded_amount"], json!(4));
    let early = shop.refund("A-1", "3.00", json!({}));
    code(&early, 49);
    assert!(early["status_description"].as_str().unwrap().contains("30 seconds"));
    shop.seconds(30);
    code(&shop.refund("A-1", "3.00", json!({"refund_transaction_id": "R-1"})), 104);
    code(&shop.refund("A-1", "6.01", json!({})), 49);
    code(&shop.refund("A-1", "3.00", json!({"hash_key": sealed(&["3.00", "1", "TRY", MERCHANT_KEY, "A-1"])})), 68);
    code(&shop.refund("A-1", "3.00", json!({"app_secret": "wrong"})), 30);
    // An empty amount is the rest; the hash may be left out.
    code(&shop.refund("A-1", "", json!({"hash_key": ""})), 100);
    assert_eq!(shop.status("A-1")["transaction_status"], "Refund");
    shop.seconds(30);
    code(&shop.refund("A-1", "0", json!({})), 49);
    code(&shop.refund("nothing", "1.00", json!({})), 49);
}

#[test]
fn settings_of_refund_and_checkstatus() {
    let shop = Shop::open();
    shop.control(
        "POST",
        "settings",
        json!({"strict_hash": true, "partial_refunds": false, "refund_registered": "true"}),
    );
    code(&shop.pay("A-1", "10.00", GOOD), 100);
    let status = |body: Value| shop.ask("/api/checkstatus", &keyed(body));
    code(&status(json!({"invoice_id": "A-1"})), 1);
    code(&status(json!({"invoice_id": "A-1", "hash_key": sealed(&["A-1", MERCHANT_KEY])})), 100);
    code(&status(json!({"invoice_id": "A-1", "hash_key": sealed(&["A-2", MERCHANT_KEY])})), 68);
    code(&shop.refund("A-1", "10.00", json!({"hash_key": ""})), 1);
    code(&shop.refund("A-1", "9.00", json!({})), 110);
    code(&shop.refund("A-1", "10.00", json!({})), 101);

    shop.control("POST", "settings", json!({"strict_hash": false, "pending_needs_flag": true}));
    shop.post_json("/api/paySmart2D", &payment("A-2", "1.00", "4155650100000915"));
    assert_eq!(shop.status("A-2")["transaction_status"], "Pending");
    let unasked = status(json!({"invoice_id": "A-2"}));
    assert_eq!((&unasked["status_code"], &unasked["transaction_status"]), (&json!(69), &json!("Failed")));
    assert!(shop.bank.control("POST", "settings", &json!({"color": "red"})).unwrap_err().contains("color"));
}

#[test]
fn an_identical_request_within_two_seconds_is_rejected() {
    let shop = Shop::open();
    let confirm = || {
        let hash = sealed(&[MERCHANT_KEY, "A-1", "1"]);
        shop.ask("/api/confirmPayment", &keyed(json!({"invoice_id": "A-1", "status": 1, "hash_key": hash})))
    };
    code(&confirm(), 113);
    let mut body = payment("A-1", "1.00", GOOD);
    body["transaction_type"] = json!("PreAuth");
    code(&shop.ask("/api/paySmart2D", &body), 100);
    code(&shop.ask("/api/paySmart2D", &body), 3);
    code(&confirm(), 100);
    code(&confirm(), 1);
    shop.seconds(2);
    code(&confirm(), 113);
    code(&shop.status("A-1"), 100);
    code(&shop.status("A-1"), 100);
    shop.bank.configure(|settings| settings.repeat_guard = RepeatGuard::All);
    shop.seconds(2);
    code(&shop.status("A-1"), 100);
    code(&shop.status("A-1"), 1);
    shop.bank.configure(|settings| settings.repeat_guard = RepeatGuard::Off);
    code(&shop.status("A-1"), 100);
}

#[test]
fn a_preauthorisation_is_captured_once_and_up_to_its_amount() {
    let shop = Shop::open();
    let confirm = |invoice_id: &str, status: &str, more: Value| {
        let mut body = keyed(
            json!({"invoice_id": invoice_id, "status": status, "hash_key": sealed(&[MERCHANT_KEY, invoice_id, status])}),
        );
        merge(&mut body, more);
        shop.ask("/api/confirmPayment", &body)
    };
    for invoice_id in ["A-1", "A-2"] {
        let mut body = payment(invoice_id, "10.00", GOOD);
        body["transaction_type"] = json!("PreAuth");
        let answer = shop.ask("/api/paySmart2D", &body);
        assert_eq!(answer["data"]["transaction_type"], "Pre-Authorization");
        code(&shop.status(invoice_id), 69);
        assert_eq!(shop.status(invoice_id)["transaction_status"], "Pre-Authorization");
    }
    code(&shop.refund("A-1", "10.00", json!({})), 49);
    code(&confirm("A-1", "1", json!({"total": "10.01"})), 105);
    code(&confirm("A-1", "1", json!({"total": "9.00", "hash_key": "junk"})), 68);
    let answer = confirm("A-1", "1", json!({"total": "9.00"}));
    code(&answer, 100);
    assert_eq!(answer["transaction_status"], "Completed");
    assert_eq!(shop.status("A-1")["product_price"], "9.00");
    code(&confirm("A-1", "1", json!({"total": "8.00"})), 113);
    code(&confirm("A-2", "2", json!({})), 100);
    code(&shop.status("A-2"), 41);
    code(&confirm("A-2", "1", json!({})), 113);
}

#[test]
fn saved_cards_from_saving_to_deleting() {
    let shop = Shop::open();
    let card = |hash: &[&str], more: Value| {
        let mut body = keyed(
            json!({"card_holder_name": "Ayşe Yılmaz", "card_number": GOOD, "expiry_month": "12", "expiry_year": "2040", "customer_number": "42", "customer_name": "Ayşe"}),
        );
        body["hash_key"] = sealed(hash).into();
        merge(&mut body, more);
        shop.ask("/api/saveCard", &body)
    };
    let good = [MERCHANT_KEY, "42", "Ayşe Yılmaz", GOOD, "12", "2040"];
    for (at, expected) in [(0, 91), (1, 92), (2, 93), (3, 94), (4, 95), (5, 96)] {
        let mut parts = good;
        parts[at] = "x";
        code(&card(&parts, json!({})), expected);
    }
    code(&card(&["x"], json!({})), 90);
    let saved = card(&good, json!({}));
    code(&saved, 100);
    let token = saved["card_token"].as_str().unwrap();
    shop.seconds(2);
    assert_eq!(card(&good, json!({}))["status_code"], "86", "the same card again; this one code is sent as text");

    let list = shop.ask("/api/getCardTokens", &keyed(json!({"customer_number": "42"})));
    assert_eq!(
        (&list["data"][0]["card_token"], &list["data"][0]["bin"], &list["data"][0]["customer_number"]),
        (&json!(token), &json!("413226"), &json!("42-92974158"))
    );
    let bearer = format!("Bearer {}", shop.token);
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("merchant_key", MERCHANT_KEY)
        .append_pair("customer_number", "42")
        .finish();
    assert_eq!(
        shop.request("GET", &format!("/ccpayment/api/getCardTokens?{query}"), &[("authorization", &bearer)], b"")
            .json(),
        list
    );
    code(&shop.ask("/api/getCardTokens", &json!({"merchant_key": "x", "customer_number": "42"})), 41);

    let mut pay = payment("A-1", "5.00", GOOD);
    for name in ["cc_no", "cc_holder_name", "expiry_month", "expiry_year", "cvv"] {
        pay.as_object_mut().unwrap().remove(name);
    }
    merge(
        &mut pay,
        json!({"card_token": token, "customer_number": "42", "customer_email": "a@b.test", "customer_phone": "5", "customer_name": "Ayşe"}),
    );
    code(&shop.ask("/api/payByCardTokenNonSecure", &pay), 100);
    let mut wrong = pay.clone();
    merge(
        &mut wrong,
        json!({"invoice_id": "A-2", "hash_key": sealed(&["5.00", "1", "TRY", MERCHANT_KEY, "A-2"]), "customer_number": "43"}),
    );
    code(&shop.ask("/api/payByCardTokenNonSecure", &wrong), 87);

    let change = |path: &str, hash: &[&str]| {
        shop.seconds(2);
        shop.ask(path, &keyed(json!({"card_token": token, "customer_number": "42", "expiry_month": "01", "expiry_year": "2030", "hash_key": sealed(hash)})))
    };
    code(&change("/api/editCard", &[MERCHANT_KEY, "42", "x"]), 97);
    code(&change("/api/editCard", &[MERCHANT_KEY, "42", token]), 100);
    code(&change("/api/deleteCard", &[MERCHANT_KEY, "42", token]), 100);
    code(&change("/api/deleteCard", &[MERCHANT_KEY, "42", token]), 88);
    code(&change("/api/editCard", &[MERCHANT_KEY, "42", token]), 89);
    assert_eq!(shop.ask("/api/getCardTokens", &keyed(json!({"customer_number": "42"})))["data"], json!([]));
}

#[test]
fn recurring_plans_from_the_first_charge_to_the_last() {
    let shop = Shop::open();
    let terms = |more: Value| {
        let mut body = payment("A-1", "20.00", GOOD);
        merge(
            &mut body,
            json!({"order_type": 1, "recurring_payment_number": 3, "recurring_payment_cycle": "M", "recurring_payment_interval": 1, "recurring_web_hook_key": "recurring_hook"}),
        );
        merge(&mut body, more);
        shop.ask("/api/paySmart2D", &body)
    };
    for wrong in [
        json!({"recurring_payment_number": 1}),
        json!({"recurring_payment_number": 122}),
        json!({"recurring_payment_number": ""}),
        json!({"recurring_payment_cycle": "W"}),
        json!({"recurring_payment_interval": 100}),
        json!({"recurring_web_hook_key": "unheard_of"}),
    ] {
        code(&terms(wrong), 55);
    }
    code(&terms(json!({})), 100);
    let status = shop.status("A-1");
    let plan = status["recurring_plan_code"].as_str().unwrap();
    assert_eq!(status["recurring_status"], "ACTIVE");

    let query = |more: Value| {
        let mut body = keyed(json!({"plan_code": plan}));
        merge(&mut body, more);
        shop.ask("/api/recurringPlan/query", &body)
    };
    let answer = query(json!({}));
    assert_eq!(
        (&answer["total_amount"], &answer["payment_cycle"], answer["recurringCardList"].is_array()),
        (&json!(60.0), &json!("MONTH"), true)
    );
    assert!(answer.get("status_description").is_none() && answer["message"].is_string());
    assert_eq!(query(json!({"recurring_number": 1}))["transactionHistories"][0]["status"], "Completed");
    code(&query(json!({"plan_code": "x"})), 70);

    let second = shop.control("POST", "recurring/charge", json!({"plan_code": plan}));
    assert_eq!((&second["status"], &second["charged"]), (&json!("Completed"), &json!(2)));
    let hook = &shop.control("GET", "webhooks", Value::Null)["deliveries"][0];
    assert_eq!(
        (&hook["kind"], &hook["fields"]["recurring_number"], &hook["fields"]["product_price"]),
        (&json!("recurring"), &json!("2"), &json!("20.00"))
    );
    assert!(hook["result"].as_str().unwrap().starts_with("recorded only"));

    let update = |more: Value| {
        let mut body = keyed(json!({"plan_code": plan}));
        merge(&mut body, more);
        shop.ask("/api/recurringPlan/update", &body)
    };
    code(
        &update(json!({"recurring_amount": "25.00", "recurring_payment_number": "4", "recurring_status": "INACTIVE"})),
        100,
    );
    assert!(
        shop.bank.control("POST", "recurring/charge", &json!({"invoice_id": "A-1"})).unwrap_err().contains("INACTIVE")
    );
    code(&update(json!({"recurring_status": "ASLEEP"})), 71);
    code(&update(json!({"recurring_status": "ACTIVE"})), 100);
    assert_eq!(
        shop.control("POST", "recurring/charge", json!({"invoice_id": "A-1", "decline": true}))["status"],
        "Failed"
    );
    assert_eq!(query(json!({"recurring_number": 3}))["transactionHistories"][0]["amount"], "25.00");
    code(&shop.ask("/api/recurringPlan/delete", &keyed(json!({"plan_code": plan}))), 100);
    shop.seconds(2);
    code(&shop.ask("/api/recurringPlan/delete", &keyed(json!({"plan_code": plan}))), 72);
}

#[test]
fn an_insurance_company_names_a_starred_card() {
    let shop = Shop::open();
    let pay = |number: &str, identity: &str| {
        let mut body = payment(number, "9.00", number);
        for name in ["expiry_month", "expiry_year", "cvv", "cc_holder_name"] {
            body.as_object_mut().unwrap().remove(name);
        }
        merge(&mut body, json!({"vpos_type": "insurance", "identity_number": identity}));
        shop.ask("/api/paySmart2D", &body)
    };
    code(&pay("413226******0003", "10000000146"), 100);
    code(&pay("41322600****0003", "1000000014"), 100);
    code(&pay("413226*****0003", "10000000146"), 108);
    code(&pay("413226******0004", "10000000146"), 108);
    code(&pay("413226******0003", "1"), 1);
}

#[test]
fn hash_parts_are_compared_as_amounts_only_where_they_are_amounts() {
    let shop = Shop::open();
    code(&shop.pay("7", "1.00", GOOD), 100);
    let status =
        |hash: &[&str]| shop.ask("/api/checkstatus", &keyed(json!({"invoice_id": "7", "hash_key": sealed(hash)})));
    code(&status(&["7", MERCHANT_KEY]), 100);
    code(&status(&["7.0", MERCHANT_KEY]), 68);
    for (amount, expected) in [("x", 68), ("", 68), ("1", 100)] {
        code(&shop.refund("7", "1.00", json!({"hash_key": sealed(&[amount, "7", MERCHANT_KEY])})), expected);
    }
}

#[test]
fn amounts_beyond_reason_are_refused() {
    let shop = Shop::open();
    code(&shop.pay("A-1", "79228162514264337593543950335", GOOD), 1);
    let mut body = payment("A-1", "1.00", GOOD);
    body["items"] = json!([{"name": "a", "price": "999999999999999999", "quantity": 4294967295u32}]);
    code(&shop.ask("/api/paySmart2D", &body), 13);
}

#[test]
fn only_the_doors_that_exist_open() {
    let shop = Shop::open();
    assert_eq!(shop.get("/ccpayment/api/getinstallments").status, 404);
    assert_eq!(shop.get("/ccpayment/api/refund").status, 405);
    assert_eq!(shop.get("/elsewhere").status, 404);
    shop.bank.configure(|settings| settings.is_3d = 2);
    code(&shop.pay("A-1", "1.00", GOOD), 34);
}

#[test]
fn the_log_shows_everything_but_secrets() {
    let shop = Shop::open();
    code(&shop.pay("A-1", "22.00", GOOD), 100);
    let bearer = format!("Bearer {}", shop.token);
    shop.request(
        "POST",
        &format!("/ccpayment/api/checkstatus?cvv=193&n={GOOD}"),
        &[("authorization", &bearer), ("accept", "a"), ("accept", "b")],
        b"{}",
    );
    let log = shop.control("GET", "requests", Value::Null);
    let text = log.to_string();
    for secret in [GOOD, "\"193\"", "cvv=193", APP_SECRET, MERCHANT_KEY, shop.token.as_str(), "beef:"] {
        assert!(!text.contains(secret), "{secret} stands in {text}");
    }
    assert_eq!(log[1]["body"]["total"], "22.00");
    assert_eq!(log[1]["answer"]["data"]["payment_status"], 1);
    assert_eq!(log[2]["warnings"].as_array().unwrap().len(), 2);
    shop.bank.reset();
    assert_eq!(shop.control("GET", "requests", Value::Null), json!([]));
    assert_eq!(shop.control("GET", "orders", Value::Null), json!([]));
}
