//! Halkbank's gate: every model, the pages a browser goes through, and the failures that come straight back.

use halkode_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::*;
use crate::nestpay::*;

const OK: &str = "http://shop.test/ok?a=1";
const FAIL: &str = "http://shop.test/fail";

fn code_on(page: &Got) -> String {
    let text = page.text();
    let at = text.find("id=one-time-code>").unwrap() + "id=one-time-code>".len();
    text[at..at + 6].to_owned()
}

#[test]
fn a_buyer_is_authenticated_and_charged_by_the_gate() {
    let shop = open();
    let fields = gate_fields("3d_pay", "A-1", &[("firmaadi", "Çağrı Şöğüt İş"), ("note", " a|b\\c\t\"<&> ")]);
    let page = to_the_bank(&shop, &fields);
    let shown = shop.get(&page);
    for text in ["22.50 TRY", "453144***2283", "Halkbank Sandbox Mağazası", "Tek kullanımlık şifre", "One-time code"]
    {
        assert!(shown.text().contains(text), "{text}");
    }
    assert!(shop.post_form(&page, &[("action", "approve"), ("code", "no")]).text().contains("Şifre hatalı"));
    let (url, back) = shop.post_form(&page, &[("action", "approve"), ("code", &code_on(&shown))]).form();
    assert_eq!(url, OK);
    for (name, value) in &fields {
        match name.as_str() {
            "pan" | "cv2" | "hash" => assert_eq!(maybe(&back, name), None),
            _ => assert_eq!(maybe(&back, name).as_ref(), Some(value), "{name}"),
        }
    }
    for (name, value) in [
        ("mdStatus", "1"),
        ("txstatus", "Y"),
        ("eci", "05"),
        ("Response", "Approved"),
        ("ProcReturnCode", "00"),
        ("ReturnOid", "A-1"),
        ("maskedCreditCard", "4531 44** **** 2283"),
        ("MaskedPan", "453144***2283"),
        ("EXTRA.CARDBRAND", "VISA"),
        ("EXTRA.CARDISSUER", "HALK BANKASI"),
        ("ErrMsg", ""),
        ("TRANID", ""),
    ] {
        assert_eq!(field(&back, name), value, "{name}");
    }
    assert_eq!([field(&back, "xid").len(), field(&back, "cavv").len(), field(&back, "HostRefNum").len()], [28, 28, 12]);
    assert!(field(&back, "md").starts_with("453144:") && field(&back, "md").ends_with(":##500100000"));
    assert!(field(&back, "mdErrorMsg").starts_with("Y-status/"));
    assert_signed(&back);
    assert_eq!(shop.order_state("A-1"), ["S", "C", "00"]);

    // Back in the browser: the same way again, charged once.
    assert!(shop.get(&page).text().contains("sonuçlandı"));
    assert_eq!(shop.post_form(&page, &[("action", "cancel")]).form(), (url, back));
    let orders = shop.control("GET", "halkbank/orders", Value::Null);
    assert_eq!((orders.as_array().unwrap().len(), &orders[0]["net"]), (1, &json!("22.50")));
}

#[test]
fn an_authenticated_order_is_provisioned_once() {
    let shop = open();
    let (url, back) = visit(&shop, &gate_fields("3d", "A-1", &[]), "approve");
    assert_eq!((url.as_str(), maybe(&back, "Response"), maybe(&back, "ProcReturnCode")), (OK, None, None));
    assert_signed(&back);
    let order = shop.control("GET", "halkbank/orders/A-1", Value::Null);
    assert_eq!((&order["state"], &order["mdStatus"], &order["net"]), (&json!("returned"), &json!("1"), &json!("0.00")));
    let [md, xid, eci, cavv] = ["md", "xid", "eci", "cavv"].map(|name| field(&back, name));
    let provision = |more: &[(&str, &str)]| {
        let elements = [
            ("Type", "Auth"),
            ("OrderId", "A-1"),
            ("Total", "22.50"),
            ("Currency", "949"),
            ("Number", md.as_str()),
            ("PayerTxnId", &xid),
            ("PayerSecurityLevel", &eci),
            ("PayerAuthenticationCode", &cavv),
        ];
        let mut elements = elements.to_vec();
        for (name, value) in more {
            match elements.iter_mut().find(|(own, _)| own == name) {
                Some(own) => own.1 = value,
                None => elements.push((name, value)),
            }
        }
        shop.api(&request(&elements, ""))
    };
    for wrong in [
        ("OrderId", "A-2"),
        ("Total", "22.51"),
        ("Currency", "840"),
        ("PayerTxnId", "x"),
        ("PayerSecurityLevel", "07"),
        ("PayerAuthenticationCode", ""),
        ("Number", "453144:00:1:##500100000"),
    ] {
        provision(&[wrong]).refused("CORE-2121");
    }
    provision(&[("Taksit", "3")]).refused("CORE-2601");
    let paid = provision(&[]).approved();
    assert_eq!(paid.text("OrderId"), "A-1");
    provision(&[]).refused("CORE-2127");
    let status = shop.order_query("A-1", "ORDERSTATUS");
    assert_eq!(
        (status.text("XID_3D"), status.text("CAVV_3D"), status.text("MDSTATUS")),
        (xid.clone(), cavv.clone(), "1".into())
    );

    // What the gate charged itself has nothing left to be provisioned.
    let (_, charged) = visit(&shop, &gate_fields("3d_pay", "A-3", &[]), "approve");
    let [md, xid, eci, cavv] = ["md", "xid", "eci", "cavv"].map(|name| field(&charged, name));
    let elements = [
        ("Type", "Auth"),
        ("OrderId", "A-3"),
        ("Number", &md),
        ("PayerTxnId", &xid),
        ("PayerSecurityLevel", &eci),
        ("PayerAuthenticationCode", &cavv),
    ];
    shop.api(&request(&elements, "")).refused("CORE-2127");
}

#[test]
fn every_md_status_has_its_card() {
    let shop = open();
    for (number, status, url, tx) in [
        ("5404350000000026", "2", OK, ""),
        ("5404350000000034", "3", OK, ""),
        ("5404350000000042", "4", OK, "A"),
        ("5404350000000059", "5", FAIL, "U"),
        ("5404350000000067", "6", FAIL, ""),
        ("5404350000000075", "7", FAIL, ""),
        ("5404350000000083", "8", FAIL, ""),
        ("5404350000000000", "0", FAIL, "N"),
        ("4111111111111111", "8", FAIL, ""),
    ] {
        for model in ["3d", "3d_pay"] {
            let oid = format!("{model}-{number}");
            let (to, back) = visit(&shop, &gate_fields(model, &oid, &card(number)), "approve");
            assert_eq!(
                (to.as_str(), field(&back, "mdStatus").as_str(), field(&back, "txstatus").as_str()),
                (url, status, tx),
                "{oid}"
            );
            assert_signed(&back);
            // Where 3-D Secure failed nothing is said about a payment, and nothing was authenticated.
            assert_eq!(maybe(&back, "Response").is_some(), model == "3d_pay" && url == OK, "{oid}");
            assert_eq!(maybe(&back, "eci").is_some(), url == OK, "{oid}");
        }
    }
    shop.control("POST", "settings", json!({"halkbank_half_secure": false}));
    let (to, back) = visit(&shop, &gate_fields("3d", "half", &card("5404350000000042")), "approve");
    assert_eq!((to.as_str(), field(&back, "mdStatus").as_str()), (FAIL, "4"));
    let [md, xid, eci, cavv] = ["md", "xid", "eci", "cavv"].map(|name| field(&back, name));
    let elements = [
        ("Type", "Auth"),
        ("OrderId", "half"),
        ("Number", &md),
        ("PayerTxnId", &xid),
        ("PayerSecurityLevel", &eci),
        ("PayerAuthenticationCode", &cavv),
    ];
    shop.api(&request(&elements, "")).refused("CORE-2206");
}

#[test]
fn wrong_codes_cancelling_declines_and_leaving() {
    let shop = open();
    for outcome in ["wrong_code", "cancel"] {
        let (url, back) = visit(&shop, &gate_fields("3d_pay", outcome, &[]), outcome);
        assert_eq!((url.as_str(), field(&back, "mdStatus").as_str(), maybe(&back, "Response")), (FAIL, "0", None));
        assert!(field(&back, "mdErrorMsg").starts_with("N-status/"));
    }
    for (number, code, word) in [("4920940000000519", "51", "Declined"), ("4920940000000824", "82", "Error")] {
        let (url, back) = visit(&shop, &gate_fields("3d_pay", code, &card(number)), "approve");
        assert_eq!((url.as_str(), field(&back, "mdStatus").as_str()), (FAIL, "1"));
        assert_eq!((field(&back, "ProcReturnCode").as_str(), field(&back, "Response").as_str()), (code, word));
        assert_signed(&back);
    }
    // A declined order may try again, a paid one not.
    let (url, _) = visit(&shop, &gate_fields("3d_pay", "51", &[]), "approve");
    assert_eq!(url, OK);
    let (url, back) = visit(&shop, &gate_fields("3d_pay", "51", &[]), "approve");
    assert_eq!(
        (url.as_str(), field(&back, "ErrorCode").as_str(), field(&back, "ProcReturnCode").as_str()),
        (FAIL, "CORE-2507", "99")
    );

    let page = to_the_bank(&shop, &gate_fields("3d_pay", "late", &[]));
    let code = code_on(&shop.get(&page));
    shop.seconds(15 * 60);
    assert_eq!(shop.post_form(&page, &[("action", "approve"), ("code", &code)]).form().0, FAIL);
    for _ in 0..2 {
        let page = to_the_bank(&shop, &gate_fields("3d_pay", "tries", &[]));
        for n in 0..3 {
            let got = shop.post_form(&page, &[("action", "approve"), ("code", "no")]);
            assert_eq!(got.text().contains("id=\"the-form\""), n == 2);
        }
    }
}

#[test]
fn hosted_pages_ask_for_the_card() {
    let shop = open();
    for (model, secure, charged) in [
        ("3D_PAY_HOSTING", true, true),
        ("3d_host", true, false),
        ("3d_hosting", true, false),
        ("Pay_Hosting", false, true),
    ] {
        let fields = gate_fields(model, model, &[("refreshtime", "10")]);
        let page = to_the_bank(&shop, &fields);
        assert!(page.starts_with("/fim/hosting/"));
        let shown = shop.get(&page).text();
        assert!(shown.contains("22.50 TRY") && shown.contains("name=pan") && shown.contains(GOOD_VISA));
        let typed = |number: &'static str| {
            [
                ("pan", number),
                ("cv2", "001"),
                ("Ecom_Payment_Card_ExpDate_Month", "12"),
                ("Ecom_Payment_Card_ExpDate_Year", "2040"),
            ]
        };
        assert!(shop.post_form(&page, &typed("4531444531442284")).text().contains("Kart bilgileri hatalı"));
        let mut got = shop.post_form(&page, &typed("4531 4445 3144 2283"));
        if secure {
            let acs = got.header("location").unwrap().strip_prefix(shop.bank.url()).unwrap().to_owned();
            let code = code_on(&shop.get(&acs));
            got = shop.post_form(&acs, &[("action", "approve"), ("code", &code)]);
        }
        let (url, back) = got.form();
        assert_eq!((url.as_str(), maybe(&back, "mdStatus").is_some()), (OK, secure), "{model}");
        assert_eq!(maybe(&back, "Response").as_deref(), charged.then_some("Approved"), "{model}");
        assert_eq!((field(&back, "pbirimsembol").as_str(), field(&back, "storetype").as_str()), ("TL ", model));
        assert_eq!((field(&back, "refreshtime").as_str(), maybe(&back, "refreshTime")), ("10", None));
        assert!(maybe(&back, "querydcchash").is_some() && maybe(&back, "pan").is_none());
        assert_signed(&back);
        assert!(shop.get(&page).text().contains("sonuçlandı"));
        assert_eq!(shop.post_form(&page, &typed(GOOD_VISA)).form(), (url, back));
    }
    let page = to_the_bank(&shop, &gate_fields("pay_hosting", "left", &[]));
    let (url, back) = shop.post_form(&page, &[("action", "cancel")]).form();
    assert_eq!((url.as_str(), field(&back, "Response").as_str()), (FAIL, "Error"));
    to_the_bank(&shop, &gate_fields("3d_pay_hosting", "other", &[]));
    let (url, back) = finish(&shop, "other", json!({"outcome": "approve", "card": "4920940000000543"}));
    assert_eq!((url.as_str(), field(&back, "ProcReturnCode").as_str()), (FAIL, "54"));
}

#[test]
fn a_wrong_hash_comes_back_without_one() {
    let shop = open();
    let good = gate_fields("3d", "A-1", &[]);
    for wrong in [
        changed(good.clone(), &[("amount", "1.00")]),
        changed(good.clone(), &[("added", "later")]),
        changed(good.clone(), &[("hash", &ver3_with("other", &good))]),
        changed(good.clone(), &[("hash", "-")]),
        gate_fields("3d", "A-1", &[("hashAlgorithm", "ver2")]),
        gate_fields("3d", "A-1", &[("clientid", "999999999")]),
    ] {
        let (url, back) = back_at_once(&shop, &wrong);
        assert_eq!(url, FAIL);
        for (name, value) in [
            ("Response", "Error"),
            ("ProcReturnCode", "99"),
            ("ErrorCode", "3D-1004"),
            ("ErrMsg", "Güvenlik kodu hatalı"),
            ("oid", "A-1"),
        ] {
            assert_eq!(field(&back, name), value);
        }
        for name in ["HASH", "hash", "mdStatus", "pan", "cv2"] {
            assert_eq!(maybe(&back, name), None, "{name}");
        }
    }
    // Neither the order of fields nor the letters of their names matter; `encoding` is not hashed.
    let mut shuffled = gate_fields("3d", "A-1", &[]);
    shuffled.reverse();
    for (name, _) in &mut shuffled {
        *name = name.to_uppercase();
    }
    to_the_bank_upper(&shop, &changed(shuffled, &[("ENCODING", "utf-8")]));
}

/// As [`to_the_bank`], for names in upper case and the gate's other spelling.
fn to_the_bank_upper(shop: &Shop, fields: &[(String, String)]) {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let (action, _) = shop.post_form("/fim/est3dgate", &fields).form();
    assert!(action.ends_with("/fim/redirect"), "{action}");
}

#[test]
fn other_early_failures_are_signed() {
    let shop = open();
    let early = |storetype: &str, more: &[(&str, &str)]| {
        let (url, back) = back_at_once(&shop, &gate_fields(storetype, "A-1", more));
        assert_eq!((url.as_str(), field(&back, "Response").as_str()), (FAIL, "Error"));
        assert_signed(&back);
        back
    };
    for wrong in [
        ("pan", "4531444531442284"),
        ("pan", ""),
        ("Ecom_Payment_Card_ExpDate_Month", "13"),
        ("Ecom_Payment_Card_ExpDate_Year", "20"),
        ("cv2", "x"),
    ] {
        let back = early("3d", &[wrong]);
        assert_eq!(
            (field(&back, "ErrorCode").as_str(), maybe(&back, "ProcReturnCode"), maybe(&back, "mdStatus")),
            ("HPP-1001", None, None)
        );
    }
    let back = early("3d_oos_pay", &[]);
    assert_eq!((field(&back, "ErrorCode").as_str(), field(&back, "mdStatus").as_str()), ("3D-1007", "7"));
    for (wrong, code) in [
        (("amount", "1.005"), "CORE-1018"),
        (("amount", "0"), "CORE-2009"),
        (("currency", "826"), "CORE-2105"),
        (("Instalment", "1"), "CORE-2603"),
        (("TranType", "Credit"), "CORE-2001"),
        (("oid", &"x".repeat(65)), "CORE-1015"),
    ] {
        let back = early("3d", &[wrong]);
        assert_eq!((field(&back, "ErrorCode").as_str(), field(&back, "ProcReturnCode").as_str()), (code, "99"));
    }
    assert_eq!(field(&early("3d", &[("lang", "en"), ("pan", "1")]), "ErrMsg"), "Card number format is not valid");
    shop.control("POST", "settings", json!({"halkbank_one_model": true}));
    assert_eq!(field(&early("3d_pay", &[]), "ErrorCode"), "3D-1007");
    to_the_bank(&shop, &gate_fields("3d_pay", "A-1", &[("clientid", "500200000")]));
    assert_eq!(post_gate(&shop, &gate_fields("3d", "A-1", &[("failUrl", "-")])).status, 400);
    assert_eq!(shop.get("/fim/est3Dgate").status, 405);
    assert_eq!(shop.get("/fim/acs/none").status, 404);
}

#[test]
fn both_spellings_and_values_with_everything_in_them() {
    let shop = open();
    let oid = "ORDER-256712jbs\\j6b|ş";
    let more = [
        ("TranType", "-"),
        ("Instalment", "-"),
        ("islemtipi", "PreAuth"),
        ("taksit", "3"),
        ("okUrl", "-"),
        ("okurl", OK),
        ("amount", "22,50"),
    ];
    let (url, back) = visit(&shop, &gate_fields("3D_PAY", oid, &more), "approve");
    assert_eq!((url.as_str(), field(&back, "oid").as_str(), field(&back, "amount").as_str()), (OK, oid, "22,50"));
    assert_signed(&back);
    assert_eq!(shop.order_state(oid), ["S", "A", "00"]);
    assert_eq!(shop.control("GET", &format!("halkbank/orders/{}", path_part(oid)), Value::Null)["instalment"], "3");
    // What the bank says wins over a field of the shop's with the same name.
    let (_, back) = visit(&shop, &gate_fields("3d", "A-2", &[("MDSTATUS", "9")]), "cancel");
    assert_eq!((field(&back, "MDSTATUS").as_str(), maybe(&back, "mdStatus")), ("0", None));
    // Without an order number the bank makes one.
    let (_, hidden) = post_gate(&shop, &gate_fields("3d_pay", "", &[])).form();
    assert_eq!(hidden.len(), 1);
    let made = shop.control("GET", "halkbank/orders", Value::Null)[0]["oid"].as_str().unwrap().to_owned();
    let (_, back) = finish(&shop, &made, json!({"outcome": "approve"}));
    assert_eq!(field(&back, "ReturnOid"), made);
}

#[test]
fn an_in_doubt_card_at_the_gate() {
    let shop = open();
    let (url, back) = visit(&shop, &gate_fields("3d_pay", "A-1", &card("5213780000000918")), "approve");
    assert_eq!(
        (url.as_str(), field(&back, "ErrorCode").as_str(), field(&back, "Response").as_str()),
        (FAIL, "BM-9100", "Error")
    );
    assert_eq!(shop.order_state("A-1"), ["S", "NW", ""]);
    shop.seconds(10);
    assert_eq!(shop.order_state("A-1"), ["S", "C", "00"]);
}

#[test]
fn cards_merchants_and_the_start_page() {
    let shop = open();
    let keys = shop.bank.halkbank_credentials();
    assert_eq!((keys.client_id, keys.store_key, keys.api_user), (CLIENT_ID, STORE_KEY, "sandboxapi"));
    let cards = shop.control("GET", "halkbank/cards", Value::Null);
    assert_eq!(cards.as_array().unwrap().len(), Sandbox::halkbank_cards().len());
    let page = shop.get("/").text();
    for text in ["HALKBANK_BASE_URL", GOOD_VISA, "4132260000000003", "halkbank-orders", "data-dayclose"] {
        assert!(page.contains(text), "{text}");
    }
    let state = shop.bank.state().unwrap();
    assert_eq!(state["halkbank_url"], json!(shop.bank.halkbank_url()));
    visit(&shop, &gate_fields("3d_pay", "A-1", &[]), "approve");
    shop.bank.reset();
    assert_eq!(shop.bank.state().unwrap()["halkbank_orders"], json!([]));
    for (method, path, body) in [
        ("GET", "halkbank/orders/none", Value::Null),
        ("POST", "halkbank/orders/none/3d", json!({"outcome": "approve"})),
        ("POST", "halkbank/orders/none/3d", json!({"outcome": "maybe"})),
        ("POST", "halkbank/orders/none/3d", json!({"outcome": "approve", "card": "1"})),
        ("POST", "halkbank/orders/none/callback", Value::Null),
        ("POST", "halkbank/recurring/charge", json!({"oid": "none"})),
        ("GET", "halkbank/nothing", Value::Null),
    ] {
        assert!(shop.bank.control(method, path, &body).is_err(), "{path}");
    }
}
