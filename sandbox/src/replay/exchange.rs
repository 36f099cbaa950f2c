//! An exchange as a case writes it: what must be asked, and what is answered.

use crate::charset::Charset;
use crate::fault::Fault;
use crate::json::Json;

/// One request as it should be, and its answer.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    pub method: String,
    pub path: String,
    /// It has to arrive at Halkbank's address.
    pub halkbank: bool,
    pub headers: Vec<(String, Json)>,
    pub body: Body,
    pub answer: Json,
    pub fault: Option<Fault>,
}

#[derive(Debug, Clone)]
pub(super) enum Body {
    None,
    Json(Json),
    Form(Vec<(Json, Json)>),
    Xml {
        /// An object with the root element's name.
        root: Json,
        /// Whether it has to be the form field DATA, or must not; either where the case says nothing.
        form: Option<bool>,
        charset: Option<Charset>,
    },
}

impl Exchange {
    pub(super) fn read(json: &Json) -> Result<Self, String> {
        only(json, "it", &["expect", "answer"])?;
        let expect = json.get("expect").ok_or("\"expect\" is missing")?;
        let answer = json.get("answer").ok_or("\"answer\" is missing")?;
        only(expect, "expect", &["method", "path", "headers", "content-type", "body", "form", "xml", "charset"])?;
        only(
            answer,
            "answer",
            &["status", "headers", "json", "xml", "charset", "entities", "text", "base64", "fault"],
        )?;
        let (method, path, fault) = (expect.text("method"), expect.text("path"), answer.text("fault"));
        if !path.starts_with('/') {
            return Err("expect.path does not begin with /".into());
        }
        let charset = charset_of(expect)?;
        charset_of(answer)?;
        let body = match (expect.get("body"), expect.get("form"), expect.get("xml")) {
            (None, None, None) => Body::None,
            (Some(body), None, None) => Body::Json(body.clone()),
            (None, Some(Json::List(pairs)), None) => Body::Form(
                pairs
                    .iter()
                    .map(|pair| match pair.elements() {
                        [name, value] => Ok((name.clone(), value.clone())),
                        _ => Err("expect.form is a list of [name, value]"),
                    })
                    .collect::<Result<_, _>>()?,
            ),
            (None, form @ (None | Some(Json::Bool(_))), Some(root)) if root.members().len() == 1 => {
                Body::Xml { root: root.clone(), form: form.map(|form| *form == Json::Bool(true)), charset }
            }
            (None, _, Some(_)) => {
                return Err("expect.xml is an object with the root element; form beside it is true or false".into());
            }
            _ => return Err("expect has either a body or a form, which is a list, or xml".into()),
        };
        if answer.get("xml").is_some_and(|xml| xml.members().len() != 1) {
            return Err("answer.xml is an object with the root element".into());
        }
        let mut headers = expect.get("headers").map(|headers| headers.members().to_vec()).unwrap_or_default();
        headers.extend(expect.get("content-type").map(|kind| ("content-type".to_owned(), kind.clone())));
        // Under Halkbank's address paths may be written with or without the address's own last part.
        let (halkbank, path) = match path.strip_prefix("/fim/") {
            Some(rest) => (true, format!("/{rest}")),
            None => (matches!(body, Body::Xml { .. }), path),
        };
        Ok(Self {
            method: if method.is_empty() { "POST".into() } else { method },
            path,
            halkbank,
            headers,
            body,
            answer: answer.clone(),
            fault: if fault.is_empty() { None } else { Some(fault.parse()?) },
        })
    }
}

/// The charset that a case names.
fn charset_of(json: &Json) -> Result<Option<Charset>, String> {
    match json.get("charset").and_then(Json::scalar) {
        None => Ok(None),
        Some(name) => Charset::named(&name).map(Some).ok_or_else(|| format!("the charset {name:?} is not known")),
    }
}

/// Refuses keys that mean nothing here, so that a mistyped case cannot pass.
pub(super) fn only(json: &Json, what: &str, known: &[&str]) -> Result<(), String> {
    match json.members().iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err(format!("{what} has the unknown key {name:?}; known are {}", known.join(", "))),
        None => Ok(()),
    }
}
