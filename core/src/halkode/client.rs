//! The client of HALKÖDE: its keys, its token, and the way to the gateway.

use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::config::{Config, HALKODE, Keys};
use crate::delivery::{About, deliver, fetch, finish, no_stray_pan, secrets_of};
use crate::door::{interrupted, stopped};
use crate::error::{Failure, HalkodeError, Sent};
use crate::halkode::{CARD_FIELDS, GetToken, Token};
use crate::json::Json;
use crate::operation::{Exchange, care};
use crate::per_process::PerProcess;
use crate::secret::Secret;
use crate::transport::{Care, HttpAnswer, HttpRequest, Lost, Parcel, Transport};

/// Refusals that do not say that nothing happened to the invoice: it is in progress or was processed before (3, 117), is not
/// processed yet (69), failed for an unknown reason (99), succeeded in part (112).
const UNCERTAIN: &[i64] = &[3, 69, 99, 112, 117];
/// A token is renewed this long before it expires.
const TOKEN_MARGIN: Duration = Duration::from_secs(300);

/// A client of HALKÖDE.
///
/// One client may be used from many threads and on both sides of a fork; it starts no threads of its own and costs nothing
/// while it is idle. Every operation is a method; [`Client`](crate::Client) reaches the same operations by name.
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
    /// Its lock is held while a token is fetched, so that threads fetch one, not one each.
    token: PerProcess<Option<CachedToken>>,
}

#[derive(Clone)]
struct CachedToken {
    token: Secret,
    renew_at: Instant,
}

impl Halkode {
    /// Makes a client; nothing is sent.
    pub fn new(config: Config) -> Result<Self, HalkodeError> {
        let way = config.way(HALKODE)?;
        Ok(Self {
            keys: config.keys()?,
            transport: Transport::new(&way)?,
            base: way.base,
            total: way.total,
            token: PerProcess::new(),
        })
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
        no_stray_pan(&exchange.written(), "", CARD_FIELDS)?;
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
        let mut renewed = false;
        deliver(care, deadline, &mut || {
            loop {
                let token = if request.bearer { Some(self.bearer(deadline)?) } else { None };
                // Fetching a token takes a while, and it is the last moment to stop.
                if stopped() {
                    return Err(interrupted());
                }
                let answer = self.send(request, token.as_ref(), care, deadline);
                // Refused before anything was done: one fresh token, then the same request.
                let refused = matches!(&answer, Ok(answer) if answer.status == 401) && token.is_some();
                if !refused || renewed {
                    return Ok(answer);
                }
                renewed = true;
                self.forget_token(token.as_ref());
            }
        })
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
        let parcel = Parcel {
            url: &url,
            accept: "application/json",
            content_type: "application/json",
            bearer: token.map(Secret::expose),
            body: body.as_bytes(),
        };
        self.transport.send(&parcel, care, deadline)
    }

    fn finish(&self, error: HalkodeError, request: &HttpRequest, invoice: Option<&str>, care: Care) -> HalkodeError {
        let mut secrets = vec![self.keys.app_secret.clone(), self.keys.merchant_key.clone()];
        secrets_of(&Json::from(request.body.clone()), &mut secrets);
        let uncertain = |failure: &Failure| failure.status_code.is_some_and(|code| UNCERTAIN.contains(&code));
        finish(error, &About { invoice, care, secrets, uncertain })
    }

    /// The current token, fetched when there is none or it is about to expire.
    fn bearer(&self, deadline: Instant) -> Result<Secret, HalkodeError> {
        let token = self.token.here();
        let mut cached = token.lock();
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
        let answer = fetch(deadline, &mut || self.send(&request, None, Care::Query, deadline));
        let token = answer.and_then(|answer| GetToken::default().reply(&self.keys, &answer));
        token.map_err(|error| {
            let mut error = self.finish(error, &request, None, Care::Query);
            error.failure_mut().sent = Some(Sent::No);
            error.failure_mut().reason = format!("no token: {}", error.reason);
            error
        })
    }

    fn forget_token(&self, token: Option<&Secret>) {
        let kept = self.token.here();
        let mut cached = kept.lock();
        // Another thread may have renewed it already.
        if cached.as_ref().map(|cached| &cached.token) == token {
            *cached = None;
        }
    }
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
