//! Reads an answer of the gateway: JSON with an application code, or no answer at all.

use crate::error::{Failure, HalkodeError, Sent};
use crate::json::{Json, Object};
use crate::secret::{holds_pan, without_pans};
use crate::transport::HttpAnswer;

/// An answer that is a JSON object with an application code.
pub(crate) struct Answer<'a> {
    /// `status_code`; absent where the HTTP status alone says no.
    pub code: Option<i64>,
    /// The object, card numbers masked.
    pub object: Object,
    http: &'a HttpAnswer,
}

impl<'a> Answer<'a> {
    /// Reads an answer's body; what is no answer of the gateway at all is a transport error, with the outcome unknown.
    pub(crate) fn read(http: &'a HttpAnswer) -> Result<Self, HalkodeError> {
        if http.status >= 500 || http.status == 408 {
            let failure = Failure::unclear(http, &format!("the gateway answered HTTP {}", http.status));
            return Err(HalkodeError::Transport(failure.explain()));
        }
        if (300..400).contains(&http.status) {
            let reason = "the gateway redirected an API call; redirects are not followed";
            return Err(HalkodeError::Protocol(Failure::unclear(http, reason)));
        }
        let json = std::str::from_utf8(&http.body).ok().and_then(|text| Json::parse(text).ok());
        let mut object = match json {
            Some(Json::Object(object)) => object,
            // A sibling brand answers checkstatus with an array of one.
            Some(Json::List(mut list)) if list.len() == 1 => list.pop().and_then(Json::into_object).unwrap_or_default(),
            // Here the HTTP status has said no already.
            _ if http.status >= 400 => Object::new(),
            _ => {
                let failure = Failure::unclear(http, "the answer is not the gateway's JSON");
                return Err(HalkodeError::Transport(failure));
            }
        };
        object.iter_mut().for_each(|(name, value)| mask_pans(name, value));
        Ok(Self { code: object.get("status_code").and_then(Json::as_int), object, http })
    }

    /// The object when its code is among those that mean success, else why the gateway said no.
    pub(crate) fn accept(self, codes: &[i64]) -> Result<Object, HalkodeError> {
        let refused = self.http.status >= 400;
        let odd = |reason| HalkodeError::Protocol(Failure::unclear(self.http, reason));
        match self.code {
            Some(code) if codes.contains(&code) && !refused => Ok(self.object),
            Some(100) if refused => Err(odd("the answer says success (100) with an HTTP status of failure")),
            None if !refused => Err(odd("the answer has no status_code")),
            _ => Err(self.declined()),
        }
    }

    /// Why the gateway said no.
    pub(crate) fn declined(self) -> HalkodeError {
        let status = self.http.status;
        let data = self.object.get("data").and_then(Json::as_object);
        let text = |names: &[&str]| {
            let told = |object: &Object, name: &str| {
                object.get(name).and_then(Json::as_text).filter(|text| !text.is_empty()).map(str::to_owned)
            };
            let at = |object: &Object| names.iter().find_map(|name| told(object, name));
            at(&self.object).or_else(|| data.and_then(at))
        };
        let description = text(&["status_description", "success_message", "message", "title"]);
        let failure = Box::new(Failure {
            reason: match (self.code, &description) {
                (Some(code), Some(text)) => format!("the gateway answered {code}: {text}"),
                (Some(code), None) => format!("the gateway answered {code}"),
                (None, _) => format!("the gateway answered HTTP {status}"),
            },
            sent: Some(Sent::Yes),
            invoice_id: text(&["invoice_id"]),
            status_code: self.code,
            bank_code: bank_code(text, self.code),
            bank_description: text(&["original_bank_error_description", "bank_status_description", "error"]),
            status_description: description,
            http_status: Some(status.into()),
            body: self.http.excerpt(),
            ..Failure::default()
        });
        let failure = failure.explain();
        // 14: unknown merchant key; 30: wrong app id or secret; 401 that a fresh token did not cure.
        match (self.code, status) {
            (Some(14 | 30), _) | (_, 401) => HalkodeError::Credentials(failure),
            _ => HalkodeError::Declined(failure),
        }
    }
}

/// The bank's code among the fields of an answer or a browser return, read by name. `error_code` is the bank's only where it is not
/// the gateway's own code once more.
pub(crate) fn bank_code(text: impl Fn(&[&str]) -> Option<String>, own: Option<i64>) -> Option<String> {
    let own = own.map(|code| code.to_string());
    let other = || text(&["error_code"]).filter(|code| code != "100" && Some(code) != own.as_ref());
    text(&["original_bank_error_code", "bank_status_code"]).or_else(other)
}

/// Masks every card number in an answer: whole ones have been printed where masked ones are documented. Texts that are opaque by
/// nature are left alone.
fn mask_pans(name: &str, value: &mut Json) {
    match value {
        Json::Text(text) if !matches!(name, "token" | "card_token" | "hash_key") && holds_pan(text) => {
            *text = without_pans(text);
        }
        Json::List(list) => list.iter_mut().for_each(|item| mask_pans(name, item)),
        Json::Object(object) => object.iter_mut().for_each(|(name, value)| mask_pans(name, value)),
        _ => {}
    }
}
