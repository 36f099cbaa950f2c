//! The C ABI: ten functions that never grow with the gateway, every operation by name with JSON in and out.
//!
//! `include/halkode.h` is generated from this file; its conventions stand on top of it, once (tests/src/generate.rs).

// What a caller must keep to stands in the header's conventions, once.
#![allow(clippy::missing_safety_doc)]

use std::borrow::Cow;
use std::ffi::{CStr, CString, c_char};
use std::ptr::null_mut;

use halkode_core::{HalkodeError, Sent, caught};
use zeroize::{Zeroize, Zeroizing};

/// The number of this ABI. It changes only when a program built against an older header would break.
pub const HALKODE_ABI: u32 = 1;

/// A client of the gateway: keys, its address, connections, token.
pub struct Client(halkode_core::Client);

/// Why a call failed.
pub struct Error {
    kind: Cow<'static, CStr>,
    message: Cow<'static, CStr>,
    json: Cow<'static, CStr>,
}

/// Makes a client; nothing is sent.
///
/// `config_json` is an object as `Config` in halkode.schema.json describes it: the three keys of the merchant panel, and
/// `environment` (`test`, `live`) or `base_url` to speak to the gateway. The keys alone are enough for operations that
/// need no network. For Halkbank Sanal POS it has also `"gateway": "halkbank"`, and is as `HalkbankConfig` describes it.
///
/// NULL reads the environment instead: HALKODE_APP_ID, HALKODE_APP_SECRET, HALKODE_MERCHANT_KEY,
/// HALKODE_ENVIRONMENT or HALKODE_BASE_URL, and where wanted HALKODE_CONNECT_TIMEOUT, HALKODE_TIMEOUT (seconds),
/// HALKODE_PROXY, HALKODE_CA_FILE, HALKODE_USER_AGENT. An object with `"gateway": "halkbank"` alone reads
/// HALKBANK_CLIENT_ID, HALKBANK_STORE_KEY, HALKBANK_API_USER, HALKBANK_API_PASSWORD, HALKBANK_MD_STATUS and the like.
///
/// Fails with kind `request`; the error's `field` names the culprit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halkode_client_new(config_json: *const c_char, out: *mut *mut Client) -> *mut Error {
    guard(Sent::No, || {
        let out = unsafe { target(out, "out") }?;
        let client = if config_json.is_null() {
            halkode_core::Client::from_env("halkode")?
        } else {
            halkode_core::Client::from_json(unsafe { text(config_json, "config_json") }?)?
        };
        *out = Box::into_raw(Box::new(Client(client)));
        Ok(())
    })
}

/// Frees a client. No call may be using it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halkode_client_free(client: *mut Client) {
    guarded((), || {
        if !client.is_null() {
            drop(unsafe { Box::from_raw(client) });
        }
    })
}

/// Calls an operation: a JSON object in, a JSON object out. Blocks until the answer is there or the configured time is up.
///
/// `operation` is one of the `HALKODE_OP_` or, for Halkbank, `HALKBANK_OP_` names; halkode.schema.json describes each request and reply. Amounts are text
/// such as "12.50". The reply is in the clear, with the token or the card's form in it where that was asked for:
/// do not log it.
///
/// When the error's `in_doubt` is true, money may have moved: do not repeat the call, ask `settle` for the invoice.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halkode_call(
    client: *const Client,
    operation: *const c_char,
    request_json: *const c_char,
    reply_json: *mut *mut c_char,
) -> *mut Error {
    guard(Sent::Unknown, || {
        let reply_json = unsafe { target(reply_json, "reply_json") }?;
        let client = unsafe { client.as_ref() }.ok_or_else(|| HalkodeError::request("client", "is NULL"))?;
        let operation = unsafe { text(operation, "operation") }?;
        let request = unsafe { text(request_json, "request_json") }?;
        let reply = Zeroizing::new(client.0.call_json(operation, request)?);
        // Room for the closing NUL from the start: growing would leave a copy of the reply in freed memory.
        let mut bytes = Vec::with_capacity(reply.len() + 1);
        bytes.extend_from_slice(reply.as_bytes());
        *reply_json = CString::new(bytes).map_err(|_| HalkodeError::internal("a NUL in the reply"))?.into_raw();
        Ok(())
    })
}

/// Frees a reply, after overwriting it with zeros.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halkode_string_free(string: *mut c_char) {
    guarded((), || {
        if !string.is_null() {
            unsafe { CString::from_raw(string) }.into_bytes_with_nul().zeroize();
        }
    })
}

/// The kind of an error: one of the `HALKODE_KIND_` words; empty for NULL. Valid until the error is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halkode_error_kind(error: *const Error) -> *const c_char {
    guarded(c"".as_ptr(), || unsafe { error.as_ref() }.map_or(c"".as_ptr(), |error| error.kind.as_ptr()))
}

/// One English sentence for the developer, without secrets; empty for NULL. Valid until the error is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halkode_error_message(error: *const Error) -> *const c_char {
    guarded(c"".as_ptr(), || unsafe { error.as_ref() }.map_or(c"".as_ptr(), |error| error.message.as_ptr()))
}

/// Everything known of an error, as the JSON object `Error` of halkode.schema.json: kind, reason, field, sent, in_doubt,
/// invoice_id, the gateway's and the bank's codes and texts, explanation and advice in Turkish and English; `{}` for
/// NULL. Valid until the error is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halkode_error_json(error: *const Error) -> *const c_char {
    guarded(c"{}".as_ptr(), || unsafe { error.as_ref() }.map_or(c"{}".as_ptr(), |error| error.json.as_ptr()))
}

/// Frees an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn halkode_error_free(error: *mut Error) {
    guarded((), || {
        if !error.is_null() && !std::ptr::eq(error, &LAST_RESORT) {
            drop(unsafe { Box::from_raw(error) });
        }
    })
}

/// The release of this library, for instance "0.1.0". Never freed.
#[unsafe(no_mangle)]
pub extern "C" fn halkode_version() -> *const c_char {
    guarded(c"".as_ptr(), || concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast())
}

/// The ABI number of the library that was loaded; equal to `HALKODE_ABI` when it is the header's.
#[unsafe(no_mangle)]
pub extern "C" fn halkode_abi_version() -> u32 {
    guarded(0, || HALKODE_ABI)
}

/// Where a call puts what it makes; NULL until it has made it.
unsafe fn target<'a, T>(out: *mut *mut T, argument: &str) -> Result<&'a mut *mut T, HalkodeError> {
    let out = unsafe { out.as_mut() }.ok_or_else(|| HalkodeError::request(argument, "is NULL"))?;
    *out = null_mut();
    Ok(out)
}

unsafe fn text<'a>(text: *const c_char, argument: &str) -> Result<&'a str, HalkodeError> {
    if text.is_null() {
        return Err(HalkodeError::request(argument, "is NULL"));
    }
    unsafe { CStr::from_ptr(text) }.to_str().map_err(|_| HalkodeError::request(argument, "is not UTF-8"))
}

/// What is left to say when an error could not even be made.
static LAST_RESORT: Error = Error {
    kind: Cow::Borrowed(c"internal"),
    message: Cow::Borrowed(c"a bug in this library; please report it"),
    json: Cow::Borrowed(
        cr#"{"kind":"internal","reason":"a bug in this library; please report it","sent":"unknown","in_doubt":true}"#,
    ),
};

impl Error {
    fn new(error: &HalkodeError) -> *mut Self {
        // A gateway may answer with a NUL in a text; C text ends there.
        let text = |text: &str| Cow::Owned(CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default());
        Box::into_raw(Box::new(Self {
            kind: text(error.kind()),
            message: text(&error.reason),
            json: text(&error.to_json()),
        }))
    }
}

/// Runs what can fail; an error becomes one the caller owns, and so does a panic, even one while the error was being made.
/// `sent` is what must be assumed after a panic.
fn guard(sent: Sent, work: impl FnOnce() -> Result<(), HalkodeError>) -> *mut Error {
    match halkode_core::guard(sent, work) {
        Ok(()) => null_mut(),
        Err(error) => caught(|| Error::new(&error)).unwrap_or((&raw const LAST_RESORT).cast_mut()),
    }
}

/// Runs what cannot fail; a panic would be a bug, and gives `otherwise`.
fn guarded<T>(otherwise: T, work: impl FnOnce() -> T) -> T {
    caught(work).unwrap_or(otherwise)
}

#[cfg(test)]
mod tests;
