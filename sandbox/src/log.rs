//! What was asked and answered, for people and tests to look at: without card numbers, CVVs, keys, hashes and tokens.

use std::collections::VecDeque;

use crate::http::{Answer, Call};
use crate::json::{Json, object};
use crate::xml::{self, Node};

/// Older requests than these are forgotten.
const KEPT: usize = 500;
/// Longer bodies are shown by their beginning.
const SHOWN: usize = 2000;

/// Fields whose value is never shown.
const SECRET: &[&str] = &[
    "app_secret",
    "authorization",
    "card_token",
    "card_user_key",
    "cv2",
    "cvv",
    "hash",
    "hash_key",
    "identity_number",
    "json_data",
    "md",
    "merchant_key",
    "nationalidno",
    "pan",
    "tcknvkn",
    "token",
];

/// Elements of XML whose text is never shown.
const SECRET_ELEMENTS: &[&str] = &["Cvv2Val", "Number", "Password", "PayerAuthenticationCode"];

/// The log of requests.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: VecDeque<Json>,
    count: u64,
}

impl Log {
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The newest `limit` requests, oldest first.
    pub(crate) fn to_json(&self, limit: usize) -> Json {
        Json::List(self.entries.iter().skip(self.entries.len().saturating_sub(limit)).cloned().collect())
    }

    pub(crate) fn add(
        &mut self,
        at: &str,
        call: &Call,
        answer: Option<&Answer>,
        fault: Option<String>,
        milliseconds: u64,
    ) {
        self.count += 1;
        let headers = call.headers.iter().map(|(name, value)| {
            let shown = if name == "authorization" || name == "cookie" { "***".to_owned() } else { mask_text(value) };
            Json::List(vec![name.as_str().into(), shown.into()])
        });
        let mut entry = object! {
            "n": self.count, "at": at, "method": call.method.as_str(), "path": call.path.as_str(), "query": mask_text(&call.query),
            "headers": Json::List(headers.collect()), "body": body_shown(&call.header("content-type"), &call.body),
            "status": answer.map(|answer| answer.status),
            "answer": answer.map(|answer| body_shown(&answer.content_type, &answer.body)),
            "milliseconds": milliseconds,
        };
        if let Some(fault) = fault {
            entry.set("fault", fault);
        }
        let warnings = warnings(call);
        if !warnings.is_empty() {
            entry.set("warnings", Json::List(warnings.into_iter().map(Json::from).collect()));
        }
        self.entries.push_back(entry);
        if self.entries.len() > KEPT {
            self.entries.pop_front();
        }
    }
}

/// What a careful client does not do, whatever it asks.
pub(crate) fn warnings(call: &Call) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["accept", "authorization", "content-type"] {
        let count = call.headers.iter().filter(|(header, _)| header == name).count();
        if count > 1 {
            found.push(format!("header {name} is sent {count} times"));
        }
    }
    let in_url = form_urlencoded::parse(call.query.as_bytes())
        .any(|(name, value)| SECRET.contains(&name.as_ref()) || mask_pans(&value) != value);
    if in_url || mask_pans(&call.path) != call.path {
        found.push("a secret or card number stands in the URL".into());
    }
    found
}

/// A body as it may be shown: JSON and forms member by member, anything else as text or its length.
fn body_shown(content_type: &str, body: &[u8]) -> Json {
    if body.is_empty() {
        return Json::from("");
    }
    if is_xml(body) {
        return xml_shown(xml::parse(body).map(|document| document.root), body.len());
    }
    let Ok(text) = std::str::from_utf8(body) else { return Json::from(format!("({} bytes)", body.len())) };
    // NestPay takes the field DATA from whatever calls itself otherwise, too.
    if content_type.starts_with("application/x-www-form-urlencoded") || text.starts_with("DATA=") {
        return masked(&Json::of_pairs(form_urlencoded::parse(body).into_owned()));
    }
    match Json::parse(text) {
        Ok(json) => masked(&json),
        Err(_) => Json::from(mask_text(&text.chars().take(SHOWN).collect::<String>())),
    }
}

fn is_xml(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii_start();
    body.starts_with(b"<?xml") || body.starts_with(b"<CC5")
}

/// A message in XML as an object; of one that cannot be read, only its length.
fn xml_shown(root: Result<Node, String>, length: usize) -> Json {
    fn hide(node: &mut Node) {
        if SECRET_ELEMENTS.contains(&node.name.as_str()) && !node.text.is_empty() {
            node.text = if luhn(&node.text) { mask_card(&node.text) } else { "***".to_owned() };
        }
        node.children.iter_mut().for_each(hide);
    }
    match root {
        Ok(mut root) => {
            hide(&mut root);
            masked(&Json::Object(vec![(root.name.clone(), root.to_json())]))
        }
        Err(_) => Json::from(format!("(XML that cannot be read, {length} bytes)")),
    }
}

/// The same value without what must not be shown.
pub(crate) fn masked(json: &Json) -> Json {
    match json {
        Json::Object(members) => {
            Json::Object(members.iter().map(|(key, value)| (key.clone(), masked_member(key, value))).collect())
        }
        Json::List(elements) => Json::List(elements.iter().map(masked).collect()),
        Json::Text(text) if is_xml(text.as_bytes()) => xml_shown(xml::parse_text(text), text.len()),
        Json::Text(text) => match Json::parse(text) {
            Ok(inner @ (Json::Object(_) | Json::List(_))) => Json::Text(masked(&inner).to_string()),
            _ => Json::Text(mask_text(text)),
        },
        Json::Number(text) => {
            if mask_pans(text) == *text {
                json.clone()
            } else {
                Json::Text(mask_pans(text))
            }
        }
        other => other.clone(),
    }
}

fn masked_member(key: &str, value: &Json) -> Json {
    let key = key.to_ascii_lowercase();
    match value.scalar() {
        Some(text) if SECRET.contains(&key.as_str()) && !text.is_empty() => Json::from("***"),
        _ => masked(value),
    }
}

/// Text with card numbers and `hash_key=…`-like pairs masked.
fn mask_text(text: &str) -> String {
    let mut text = mask_pans(text);
    for name in SECRET {
        for opening in [format!("{name}="), format!("name=\"{name}\" value=\"")] {
            let mut from = 0;
            while let Some(at) = text[from..].to_ascii_lowercase().find(&opening) {
                let start = from + at + opening.len();
                let end = text[start..].find(['&', '"', ' ', '<']).map_or(text.len(), |length| start + length);
                text.replace_range(start..end, "***");
                from = start + 3;
            }
        }
    }
    text
}

/// Text with every run of 13 to 19 digits that passes the Luhn check reduced to its first six and last four digits.
fn mask_pans(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut digits = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        // The bank's own order numbers (VP and 17 digits) are no card numbers.
        if (13..=19).contains(&digits.len()) && luhn(&digits) && !shown.ends_with("VP") {
            shown.push_str(&mask_card(&digits));
        } else {
            shown.push_str(&digits);
        }
        digits.clear();
        if c != '\0' {
            shown.push(c);
        }
    }
    shown
}

/// A card number as the bank shows it: first six and last four digits.
pub(crate) fn mask_card(number: &str) -> String {
    match (number.get(..6), number.len().checked_sub(4).and_then(|at| number.get(at..))) {
        (Some(first), Some(last)) if number.len() >= 12 => format!("{first}****{last}"),
        _ => "****".to_owned(),
    }
}

/// Whether the last digit of a card number fits the others.
pub(crate) fn luhn(number: &str) -> bool {
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(n, byte)| {
            let digit = u32::from(byte.wrapping_sub(b'0'));
            match (n % 2, digit * 2) {
                (0, _) => digit,
                (_, double) if double > 9 => double - 9,
                (_, double) => double,
            }
        })
        .sum();
    number.bytes().all(|byte| byte.is_ascii_digit()) && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_shown() {
        let body = r#"{"cc_no":"4132260000000003","cvv":"193","hash_key":"aa:bb:cc","items":"[{\"name\":\"4132260000000003\"}]","n":4132260000000003,"total":22.00}"#;
        let shown = body_shown("application/json", body.as_bytes()).to_string();
        assert_eq!(
            shown,
            r#"{"cc_no":"413226****0003","cvv":"***","hash_key":"***","items":"[{\"name\":\"413226****0003\"}]","n":"413226****0003","total":22.00}"#
        );
        assert_eq!(
            body_shown("application/x-www-form-urlencoded", b"cvv=193&a=b").to_string(),
            r#"{"cvv":"***","a":"b"}"#
        );
        assert_eq!(mask_text("x?hash_key=abc&b=1 hash_key=abc"), "x?hash_key=***&b=1 hash_key=***");
        assert_eq!(mask_text("<input name=\"hash_key\" value=\"abc\">"), "<input name=\"hash_key\" value=\"***\">");
        assert_eq!(mask_text("<input name=\"HASH\" value=\"abc\">"), "<input name=\"HASH\" value=\"***\">");
        assert_eq!(mask_pans("VP17459141322115179 20240425"), "VP17459141322115179 20240425");
    }

    #[test]
    fn nothing_secret_is_shown_of_xml() {
        let text = "<CC5Request><Name>u</Name><Password>geheim</Password><Number>4531444531442283</Number><Cvv2Val>001</Cvv2Val></CC5Request>";
        let expected = r#"{"CC5Request":{"Name":"u","Password":"***","Number":"453144****2283","Cvv2Val":"***"}}"#;
        assert_eq!(body_shown("text/xml", text.as_bytes()).to_string(), expected);
        let form = form_urlencoded::Serializer::new(String::new()).append_pair("DATA", text).finish();
        for kind in ["application/x-www-form-urlencoded", ""] {
            assert_eq!(body_shown(kind, form.as_bytes()).to_string(), format!(r#"{{"DATA":{expected}}}"#));
        }
        let md = "<CC5Request><Number>453144:AB:1:##5</Number></CC5Request>";
        assert_eq!(body_shown("", md.as_bytes()).to_string(), r#"{"CC5Request":{"Number":"***"}}"#);
        assert!(body_shown("text/xml", &text.as_bytes()[..90]).to_string().contains("cannot be read"));
        let gate = b"pan=4531444531442283&cv2=001&HASH=x&md=y&oid=1";
        let expected = r#"{"pan":"***","cv2":"***","HASH":"***","md":"***","oid":"1"}"#;
        assert_eq!(body_shown("application/x-www-form-urlencoded", gate).to_string(), expected);
    }

    #[test]
    fn luhn_digits() {
        assert!(
            luhn("4111111111111111")
                && luhn("4155650100416111")
                && !luhn("4111111111111112")
                && !luhn("411111111111111x")
        );
    }
}
