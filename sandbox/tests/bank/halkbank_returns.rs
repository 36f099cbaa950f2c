//! Halkbank's returns: what can be wrong with them on demand, the call-back beside them, and what the log keeps of all that.

use std::io::{Read, Write};
use std::net::TcpListener;

use halkode_sandbox::{Collation, FailureWord, Fault, NationalId, ReturnHash};
use serde_json::{Value, json};

use crate::client::*;
use crate::nestpay::*;

#[test]
fn returns_can_be_wrong_in_every_way() {
    let shop = open();
    let mut n = 0;
    let mut with = |change: &dyn Fn(&mut halkode_sandbox::HalkbankSettings), outcome: &str| {
        n += 1;
        shop.bank.configure(|settings| {
            settings.halkbank = Default::default();
            change(&mut settings.halkbank);
        });
        visit(&shop, &gate_fields("3d_pay", &format!("A-{n}"), &[("note", "a&b\"")]), outcome).1
    };
    let genuine = |fields: &[(String, String)]| field(fields, "HASH") == ver3_with(STORE_KEY, fields);
    assert!(genuine(&with(&|_| {}, "approve")));
    assert!(!genuine(&with(&|s| s.return_hash = ReturnHash::Wrong, "approve")));
    assert_eq!(maybe(&with(&|s| s.return_hash = ReturnHash::Absent, "approve"), "HASH"), None);
    assert!(genuine(&with(&|s| s.return_hash = ReturnHash::AbsentOnFailure, "approve")));
    assert_eq!(maybe(&with(&|s| s.return_hash = ReturnHash::AbsentOnFailure, "cancel"), "HASH"), None);
    let altered = with(&|s| s.altered_amount = true, "approve");
    assert!(!genuine(&altered) && field(&altered, "amount") == "122.50");
    let counted = with(&|s| s.countdown = true, "approve");
    assert!(genuine(&counted) && maybe(&counted, "countdown").is_some());
    let hashed = with(&|s| s.national_id = NationalId::Hashed, "approve");
    assert!(genuine(&hashed) && maybe(&hashed, "NATIONALIDNO").is_some());
    let unhashed = with(&|s| s.national_id = NationalId::Unhashed, "approve");
    assert!(!genuine(&unhashed) && genuine(&changed(unhashed.clone(), &[("NATIONALIDNO", "-")])));
    let encoded = with(&|s| s.entity_values = true, "approve");
    assert_eq!(field(&encoded, "note"), "a&amp;b&quot;");
    assert!(!genuine(&encoded) && genuine(&changed(encoded.clone(), &[("note", "a&b\"")])));
    let ended = with(&|s| s.trailing_newline = true, "approve");
    let trimmed: Pairs =
        ended.iter().map(|(name, value)| (name.clone(), value.trim_end_matches('\n').to_owned())).collect();
    assert!(field(&ended, "oid").ends_with('\n') && !genuine(&ended) && genuine(&trimmed));
    let lower = with(&|s| s.collation = Collation::Lower, "approve");
    // No request name makes a difference, and among the returned ones none stands beside an underscore either.
    assert!(genuine(&lower));
    let failed = with(&|s| s.failure_word = FailureWord::Error, "approve");
    assert_eq!(field(&failed, "Response"), "Approved");
}

#[test]
fn faults_of_the_gate() {
    let shop = open();
    shop.bank.fault("est3Dgate", Fault::WrongHash, 1);
    let (_, back) = visit(&shop, &gate_fields("3d_pay", "A-1", &[]), "approve");
    assert_ne!(field(&back, "HASH"), ver3_with(STORE_KEY, &back));
    // Another amount, and the hash is right for it.
    shop.bank.fault("est3dgate", Fault::WrongAmount, 1);
    let (_, back) = visit(&shop, &gate_fields("3d_pay", "A-2", &[]), "approve");
    assert_eq!(field(&back, "amount"), "122.50");
    assert_signed(&back);
    shop.bank.fault("est3Dgate", Fault::Reset, 1);
    assert!(post_gate(&shop, &gate_fields("3d", "A-3", &[])).reset);
    shop.bank.fault("est3Dgate", Fault::DoneNoAnswer, 1);
    assert!(post_gate(&shop, &gate_fields("3d", "A-4", &[])).reset);
    let oids: Vec<_> = shop
        .control("GET", "halkbank/orders", Value::Null)
        .as_array()
        .unwrap()
        .iter()
        .map(|o| o["oid"].clone())
        .collect();
    assert_eq!(oids, [json!("A-4"), json!("A-2"), json!("A-1")]);
}

#[test]
fn nothing_secret_is_in_the_log() {
    let shop = open();
    let (_, back) = visit(&shop, &gate_fields("3d", "A-1", &[]), "approve");
    shop.auth("A-2", "1.00").approved();
    shop.request(
        "POST",
        "/fim/api",
        &[("content-type", "text/xml")],
        request(&[("Number", GOOD_VISA), ("Cvv2Val", "917")], "").as_bytes(),
    );
    shop.request("POST", "/fim/api", &[], b"<?xml version=\"1.0\"?><CC5Request><Password>SANDBOX19</Password>");
    let log = shop.control("GET", "requests", Value::Null).to_string();
    // The code as a value: its three digits may stand in a random number.
    for secret in [GOOD_VISA, "SANDBOX19", "\"917\"", ">917<", "\"001\"", &field(&back, "md"), &field(&back, "HASH")] {
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
    assert!(log.contains("453144****2283") && log.contains("/fim/est3Dgate") && log.contains("cannot be read"));
}

#[test]
fn the_bank_calls_back_when_the_buyer_does_not() {
    let shop = open();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/callback", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let mut bodies = Vec::new();
        for text in ["Approved", "OK"] {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut all, mut part) = (Vec::new(), [0; 16 * 1024]);
            let body = loop {
                let n = read_some(&mut stream, &mut part).unwrap();
                all.extend_from_slice(&part[..n]);
                let request = String::from_utf8_lossy(&all).into_owned();
                let Some((head, body)) = request.split_once("\r\n\r\n") else { continue };
                let length = head
                    .to_lowercase()
                    .split_once("content-length: ")
                    .unwrap()
                    .1
                    .split("\r\n")
                    .next()
                    .unwrap()
                    .parse::<usize>()
                    .unwrap();
                if body.len() == length {
                    break body.to_owned();
                }
            };
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}", text.len())
                .unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            stream.read_to_end(&mut Vec::new()).unwrap();
            bodies.push(form_urlencoded::parse(body.as_bytes()).into_owned().collect::<Pairs>());
        }
        bodies
    });
    let fields = gate_fields("3d_pay", "A-1", &[("callbackUrl", &url), ("note", "ş|")]);
    to_the_bank(&shop, &fields);
    assert!(shop.bank.control("POST", "halkbank/orders/A-1/callback", &Value::Null).is_err(), "still at the bank");
    let (_, browser) = finish(&shop, "A-1", json!({"outcome": "approve"}));
    for result in ["answered with HTTP 200: Approved", "answered with HTTP 200, not with Approved"] {
        let sent = shop.control("POST", "halkbank/orders/A-1/callback", Value::Null);
        assert_eq!(sent["url"], json!(url));
        let told = shop.control("GET", "webhooks", Value::Null);
        assert_eq!(told["deliveries"].as_array().unwrap().last().unwrap()["result"], result);
    }
    for body in server.join().unwrap() {
        assert_signed(&body);
        assert!(
            field(&body, "mdErrorMsg").contains("creq;token=") && field(&browser, "mdErrorMsg").contains("creq?token=")
        );
        assert_eq!(
            (field(&body, "Response").as_str(), field(&body, "TransId")),
            ("Approved", field(&browser, "TransId"))
        );
        assert_ne!(field(&body, "HASH"), field(&browser, "HASH"));
    }
    visit(&shop, &gate_fields("3d_pay", "A-2", &[]), "approve");
    assert!(
        shop.bank.control("POST", "halkbank/orders/A-2/callback", &Value::Null).unwrap_err().contains("callbackUrl")
    );
    visit(&shop, &gate_fields("3d_pay", "A-3", &[("callbackUrl", "https://shop.test/")]), "approve");
    assert!(shop.bank.control("POST", "halkbank/orders/A-3/callback", &Value::Null).unwrap_err().contains("http://"));
}
