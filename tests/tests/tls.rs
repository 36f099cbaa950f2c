//! TLS: what is trusted, and that a refused certificate is told before anything was sent.

#![allow(missing_docs)]

use halkode::{CheckStatus, Config, Environment, GetToken, Halkode, HalkodeError, Refund, Sent};
use halkode_sandbox::{Options, Sandbox};

fn config(bank: &Sandbox) -> Config {
    let keys = bank.credentials();
    Config {
        app_id: keys.app_id.to_owned(),
        app_secret: keys.app_secret.into(),
        merchant_key: keys.merchant_key.into(),
        base_url: Some(bank.halkode_url()),
        timeout: Some(10),
        ..Config::default()
    }
}

#[test]
fn a_further_authority_is_trusted_when_it_is_named() {
    let bank = Sandbox::start(Options { tls: true, ..Options::default() }).unwrap();
    assert!(bank.halkode_url().starts_with("https://"));
    let ca_pem = bank.ca_pem().map(str::to_owned);
    let client = Halkode::new(Config { ca_pem, ..config(&bank) }).unwrap();
    for _ in 0..3 {
        assert_eq!(client.token(&GetToken::default()).unwrap().is_3d, Some(1));
    }
    let status = client.check_status(&CheckStatus { invoice_id: "A-1".into(), ..CheckStatus::default() }).unwrap();
    assert_eq!(status.state.as_str(), "not_found");
}

#[test]
fn an_unknown_authority_is_refused_before_a_byte_of_the_request_left() {
    let bank = Sandbox::start(Options { tls: true, ..Options::default() }).unwrap();
    let client = Halkode::new(config(&bank)).unwrap();
    let error = client.refund(&Refund { invoice_id: "A-1".into(), ..Refund::default() }).unwrap_err();
    assert!(matches!(error, HalkodeError::Transport(_)), "{error:?}");
    assert_eq!((error.sent, error.in_doubt), (Some(Sent::No), false), "{error:?}");
    assert!(error.reason.contains("TLS connection was refused"), "{error}");
    let requests = bank.control("GET", "requests", &serde_json::Value::Null).unwrap();
    assert_eq!(requests.as_array().map(Vec::len), Some(0), "{requests}");
}

#[test]
fn a_certificate_file_that_is_none_is_told_at_once() {
    let bank = Sandbox::start(Options::default()).unwrap();
    for pem in ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let error = Halkode::new(Config { ca_pem: Some(pem.into()), ..config(&bank) }).unwrap_err();
        assert_eq!(error.field.as_deref(), Some("ca_pem"), "{pem}");
    }
}

#[test]
fn the_two_published_hosts_are_not_mixed_with_an_address() {
    let bank = Sandbox::start(Options::default()).unwrap();
    let error = Halkode::new(Config { environment: Some(Environment::Test), ..config(&bank) }).unwrap_err();
    assert_eq!(error.field.as_deref(), Some("base_url"));
}
