//! Faults as a client meets them, TLS, and that a request is carried out exactly when it should be.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use halkode_sandbox::{Fault, Options};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};

use crate::client::*;

/// Pays under a fault and says what came back and whether the order exists.
fn pay_under(fault: &str) -> (Got, bool) {
    let shop = Shop::open();
    shop.control("POST", "faults", json!({"path": "paySmart2D", "fault": fault}));
    let got = shop.post_json("/api/paySmart2D", &payment("A-1", "22.00", GOOD));
    assert_eq!(shop.control("GET", "faults", Value::Null), json!([]), "used once");
    let paid = shop.control("GET", "orders", Value::Null)[0]["state"] == "Completed";
    if !paid {
        code(&shop.pay("A-1", "22.00", GOOD), 100);
    }
    (got, paid)
}

#[test]
fn resets_leave_no_answer() {
    let (got, paid) = pay_under("reset");
    assert!(got.reset && got.head.is_empty() && !paid, "{got:?}");
    let (got, paid) = pay_under("done_no_answer");
    assert!(got.reset && got.head.is_empty() && paid, "{got:?}");
}

#[test]
fn cut_answers_promise_more_than_they_hold() {
    for (fault, done) in [("cut", false), ("done_cut", true)] {
        let (got, paid) = pay_under(fault);
        let promised: usize = got.header("content-length").unwrap().parse().unwrap();
        assert_eq!((got.status, got.reset, paid, got.body.len()), (200, false, done, promised / 2), "{fault}");
        assert!(serde_json::from_slice::<Value>(&got.body).is_err());
    }
}

#[test]
fn junk_pages_and_statuses() {
    for (fault, status, done) in [
        ("garbage", 200, false),
        ("empty", 200, false),
        ("html", 200, false),
        ("500", 500, false),
        ("502", 502, false),
        ("503", 503, false),
        ("429", 429, false),
        ("401", 401, false),
        ("redirect", 302, false),
        ("done_500", 500, true),
    ] {
        let (got, paid) = pay_under(fault);
        assert_eq!((got.status, paid), (status, done), "{fault}");
        match fault {
            "garbage" => assert!(String::from_utf8(got.body).is_err()),
            "empty" => assert!(got.body.is_empty()),
            "401" => assert_eq!(got.json()["message"], "Unauthenticated."),
            "redirect" => assert!(got.header("location").unwrap().ends_with("/ccpayment/moved")),
            _ => assert!(got.text().starts_with("<!DOCTYPE html>"), "{fault}"),
        }
        assert_eq!(got.head.contains("retry-after: 3"), matches!(fault, "503" | "429"), "{fault}");
    }
}

#[test]
fn returned_hashes_can_be_wrong() {
    let (got, paid) = pay_under("wrong_hash");
    assert!(paid && opened(&got.json()["data"]["hash_key"]).is_none_or(|plain| !plain.starts_with("1|")));
    let (got, paid) = pay_under("wrong_amount");
    assert!(paid && opened(&got.json()["data"]["hash_key"]).unwrap().starts_with("1|23.00|A-1|"));
}

#[test]
fn late_answers_are_late_and_carried_out_at_once() {
    let shop = Shop::open();
    shop.bank.fault("paySmart2D", Fault::Delay(300), 1);
    let started = Instant::now();
    code(&shop.pay("A-1", "1.00", GOOD), 100);
    assert!(started.elapsed().as_millis() >= 300);
}

#[test]
fn a_hanging_request_ends_with_its_client() {
    let shop = Shop::open();
    shop.bank.fault("paySmart2D", Fault::Hang, 1);
    let mut stream = connect(shop.bank.url());
    stream.set_read_timeout(Some(std::time::Duration::from_millis(200))).unwrap();
    let bearer = format!("Bearer {}", shop.token);
    let body = payment("A-1", "1.00", GOOD).to_string();
    write!(stream, "POST /ccpayment/api/paySmart2D HTTP/1.1\r\nhost: x\r\nauthorization: {bearer}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let error = read_some(&mut stream, &mut [0]).unwrap_err();
    assert!(matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut), "{error}");
    drop(stream);
    assert_eq!(shop.control("GET", "orders", Value::Null), json!([]));
}

#[test]
fn a_refused_connection_is_closed_unread() {
    let shop = Shop::open();
    shop.bank.fault("*", Fault::Refuse, 1);
    let mut stream = connect(shop.bank.url());
    assert_eq!(read_some(&mut stream, &mut [0]).unwrap(), 0);
    code(&shop.pay("A-1", "1.00", GOOD), 100);
}

#[test]
fn a_huge_answer_is_64_mebibytes() {
    let shop = Shop::open();
    shop.bank.fault("checkstatus", Fault::Huge, 1);
    let got = shop.post_json("/api/checkstatus", &json!({}));
    assert_eq!((got.status, got.body.len()), (200, 64 * 1024 * 1024));
}

#[test]
fn faults_are_listed_counted_and_cleared() {
    let shop = Shop::open();
    shop.control("POST", "faults", json!({"path": "*", "fault": "delay:5", "times": "*"}));
    code(&shop.pay("A-1", "1.00", GOOD), 100);
    assert_eq!(shop.control("GET", "faults", Value::Null), json!([{"path": "*", "fault": "delay:5", "times": "*"}]));
    assert_eq!(shop.control("DELETE", "faults", Value::Null), json!([]));
    assert!(shop.bank.control("POST", "faults", &json!({"path": "*", "fault": "bend"})).is_err());
    assert!(shop.bank.control("POST", "faults", &json!({"fault": "cut"})).is_err());
}

#[test]
fn tls_is_trusted_by_its_own_authority_only() {
    let bank = Options { tls: true, ..Options::default() };
    let bank = halkode_sandbox::Sandbox::start(bank).unwrap();
    assert!(bank.url().starts_with("https://127.0.0.1:"));
    let ask = |roots: RootCertStore, host: &str| {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut client =
            ClientConnection::new(Arc::new(config), ServerName::try_from(host.to_owned()).unwrap()).unwrap();
        let mut stream = connect(bank.url());
        client.complete_io(&mut stream)?;
        let keys = bank.credentials();
        let body = json!({"app_id": keys.app_id, "app_secret": keys.app_secret}).to_string();
        let mut stream = StreamOwned::new(client, stream);
        Ok::<_, std::io::Error>(exchange(
            &mut stream,
            "POST",
            "/ccpayment/api/token",
            &[("content-type", "application/json")],
            body.as_bytes(),
        ))
    };
    let trusting = || {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(bank.ca_pem().unwrap().as_bytes()).unwrap()).unwrap();
        roots
    };
    for host in ["127.0.0.1", "localhost"] {
        code(&ask(trusting(), host).unwrap().json(), 100);
    }
    assert!(ask(RootCertStore::empty(), "127.0.0.1").is_err());
    assert!(ask(trusting(), "halkode.com.tr").is_err());
    // A reset reaches the client through TLS as well.
    bank.fault("api/token", Fault::DoneNoAnswer, 1);
    let got = ask(trusting(), "127.0.0.1").unwrap();
    assert!(got.reset && got.head.is_empty(), "{got:?}");
}
