//! Comparing what was asked with what should be asked.

use super::Replay;
use super::exchange::{Body, Exchange};
use crate::charset::Charset;
use crate::halkbank::api::request_xml;
use crate::hash::{malformed, open};
use crate::http::{Call, form_bytes};
use crate::json::Json;
use crate::log::warnings;
use crate::xml::{self, Node};

impl Replay {
    pub(super) fn compare(&self, exchange: &Exchange, call: &Call, asked: &str, found: &mut Vec<String>) {
        let path = self.filled(&exchange.path);
        if (call.method.as_str(), asked) != (exchange.method.as_str(), path.as_str()) {
            found.push(format!("expected {} {path}, got {} {asked}", exchange.method, call.method));
        }
        found.extend(warnings(call));
        for (name, expected) in &exchange.headers {
            let name = name.to_ascii_lowercase();
            let given =
                call.headers.iter().find(|(header, _)| *header == name).map(|(_, value)| Json::from(value.as_str()));
            self.differ(&format!("header {name}"), expected, &given.unwrap_or(Json::Null), found);
        }
        let text = String::from_utf8_lossy(&call.body);
        match &exchange.body {
            Body::None if call.body.is_empty() => {}
            Body::None => found.push(format!("body: expected none, got {} bytes", call.body.len())),
            Body::Json(expected) => match Json::parse(&text) {
                Ok(body) => self.differ("body", expected, &body, found),
                Err(error) => found.push(format!("body: not JSON: {error}")),
            },
            Body::Xml { root, form, charset } => self.compare_xml(root, *form, *charset, call, found),
            Body::Form(expected) => {
                let given: Vec<(String, String)> = form_urlencoded::parse(&call.body).into_owned().collect();
                if given.len() != expected.len() {
                    found.push(format!("form: expected {} fields, got {}", expected.len(), given.len()));
                }
                for ((name, value), (given_name, given_value)) in expected.iter().zip(given) {
                    self.differ("form field name", name, &Json::from(given_name.as_str()), found);
                    self.differ(&format!("form.{given_name}"), value, &Json::from(given_value), found);
                }
            }
        }
    }

    /// Notes every way in which `given` is not what was expected.
    pub(super) fn differ(&self, at: &str, expected: &Json, given: &Json, found: &mut Vec<String>) {
        if let Some((rule, value)) = expected.members().first().filter(|(name, _)| name.starts_with('$')) {
            return self.differ_by_rule(at, rule, value, expected, given, found);
        }
        match (expected, given) {
            (Json::Object(expected), Json::Object(given)) => {
                let names =
                    |members: &[(String, Json)]| members.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
                let (wanted, got) = (names(expected), names(given));
                if wanted != got {
                    found.push(format!("{at}: expected the keys {}, got {}", wanted.join(", "), got.join(", ")));
                }
                for (name, value) in expected {
                    if let Some((_, given)) = given.iter().find(|(given, _)| given == name) {
                        self.differ(&format!("{at}.{name}"), value, given, found);
                    }
                }
            }
            (Json::List(expected), Json::List(given)) => {
                if expected.len() != given.len() {
                    found.push(format!("{at}: expected {} elements, got {}", expected.len(), given.len()));
                }
                for (n, (expected, given)) in expected.iter().zip(given).enumerate() {
                    self.differ(&format!("{at}[{n}]"), expected, given, found);
                }
            }
            (Json::Text(expected), given) if *given == Json::Text(self.filled(expected)) => {}
            (expected, given) if !matches!(expected, Json::Text(_)) && expected == given => {}
            (expected, given) => found.push(format!("{at}: expected {expected}, got {given}")),
        }
    }

    fn differ_by_rule(&self, at: &str, rule: &str, value: &Json, whole: &Json, given: &Json, found: &mut Vec<String>) {
        let Json::Text(text) = given else {
            found.push(format!("{at}: expected a text ({rule}), got {given}"));
            return;
        };
        match (rule, value) {
            ("$any", Json::Bool(true)) => {
                if text.is_empty() {
                    found.push(format!("{at}: expected any text, got none"));
                }
            }
            ("$json", expected) => match Json::parse(text) {
                Ok(json) => self.differ(at, expected, &json, found),
                Err(error) => found.push(format!("{at}: not JSON text: {error}")),
            },
            ("$hash", Json::Text(plain)) => {
                if let Some(reason) = malformed(text) {
                    found.push(format!("{at}: not a hash a careful client makes: {reason}"));
                }
                let plain = self.filled(plain);
                match open(text, &self.secret(whole)) {
                    Some(opened) if opened == plain => {}
                    Some(opened) => found.push(format!("{at}: expected a hash of {plain:?}, got one of {opened:?}")),
                    None => found.push(format!("{at}: this hash does not open with the expected secret")),
                }
            }
            ("$ver3", Json::List(_)) => match self.ver3(whole) {
                Ok((plain, hash)) if *text != hash => {
                    found.push(format!("{at}: expected {hash}, the ver3 hash of {plain:?}, got {text:?}"));
                }
                Ok(_) => {}
                Err(error) => found.push(format!("{at}: {error}")),
            },
            _ => found.push(format!("{at}: there is no rule {rule} with {value}")),
        }
    }

    fn compare_xml(
        &self,
        expected: &Json,
        form: Option<bool>,
        charset: Option<Charset>,
        call: &Call,
        found: &mut Vec<String>,
    ) {
        let is_form = !call.body.trim_ascii_start().starts_with(b"<");
        if form.is_some_and(|form| form != is_form) {
            let words = |form| if form { "in the form field DATA" } else { "as the body itself" };
            found.push(format!("body: expected XML {}, got it {}", words(!is_form), words(is_form)));
        }
        if is_form {
            let fields = form_bytes(&call.body);
            if fields.len() != 1 || fields.iter().any(|(name, _)| name != b"DATA") {
                found.push(format!("form: expected the one field DATA, got {} fields", fields.len()));
            }
            if !call.header("content-type").starts_with("application/x-www-form-urlencoded") {
                found.push("body: a form is not sent as application/x-www-form-urlencoded".into());
            }
        }
        let document = match xml::parse(&request_xml(call)) {
            Ok(document) => document,
            Err(error) => return found.push(format!("body: not XML: {error}")),
        };
        if let Some(charset) = charset
            && (document.declared.is_none() || document.charset != charset)
        {
            let declared = document.declared.as_deref().unwrap_or("none");
            found.push(format!("body: expected the declared charset {}, got {declared}", charset.name()));
        }
        self.differ_children("xml", expected, &[document.root], found);
    }

    /// Notes every way in which elements are not the members of an object, in order; a list is its name repeated.
    fn differ_children(&self, at: &str, expected: &Json, given: &[Node], found: &mut Vec<String>) {
        let mut wanted: Vec<(&str, &Json)> = Vec::new();
        for (name, value) in expected.members() {
            match value {
                Json::List(elements) => wanted.extend(elements.iter().map(|element| (name.as_str(), element))),
                value => wanted.push((name, value)),
            }
        }
        let names = |names: Vec<&str>| names.join(", ");
        let wanted_names: Vec<&str> = wanted.iter().map(|(name, _)| *name).collect();
        let got: Vec<&str> = given.iter().map(|node| node.name.as_str()).collect();
        if wanted_names != got {
            found.push(format!("{at}: expected the elements {}, got {}", names(wanted_names), names(got)));
        }
        let mut rest = given.iter();
        for (name, value) in wanted {
            // In the order in which they stand, past what should not be there.
            if let Some(node) = rest.clone().find(|node| node.name == name) {
                rest.by_ref().find(|other| std::ptr::eq(*other, node));
                self.differ_node(&format!("{at}.{name}"), value, node, found);
            }
        }
    }

    fn differ_node(&self, at: &str, expected: &Json, node: &Node, found: &mut Vec<String>) {
        if node.has_attributes {
            found.push(format!("{at}: it has attributes"));
        }
        let rule = expected.members().first().is_some_and(|(name, _)| name.starts_with('$'));
        match expected {
            Json::Object(_) if !rule => {
                if !node.text.trim().is_empty() {
                    found.push(format!("{at}: expected elements, got the text {:?}", node.text));
                }
                self.differ_children(at, expected, &node.children, found);
            }
            expected if node.children.is_empty() => {
                self.differ(at, expected, &Json::from(node.text.as_str()), found);
            }
            _ => found.push(format!("{at}: expected a text, got elements")),
        }
    }
}
