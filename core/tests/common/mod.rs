//! A gateway of a few lines, for tests of how requests travel; what they say is the sandbox's business.

#![allow(dead_code, missing_docs, unreachable_pub)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use halkode::{Config, Halkode};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Got {
    pub path: String,
    pub head: String,
    pub body: String,
    /// Which connection carried it, from 0.
    pub connection: usize,
    /// How many requests for this path came before.
    pub earlier: usize,
}

impl Got {
    /// The value of a text field of the JSON body.
    pub fn field(&self, name: &str) -> String {
        let start = self.body.find(&format!("\"{name}\":\"")).expect("the field is there") + name.len() + 4;
        self.body[start..].split('"').next().unwrap_or_default().to_owned()
    }
}

/// What to do with a request.
pub enum Do {
    /// Answer with a status and a body.
    Answer(u16, String),
    /// Answer with bytes as they are, then close.
    Bytes(Vec<u8>),
    /// Close without an answer.
    Close,
}

pub struct Gateway {
    pub url: String,
    requests: Arc<Mutex<Vec<Got>>>,
    connections: Arc<AtomicUsize>,
}

impl Gateway {
    pub fn start(answer: impl Fn(&Got) -> Do + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let url = format!("http://{}/ccpayment", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let (answer, kept, counted) = (Arc::new(answer), requests.clone(), connections.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, kept) = (answer.clone(), kept.clone());
                let connection = counted.fetch_add(1, Ordering::SeqCst);
                std::thread::spawn(move || serve(&stream, connection, &*answer, &kept));
            }
        });
        Self { url, requests, connections }
    }

    /// The requests for a path, so far.
    pub fn requests(&self, path: &str) -> Vec<Got> {
        self.requests.lock().expect("no panic").iter().filter(|got| got.path.ends_with(path)).cloned().collect()
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub fn client(&self) -> Halkode {
        Halkode::new(self.config()).expect("a client")
    }

    pub fn config(&self) -> Config {
        Config { base_url: Some(self.url.clone()), timeout: Some(10), connect_timeout: Some(2), ..keys() }
    }
}

/// The published keys of the platform's test merchant.
pub fn keys() -> Config {
    Config {
        app_id: "a2a7cb8131890a35353629182274c756".into(),
        app_secret: "a9b5c28211388c7a6a705122a24e6f46".into(),
        merchant_key: "$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72".into(),
        ..Config::default()
    }
}

fn serve(stream: &TcpStream, connection: usize, answer: &dyn Fn(&Got) -> Do, kept: &Mutex<Vec<Got>>) {
    let mut reader = BufReader::new(stream);
    loop {
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if let Some((_, value)) =
                line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            {
                length = value.trim().parse().expect("a length");
            }
            if line == "\r\n" {
                break;
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let path = head.split(' ').nth(1).unwrap_or_default().trim_start_matches("/ccpayment").to_owned();
        let body = String::from_utf8(body).expect("UTF-8");
        let got = {
            let mut kept = kept.lock().expect("no panic");
            let earlier = kept.iter().filter(|got| got.path == path).count();
            kept.push(Got { path, head, body, connection, earlier });
            kept[kept.len() - 1].clone()
        };
        let mut out = stream;
        match answer(&got) {
            Do::Answer(status, body) => {
                let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{body}", body.len());
                if out.write_all(answer.as_bytes()).is_err() {
                    return;
                }
            }
            Do::Bytes(bytes) => {
                // The client may have gone; then there is nobody to tell.
                if out.write_all(&bytes).is_ok() {
                    stream.shutdown(Shutdown::Both).unwrap_or_default();
                }
                return;
            }
            Do::Close => {
                stream.shutdown(Shutdown::Both).unwrap_or_default();
                return;
            }
        }
    }
}

/// The token's answer, or `None` when the request is for something else.
pub fn token(got: &Got) -> Option<Do> {
    (got.path == "/api/token").then(|| {
        Do::Answer(200, format!(r#"{{"status_code":100,"data":{{"token":"token-{}","is_3d":1}}}}"#, got.earlier))
    })
}

/// A paid invoice, named as it was asked for.
pub fn paid(got: &Got) -> Do {
    let invoice = got.field("invoice_id");
    Do::Answer(
        200,
        format!(
            r#"{{"status_code":100,"transaction_status":"Completed","invoice_id":"{invoice}","product_price":"10.00"}}"#
        ),
    )
}
