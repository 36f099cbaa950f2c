//! How requests travel: what is sent once, what is repeated, and what an error says of it.

#![allow(missing_docs)]

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use common::{Do, Gateway, Got, keys, paid, token};
use halkode::{Card, CheckStatus, Config, Halkode, HalkodeError, Pay2d, Refund, Sent};

const PAN: &str = "4132260000000003";

fn payment(invoice_id: &str) -> Pay2d {
    Pay2d {
        invoice_id: invoice_id.into(),
        total: "10.00".parse().unwrap(),
        name: "Ayşe".into(),
        surname: "Yılmaz".into(),
        card: Card {
            holder_name: "Ayşe Yılmaz".into(),
            number: PAN.into(),
            expiry_month: "12".into(),
            expiry_year: "2040".into(),
            cvv: Some("193".into()),
        },
        ..Pay2d::default()
    }
}

fn status(invoice_id: &str) -> CheckStatus {
    CheckStatus { invoice_id: invoice_id.into(), ..CheckStatus::default() }
}

/// A gateway that grants tokens and does `this` with everything else.
fn gateway(this: impl Fn(&Got) -> Do + Send + Sync + 'static) -> Gateway {
    Gateway::start(move |got| token(got).unwrap_or_else(|| this(got)))
}

#[test]
fn a_payment_whose_answer_is_lost_is_in_doubt_and_sent_once() {
    type Case = (&'static str, fn() -> Do);
    let cases: &[Case] = &[
        ("closed before an answer", || Do::Close),
        ("cut in the middle", || {
            Do::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"status_code\":100".to_vec())
        }),
        ("not HTTP", || Do::Bytes(b"\x00\xff\x00\xff\r\n\r\n".to_vec())),
        ("empty", || Do::Answer(200, String::new())),
        ("a page", || Do::Answer(200, "<html>Bakım</html>".into())),
        ("500", || Do::Answer(500, r#"{"status_code":100}"#.into())),
        ("502", || Do::Answer(502, "<html>Bad gateway</html>".into())),
        ("no status_code", || Do::Answer(200, r#"{"data":{}}"#.into())),
        ("another invoice", || Do::Answer(200, r#"{"status_code":100,"data":{"invoice_id":"B-2"}}"#.into())),
        ("success that failed", || Do::Answer(200, r#"{"status_code":100,"data":{"payment_status":0}}"#.into())),
        ("a strange hash", || Do::Answer(200, r#"{"status_code":100,"data":{"hash_key":"x:y:z"}}"#.into())),
        ("a redirect", || {
            Do::Bytes(b"HTTP/1.1 302 Found\r\nLocation: /ccpayment/elsewhere\r\nContent-Length: 0\r\n\r\n".to_vec())
        }),
    ];
    for (name, this) in cases {
        let gateway = gateway(|_| this());
        let error = gateway.client().pay_2d(&payment("A-1")).expect_err(name);
        assert!(error.in_doubt && error.sent == Some(Sent::Unknown), "{name}: {error:?}");
        assert_eq!(error.invoice_id.as_deref(), Some("A-1"), "{name}");
        assert_eq!(error.operation.as_deref(), Some("pay_2d"), "{name}");
        assert_eq!(gateway.requests("/api/paySmart2D").len(), 1, "{name}");
        assert!(gateway.requests("/elsewhere").is_empty(), "{name}");
    }
}

#[test]
fn a_payment_that_is_never_answered_is_in_doubt_when_the_time_is_over() {
    let (keep, kept) = mpsc::channel::<()>();
    let kept = Mutex::new(kept);
    let gateway = gateway(move |_| {
        // Answers when the test is over.
        kept.lock().unwrap().recv().unwrap_err();
        Do::Close
    });
    let client = Halkode::new(Config { timeout: Some(1), ..gateway.config() }).unwrap();
    let error = client.pay_2d(&payment("A-1")).unwrap_err();
    assert!(matches!(error, HalkodeError::Transport(_)) && error.in_doubt, "{error:?}");
    assert_eq!(error.reason, "no complete answer within the time limit");
    drop(keep);
}

#[test]
fn a_payment_that_never_left_is_not_in_doubt() {
    // A port that nobody listens on: bound, learnt, and let go.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = Config { base_url: Some(format!("http://127.0.0.1:{port}/ccpayment")), ..keys() };
    let error = Halkode::new(config).unwrap().pay_2d(&payment("A-1")).unwrap_err();
    assert!(matches!(error, HalkodeError::Transport(_)), "{error:?}");
    assert_eq!((error.sent, error.in_doubt), (Some(Sent::No), false), "{error:?}");
}

#[test]
fn a_refusal_is_certain() {
    for (http, code, kind) in
        [(200, "41", "declined"), (400, "1", "declined"), (200, "14", "credentials"), (403, "", "declined")]
    {
        let gateway = gateway(move |_| match code {
            "" => Do::Answer(http, "<html>Forbidden</html>".into()),
            code => Do::Answer(http, format!(r#"{{"status_code":{code},"status_description":"x"}}"#)),
        });
        let error = gateway.client().pay_2d(&payment("A-1")).unwrap_err();
        assert_eq!((error.kind(), error.in_doubt, error.sent), (kind, false, Some(Sent::Yes)), "{error:?}");
    }
}

#[test]
fn a_payment_that_is_stopped_while_its_token_is_fetched_is_not_sent() {
    let asked = Arc::new(AtomicBool::new(false));
    let stop = asked.clone();
    let gateway = Gateway::start(move |got| {
        asked.store(true, Ordering::SeqCst);
        token(got).unwrap_or_else(|| paid(got))
    });
    let client = gateway.client();
    let call = || client.pay_2d(&payment("A-1"));
    let error = halkode::interruptible(move || stop.load(Ordering::SeqCst), call).unwrap_err();
    assert_eq!((error.kind(), error.sent, error.in_doubt), ("transport", Some(Sent::No), false), "{error:?}");
    assert_eq!((gateway.requests("/api/token").len(), gateway.requests("").len()), (1, 1));
}

#[test]
fn a_query_is_repeated_and_a_payment_is_not() {
    let gateway = gateway(|got| if got.earlier == 0 { Do::Answer(503, String::new()) } else { paid(got) });
    let client = gateway.client();
    assert!(client.check_status(&status("A-1")).is_ok());
    assert_eq!(gateway.requests("/api/checkstatus").len(), 2);
    assert!(client.refund(&Refund { invoice_id: "A-1".into(), ..Refund::default() }).unwrap_err().in_doubt);
    assert_eq!(gateway.requests("/api/refund").len(), 1);
}

#[test]
fn a_token_is_renewed_once_when_it_is_refused() {
    let unauthorised = |got: &Got| got.head.contains("Bearer token-0");
    let gateway = Gateway::start(move |got| {
        token(got).unwrap_or_else(|| if unauthorised(got) { Do::Answer(401, String::new()) } else { paid(got) })
    });
    let client = gateway.client();
    assert!(client.refund(&Refund { invoice_id: "A-1".into(), ..Refund::default() }).is_ok());
    assert!(client.check_status(&status("A-1")).is_ok());
    assert_eq!((gateway.requests("/api/token").len(), gateway.requests("/api/refund").len()), (2, 2));

    let gateway =
        common::Gateway::start(|got| token(got).unwrap_or_else(|| Do::Answer(401, r#"{"status_code":401}"#.into())));
    let error = gateway.client().refund(&Refund { invoice_id: "A-1".into(), ..Refund::default() }).unwrap_err();
    assert_eq!((error.kind(), error.in_doubt), ("credentials", false), "{error:?}");
    assert_eq!((gateway.requests("/api/token").len(), gateway.requests("/api/refund").len()), (2, 2));
}

#[test]
fn threads_share_one_token_and_nobody_gets_anothers_answer() {
    let gateway = gateway(paid);
    let client = Arc::new(gateway.client());
    let threads: Vec<_> = (0..8)
        .map(|n| {
            let client = client.clone();
            std::thread::spawn(move || {
                for call in 0..20 {
                    let invoice = format!("T{n}-{call}");
                    assert_eq!(client.check_status(&status(&invoice)).unwrap().invoice_id, Some(invoice));
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(gateway.requests("/api/token").len(), 1);
}

#[test]
fn wrong_keys_are_said_before_any_money_could_move() {
    let gateway =
        Gateway::start(|_| Do::Answer(200, r#"{"status_code":30,"status_description":"Invalid credentials"}"#.into()));
    let error = gateway.client().pay_2d(&payment("A-1")).unwrap_err();
    assert_eq!(
        (error.kind(), error.status_code, error.sent, error.in_doubt),
        ("credentials", Some(30), Some(Sent::No), false)
    );
    assert!(gateway.requests("/api/paySmart2D").is_empty());
}

#[test]
fn nothing_secret_comes_out_of_an_error() {
    // A gateway that repeats everything it got.
    let gateway = gateway(|got| {
        let text = got.body.replace(['"', '\\'], " ");
        Do::Answer(
            200,
            format!(r#"{{"status_code":41,"status_description":"{text}","data":{{"error":"{text}","card":"{PAN}"}}}}"#),
        )
    });
    let client = gateway.client();
    let error = client.pay_2d(&payment("A-1")).unwrap_err();
    let shown = format!("{error} {error:?} {}", error.to_json());
    let sent = &gateway.requests("/api/paySmart2D")[0];
    for secret in [PAN, keys().app_secret.expose(), keys().merchant_key.expose()] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(sent.body.contains(PAN) && !sent.head.contains(PAN) && !sent.path.contains('?'));
    assert!(shown.contains("413226******0003"), "{shown}");
    let shown = format!("{client:?} {:?} {:?}", payment("A-1"), gateway.config());
    for secret in [PAN, "193", keys().app_secret.expose(), keys().merchant_key.expose()] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn an_answer_without_end_is_not_read() {
    let gateway = gateway(|_| {
        let mut answer = b"HTTP/1.1 200 OK\r\nContent-Length: 33554432\r\n\r\n".to_vec();
        answer.resize(answer.len() + 33_554_432, b'x');
        Do::Bytes(answer)
    });
    let error = gateway.client().refund(&Refund { invoice_id: "A-1".into(), ..Refund::default() }).unwrap_err();
    assert_eq!(error.reason, "the answer is longer than 8388608 bytes");
    assert!(error.in_doubt);
}

/// A relay of a few lines that wants a user and a password; gives back what it was asked for.
fn relay(
    handshake: impl Fn(&mut BufReader<TcpStream>) -> Option<String> + Send + Sync + 'static,
) -> (u16, mpsc::Receiver<String>) {
    let handshake = Arc::new(handshake);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (asked, told) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (asked, handshake) = (asked.clone(), handshake.clone());
            std::thread::spawn(move || {
                let mut client = BufReader::new(stream);
                let Some(target) = handshake(&mut client) else { return };
                let mut server = TcpStream::connect(&target).unwrap();
                asked.send(target).unwrap();
                let (mut from, mut to) = (server.try_clone().unwrap(), client.get_ref().try_clone().unwrap());
                // Either side may go first; the other then has nobody to talk to.
                std::thread::spawn(move || std::io::copy(&mut from, &mut to).unwrap_or_default());
                std::io::copy(&mut client, &mut server).unwrap_or_default();
            });
        }
    });
    (port, told)
}

fn http_connect(client: &mut BufReader<TcpStream>) -> Option<String> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        client.read_line(&mut line).unwrap();
        if line == "\r\n" {
            break;
        }
        lines.push(line);
    }
    // "shop:secret" in base64.
    let allowed = lines
        .iter()
        .any(|line| line.to_lowercase().starts_with("proxy-authorization: basic") && line.contains("c2hvcDpzZWNyZXQ="));
    let answer = if allowed { "HTTP/1.1 200 OK\r\n\r\n" } else { "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n" };
    client.get_mut().write_all(answer.as_bytes()).unwrap();
    allowed.then(|| lines[0].split(' ').nth(1).unwrap().to_owned())
}

fn socks5(client: &mut BufReader<TcpStream>) -> Option<String> {
    fn bytes(client: &mut BufReader<TcpStream>, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        client.read_exact(&mut bytes).unwrap();
        bytes
    }
    fn text(client: &mut BufReader<TcpStream>) -> String {
        let length = bytes(client, 1)[0];
        String::from_utf8(bytes(client, length.into())).unwrap()
    }
    let methods = bytes(client, 2)[1];
    bytes(client, methods.into());
    client.get_mut().write_all(&[5, 2]).unwrap();
    assert_eq!(bytes(client, 1), [1], "the version of the password exchange");
    let allowed = text(client) == "shop" && text(client) == "secret";
    client.get_mut().write_all(&[1, u8::from(!allowed)]).unwrap();
    if !allowed {
        return None;
    }
    let kind = bytes(client, 4)[3];
    let host = match kind {
        1 => bytes(client, 4).iter().map(u8::to_string).collect::<Vec<_>>().join("."),
        _ => text(client),
    };
    let port = bytes(client, 2);
    client.get_mut().write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
    Some(format!("{host}:{}", u16::from_be_bytes([port[0], port[1]])))
}

#[test]
fn a_relay_with_a_password_is_passed_and_a_wrong_password_is_certain() {
    for (scheme, handshake) in [("http", http_connect as fn(&mut _) -> _), ("socks5", socks5)] {
        let gateway = gateway(paid);
        let (port, told) = relay(handshake);
        let config = |password: &str| Config {
            proxy: Some(format!("{scheme}://shop:{password}@127.0.0.1:{port}").into()),
            ..gateway.config()
        };
        let client = Halkode::new(config("secret")).unwrap();
        assert!(client.check_status(&status("A-1")).is_ok(), "{scheme}");
        assert!(gateway.url.contains(&told.recv().unwrap()), "{scheme}");
        let before = gateway.connections();
        let error = Halkode::new(config("wrong")).unwrap().pay_2d(&payment("A-1")).unwrap_err();
        assert_eq!((error.sent, error.in_doubt), (Some(Sent::No), false), "{scheme}: {error:?}");
        assert!(!error.to_json().contains("wrong"), "{error:?}");
        assert_eq!(gateway.connections(), before, "{scheme}");
    }
}

#[test]
fn what_a_relay_hears_is_not_the_request() {
    for (scheme, handshake) in [("http", http_connect as fn(&mut _) -> _), ("socks5", socks5)] {
        // The token passes, on a connection that the gateway then closes; the payment's own way through the relay is cut.
        let gateway = Gateway::start(|got| match token(got) {
            Some(Do::Answer(_, body)) => {
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                Do::Bytes((head + &body).into_bytes())
            }
            _ => paid(got),
        });
        let passed = std::sync::atomic::AtomicBool::new(false);
        let (port, told) = relay(move |client| {
            if !passed.swap(true, std::sync::atomic::Ordering::SeqCst) {
                return handshake(client);
            }
            // It hears what is asked of it, and goes away without a word.
            client.read_exact(&mut [0]).unwrap();
            client.get_ref().shutdown(std::net::Shutdown::Both).unwrap_or_default();
            None
        });
        let proxy = Some(format!("{scheme}://shop:secret@127.0.0.1:{port}").into());
        let client = Halkode::new(Config { proxy, ..gateway.config() }).unwrap();
        let error = client.pay_2d(&payment("A-1")).unwrap_err();
        assert!(told.recv().is_ok() && gateway.requests("/api/token").len() == 1, "{scheme}");
        assert!(!error.reason.starts_with("no token"), "{scheme}: {error:?}");
        assert!(gateway.requests("/api/paySmart2D").is_empty(), "{scheme}");
        assert_eq!((error.sent, error.in_doubt), (Some(Sent::No), false), "{scheme}: {error:?}");
    }
}
