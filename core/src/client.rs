//! The client: keys, a way to the gateway, and the rules by which a request may be repeated.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use rand::TryRng;
use zeroize::Zeroizing;

use crate::config::{Config, Keys};
use crate::door::{interrupted, pause, stopped};
use crate::error::{Failure, HalkodeError, Sent};
use crate::halkode::{CARD_FIELDS, GetToken, Token};
use crate::json::Json;
use crate::model::{Reading, Value};
use crate::operation::{Exchange, Operation, care};
use crate::secret::{Secret, holds_pan, without_pans};
use crate::transport::{Care, HttpAnswer, HttpRequest, Lost, Transport};

/// How often a request that may be repeated is repeated.
const RETRIES: u32 = 2;
/// The gateway rejects an identical request within this time (docs/protocol-halkode.md#timing).
pub(crate) const SPACING: Duration = Duration::from_secs(2);
/// Before a connection that did not come about is tried again.
const RECONNECT: Duration = Duration::from_millis(250);
/// The longest wait a gateway's `Retry-After` can ask for.
const MAX_WAIT: Duration = Duration::from_secs(30);
/// Refusals that do not say that nothing happened to the invoice: it is in progress or was processed before (3, 117), is not
/// processed yet (69), failed for an unknown reason (99), succeeded in part (112).
const UNCERTAIN: &[i64] = &[3, 69, 99, 112, 117];
/// A token is renewed this long before it expires.
const TOKEN_MARGIN: Duration = Duration::from_secs(300);

/// A client of HALKÖDE.
///
/// One client may be used from many threads and on both sides of a fork; it starts no threads of its own and costs nothing
/// while it is idle. Every operation is a method; `call_json` reaches the same operations by name.
///
/// ```no_run
/// use halkode::{CheckStatus, Config, Halkode};
/// let client = Halkode::new(Config::from_env()?)?;
/// let status = client.check_status(&CheckStatus { invoice_id: "A-1".into(), ..Default::default() })?;
/// println!("{}", status.state);
/// # Ok::<(), halkode::HalkodeError>(())
/// ```
pub struct Halkode {
    keys: Keys,
    base: Option<String>,
    total: Duration,
    transport: Transport,
    tokens: ArcSwap<Tokens>,
}

/// The token of one process. Its lock is held while a token is fetched, so that threads fetch one, not one each.
struct Tokens {
    process: u32,
    cached: Mutex<Option<CachedToken>>,
}

#[derive(Clone)]
struct CachedToken {
    token: Secret,
    renew_at: Instant,
}

impl Tokens {
    fn new() -> Self {
        Self { process: std::process::id(), cached: Mutex::new(None) }
    }
}

impl Halkode {
    /// Makes a client; nothing is sent.
    pub fn new(config: Config) -> Result<Self, HalkodeError> {
        Ok(Self {
            keys: config.keys()?,
            base: config.base()?,
            total: config.total_limit()?,
            transport: Transport::new(&config)?,
            tokens: ArcSwap::from_pointee(Tokens::new()),
        })
    }

    pub(crate) fn call<O: Operation>(&self, name: &str, request: &O) -> Result<O::Reply, HalkodeError> {
        request.run(self).map_err(|error| named(error, name))
    }

    pub(crate) fn call_read<O: Operation>(&self, request: Json, how: Reading) -> Result<Json, HalkodeError> {
        let reply = O::read(request, how)?.run(self)?;
        Ok(reply.write().unwrap_or_default())
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The gateway's address.
    pub(crate) fn base(&self) -> Result<&str, HalkodeError> {
        self.base.as_deref().ok_or_else(|| {
            HalkodeError::request("environment", "is missing: say \"test\", \"live\", or give a base_url")
        })
    }

    /// One exchange with the gateway, repeated only as its kind allows.
    pub(crate) fn exchange<E: Exchange>(&self, exchange: &E) -> Result<E::Reply, HalkodeError> {
        let (request, answer) = self.carry(exchange, care::<E>())?;
        exchange
            .reply(&self.keys, &answer)
            .map_err(|error| self.finish(error, &request, exchange.invoice(), care::<E>()))
    }

    /// The part of an exchange that is the same for all, compiled once.
    fn carry(&self, exchange: &dyn Outgoing, care: Care) -> Result<(HttpRequest, HttpAnswer), HalkodeError> {
        no_stray_pan(&exchange.written(), "")?;
        let request = exchange.checked_request(&self.keys)?;
        self.base()?;
        match self.deliver(&request, care) {
            Ok(answer) => Ok((request, answer)),
            Err(error) => Err(self.finish(error, &request, exchange.about(), care)),
        }
    }

    /// Sends a request with a token and brings back an answer worth reading.
    fn deliver(&self, request: &HttpRequest, care: Care) -> Result<HttpAnswer, HalkodeError> {
        let deadline = Instant::now() + self.total;
        let (mut tries, mut renewed) = (0, false);
        loop {
            if stopped() {
                return Err(interrupted());
            }
            let token = if request.bearer { Some(self.bearer(deadline)?) } else { None };
            // Fetching a token takes a while, and it is the last moment to stop.
            if stopped() {
                return Err(interrupted());
            }
            let answer = self.send(request, token.as_ref(), care, deadline);
            let wait = match &answer {
                // Refused before anything was done: one fresh token, then the same request.
                Ok(answer) if answer.status == 401 && !renewed && token.is_some() => {
                    renewed = true;
                    self.forget_token(token.as_ref());
                    continue;
                }
                Ok(answer) if care == Care::Query && matches!(answer.status, 408 | 429 | 500 | 502 | 503 | 504) => {
                    answer.retry_after.map_or(SPACING, |seconds| Duration::from_secs(seconds).clamp(SPACING, MAX_WAIT))
                }
                Err(lost) if !lost.passing => Duration::MAX,
                Err(lost) if !lost.sent => RECONNECT,
                Err(_) if care == Care::Query => SPACING,
                _ => Duration::MAX,
            };
            let wait = wait.saturating_add(jitter());
            if tries == RETRIES || deadline.saturating_duration_since(Instant::now()) <= wait {
                return answer.map_err(no_answer);
            }
            tries += 1;
            if !pause(wait) {
                return answer.map_err(no_answer);
            }
        }
    }

    fn send(
        &self,
        request: &HttpRequest,
        token: Option<&Secret>,
        care: Care,
        deadline: Instant,
    ) -> Result<HttpAnswer, Lost> {
        let url = format!("{}{}", self.base.as_deref().unwrap_or_default(), request.path);
        let body = Zeroizing::new(Json::from(request.body.clone()).expose());
        self.transport.send(&url, token.map(Secret::expose), body.as_bytes(), care, deadline)
    }

    /// Fills in what every error of an exchange should say, and takes out what none may say.
    fn finish(
        &self,
        mut error: HalkodeError,
        request: &HttpRequest,
        invoice: Option<&str>,
        care: Care,
    ) -> HalkodeError {
        let readable =
            matches!(error, HalkodeError::Declined(_) | HalkodeError::Credentials(_) | HalkodeError::Request(_));
        let failure = error.failure_mut();
        if failure.invoice_id.is_none() {
            failure.invoice_id = invoice.map(str::to_owned);
        }
        if care == Care::Money && !readable && failure.sent != Some(Sent::No) {
            failure.sent = Some(Sent::Unknown);
            failure.in_doubt = true;
        }
        if care == Care::Money && failure.status_code.is_some_and(|code| UNCERTAIN.contains(&code)) {
            failure.in_doubt = true;
        }
        let mut secrets = vec![self.keys.app_secret.clone(), self.keys.merchant_key.clone()];
        secrets_of(&Json::from(request.body.clone()), &mut secrets);
        for text in [
            Some(&mut failure.reason),
            failure.status_description.as_mut(),
            failure.bank_description.as_mut(),
            failure.body.as_mut(),
        ] {
            let Some(text) = text else { continue };
            *text = without_pans(text);
            // Short ones, a security code say, would strike out innocent digits.
            for secret in secrets.iter().map(Secret::expose).filter(|secret| secret.len() >= 8) {
                if text.contains(secret) {
                    *text = text.replace(secret, Secret::REDACTED);
                }
            }
        }
        error
    }

    /// The current token, fetched when there is none or it is about to expire.
    fn bearer(&self, deadline: Instant) -> Result<Secret, HalkodeError> {
        let tokens = self.tokens();
        let mut cached = tokens.cached.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = cached.as_ref().filter(|token| Instant::now() < token.renew_at) {
            return Ok(token.token.clone());
        }
        let fetched = self.fetch_token(deadline)?;
        *cached = Some(CachedToken {
            token: fetched.token.clone(),
            renew_at: Instant::now() + Duration::from_secs(fetched.lifetime.into()).saturating_sub(TOKEN_MARGIN),
        });
        Ok(fetched.token)
    }

    /// Fetches a token. A failure here is certain to have moved no money, whatever the operation that needed the token.
    fn fetch_token(&self, deadline: Instant) -> Result<Token, HalkodeError> {
        let request = GetToken::default().request(&self.keys)?;
        let mut tries = 0;
        loop {
            let answer = self.send(&request, None, Care::Query, deadline);
            let again = match &answer {
                Ok(answer) => answer.status >= 500,
                Err(lost) => lost.passing,
            };
            let wait = SPACING + jitter();
            if !again || tries == RETRIES || deadline.saturating_duration_since(Instant::now()) <= wait || !pause(wait)
            {
                let token = answer.map_err(no_answer).and_then(|answer| GetToken::default().reply(&self.keys, &answer));
                return token.map_err(|error| {
                    let mut error = self.finish(error, &request, None, Care::Query);
                    error.failure_mut().sent = Some(Sent::No);
                    error.failure_mut().reason = format!("no token: {}", error.reason);
                    error
                });
            }
            tries += 1;
        }
    }

    fn forget_token(&self, token: Option<&Secret>) {
        let tokens = self.tokens();
        let mut cached = tokens.cached.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have renewed it already.
        if cached.as_ref().map(|cached| &cached.token) == token {
            *cached = None;
        }
    }

    /// This process' token slot. A forked child starts anew: its parent's lock may have been held by another thread.
    fn tokens(&self) -> arc_swap::Guard<std::sync::Arc<Tokens>> {
        let tokens = self.tokens.load();
        if tokens.process == std::process::id() {
            return tokens;
        }
        drop(tokens);
        // Should another thread of this child do the same, one token more is fetched; nothing worse.
        self.tokens.store(std::sync::Arc::new(Tokens::new()));
        self.tokens.load()
    }
}

/// The error with the operation it befell.
pub(crate) fn named(mut error: HalkodeError, operation: &str) -> HalkodeError {
    error.failure_mut().operation.get_or_insert_with(|| operation.to_owned());
    error
}

/// The side of an exchange that goes out, whatever its type.
trait Outgoing {
    fn written(&self) -> Json;
    fn checked_request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError>;
    fn about(&self) -> Option<&str>;
}

impl<E: Exchange> Outgoing for E {
    fn written(&self) -> Json {
        self.write().unwrap_or_default()
    }
    fn checked_request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        self.check()?;
        self.request(keys)
    }
    fn about(&self) -> Option<&str> {
        self.invoice()
    }
}

/// The address alone; keys and token stay hidden.
impl std::fmt::Debug for Halkode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Halkode {{ base: {:?} }}", self.base)
    }
}

fn no_answer(lost: Lost) -> HalkodeError {
    let sent = if lost.sent { Sent::Unknown } else { Sent::No };
    HalkodeError::Transport(Box::new(Failure { reason: lost.reason, sent: Some(sent), ..Failure::default() }))
}

/// Up to half a second, so that clients which failed together do not come back together.
fn jitter() -> Duration {
    let random = rand::rngs::SysRng.try_next_u32().unwrap_or_default();
    Duration::from_millis(u64::from(random % 500))
}

/// Refuses a card number in a field that is not made for one: there it would be logged, stored and shown.
pub(crate) fn no_stray_pan(value: &Json, path: &str) -> Result<(), HalkodeError> {
    match value {
        Json::Text(text) | Json::Number(text) if holds_pan(text) => {
            Err(HalkodeError::request(path, "looks like a card number, which does not belong here"))
        }
        Json::List(list) => {
            list.iter().enumerate().try_for_each(|(i, item)| no_stray_pan(item, &format!("{path}[{i}]")))
        }
        Json::Object(object) => {
            object.iter().filter(|(name, _)| !CARD_FIELDS.contains(name)).try_for_each(|(name, value)| {
                no_stray_pan(value, &if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") })
            })
        }
        _ => Ok(()),
    }
}

fn secrets_of(json: &Json, found: &mut Vec<Secret>) {
    match json {
        Json::Secret(secret) => found.push(secret.clone()),
        Json::List(list) => list.iter().for_each(|item| secrets_of(item, found)),
        Json::Object(object) => object.iter().for_each(|(_, value)| secrets_of(value, found)),
        _ => {}
    }
}
