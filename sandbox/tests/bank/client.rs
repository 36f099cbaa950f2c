//! A shop in a few lines: raw HTTP over a socket, one connection per request, and hashes sealed and opened by code of its own
//! (the sandbox's is tested against published bundles, and each opens what the other seals).

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use aws_lc_rs::cipher::{
    AES_256, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::iv::FixedLength;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use halkode_sandbox::{Options, Sandbox};
use serde_json::{Value, json};

pub const APP_SECRET: &str = "a9b5c28211388c7a6a705122a24e6f46";
pub const MERCHANT_KEY: &str = "$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72";

/// What came back.
#[derive(Debug)]
pub struct Got {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    /// The connection ended with a reset.
    pub reset: bool,
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let line = self.head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    }

    /// The fields of the query that a redirect carries.
    pub fn location_fields(&self) -> (String, Vec<(String, String)>) {
        let location = self.header("location").unwrap_or_else(|| panic!("no redirect: {}", self.text()));
        let (url, query) = location.split_once('?').unwrap_or((&location, ""));
        (url.to_owned(), form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// The hidden fields and the address of a form that posts itself.
    pub fn form(&self) -> (String, Vec<(String, String)>) {
        let text = self.text();
        let unescape = |s: &str| {
            s.replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&")
        };
        let after =
            |text: &str, mark: &str| text.split_once(mark).map(|(_, rest)| unescape(rest.split('"').next().unwrap()));
        assert!(text.contains("id=\"the-form\""), "{text}");
        let action = after(&text, "action=\"").unwrap();
        let fields = text
            .split("<input type=\"hidden\" name=\"")
            .skip(1)
            .map(|rest| (unescape(rest.split('"').next().unwrap()), after(rest, "value=\"").unwrap()));
        (action, fields.collect())
    }
}

pub fn field(fields: &[(String, String)], name: &str) -> String {
    fields
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.clone())
        .unwrap_or_else(|| panic!("no {name} in {fields:?}"))
}

/// Sends one request over a stream and reads what comes until the connection ends.
pub fn exchange(
    stream: &mut (impl Read + Write),
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Got {
    let mut request =
        format!("{method} {path} HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    let mut bytes = request.into_bytes();
    bytes.extend_from_slice(body);
    let mut reset = stream.write_all(&bytes).is_err();
    let mut answer = Vec::new();
    let mut part = [0; 16 * 1024];
    while !reset {
        match read_some(stream, &mut part) {
            Ok(0) => break,
            Ok(n) => answer.extend_from_slice(&part[..n]),
            Err(e) if e.kind() == ErrorKind::ConnectionReset => reset = true,
            Err(e) if e.kind() == ErrorKind::UnexpectedEof => break,
            Err(e) => panic!("{:?} {e} after {} bytes", e.kind(), answer.len()),
        }
    }
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
    let (head, body) = end.map_or((String::new(), Vec::new()), |at| {
        (String::from_utf8_lossy(&answer[..at]).into_owned(), answer[at + 4..].to_vec())
    });
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let body = if head.to_lowercase().contains("transfer-encoding: chunked") { unchunked(&body) } else { body };
    Got { status, head, body, reset }
}

/// Reads once, again where a signal came in between: a read with a time limit ends with EINTR when the machine stops and
/// continues the process.
pub fn read_some(stream: &mut impl Read, part: &mut [u8]) -> std::io::Result<usize> {
    loop {
        match stream.read(part) {
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(at) = body.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&body[..at]).unwrap(), 16).unwrap();
        whole.extend_from_slice(&body[at + 2..at + 2 + size]);
        body = &body[at + 2 + size + 2..];
    }
    whole
}

pub fn connect(url: &str) -> TcpStream {
    let stream = TcpStream::connect(url.split_once("://").unwrap().1).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

fn cipher_key(secret: &str, salt: &str) -> UnboundCipherKey {
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let password = hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes()).as_ref());
    let key = hex(digest(&SHA256, format!("{password}{salt}").as_bytes()).as_ref());
    UnboundCipherKey::new(&AES_256, &key.as_bytes()[..32]).unwrap()
}

pub fn sealed_with(secret: &str, parts: &[&str]) -> String {
    let (iv, salt) = ("0123456789abcdef", "beef");
    let mut text = parts.join("|").into_bytes();
    let key = PaddedBlockEncryptingKey::cbc_pkcs7(cipher_key(secret, salt)).unwrap();
    key.less_safe_encrypt(&mut text, EncryptionContext::Iv128(FixedLength::try_from(iv.as_bytes()).unwrap())).unwrap();
    format!("{iv}:{salt}:{}", STANDARD.encode(text)).replace('/', "__")
}

pub fn sealed(parts: &[&str]) -> String {
    sealed_with(APP_SECRET, parts)
}

/// The plaintext of a returned hash; nothing where it was not made with the app secret.
pub fn opened(bundle: &Value) -> Option<String> {
    let bundle = bundle.as_str().unwrap_or_else(|| panic!("no hash: {bundle}")).replace("__", "/");
    let parts: Vec<&str> = bundle.splitn(3, ':').collect();
    let mut text = STANDARD.decode(parts[2]).unwrap();
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(cipher_key(APP_SECRET, parts[1])).unwrap();
    let plain =
        key.decrypt(&mut text, DecryptionContext::Iv128(FixedLength::try_from(parts[0].as_bytes()).unwrap())).ok()?;
    String::from_utf8(plain.to_vec()).ok()
}

/// A shop with a bank of its own.
pub struct Shop {
    pub bank: Sandbox,
    pub token: String,
}

impl Shop {
    pub fn open() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        let mut shop = Self { bank: Sandbox::start(options).unwrap(), token: String::new() };
        shop.renew_token();
        shop
    }

    pub fn renew_token(&mut self) {
        let keys = self.bank.credentials();
        let got = self.post_json("/api/token", &json!({"app_id": keys.app_id, "app_secret": keys.app_secret}));
        self.token = got.json()["data"]["token"].as_str().unwrap().to_owned();
    }

    /// A request to any path of the sandbox.
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Got {
        exchange(&mut connect(self.bank.url()), method, path, headers, body)
    }

    pub fn post_json(&self, path: &str, body: &Value) -> Got {
        let bearer = format!("Bearer {}", self.token);
        let headers =
            [("content-type", "application/json"), ("accept", "application/json"), ("authorization", bearer.as_str())];
        self.request("POST", &format!("/ccpayment{path}"), &headers, body.to_string().as_bytes())
    }

    /// The same, read as JSON.
    pub fn ask(&self, path: &str, body: &Value) -> Value {
        self.post_json(path, body).json()
    }

    pub fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Got {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.request("POST", path, &[("content-type", "application/x-www-form-urlencoded")], body.as_bytes())
    }

    pub fn get(&self, path: &str) -> Got {
        self.request("GET", path, &[], b"")
    }

    pub fn control(&self, method: &str, path: &str, body: Value) -> Value {
        self.bank.control(method, path, &body).unwrap()
    }

    pub fn pay(&self, invoice_id: &str, total: &str, card: &str) -> Value {
        self.ask("/api/paySmart2D", &payment(invoice_id, total, card))
    }

    pub fn status(&self, invoice_id: &str) -> Value {
        self.ask(
            "/api/checkstatus",
            &json!({"merchant_key": MERCHANT_KEY, "invoice_id": invoice_id, "include_pending_status": true}),
        )
    }

    pub fn refund(&self, invoice_id: &str, amount: &str, more: Value) -> Value {
        let mut body = json!({"invoice_id": invoice_id, "amount": amount, "merchant_key": MERCHANT_KEY, "hash_key": sealed(&[amount, invoice_id, MERCHANT_KEY])});
        merge(&mut body, more);
        self.ask("/api/refund", &body)
    }

    pub fn seconds(&self, seconds: u64) {
        self.bank.advance_clock(Duration::from_secs(seconds));
    }
}

pub fn merge(body: &mut Value, more: Value) {
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
}

/// A body with the merchant key.
pub fn keyed(more: Value) -> Value {
    let mut body = json!({"merchant_key": MERCHANT_KEY});
    merge(&mut body, more);
    body
}

/// A payment of one item; expiry and CVV are the card's own.
pub fn payment(invoice_id: &str, total: &str, number: &str) -> Value {
    let card = Sandbox::cards().iter().find(|card| card.number == number);
    json!({
        "cc_holder_name": "Ayşe Yılmaz", "cc_no": number, "expiry_month": card.map_or("12", |card| card.expiry_month),
        "expiry_year": card.map_or("2040", |card| card.expiry_year), "cvv": card.map_or("555", |card| card.cvv),
        "currency_code": "TRY", "installments_number": 1, "invoice_id": invoice_id, "invoice_description": "Deneme", "total": total,
        "items": [{"name": "Çay", "price": total, "quantity": 1, "description": ""}], "name": "Ayşe", "surname": "Yılmaz",
        "merchant_key": MERCHANT_KEY, "hash_key": sealed(&[total, "1", "TRY", MERCHANT_KEY, invoice_id]),
    })
}

/// The same with other instalments.
pub fn payment_in(invoice_id: &str, total: &str, number: &str, installments: u32) -> Value {
    let mut body = payment(invoice_id, total, number);
    body["installments_number"] = installments.into();
    body["hash_key"] = sealed(&[total, &installments.to_string(), "TRY", MERCHANT_KEY, invoice_id]).into();
    body
}

/// A payment with 3-D Secure that returns to these addresses.
pub fn payment_3d(invoice_id: &str, total: &str, number: &str) -> Value {
    let mut body = payment(invoice_id, total, number);
    merge(&mut body, json!({"return_url": "http://shop.test/return?a=1", "cancel_url": "http://shop.test/cancel"}));
    body
}

pub const GOOD: &str = "4132260000000003";
pub const INSTALLMENTS: &str = "4155650100416111";
pub const NO_FUNDS: &str = "4155650100000519";

/// Asserts a status code.
#[track_caller]
pub fn code(answer: &Value, expected: i64) {
    assert_eq!(answer["status_code"], json!(expected), "{answer}");
}
