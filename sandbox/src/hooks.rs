//! Web-hooks: what the bank posts to the shop, to the address that stands behind a key name.

use std::collections::BTreeMap;

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedSender;

use crate::json::{Json, object};
use crate::log::masked;

/// Older deliveries than these are forgotten.
const KEPT: usize = 200;

/// Key names that are known from the beginning, without an address.
pub(crate) const DEFAULT_KEYS: &[&str] = &["sale_hook", "recurring_hook", "refund_hook"];

/// One message on its way to a shop.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub n: u64,
    pub url: String,
    pub body: String,
    /// The text that the answer should be, where the bank looks at it.
    pub expected: &'static str,
}

/// The addresses and what was sent to them.
#[derive(Debug)]
pub(crate) struct Hooks {
    addresses: BTreeMap<String, Option<String>>,
    log: Vec<Json>,
    count: u64,
    /// Messages that are on their way.
    pub in_flight: usize,
    outbox: UnboundedSender<Delivery>,
}

impl Hooks {
    pub(crate) fn new(outbox: UnboundedSender<Delivery>) -> Self {
        let addresses = DEFAULT_KEYS.iter().map(|key| ((*key).to_owned(), None)).collect();
        Self { addresses, log: Vec::new(), count: 0, in_flight: 0, outbox }
    }

    /// Registers a key name, with an address or without.
    pub(crate) fn register(&mut self, key: &str, url: Option<&str>) -> Result<(), String> {
        let url = url.filter(|url| !url.is_empty());
        if key.is_empty() {
            return Err("\"key\" is missing".into());
        }
        if let Some(url) = url {
            address(url)?;
        }
        self.addresses.insert(key.to_owned(), url.map(str::to_owned));
        Ok(())
    }

    pub(crate) fn knows(&self, key: &str) -> bool {
        self.addresses.contains_key(key)
    }

    /// Forgets what was sent; the addresses stay.
    pub(crate) fn clear(&mut self) {
        self.log.clear();
    }

    /// Sends a message to the address behind a key name; only records it where there is none.
    pub(crate) fn send(&mut self, at: &str, kind: &str, key: &str, fields: &[(&str, String)]) {
        if key.is_empty() {
            return;
        }
        let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.post(at, kind, key, self.addresses.get(key).cloned().flatten(), &fields, "");
    }

    /// Sends a message to an address that is no key's, and looks whether the answer is the expected text.
    pub(crate) fn send_to(
        &mut self,
        at: &str,
        kind: &str,
        url: &str,
        fields: &[(String, String)],
        expected: &'static str,
    ) -> Result<(), String> {
        address(url)?;
        self.post(at, kind, "", Some(url.to_owned()), fields, expected);
        Ok(())
    }

    fn post(
        &mut self,
        at: &str,
        kind: &str,
        key: &str,
        url: Option<String>,
        fields: &[(String, String)],
        expected: &'static str,
    ) {
        self.count += 1;
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let shown = masked(&Json::of_pairs(fields.iter().cloned()));
        let mut result = "recorded only: no address stands behind this key";
        if let Some(url) = &url {
            self.in_flight += 1;
            result = "on its way";
            // The receiver lives as long as the sandbox; a message in the moment it stops is nobody's loss.
            if self.outbox.send(Delivery { n: self.count, url: url.clone(), body, expected }).is_err() {
                self.in_flight -= 1;
                result = "not sent: the sandbox is stopping";
            }
        }
        self.log.push(object! { "n": self.count, "at": at, "kind": kind, "key": key, "url": url, "fields": shown, "result": result });
        if self.log.len() > KEPT {
            self.log.remove(0);
        }
    }

    /// Notes what became of a message.
    pub(crate) fn delivered(&mut self, n: u64, result: String) {
        self.in_flight -= 1;
        if let Some(entry) = self.log.iter_mut().find(|entry| entry.text("n") == n.to_string()) {
            entry.set("result", result);
        }
    }

    pub(crate) fn to_json(&self) -> Json {
        let addresses = self.addresses.iter().map(|(key, url)| object! { "key": key.as_str(), "url": url.clone() });
        object! { "keys": Json::List(addresses.collect()), "deliveries": Json::List(self.log.clone()) }
    }
}

/// Host with port, and path, of a web-hook's address.
fn address(url: &str) -> Result<(String, String), String> {
    let rest = url
        .strip_prefix("http://")
        .ok_or_else(|| format!("{url:?}: the sandbox delivers web-hooks to http:// addresses"))?;
    let (host, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    if host.is_empty() || url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(format!("{url:?} is not an address"));
    }
    let port = host.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    Ok((if port { host.to_owned() } else { format!("{host}:80") }, path.to_owned()))
}

/// Posts a message once; the bank documents no second attempt. What came of it, as a sentence.
pub(crate) async fn deliver(delivery: &Delivery) -> String {
    let limit = std::time::Duration::from_secs(10);
    match tokio::time::timeout(limit, post(delivery)).await {
        Ok(Ok((status, _))) if delivery.expected.is_empty() => format!("answered with HTTP {status}"),
        Ok(Ok((status, text))) if text == delivery.expected => format!("answered with HTTP {status}: {text}"),
        Ok(Ok((status, _))) => format!("answered with HTTP {status}, not with {}", delivery.expected),
        Ok(Err(error)) => format!("failed: {error}"),
        Err(_) => "failed: no answer within 10 seconds".to_owned(),
    }
}

async fn post(delivery: &Delivery) -> Result<(u16, String), Box<dyn std::error::Error + Send + Sync>> {
    let (host, path) = address(&delivery.url)?;
    let stream = TcpStream::connect(&host).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::post(path)
        .header("host", &host)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("connection", "close")
        .body(Full::new(Bytes::from(delivery.body.clone())))?;
    let exchange = async {
        let answer = sender.send_request(request).await?;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await?.to_bytes();
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    };
    tokio::pin!(connection);
    tokio::pin!(exchange);
    // The connection has to be driven while the exchange waits on it.
    tokio::select! {
        result = &mut exchange => result,
        ended = &mut connection => { ended?; exchange.await }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(address("http://127.0.0.1:9/a?b=c").unwrap(), ("127.0.0.1:9".to_owned(), "/a?b=c".to_owned()));
        assert_eq!(address("http://shop.test").unwrap(), ("shop.test:80".to_owned(), "/".to_owned()));
        for wrong in ["https://shop.test/", "shop.test", "http://", "http://a b/"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
