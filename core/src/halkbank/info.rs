//! What the bank's codes mean, and requests this library does not know.

use super::answer::Answer;
use super::client::{CARD_FIELDS, Exchange, Halkbank, exchanges};
use super::codes;
use super::xml;
use crate::error::HalkodeError;
use crate::halkode::Resending;
use crate::json::{Json, Object};
use crate::model::model;
use crate::operation::{Kind, Operation};
use crate::secret::Secret;

model! {
    /// Asks what a code means (docs/protocol-halkbank.md#codes).
    request LookUpResponseCode {
        /// A `ProcReturnCode` such as `51`, an error code such as `CORE-2508`, `BM-9100`, `HPP-1001` or `3D-1004`, or a `NUMCODE` such as `992508`.
        code: String,
    }
}

model! {
    /// What a code means.
    result ResponseCode {
        /// The code.
        code: String,
        /// Whether it is documented; an undocumented one has no texts.
        known: bool,
        /// Meaning in English.
        en: Option<String>,
        /// Meaning in Turkish.
        tr: Option<String>,
        /// What to do, in English.
        advice_en: Option<String>,
        /// What to do, in Turkish.
        advice_tr: Option<String>,
        /// Whether the same request may be sent again.
        resend: Option<Resending>,
    }
}

impl Operation for LookUpResponseCode {
    type Client = Halkbank;
    type Reply = ResponseCode;
    const KIND: Kind = Kind::Pure;

    fn run(&self, _client: &Halkbank) -> Result<ResponseCode, HalkodeError> {
        let code = self.code.trim().to_owned();
        if code.is_empty() {
            return Err(HalkodeError::request("code", "is empty"));
        }
        let Some(text) = codes::lookup(&code) else { return Ok(ResponseCode { code, ..ResponseCode::default() }) };
        Ok(ResponseCode {
            code,
            known: true,
            en: Some(text.en.to_owned()),
            tr: Some(text.tr.to_owned()),
            advice_en: Some(text.advice_en.to_owned()),
            advice_tr: Some(text.advice_tr.to_owned()),
            resend: Some(text.resend.into()),
        })
    }
}

model! {
    /// A document this library does not know. It is treated like a payment: never sent twice, and in doubt when its answer is lost.
    request BankRaw {
        /// The children of `CC5Request`, in order: texts, objects for elements with children, lists for repeated ones. `Name`, `Password` and
        /// `ClientId` are the client's.
        document: Object,
    }
}

model! {
    /// An answer as it came.
    result BankRawReply {
        /// Whether it says `Approved` with `00`.
        approved: bool,
        /// The children of `CC5Response`.
        document: Object,
    }
}

/// Whether a tree can be written as XML.
fn check_tree(object: &Object, path: &str) -> Result<(), HalkodeError> {
    for (name, value) in object.iter() {
        let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        if !xml::is_name(name) {
            return Err(HalkodeError::request(path, "cannot be the name of an element"));
        }
        let items = if let Json::List(items) = value { items.as_slice() } else { std::slice::from_ref(value) };
        for item in items {
            match item {
                Json::Object(inner) => check_tree(inner, &path)?,
                Json::List(_) | Json::Null => {
                    return Err(HalkodeError::request(path, "must be a text, an object, or a list of those"));
                }
                item if item.as_text().is_some_and(|text| !xml::is_text(text)) => {
                    return Err(HalkodeError::request(path, "has a control character in it"));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// The tree with a card's data in it as secrets.
fn hide_cards(object: Object) -> Object {
    let hide = |(name, value): (String, Json)| {
        let value = match value {
            Json::Object(inner) => Json::Object(hide_cards(inner)),
            Json::Text(text) | Json::Number(text) if CARD_FIELDS.contains(&name.as_str()) => {
                Json::Secret(Secret::from(text))
            }
            other => other,
        };
        (name, value)
    };
    object.into_iter().map(hide).collect()
}

impl Exchange for BankRaw {
    type Reply = BankRawReply;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        if self.document.is_empty() {
            return Err(HalkodeError::request("document", "is empty"));
        }
        if let Some(own) = ["Name", "Password", "ClientId"].into_iter().find(|name| self.document.get(name).is_some()) {
            return Err(HalkodeError::request(format!("document.{own}"), "is the client's"));
        }
        check_tree(&self.document, "document")
    }

    fn order(&self) -> Option<&str> {
        self.document.get("OrderId").and_then(Json::as_text)
    }

    fn document(&self, document: &mut Object) -> Result<(), HalkodeError> {
        for (name, value) in hide_cards(self.document.clone()) {
            document.set(name, value);
        }
        Ok(())
    }

    fn reply(&self, answer: Answer<'_>) -> Result<BankRawReply, HalkodeError> {
        let approved = answer.text("Response") == Some("Approved") && answer.text("ProcReturnCode") == Some("00");
        Ok(BankRawReply { approved, document: answer.object })
    }
}

exchanges!(BankRaw -> BankRawReply);
