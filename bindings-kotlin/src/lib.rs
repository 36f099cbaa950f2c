//! The native side of the Kotlin binding: a door that knows no operation and no field. Everything goes by name, as values of JSON; the
//! typed classes in front of it are generated (tests/src/generate_kotlin.rs), and so is the glue (tests/src/generate_uniffi.rs).

use std::sync::Arc;

use halkode::{HalkodeError, Json, Reading, Sent, guard, interruptible};

mod value;

pub use value::{NativeMember, NativeValue};

uniffi::setup_scaffolding!();

/// Why a call failed: everything the core knows of it, as an object.
#[derive(Debug, uniffi::Error)]
pub enum NativeError {
    /// The only way to fail.
    Failed {
        /// `kind` first, then all that is known.
        attributes: NativeValue,
    },
}

impl std::fmt::Display for NativeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a call failed")
    }
}

impl std::error::Error for NativeError {}

impl From<HalkodeError> for NativeError {
    fn from(error: HalkodeError) -> Self {
        Self::Failed { attributes: Json::from(error.to_object()).into() }
    }
}

/// Asked on the calling thread, while nothing is on its way to the gateway: whether the caller wants the call to end.
#[uniffi::export(callback_interface)]
pub trait NativeStop: Send + Sync {
    /// Whether to end.
    fn stopped(&self) -> bool;
}

/// A client of a gateway.
#[derive(uniffi::Object)]
pub struct NativeClient(halkode::Client);

#[uniffi::export]
impl NativeClient {
    /// Makes a client of this name; without a configuration, from the environment. Nothing is sent.
    #[uniffi::constructor]
    pub fn new(name: String, config: Option<NativeValue>) -> Result<Arc<Self>, NativeError> {
        let made = guard(Sent::No, || match config {
            Some(config) => halkode::Client::new(&name, config.into()),
            None => halkode::Client::from_env(&name),
        })?;
        Ok(Arc::new(Self(made)))
    }

    /// Calls an operation by name.
    pub fn call(
        &self,
        operation: String,
        request: NativeValue,
        stop: Box<dyn NativeStop>,
    ) -> Result<NativeValue, NativeError> {
        let work = || self.0.call_value(&operation, request.into(), Reading::Strict).map(NativeValue::from);
        Ok(guard(Sent::Unknown, || interruptible(move || stop.stopped(), work))?)
    }
}

/// Reads a JSON text, every digit kept; the error never repeats the text.
#[uniffi::export]
pub fn native_parse(text: String) -> Result<NativeValue, NativeError> {
    let parse = || Json::parse(&text).map_err(|reason| HalkodeError::request("", format!("the text is {reason}")));
    Ok(guard(Sent::No, parse)?.into())
}

/// The release of this library, to be compared with that of the classes.
#[uniffi::export]
pub fn native_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
