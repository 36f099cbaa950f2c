//! Reads what the bank's API answers, and what its refusals mean (docs/protocol-halkbank.md#answers).

use super::codes;
use super::xml;
use crate::codes::{Resend, Text};
use crate::error::{Failure, HalkodeError, Sent};
use crate::json::{Json, Object};
use crate::secret::without_pans;
use crate::transport::HttpAnswer;

/// An answer of the API (docs/protocol-halkbank.md#answers).
pub(crate) struct Answer<'a> {
    /// The answer's elements; what stands in `Extra` is under that name.
    pub object: Object,
    http: &'a HttpAnswer,
}

impl<'a> Answer<'a> {
    /// Reads an answer's body; what is no answer of the bank at all is a transport error, with the outcome unknown.
    pub(crate) fn read(http: &'a HttpAnswer) -> Result<Self, HalkodeError> {
        if http.status >= 500 || http.status == 408 {
            let failure = Failure::unclear(http, &format!("the bank answered HTTP {}", http.status));
            return Err(HalkodeError::Transport(failure));
        }
        if (300..400).contains(&http.status) {
            let reason = "the bank redirected an API call; redirects are not followed";
            return Err(HalkodeError::Protocol(Failure::unclear(http, reason)));
        }
        match xml::read(&http.body) {
            Ok((root, mut object)) if root == "CC5Response" => {
                object.iter_mut().for_each(|(_, value)| mask_pans(value));
                Ok(Self { object, http })
            }
            Ok(_) => Err(HalkodeError::Transport(Failure::unclear(http, "the answer is not a CC5Response"))),
            Err(what) => Err(HalkodeError::Transport(Failure::unclear(
                http,
                &format!("the answer is not the bank's XML: {what}"),
            ))),
        }
    }

    /// An element's text, at the root or in `Extra`: some banks put `ERRORCODE` in one place, some in the other.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let extra = self.object.get("Extra").and_then(Json::as_object);
        let found = self.object.get(name).or_else(|| extra?.get(name))?.as_text()?;
        (!found.is_empty()).then_some(found)
    }

    /// Its elements when it says that the bank approved, else why it did not. Only `Approved` with `00` is success.
    pub(crate) fn approved(self) -> Result<Object, HalkodeError> {
        let unclear = |reason| Err(HalkodeError::Protocol(Failure::unclear(self.http, reason)));
        match (self.text("Response"), self.text("ProcReturnCode")) {
            (Some("Approved"), Some("00")) => Ok(self.flat()),
            (Some("Approved"), _) => unclear("the answer says Approved, but its ProcReturnCode does not"),
            (_, Some("00")) => unclear("the answer's ProcReturnCode says success, but its Response does not"),
            _ => Err(self.refused()),
        }
    }

    /// Whether it says no: by its Response, by a code of the card's bank, or by one of the gateway. A text alone is no word.
    pub(crate) fn says_no(&self) -> bool {
        match (self.text("Response"), self.text("ProcReturnCode")) {
            (Some("Approved"), _) | (_, Some("00")) => false,
            (Some("Declined" | "Decline" | "Error"), _) | (_, Some(_)) => true,
            _ => self.error_code().is_some(),
        }
    }

    /// Why it is no success: the bank said no, or else nobody knows.
    pub(crate) fn refused(&self) -> HalkodeError {
        match self.says_no() {
            true => self.declined(),
            false => self.odd("the answer has neither an approval nor a refusal in Response and ProcReturnCode"),
        }
    }

    /// The gateway's own code. Where ERRORCODE is missing, others say the same in figures; NUMCODE does so for the gateway's refusals.
    pub(crate) fn error_code(&self) -> Option<&str> {
        let figures = || self.text("NUMCODE").filter(|code| code.len() == 6 && code.starts_with("99"));
        self.text("ERRORCODE").or_else(|| self.text("EXTENDED_ERROR_CODE")).or_else(figures)
    }

    /// The answer's elements with those of `Extra` among them.
    pub(crate) fn flat(self) -> Object {
        let mut object = self.object;
        match object.take("Extra") {
            Some(Json::Object(extra)) => {
                for (name, value) in extra {
                    if object.get(&name).is_none_or(Json::is_nothing) {
                        object.set(name, value);
                    }
                }
            }
            // The element is there and empty, or holds a text of its own.
            Some(other) if !other.is_nothing() => object.set("Extra", other),
            _ => {}
        }
        object
    }

    /// Why the bank said no.
    pub(crate) fn declined(&self) -> HalkodeError {
        let owned = |name: &str| self.text(name).map(str::to_owned);
        let error_code = self.error_code().map(str::to_owned);
        // What changes a recurring order says so in RESULT.
        let (message, bank_code) = (owned("ErrMsg").or_else(|| owned("RESULT")), owned("ProcReturnCode"));
        let said = message.as_deref().unwrap_or("without a reason");
        let code = error_code.as_deref().or(bank_code.as_deref());
        let failure = Failure {
            reason: match code {
                Some(code) => format!("the bank refused: {said} ({code})"),
                None => format!("the bank refused: {said}"),
            },
            sent: Some(Sent::Yes),
            status_description: message,
            bank_description: owned("HOSTMSG"),
            http_status: Some(self.http.status.into()),
            body: self.http.excerpt(),
            error_code,
            bank_code,
            ..Failure::default()
        };
        let failure = explain(Box::new(failure));
        match is_about_keys(&failure) {
            true => HalkodeError::Credentials(failure),
            false => HalkodeError::Declined(failure),
        }
    }

    /// An answer that cannot be what it should be.
    pub(crate) fn odd(&self, reason: &str) -> HalkodeError {
        HalkodeError::Protocol(Failure::unclear(self.http, reason))
    }
}

fn mask_pans(value: &mut Json) {
    match value {
        Json::Text(text) => *text = without_pans(text),
        Json::List(list) => list.iter_mut().for_each(mask_pans),
        Json::Object(object) => object.iter_mut().for_each(|(_, value)| mask_pans(value)),
        _ => {}
    }
}

/// What the table says of a refusal: of the gateway's own code where it has one to tell, else of the card's bank's.
fn text(failure: &Failure) -> Option<Text> {
    let told = failure.error_code.as_deref().and_then(codes::lookup);
    told.or_else(|| failure.bank_code.as_deref().and_then(codes::lookup))
}

/// Fills in what the codes mean.
fn explain(mut failure: Box<Failure>) -> Box<Failure> {
    if let Some(text) = text(&failure) {
        failure.explanation_en = Some(text.en.to_owned());
        failure.explanation_tr = Some(text.tr.to_owned());
        failure.advice_en = Some(text.advice_en.to_owned());
        failure.advice_tr = Some(text.advice_tr.to_owned());
    }
    failure
}

/// The gateway's own code as the table spells it, however it came.
pub(crate) fn gateway_code(failure: &Failure) -> Option<&'static str> {
    failure.error_code.as_deref().and_then(codes::lookup).map(|text| text.code)
}

/// User, password or merchant number are wrong, or the user lacks the API role.
fn is_about_keys(failure: &Failure) -> bool {
    let code = gateway_code(failure);
    matches!(code, Some("CORE-1011" | "CORE-1012" | "CORE-1013" | "CORE-1014" | "CORE-2201" | "CORE-2202"))
}

/// Whether a refusal does not say that nothing happened: the table's word for it is to ask first. That there is nothing (left) to void or
/// to refund tells of earlier requests, and of this one that it did nothing.
pub(crate) fn leaves_in_doubt(failure: &Failure) -> bool {
    let nothing_left = ["CORE-2008", "CORE-2503", "CORE-2504", "215021"];
    text(failure).is_some_and(|text| text.resend == Resend::AskFirst && !nothing_left.contains(&text.code))
}
