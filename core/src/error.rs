//! One error for everything, in a handful of kinds.

use std::fmt;

use crate::codes;
use crate::model::{Wrong, choice, model};
use crate::secret::without_pans;
use crate::transport::HttpAnswer;

choice! {
    /// Whether a request may have reached the gateway.
    Sent {
        /// No byte left this machine: nothing happened, the same request may be sent again.
        No = "no",
        /// The request left and no readable answer came back: for a money operation the outcome is in doubt, ask `settle`.
        Unknown = "unknown",
        /// The gateway answered.
        Yes = "yes",
    }
}

model! {
    /// What is known of a call that failed. Card numbers are masked everywhere in it.
    result Failure {
        /// One sentence for the developer, without secrets.
        reason: String,
        /// The operation, for instance `pay_2d`.
        operation: Option<String>,
        /// The field of the request that was refused, for instance `items[1].price`.
        field: Option<String>,
        /// Whether the request may have reached the gateway.
        sent: Option<Sent>,
        /// True when money may or may not have moved: do not repeat the call, ask `settle` for the invoice.
        in_doubt: bool,
        /// The invoice (at Halkbank the order) the call was about.
        invoice_id: Option<String>,
        /// The gateway's application code, as it came (docs/protocol-halkode.md#status-codes).
        status_code: Option<i64>,
        /// The gateway's own text, as it came; never match on it, it has typing errors and changes.
        status_description: Option<String>,
        /// The bank's code behind the refusal, as it came, for instance `51`.
        bank_code: Option<String>,
        /// The bank's text behind the refusal, as it came.
        bank_description: Option<String>,
        /// The bank gateway's own error code, as it came, for instance `CORE-2508` (docs/protocol-halkbank.md#codes).
        error_code: Option<String>,
        /// The HTTP status of the answer.
        http_status: Option<u32>,
        /// What the code means, in English.
        explanation_en: Option<String>,
        /// What the code means, in Turkish; fit to show to a buyer when the card was declined.
        explanation_tr: Option<String>,
        /// What to do, in English.
        advice_en: Option<String>,
        /// What to do, in Turkish.
        advice_tr: Option<String>,
        /// The beginning of the answer's body, for the developer's log; card numbers masked.
        body: Option<String>,
    }
}

/// Why a call failed. Every kind carries a [`Failure`], which this dereferences to.
///
/// ```
/// # fn show(error: halkode::HalkodeError) {
/// if error.in_doubt {
///     // ask client.settle(..) for error.invoice_id; never simply pay again
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum HalkodeError {
    /// The request was refused here, before any byte was sent; `field` names the culprit.
    Request(Box<Failure>),
    /// The gateway does not accept these keys.
    Credentials(Box<Failure>),
    /// No readable answer; `sent` says whether the request may have reached the gateway.
    Transport(Box<Failure>),
    /// The gateway or the bank said no; codes and explanations say why.
    Declined(Box<Failure>),
    /// A hash that should prove where an answer comes from does not fit it.
    Signature(Box<Failure>),
    /// The gateway answered something this library cannot read.
    Protocol(Box<Failure>),
    /// A bug in this library.
    Internal(Box<Failure>),
}

use HalkodeError::*;

impl HalkodeError {
    /// The kind as one word: `request`, `credentials`, `transport`, `declined`, `signature`, `protocol`, `internal`.
    pub fn kind(&self) -> &'static str {
        match self {
            Request(_) => "request",
            Credentials(_) => "credentials",
            Transport(_) => "transport",
            Declined(_) => "declined",
            Signature(_) => "signature",
            Protocol(_) => "protocol",
            Internal(_) => "internal",
        }
    }

    /// Everything known of the failure.
    pub fn failure(&self) -> &Failure {
        match self {
            Request(f) | Credentials(f) | Transport(f) | Declined(f) | Signature(f) | Protocol(f) | Internal(f) => f,
        }
    }

    pub(crate) fn failure_mut(&mut self) -> &mut Failure {
        match self {
            Request(f) | Credentials(f) | Transport(f) | Declined(f) | Signature(f) | Protocol(f) | Internal(f) => f,
        }
    }

    /// A request refused before anything was sent; `field` is what is wrong with it, or empty.
    pub fn request(field: impl Into<String>, reason: impl Into<String>) -> Self {
        fn refused(field: String, reason: String) -> HalkodeError {
            let said = if field.is_empty() { reason } else { format!("{field} {reason}") };
            Request(Box::new(Failure {
                reason: said,
                field: (!field.is_empty()).then_some(field),
                sent: Some(Sent::No),
                ..Failure::default()
            }))
        }
        refused(field.into(), reason.into())
    }

    pub(crate) fn signature(reason: impl Into<String>) -> Self {
        Signature(Box::new(Failure { reason: reason.into(), sent: Some(Sent::Yes), ..Failure::default() }))
    }

    pub(crate) fn protocol(reason: impl Into<String>) -> Self {
        Protocol(Box::new(Failure { reason: reason.into(), sent: Some(Sent::Yes), ..Failure::default() }))
    }

    /// A bug in this library, for instance a panic that a binding caught.
    pub fn internal(reason: impl Into<String>) -> Self {
        Internal(Box::new(Failure { reason: without_pans(&reason.into()), ..Failure::default() }))
    }
}

impl Failure {
    /// About an answer that does not tell what happened.
    pub(crate) fn unclear(answer: &HttpAnswer, reason: &str) -> Box<Self> {
        Box::new(Self {
            reason: reason.to_owned(),
            sent: Some(Sent::Unknown),
            http_status: Some(answer.status.into()),
            body: answer.excerpt(),
            ..Self::default()
        })
    }

    /// Fills in what is known of the codes: the application's meaning, or the HTTP status' where there is no such code.
    pub(crate) fn explain(mut self: Box<Self>) -> Box<Self> {
        let text = match (self.status_code, self.http_status) {
            // What is refused in spite of such a code did not succeed.
            (Some(100 | 101), _) => None,
            (Some(code), _) => codes::application(code),
            (None, Some(status)) => codes::server(i64::from(status)),
            (None, None) => None,
        };
        if let Some(text) = text {
            self.explanation_en = Some(text.en.to_owned());
            self.explanation_tr = Some(text.tr.to_owned());
            self.advice_en = Some(text.advice_en.to_owned());
            self.advice_tr = Some(text.advice_tr.to_owned());
        }
        // The bank's own reason says more to a buyer than "payment failed".
        if let Some(bank) = self.bank_code.as_deref().and_then(codes::bank) {
            self.explanation_en = Some(bank.en.to_owned());
            self.explanation_tr = Some(bank.tr.to_owned());
        }
        self
    }
}

impl std::ops::Deref for HalkodeError {
    type Target = Failure;
    fn deref(&self) -> &Failure {
        self.failure()
    }
}

impl fmt::Display for HalkodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind(), self.reason)
    }
}

impl std::error::Error for HalkodeError {}

impl From<Wrong> for HalkodeError {
    fn from(wrong: Wrong) -> Self {
        Self::request(wrong.field, wrong.reason)
    }
}
