//! What the bindings of other languages stand on: operations by name with JSON values, panics that become errors, and waits that can
//! be interrupted.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::config::Config;
use crate::error::{Failure, HalkodeError, Sent};
use crate::halkbank::{Halkbank, HalkbankConfig};
use crate::halkode::Halkode;
use crate::json::{Json, Object};
use crate::model::{Reading, Value};
use crate::operation::{CallByName, named};

/// A client of either gateway, for bindings: which one is a word, and its operations go by name.
#[derive(Debug)]
pub enum Client {
    /// HALKÖDE.
    Halkode(Halkode),
    /// Halkbank Sanal POS.
    Halkbank(Halkbank),
}

impl Client {
    /// Makes a client of `halkode` or `halkbank` (in any letter case) from its configuration as a JSON value.
    pub fn new(gateway: &str, config: Json) -> Result<Self, HalkodeError> {
        match gateway.to_ascii_lowercase().as_str() {
            "halkode" => Ok(Self::Halkode(Halkode::new(Config::read(config, Reading::Strict)?)?)),
            "halkbank" => Ok(Self::Halkbank(Halkbank::new(HalkbankConfig::read(config, Reading::Strict)?)?)),
            _ => Err(unknown_gateway()),
        }
    }

    /// Makes a client of `halkode` or `halkbank` from the environment.
    pub fn from_env(gateway: &str) -> Result<Self, HalkodeError> {
        Self::from_variables(gateway, |name| std::env::var(name).ok())
    }

    /// The same from variables that the host keeps, where that is not the environment of the process.
    pub fn from_variables(gateway: &str, get: impl Fn(&str) -> Option<String>) -> Result<Self, HalkodeError> {
        match gateway.to_ascii_lowercase().as_str() {
            "halkode" => Ok(Self::Halkode(Halkode::new(Config::from_variables(get)?)?)),
            "halkbank" => Ok(Self::Halkbank(Halkbank::new(HalkbankConfig::from_variables(get)?)?)),
            _ => Err(unknown_gateway()),
        }
    }

    /// Makes a client from a configuration in JSON, as the C ABI takes it: its member `gateway` says which, `halkode` when it is left
    /// out. With nothing beside `gateway`, the rest comes from the environment.
    pub fn from_json(config: &str) -> Result<Self, HalkodeError> {
        let wrong = |reason| HalkodeError::request("", format!("the configuration is {reason}"));
        let mut config =
            Json::parse(config).map_err(wrong)?.into_object().ok_or_else(|| wrong("not an object".into()))?;
        let gateway = match config.take("gateway") {
            None => "halkode".to_owned(),
            Some(Json::Text(gateway)) if config.is_empty() => return Self::from_env(&gateway),
            Some(Json::Text(gateway)) => gateway,
            Some(_) => return Err(unknown_gateway()),
        };
        Self::new(&gateway, config.into())
    }

    /// Calls an operation by name: a JSON object in, a JSON object out. The reply is the caller's own and holds its secrets
    /// (a token, the form with the card in it) in the clear.
    ///
    /// What the gateway sent beyond the known fields keeps its numbers' digits: one with a fraction, or too long to be exact
    /// everywhere, comes as text, since most languages would make a binary float of it.
    pub fn call_json(&self, operation: &str, request: &str) -> Result<String, HalkodeError> {
        let json =
            Json::parse(request).map_err(|reason| HalkodeError::request("", format!("the request is {reason}")))?;
        self.call_value(operation, json, Reading::Strict).map(|reply| reply.expose())
    }

    /// Calls an operation by name with JSON values, as [`Client::call_json`] does with text.
    pub fn call_value(&self, operation: &str, request: Json, how: Reading) -> Result<Json, HalkodeError> {
        let client: &dyn CallByName = match self {
            Self::Halkode(client) => client,
            Self::Halkbank(client) => client,
        };
        client.call_named(operation, request, how).map(Json::portable).map_err(|error| named(error, operation))
    }
}

fn unknown_gateway() -> HalkodeError {
    HalkodeError::request("gateway", "must be halkode or halkbank")
}

impl HalkodeError {
    /// All attributes, `kind` first.
    pub fn to_object(&self) -> Object {
        let mut object = Object::new();
        object.set("kind", self.kind());
        for (name, value) in self.failure().write().and_then(Json::into_object).unwrap_or_default() {
            object.set(name, value);
        }
        object
    }

    /// All attributes as a JSON object, `kind` first.
    pub fn to_json(&self) -> String {
        Json::from(self.to_object()).to_string()
    }
}

thread_local! {
    /// Set while a guard is at work on this thread: where it panicked, empty until then.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
    /// Asked while a call of this thread waits: whether it should end.
    static STOP: RefCell<Option<Box<dyn Fn() -> bool>>> = const { RefCell::new(None) };
}

/// Runs what can fail; a panic becomes an error of kind `internal`. `sent` is what must be assumed after one.
pub fn guard<T>(sent: Sent, work: impl FnOnce() -> Result<T, HalkodeError>) -> Result<T, HalkodeError> {
    caught(work).unwrap_or_else(|place| {
        Err(HalkodeError::Internal(Box::new(Failure {
            reason: format!("a bug in this library ({place}); please report it"),
            in_doubt: sent == Sent::Unknown,
            sent: Some(sent),
            ..Failure::default()
        })))
    })
}

/// Catches a panic and says where it happened. Its message is kept from standard error and from the caller: it may quote a text
/// that must not be seen.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    // An atomic, because a `Once` that another thread is in at the moment of a fork would stop the child for ever.
    static QUIET: AtomicBool = AtomicBool::new(false);
    if !QUIET.swap(true, Ordering::AcqRel) {
        let others = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let guarded = PLACE.try_with(|place| {
                let mut place = place.borrow_mut();
                let guarded = place.is_some();
                *place = place.take().and(panic.location()).map(ToString::to_string);
                guarded
            });
            if guarded != Ok(true) {
                others(panic);
            }
        }));
    }
    let outer = PLACE.try_with(|place| place.replace(Some(String::new())));
    let outcome = catch_unwind(AssertUnwindSafe(work));
    let place = PLACE.try_with(|place| place.replace(outer.unwrap_or_default()));
    outcome.map_err(|_| place.ok().flatten().unwrap_or_default())
}

/// Runs calls of this thread so that they end early when `stop` says so: before anything is sent, between two tries, and between two
/// questions of `settle`. What is on its way to the gateway is never abandoned: its answer may be that money moved.
///
/// ```
/// # let client = halkode::Client::from_json(r#"{"app_id":"a2a7cb8131890a35353629182274c756","app_secret":"a9b5c28211388c7a6a705122a24e6f46",
/// #   "merchant_key":"$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72","environment":"test"}"#)?;
/// let error = halkode::interruptible(|| true, || client.call_json("token", "{}")).unwrap_err();
/// assert_eq!((error.kind(), error.sent), ("transport", Some(halkode::Sent::No)));
/// # Ok::<(), halkode::HalkodeError>(())
/// ```
pub fn interruptible<T>(stop: impl Fn() -> bool + 'static, work: impl FnOnce() -> T) -> T {
    /// Gives the thread back what it had, whatever happens.
    struct Restore(Option<Box<dyn Fn() -> bool>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            STOP.set(self.0.take());
        }
    }
    let _restore = Restore(STOP.replace(Some(Box::new(stop))));
    work()
}

/// How often a wait looks whether it should end.
const LOOK: Duration = Duration::from_millis(100);

/// Whether the caller wants this thread's call to end.
pub(crate) fn stopped() -> bool {
    STOP.with_borrow(|stop| stop.as_ref().is_some_and(|stop| stop()))
}

/// Waits; false when the caller wants the call to end.
#[must_use]
pub(crate) fn pause(wait: Duration) -> bool {
    let end = Instant::now() + wait;
    loop {
        if stopped() {
            return false;
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        // Nobody to ask: one sleep.
        std::thread::sleep(if STOP.with_borrow(Option::is_none) { left } else { left.min(LOOK) });
    }
}

/// The caller ended a call of which no byte has left.
pub(crate) fn interrupted() -> HalkodeError {
    HalkodeError::Transport(Box::new(Failure {
        reason: "interrupted before anything was sent".to_owned(),
        sent: Some(Sent::No),
        ..Failure::default()
    }))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;

    #[test]
    fn a_wait_ends_when_it_is_told_to_and_only_within_the_call() {
        let asked = Rc::new(Cell::new(0));
        let counted = asked.clone();
        let stop = move || counted.replace(counted.get() + 1) == 2;
        let began = Instant::now();
        assert!(!interruptible(stop, || pause(Duration::from_secs(60))));
        assert!(began.elapsed() < Duration::from_secs(10));
        assert_eq!(asked.get(), 3);
        assert!(!stopped() && pause(Duration::ZERO));
    }

    #[test]
    fn a_panic_outside_a_guard_stays_the_hosts_own() {
        assert_eq!(caught(|| 1), Ok(1));
        assert!(PLACE.with_borrow(Option::is_none));
        let place = caught(|| -> () {
            assert_eq!(caught(|| 2), Ok(2));
            panic!("after an inner guard");
        });
        assert!(place.unwrap_err().contains("door.rs"));
        assert!(PLACE.with_borrow(Option::is_none));
    }

    #[test]
    fn a_panic_leaves_no_stop_behind() {
        let work = || interruptible(|| true, || -> Result<(), HalkodeError> { panic!("4132260000000003") });
        let error = guard(Sent::Unknown, work).unwrap_err();
        assert!(error.in_doubt && error.reason.contains("door.rs") && !error.reason.contains("4132"), "{error}");
        assert!(!stopped());
    }

    #[test]
    fn exact_decimals_are_amounts_and_suspect_ones_are_not() {
        let amount = |how| crate::Amount::read(Json::Number("12.50".into()), how);
        assert_eq!(amount(Reading::Exact).unwrap().to_string(), "12.50");
        assert!(amount(Reading::Strict).unwrap_err().reason.contains("a number with a fraction"));
        assert!(crate::Amount::read(Json::Number("12.505".into()), Reading::Exact).is_err());
        assert!(crate::Amount::read(Json::Number("1e1".into()), Reading::Exact).is_err());
    }
}
