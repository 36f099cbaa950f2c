//! Carries bytes to the gateway and back, and knows whether any byte left.
//!
//! Blocking `ureq` over rustls; the TLS link of its chain is ours, because a further authority may be trusted beside the
//! public ones and because the request must count as sent from the first byte after the handshake, not before.

use std::cell::Cell;
use std::fmt;
use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ::webpki::ring as webpki;
use arc_swap::ArcSwap;
use rand::TryRng;
use rustls::SignatureScheme;
use rustls::client::Resumption;
use rustls::crypto::ring::{cipher_suite, kx_group};
use rustls::crypto::{CryptoProvider, GetRandomFailed, KeyProvider, SecureRandom, WebPkiSupportedAlgorithms};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::SigningKey;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::time::{Duration as Wait, Instant as Moment};
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, SocksConnector,
    TcpConnector, Transport as Link, TransportAdapter,
};
use ureq::{Agent, Proxy};

use zeroize::Zeroizing;

use crate::config::Way;
use crate::error::HalkodeError;
use crate::html::latin5;
use crate::secret::without_pans;

/// No answer is read beyond this; a page of a hundred transactions is some 200 KiB.
const MAX_ANSWER: u64 = 8 * 1024 * 1024;

/// A pooled connection carries a query when it was used within this time …
const QUERY_IDLE: Duration = Duration::from_secs(15);
/// … and a money operation only when it was alive a moment ago: a stale one would mean "was it charged?".
const MONEY_IDLE: Duration = Duration::from_secs(1);

/// A POST request, complete but for the host and the bearer token.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpRequest {
    /// Path below the base address, with its query.
    pub path: String,
    /// The JSON body; secrets in it print as `[redacted]`.
    pub body: crate::json::Object,
    /// Whether it carries the bearer token.
    pub bearer: bool,
}

impl HttpRequest {
    pub(crate) fn post(path: impl Into<String>, body: crate::json::Object) -> Self {
        Self { path: path.into(), body, bearer: true }
    }
}

/// An HTTP answer.
#[derive(Clone, Default, PartialEq)]
pub struct HttpAnswer {
    /// The status, for instance 200.
    pub status: u16,
    /// The `Location` header.
    pub location: Option<String>,
    /// The `Retry-After` header in seconds.
    pub retry_after: Option<u64>,
    /// The body, zeroed when dropped: it may hold a token.
    pub body: Zeroizing<Vec<u8>>,
}

impl HttpAnswer {
    /// The beginning of the body, for an error: card numbers masked.
    pub(crate) fn excerpt(&self) -> Option<String> {
        let bytes = &self.body[..self.body.len().min(4096)];
        // The bank answers in Turkish Latin. Of UTF-8 the end may have been cut within a letter.
        let other = std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_some());
        let text = if other { latin5(bytes) } else { String::from_utf8_lossy(bytes).into_owned() };
        let text = without_pans(&text);
        let excerpt: String = text.chars().take(2000).collect();
        (!excerpt.is_empty()).then_some(excerpt)
    }
}

impl fmt::Debug for HttpAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpAnswer {{ status: {}, {} bytes }}", self.status, self.body.len())
    }
}

/// No complete answer came.
pub(crate) struct Lost {
    /// Whether a byte of the request may have left.
    pub sent: bool,
    /// Whether trying once more could help.
    pub passing: bool,
    /// A sentence.
    pub reason: String,
}

/// One POST, as bytes.
pub(crate) struct Parcel<'a> {
    pub url: &'a str,
    pub accept: &'static str,
    pub content_type: &'static str,
    pub bearer: Option<&'a str>,
    pub body: &'a [u8],
}

/// What a request is worth: how old a connection may carry it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    Query,
    Money,
}

pub(crate) struct Transport {
    connect: Duration,
    proxy: Option<Proxy>,
    user_agent: String,
    tls: Arc<ClientConfig>,
    pool: ArcSwap<Pool>,
}

/// Connections of one process. A forked child must not touch its parent's sockets, not even to close them: that would send
/// TLS close_notify into the parent's connections. So in a child an inherited pool is forgotten, never dropped.
struct Pool {
    process: u32,
    agent: Option<Agent>,
}

impl Pool {
    fn new(agent: Agent) -> Self {
        Self { process: std::process::id(), agent: Some(agent) }
    }

    fn here(&self) -> Option<&Agent> {
        self.agent.as_ref().filter(|_| self.process == std::process::id())
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        if self.here().is_none() {
            std::mem::forget(self.agent.take());
        }
    }
}

impl Transport {
    pub(crate) fn new(way: &Way) -> Result<Self, HalkodeError> {
        let proxy = match &way.proxy {
            None => None,
            Some(url) => Some(proxy(url.expose())?),
        };
        let suffix = way.user_agent.as_deref().unwrap_or_default();
        if suffix.len() > 200 || !suffix.bytes().all(|b| (b' '..=b'~').contains(&b)) {
            return Err(HalkodeError::request("user_agent", "must be up to 200 printable ASCII characters"));
        }
        let user_agent = format!("halkode/{} {suffix}", env!("CARGO_PKG_VERSION")).trim_end().to_owned();
        let tls = Arc::new(tls(way.ca_pem.as_deref())?);
        let pool = ArcSwap::from_pointee(Pool::new(agent(tls.clone(), proxy.clone())));
        Ok(Self { connect: way.connect, proxy, user_agent, tls, pool })
    }

    /// This process' connections. Nothing here waits for a lock that another thread may have held at the moment of a fork.
    fn agent(&self) -> Agent {
        if let Some(agent) = self.pool.load().here() {
            return agent.clone();
        }
        // The store of resumable TLS sessions has a lock too.
        let mut tls = ClientConfig::clone(&self.tls);
        tls.resumption = Resumption::default();
        let agent = agent(Arc::new(tls), self.proxy.clone());
        self.pool.store(Arc::new(Pool::new(agent.clone())));
        agent
    }

    /// Sends one request and reads its answer; never follows a redirect, never repeats anything.
    pub(crate) fn send(&self, parcel: &Parcel<'_>, care: Care, deadline: Instant) -> Result<HttpAnswer, Lost> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Lost { sent: false, passing: false, reason: "no time was left to send the request".into() });
        }
        let idle = match care {
            Care::Query => QUERY_IDLE,
            Care::Money => MONEY_IDLE,
        };
        let mut request = self
            .agent()
            .post(parcel.url)
            .header("Accept", parcel.accept)
            .header("Content-Type", parcel.content_type)
            .header("User-Agent", &self.user_agent);
        if let Some(token) = parcel.bearer {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let request =
            request.config().timeout_global(Some(left)).timeout_connect(Some(self.connect)).max_idle_age(idle).build();
        SENT.set(false);
        BUILDING.set(0);
        let answer = request.send(parcel.body);
        let lost = |error: ureq::Error| {
            let passing = !matches!(&error, ureq::Error::Tls(_) | ureq::Error::BadUri(_) | ureq::Error::Http(_))
                && !is_tls(&error);
            Lost { sent: SENT.get(), passing, reason: describe(&error) }
        };
        let mut answer = answer.map_err(lost)?;
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (location, retry_after) =
            (header("location"), header("retry-after").and_then(|seconds| seconds.parse().ok()));
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(MAX_ANSWER).read_to_vec().map_err(lost)?;
        Ok(HttpAnswer { status, location, retry_after, body: Zeroizing::new(body) })
    }
}

thread_local! {
    /// Whether the call that this thread is making has given a byte of its request to the network. A call runs on one
    /// thread from beginning to end.
    static SENT: Cell<bool> = const { Cell::new(false) };
    /// How many chains of links are being built: the way to a relay is a chain of its own inside the one to the gateway. What passes
    /// meanwhile (CONNECT, TLS handshakes) is not the request.
    static BUILDING: Cell<u32> = const { Cell::new(0) };
}

/// Bytes go to the network: those of the request, once the way stands.
fn mark_sent() {
    if BUILDING.get() == 0 {
        SENT.set(true);
    }
}

/// The first link of the chain, which only notes that one is being built; [`Tls`], the last, notes that it stands.
#[derive(Debug)]
struct Begin;

impl Connector for Begin {
    type Out = ();

    fn connect(&self, _: &ConnectionDetails, _: Option<()>) -> Result<Option<()>, ureq::Error> {
        BUILDING.set(BUILDING.get() + 1);
        Ok(None)
    }
}

fn agent(tls: Arc<ClientConfig>, proxy: Option<Proxy>) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_idle_age(QUERY_IDLE)
        .proxy(proxy)
        .build();
    let chain = Begin
        .chain(SocksConnector::default())
        .chain(ConnectProxyConnector::default())
        .chain(TcpConnector::default())
        .chain(Tls(tls));
    Agent::with_parts(config, chain, OnThisThread)
}

fn proxy(url: &str) -> Result<Proxy, HalkodeError> {
    let wrong = |reason| HalkodeError::request("proxy", reason);
    // SOCKS5 with the name resolved by the relay, as with HTTP CONNECT: the shop's own resolver need not know the bank.
    let url = match url.split_once("://") {
        Some(("http" | "socks5h", _)) => url.to_owned(),
        Some(("socks5", rest)) => format!("socks5h://{rest}"),
        _ => return Err(wrong("must begin with http:// (HTTP CONNECT) or socks5://")),
    };
    Proxy::new(&url).map_err(|_| wrong("is not an address such as socks5://user:password@host:1080"))
}

/// What a payment gateway needs of TLS 1.2 and 1.3: AES-GCM and the NIST curves, which every server of either version has (in
/// TLS 1.3 they are mandatory). What is not named here is not linked, and the library stays small; rustls' own default provider
/// would bring all it has.
fn provider() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: vec![
            cipher_suite::TLS13_AES_256_GCM_SHA384,
            cipher_suite::TLS13_AES_128_GCM_SHA256,
            cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        ],
        kx_groups: vec![kx_group::SECP256R1, kx_group::SECP384R1],
        signature_verification_algorithms: SIGNATURES,
        secure_random: &Random,
        key_provider: &NoClientKeys,
    }
}

/// The signatures a server's certificates may carry.
static SIGNATURES: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: &[
        webpki::ECDSA_P256_SHA256,
        webpki::ECDSA_P256_SHA384,
        webpki::ECDSA_P384_SHA256,
        webpki::ECDSA_P384_SHA384,
        webpki::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
        webpki::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
        webpki::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
        webpki::RSA_PKCS1_2048_8192_SHA256,
        webpki::RSA_PKCS1_2048_8192_SHA384,
        webpki::RSA_PKCS1_2048_8192_SHA512,
    ],
    // Of several for one scheme, TLS 1.3 takes the first, which must be the one of matching strength.
    mapping: &[
        (SignatureScheme::ECDSA_NISTP384_SHA384, &[webpki::ECDSA_P384_SHA384, webpki::ECDSA_P256_SHA384]),
        (SignatureScheme::ECDSA_NISTP256_SHA256, &[webpki::ECDSA_P256_SHA256, webpki::ECDSA_P384_SHA256]),
        (SignatureScheme::RSA_PSS_SHA512, &[webpki::RSA_PSS_2048_8192_SHA512_LEGACY_KEY]),
        (SignatureScheme::RSA_PSS_SHA384, &[webpki::RSA_PSS_2048_8192_SHA384_LEGACY_KEY]),
        (SignatureScheme::RSA_PSS_SHA256, &[webpki::RSA_PSS_2048_8192_SHA256_LEGACY_KEY]),
        (SignatureScheme::RSA_PKCS1_SHA512, &[webpki::RSA_PKCS1_2048_8192_SHA512]),
        (SignatureScheme::RSA_PKCS1_SHA384, &[webpki::RSA_PKCS1_2048_8192_SHA384]),
        (SignatureScheme::RSA_PKCS1_SHA256, &[webpki::RSA_PKCS1_2048_8192_SHA256]),
    ],
};

/// The system's random generator, which stays safe across a fork.
#[derive(Debug)]
struct Random;

impl SecureRandom for Random {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), GetRandomFailed> {
        rand::rngs::SysRng.try_fill_bytes(buffer).map_err(|_| GetRandomFailed)
    }
}

/// The gateway asks for no client certificate.
#[derive(Debug)]
struct NoClientKeys;

impl KeyProvider for NoClientKeys {
    fn load_private_key(&self, _: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, rustls::Error> {
        Err(rustls::Error::General("client certificates are not supported".into()))
    }
}

fn tls(ca_pem: Option<&str>) -> Result<ClientConfig, HalkodeError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(pem) = ca_pem {
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|_| HalkodeError::request("ca_pem", "is not valid PEM"))?;
            roots
                .add(certificate)
                .map_err(|_| HalkodeError::request("ca_pem", "holds something that is not a certificate"))?;
        }
        if roots.len() == before {
            return Err(HalkodeError::request("ca_pem", "holds no certificate"));
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| HalkodeError::internal(e.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Resolves names where it is called. With a time limit ureq would start a thread for every new connection; the system's resolver has
/// limits of its own.
#[derive(Debug)]
struct OnThisThread;

impl Resolver for OnThisThread {
    fn resolve(
        &self,
        uri: &ureq::http::Uri,
        config: &ureq::config::Config,
        limit: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        DefaultResolver::default().resolve(uri, config, NextTimeout { after: Wait::NotHappening, ..limit })
    }
}

/// The last link of the chain: TLS where the address asks for it, the sent mark on both kinds.
struct Tls(Arc<ClientConfig>);

impl<In: Link> Connector<In> for Tls {
    type Out = Either<Plain<In>, Encrypted>;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, ureq::Error> {
        let Some(link) = chained else { return Ok(None) };
        let link = if details.needs_tls() { Either::B(self.encrypted(details, link)?) } else { Either::A(Plain(link)) };
        BUILDING.set(BUILDING.get().saturating_sub(1));
        Ok(Some(link))
    }
}

impl Tls {
    /// TLS over a link, its handshake done.
    fn encrypted<In: Link>(&self, details: &ConnectionDetails, link: In) -> Result<Encrypted, ureq::Error> {
        let host = details.uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let name = ServerName::try_from(host).map_err(|_| ureq::Error::Tls("the host is not a valid name"))?.to_owned();
        let mut session = ClientConnection::new(self.0.clone(), name)
            .map_err(|_| ureq::Error::Tls("no TLS session could be made"))?;
        let mut socket = TransportAdapter::new(link.boxed(), details.current_time.clone());
        let mut timeout = details.timeout;
        if let Wait::Exact(limit) = timeout.after {
            // What the way to the host took is gone from the time for the handshake.
            if let (Moment::Exact(now), Moment::Exact(start)) = ((details.current_time)(), details.now) {
                timeout.after = Wait::Exact(limit.saturating_sub(now.saturating_duration_since(start)));
            }
        }
        socket.set_timeout(timeout);
        session.complete_io(&mut socket)?;
        let buffers = LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Encrypted { buffers, stream: StreamOwned { conn: session, sock: socket } })
    }
}

struct Plain<In: Link>(In);

impl<In: Link> Link for Plain<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }
    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        mark_sent();
        self.0.transmit_output(amount, timeout)
    }
    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.0.await_input(timeout)
    }
    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }
}

struct Encrypted {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl Link for Encrypted {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }
    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        mark_sent();
        self.stream.sock.set_timeout(timeout);
        Ok(self.stream.write_all(&self.buffers.output()[..amount])?)
    }
    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        let amount = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }
    fn is_open(&mut self) -> bool {
        self.stream.sock.get_mut().is_open()
    }
    fn is_tls(&self) -> bool {
        true
    }
}

// ureq asks its links for Debug; a connection has nothing to show.
macro_rules! silent { ($($type:ty $(where $generic:ident)?;)*) => { $(
    impl$(<$generic: Link>)? fmt::Debug for $type {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("connection")
        }
    }
)* } }
silent! { Tls; Plain<In> where In; Encrypted; }

fn is_tls(error: &ureq::Error) -> bool {
    matches!(error, ureq::Error::Io(io) if io.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()))
}

/// A sentence about what went wrong on the way; ureq's own texts hold no address, header or body.
fn describe(error: &ureq::Error) -> String {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, UnexpectedEof};
    let text = match error {
        ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => "no connection within connect_timeout",
        ureq::Error::Timeout(_) => "no complete answer within the time limit",
        ureq::Error::HostNotFound => "the gateway's host name could not be resolved",
        ureq::Error::BodyExceedsLimit(limit) => return format!("the answer is longer than {limit} bytes"),
        other if is_tls(other) => return format!("the TLS connection was refused: {other}"),
        ureq::Error::Io(io) => match io.kind() {
            ConnectionRefused => "the connection was refused: nothing listens at this address",
            ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof => {
                "the connection was closed before the answer was complete"
            }
            _ => return without_pans(&io.to_string()),
        },
        other => return without_pans(&other.to_string()),
    };
    text.to_owned()
}
