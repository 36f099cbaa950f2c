//! The rules by which a request may be repeated, and what the error of every failed call says and must not say. The same for every
//! gateway.

use std::time::{Duration, Instant};

use rand::TryRng;

use crate::door::{interrupted, pause, stopped};
use crate::error::{Failure, HalkodeError, Sent};
use crate::json::Json;
use crate::secret::{Secret, holds_pan, without_pans};
use crate::transport::{Care, HttpAnswer, Lost};

/// How often a request that may be repeated is repeated.
const RETRIES: u32 = 2;
/// The gateway rejects an identical request within this time (docs/protocol-halkode.md#timing).
pub(crate) const SPACING: Duration = Duration::from_secs(2);
/// Before a connection that did not come about is tried again.
const RECONNECT: Duration = Duration::from_millis(250);
/// The longest wait a gateway's `Retry-After` can ask for.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// Makes attempts until there is an answer worth reading, no more are allowed, or the time is up. An attempt's own error ends it.
pub(crate) fn deliver(
    care: Care,
    deadline: Instant,
    attempt: &mut dyn FnMut() -> Result<Result<HttpAnswer, Lost>, HalkodeError>,
) -> Result<HttpAnswer, HalkodeError> {
    let mut tries = 0;
    loop {
        if stopped() {
            return Err(interrupted());
        }
        let answer = attempt()?;
        let wait = match &answer {
            Ok(answer) if care == Care::Query && matches!(answer.status, 408 | 429 | 500 | 502 | 503 | 504) => {
                answer.retry_after.map_or(SPACING, |seconds| Duration::from_secs(seconds).clamp(SPACING, MAX_WAIT))
            }
            Err(lost) if !lost.passing => Duration::MAX,
            Err(lost) if !lost.sent => RECONNECT,
            Err(_) if care == Care::Query => SPACING,
            _ => Duration::MAX,
        };
        if tries == RETRIES || !wait_for_next(wait, deadline) {
            return answer.map_err(no_answer);
        }
        tries += 1;
    }
}

/// Fetches what a request needs before it can be sent, a token say: repeated like a query, but after any failure that may pass.
pub(crate) fn fetch(
    deadline: Instant,
    attempt: &mut dyn FnMut() -> Result<HttpAnswer, Lost>,
) -> Result<HttpAnswer, HalkodeError> {
    let mut tries = 0;
    loop {
        let answer = attempt();
        let again = match &answer {
            Ok(answer) => answer.status >= 500,
            Err(lost) => lost.passing,
        };
        if !again || tries == RETRIES || !wait_for_next(SPACING, deadline) {
            return answer.map_err(no_answer);
        }
        tries += 1;
    }
}

/// Waits before another attempt; false when there is no time for one, or the caller wants the call to end.
fn wait_for_next(wait: Duration, deadline: Instant) -> bool {
    let wait = wait.saturating_add(jitter());
    deadline.saturating_duration_since(Instant::now()) > wait && pause(wait)
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

/// What a call was about, for its error.
pub(crate) struct About<'a> {
    pub invoice: Option<&'a str>,
    pub care: Care,
    /// What no error may repeat.
    pub secrets: Vec<Secret>,
    /// Whether a refusal does not say that nothing happened.
    pub uncertain: fn(&Failure) -> bool,
}

/// Fills in what every error of an exchange should say, and takes out what none may say.
pub(crate) fn finish(mut error: HalkodeError, about: &About<'_>) -> HalkodeError {
    let readable = matches!(error, HalkodeError::Declined(_) | HalkodeError::Credentials(_) | HalkodeError::Request(_));
    let failure = error.failure_mut();
    if failure.invoice_id.is_none() {
        failure.invoice_id = about.invoice.map(str::to_owned);
    }
    if about.care == Care::Money && !readable && failure.sent != Some(Sent::No) {
        failure.sent = Some(Sent::Unknown);
        failure.in_doubt = true;
    }
    if about.care == Care::Money && (about.uncertain)(failure) {
        failure.in_doubt = true;
    }
    // The longest first: one may stand within another, which would not be found any more once the short one is struck out (Halkbank's
    // `md` ends with the merchant number). Short ones, a security code say, would strike out innocent digits.
    let mut secrets: Vec<&str> = about.secrets.iter().map(Secret::expose).filter(|secret| secret.len() >= 8).collect();
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    for text in [
        Some(&mut failure.reason),
        failure.status_description.as_mut(),
        failure.bank_description.as_mut(),
        failure.body.as_mut(),
    ] {
        let Some(text) = text else { continue };
        *text = without_pans(text);
        for secret in &secrets {
            if text.contains(secret) {
                *text = text.replace(secret, Secret::REDACTED);
            }
        }
    }
    error
}

/// Every secret in a value.
pub(crate) fn secrets_of(json: &Json, found: &mut Vec<Secret>) {
    match json {
        Json::Secret(secret) => found.push(secret.clone()),
        Json::List(list) => list.iter().for_each(|item| secrets_of(item, found)),
        Json::Object(object) => object.iter().for_each(|(_, value)| secrets_of(value, found)),
        _ => {}
    }
}

/// Refuses a card number in a field that is not made for one (those in `allowed` are): there it would be logged, stored and shown.
pub(crate) fn no_stray_pan(value: &Json, path: &str, allowed: &[&str]) -> Result<(), HalkodeError> {
    match value {
        Json::Text(text) | Json::Number(text) if holds_pan(text) => {
            Err(HalkodeError::request(path, "looks like a card number, which does not belong here"))
        }
        Json::List(list) => {
            list.iter().enumerate().try_for_each(|(i, item)| no_stray_pan(item, &format!("{path}[{i}]"), allowed))
        }
        Json::Object(object) => {
            object.iter().filter(|(name, _)| !allowed.contains(name)).try_for_each(|(name, value)| {
                no_stray_pan(value, &if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }, allowed)
            })
        }
        _ => Ok(()),
    }
}

/// What became of an order that was in doubt.
pub(crate) struct Settled<A> {
    pub answer: A,
    pub decided: bool,
    pub asked: u32,
}

/// Asks until an order is known or the deadline passes. `judge` says of an answer: nothing while it is open, else whether it decides
/// at once; what the gateway does not know may still be on its way through the bank, so that decides only at the end.
pub(crate) fn settle<A>(
    order: &str,
    deadline: Option<u32>,
    spacing: Option<u32>,
    ask: impl Fn() -> Result<A, HalkodeError>,
    judge: impl Fn(&A) -> Option<bool>,
) -> Result<Settled<A>, HalkodeError> {
    let (deadline, spacing) = (deadline.unwrap_or(60), spacing.unwrap_or(5));
    if deadline > 3600 {
        return Err(HalkodeError::request("deadline", "must be 0 to 3600 seconds"));
    }
    if !(2..=300).contains(&spacing) {
        return Err(HalkodeError::request("spacing", "must be 2 to 300 seconds"));
    }
    let end = Instant::now() + Duration::from_secs(deadline.into());
    let mut asked = 0;
    loop {
        let answer = ask();
        asked += 1;
        let next = Instant::now() + Duration::from_secs(spacing.into()).max(SPACING);
        let last = next > end;
        match answer {
            Ok(answer) => {
                let decided = judge(&answer).is_some_and(|at_once| at_once || last);
                if decided || last {
                    return Ok(Settled { answer, decided, asked });
                }
            }
            // The network may come back; wrong keys or a wrong question will not mend themselves.
            Err(error @ (HalkodeError::Transport(_) | HalkodeError::Protocol(_))) if last => return Err(error),
            Err(HalkodeError::Transport(_) | HalkodeError::Protocol(_)) => {}
            Err(error) => return Err(error),
        }
        if !pause(next.saturating_duration_since(Instant::now())) {
            return Err(HalkodeError::Transport(Box::new(Failure {
                reason: "interrupted while the outcome was still unknown; ask settle again".to_owned(),
                sent: Some(Sent::Unknown),
                in_doubt: true,
                invoice_id: Some(order.to_owned()),
                ..Failure::default()
            })));
        }
    }
}
