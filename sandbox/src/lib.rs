//! Two banks on your own machine: the card payments of HALKÖDE and of Halkbank Sanal POS (NestPay) on loopback.
//!
//! Every endpoint with its documented answers and their irregularities, hashes checked by code that shares nothing with the
//! client's, real state (orders, refunds, pre-authorisations, saved cards, recurring plans), 3-D Secure pages in a browser,
//! web-hooks, test cards, a clock that can be moved, and faults on demand.
//!
//! ```
//! use halkode_sandbox::{Options, Sandbox};
//! let bank = Sandbox::start(Options::default())?;
//! assert!(bank.halkode_url().starts_with("http://127.0.0.1:"));
//! assert!(bank.halkbank_url().ends_with("/fim"));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! The binary `halkode-sandbox` is the same for every other language; `--help` says how. README.md describes the control API and
//! replays, and lists what the sandbox assumes where the bank publishes nothing.

mod challenge;
mod charset;
mod clock;
mod control;
mod fault;
mod halkbank;
mod halkode;
mod hash;
mod hooks;
mod http;
mod json;
mod log;
mod pages;
mod replay;
mod server;
mod settings;
mod tls;
mod world;
mod xml;

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

pub use fault::{Fault, FaultRule};
pub use halkbank::HalkbankCredentials;
pub use halkbank::cards::{HalkbankCard, HalkbankOutcome};
pub use halkbank::settings::{Collation, FailureWord, HalkbankSettings, NationalId, ReturnHash};
pub use halkode::Credentials;
pub use halkode::cards::{Outcome, TestCard};
pub use settings::{RepeatGuard, Settings, ThreeDFailure, TransactionsShape};

use http::{Answer, Call};
use world::App;

/// How a sandbox is started; the default is a plain one on a free port.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The port on 127.0.0.1; 0 for any free one.
    pub port: u16,
    /// HTTPS with a throw-away authority, see [`Sandbox::ca_pem`].
    pub tls: bool,
    /// Prints a line for every request.
    pub verbose: bool,
    /// What the bank's answers leave open.
    pub settings: Settings,
    /// Faults that wait from the beginning.
    pub faults: Vec<FaultRule>,
    /// Web-hook key names with the `http://` address behind each. `sale_hook`, `recurring_hook` and `refund_hook` are known
    /// without an address.
    pub webhooks: Vec<(String, String)>,
}

/// A running bank; it stops when this is dropped.
#[derive(Debug)]
pub struct Sandbox {
    app: Arc<App>,
    ca_pem: Option<String>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a bank on a thread of its own; it accepts connections when this returns.
    ///
    /// # Errors
    /// The port is taken, a web-hook's address is not `http://`, or the system refuses a thread or a socket.
    pub fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
        listener.set_nonblocking(true)?;
        let authority = if options.tls { Some(tls::Authority::new()?) } else { None };
        let scheme = if options.tls { "https" } else { "http" };
        let base = format!("{scheme}://{}", listener.local_addr()?);
        let (outbox, inbox) = mpsc::unbounded_channel();
        let mut hooks = hooks::Hooks::new(outbox);
        for (key, url) in &options.webhooks {
            hooks.register(key, Some(url)).map_err(io::Error::other)?;
        }
        let app = Arc::new(App::new(base, options.verbose, options.settings, hooks));
        for rule in options.faults {
            app.state().faults.add(rule);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _context = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let (stop, stopped) = oneshot::channel();
        let (serving, acceptor) = (app.clone(), authority.as_ref().map(|authority| authority.acceptor.clone()));
        let thread = std::thread::Builder::new().name("halkode-sandbox".into()).spawn(move || {
            runtime.block_on(async move {
                tokio::spawn(serving.clone().deliver_hooks(inbox));
                tokio::select! {
                    () = server::serve(serving, listener, acceptor) => {}
                    // Dropped without a word or told to: the bank stops either way.
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { app, ca_pem: authority.map(|authority| authority.ca_pem), stop: Some(stop), thread: Some(thread) })
    }

    /// The sandbox's address, for instance `http://127.0.0.1:8321`; the start page is there.
    pub fn url(&self) -> &str {
        &self.app.base
    }

    /// What a client takes as its base address: `…/ccpayment`.
    pub fn halkode_url(&self) -> String {
        format!("{}/ccpayment", self.app.base)
    }

    /// What a client of Halkbank takes as its base address: `…/fim`.
    pub fn halkbank_url(&self) -> String {
        format!("{}/fim", self.app.base)
    }

    /// The certificate to trust, with [`Options::tls`].
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// The keys of the sandbox's merchant, a published test merchant.
    pub fn credentials(&self) -> Credentials {
        halkode::CREDENTIALS
    }

    /// The keys of the sandbox's merchant at Halkbank: a published number and store key, and an API user of the sandbox's own.
    pub fn halkbank_credentials(&self) -> HalkbankCredentials {
        halkbank::CREDENTIALS
    }

    /// The cards that Halkbank knows, with what happens to each.
    pub fn halkbank_cards() -> &'static [HalkbankCard] {
        halkbank::cards::CARDS
    }

    /// The cards the bank knows, with what happens to each.
    pub fn cards() -> &'static [TestCard] {
        halkode::cards::CARDS
    }

    /// Shell lines that export what a client needs.
    pub fn exports(&self, ca_file: Option<&str>) -> String {
        pages::exports(&self.app.base, ca_file)
    }

    /// Calls the control API without a connection: the path below `/sandbox`, with its query, and a JSON body or null.
    ///
    /// # Errors
    /// What the control API says when it answers with an error.
    pub fn control(&self, method: &str, path: &str, body: &serde_json::Value) -> Result<serde_json::Value, String> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let call = Call {
            method: method.to_owned(),
            path: format!("/sandbox/{}", path.trim_start_matches('/')),
            query: query.to_owned(),
            headers: Vec::new(),
            body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
        };
        let Answer { status, body, .. } = if call.path == "/sandbox/webhooks" {
            control::handle(&mut self.app.hooks_idle_blocking(), &call)
        } else {
            self.app.handle(&call, None)
        };
        let value: serde_json::Value = serde_json::from_slice(&body).map_err(|e| e.to_string())?;
        match status {
            200 => Ok(value),
            _ => Err(value["error"].as_str().unwrap_or("unknown error").to_owned()),
        }
    }

    /// Address, clock, settings, faults, orders and plans, as `GET /sandbox/state` shows them.
    ///
    /// # Errors
    /// As [`Sandbox::control`].
    pub fn state(&self) -> Result<serde_json::Value, String> {
        self.control("GET", "state", &serde_json::Value::Null)
    }

    /// Moves the sandbox's clock forward; every time rule follows it.
    pub fn advance_clock(&self, by: Duration) {
        let mut state = self.app.state();
        state.world.clock.advance(by);
        state.settle();
    }

    /// Lets the next `times` requests for a path fail, for instance `("paySmart2D", Fault::DoneNoAnswer, 1)`.
    pub fn fault(&self, path: &str, fault: Fault, times: u32) {
        self.app.state().faults.add(FaultRule { path: path.to_owned(), fault, times: Some(times) });
    }

    /// Changes settings.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.app.state().world.settings);
    }

    /// Gives a web-hook key name an address.
    ///
    /// # Errors
    /// The address does not begin with `http://`.
    pub fn webhook(&self, key: &str, url: &str) -> Result<(), String> {
        self.app.state().world.hooks.register(key, Some(url))
    }

    /// Forgets orders, cards, tokens, faults, logs, replays and the moved clock; settings and web-hook addresses stay.
    pub fn reset(&self) {
        self.app.state().reset();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // The thread drops the receiver only when it ends by itself, and then there is nothing to stop.
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            eprintln!("halkode-sandbox: its thread ended with a panic");
        }
    }
}

/// Keeps the README's example working.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
