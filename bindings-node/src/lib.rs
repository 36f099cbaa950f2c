//! The native door of the package `halkode`: an operation's name and JSON text in, a promise of JSON text out.
//!
//! It knows no operation and no field, so it never grows with the library. Calls run on libuv's thread pool: no runtime, no
//! thread-safe function, nothing that keeps a process alive when no call is on its way.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use halkode::{Client, HalkodeError, Json, Sent, caught, guard, interruptible};
use napi::bindgen_prelude::{AsyncTask, Either, External, Object, retain_current_module_for_unload_safety};
use napi::{Env, Result, ScopedTask};
use napi_derive::napi;
use zeroize::Zeroizing;

fn make(gateway: &str, config: &Given) -> std::result::Result<Client, HalkodeError> {
    match config {
        Either::A(json) => Client::new(
            gateway,
            Json::parse(json).map_err(|reason| HalkodeError::request("", format!("the configuration is {reason}")))?,
        ),
        Either::B(variables) => Client::from_variables(gateway, |name| variables.get(name).cloned()),
    }
}

/// A configuration as JSON, or the variables to read it from: a worker thread has an environment of its own, which the process'
/// does not show.
type Given = Either<String, HashMap<String, String>>;

/// A client, as JavaScript holds it.
pub struct Door(Arc<Client>);

/// Asks one call to end early.
#[derive(Clone, Default)]
pub struct Stop(Arc<AtomicU8>);

const BEGUN: u8 = 1;
const ASKED: u8 = 2;

/// Makes a client; nothing is sent. Gives an error as JSON text.
#[napi(catch_unwind)]
pub fn open(gateway: String, config: Given) -> Either<External<Door>, String> {
    // A thread of the pool may outlive the worker that loaded the addon, and with it the addon.
    retain_current_module_for_unload_safety();
    match guard(Sent::No, || make(&gateway, &config)) {
        Ok(client) => Either::A(External::new(Door(Arc::new(client)))),
        Err(error) => Either::B(told(&error)),
    }
}

/// Makes what can stop one call.
#[napi(catch_unwind)]
pub fn stopper() -> External<Stop> {
    External::new(Stop::default())
}

/// Asks a call to end early; true when it had not begun, so that nothing will be sent.
#[napi(catch_unwind)]
pub fn stop(stop: &External<Stop>) -> bool {
    stop.0.fetch_or(ASKED, Ordering::AcqRel) & BEGUN == 0
}

/// The release of this addon.
#[napi(catch_unwind)]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// A call on its way through libuv's pool.
pub struct Call {
    client: Arc<Client>,
    operation: String,
    request: Zeroizing<String>,
    stop: Stop,
}

/// Calls an operation. The promise is always fulfilled, with an object that has either a `reply` or an `error`, as JSON text.
#[napi(catch_unwind)]
pub fn call(door: &External<Door>, operation: String, request: String, stop: &External<Stop>) -> AsyncTask<Call> {
    let request = Zeroizing::new(request);
    AsyncTask::new(Call { client: door.0.clone(), operation, request, stop: (**stop).clone() })
}

impl<'task> ScopedTask<'task> for Call {
    type Output = std::result::Result<Zeroizing<String>, String>;
    type JsValue = Object<'task>;

    fn compute(&mut self) -> Result<Self::Output> {
        let outcome = guard(Sent::Unknown, || {
            let state = self.stop.0.clone();
            state.fetch_or(BEGUN, Ordering::AcqRel);
            let asked = move || state.load(Ordering::Acquire) & ASKED != 0;
            interruptible(asked, || self.client.call_json(&self.operation, &self.request)).map(Zeroizing::new)
        });
        Ok(outcome.map_err(|error| told(&error)))
    }

    fn resolve(&mut self, env: &'task Env, outcome: Self::Output) -> Result<Object<'task>> {
        let mut object = Object::new(env)?;
        // Borrowed, so that our copy of a reply is zeroed.
        match &outcome {
            Ok(reply) => object.set("reply", reply.as_str())?,
            Err(error) => object.set("error", error.as_str())?,
        }
        Ok(object)
    }
}

/// An error as JSON text, even when a panic keeps it from being made.
fn told(error: &HalkodeError) -> String {
    const LAST_RESORT: &str =
        r#"{"kind":"internal","reason":"a bug in this library; please report it","sent":"unknown","in_doubt":true}"#;
    caught(|| error.to_json()).unwrap_or_else(|_| LAST_RESORT.to_owned())
}
