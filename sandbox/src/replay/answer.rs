//! Answering as a case says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Replay;
use super::exchange::Exchange;
use crate::charset::Charset;
use crate::halkbank::api::xml_answer;
use crate::halkbank::settings::Collation;
use crate::halkbank::ver3;
use crate::hash::seal;
use crate::http::Answer;
use crate::json::Json;
use crate::xml::Node;

impl Replay {
    /// A value of an answer with placeholders filled in and `$sign` sealed.
    fn filled_json(&self, json: &Json) -> Json {
        match json {
            Json::Text(text) => Json::Text(self.filled(text)),
            Json::List(elements) => Json::List(elements.iter().map(|element| self.filled_json(element)).collect()),
            Json::Object(members) => match members.first() {
                Some((rule, Json::List(_))) if rule == "$ver3" => {
                    Json::Text(self.ver3(json).map_or_else(|error| error, |(_, hash)| hash))
                }
                Some((rule, Json::Text(plain))) if rule == "$sign" => {
                    Json::Text(seal(&self.filled(plain), &self.secret(json)))
                }
                _ => {
                    Json::Object(members.iter().map(|(name, value)| (name.clone(), self.filled_json(value))).collect())
                }
            },
            other => other.clone(),
        }
    }

    pub(super) fn answer(&mut self, exchange: &Exchange) -> Answer {
        let spec = &exchange.answer;
        let status = spec.text("status").parse().unwrap_or(200);
        let mut answer = match (spec.get("json").or(spec.get("xml")), spec.get("text"), spec.get("base64")) {
            (Some(xml), ..) if spec.get("json").is_none() => {
                let xml = self.filled_json(xml);
                let root = xml.members().first().and_then(|(name, value)| Node::from_json(name, value).pop());
                let charset = Charset::named(&spec.text("charset")).unwrap_or_default();
                let entities = spec.get("entities") == Some(&Json::Bool(true));
                xml_answer(status, &root.unwrap_or_default(), charset, entities)
            }
            (Some(json), ..) => {
                let json = self.filled_json(json);
                if let Some(token) = json
                    .get("data")
                    .map(|data| data.text("token"))
                    .filter(|token| exchange.path == "/api/token" && !token.is_empty())
                {
                    self.token = token;
                }
                Answer::json_status(status, &json)
            }
            (_, Some(text), _) => {
                Answer::new(status, "text/html; charset=UTF-8", self.filled(&text.scalar().unwrap_or_default()))
            }
            (.., Some(bytes)) => match STANDARD.decode(bytes.scalar().unwrap_or_default()) {
                Ok(bytes) => Answer::new(status, "application/octet-stream", bytes),
                Err(error) => {
                    self.problems.push(format!("exchange {}: answer.base64 is not base64: {error}", self.done));
                    Answer::new(500, "", "")
                }
            },
            _ => Answer::new(status, "", ""),
        };
        for (name, value) in spec.get("headers").map(Json::members).unwrap_or_default() {
            let value = self.filled(&value.scalar().unwrap_or_default());
            match name.to_ascii_lowercase().as_str() {
                "content-type" => answer.content_type = value,
                name => answer.headers.push((name.to_owned(), value)),
            }
        }
        answer.fault = exchange.fault.clone();
        answer
    }

    /// What a `{"$ver3": [["name", "value"], …]}` stands for: the text under the hash, and the hash.
    pub(super) fn ver3(&self, rule: &Json) -> Result<(String, String), String> {
        let pairs = rule.get("$ver3").map(Json::elements).unwrap_or_default();
        let fields: Option<Vec<(String, String)>> = pairs
            .iter()
            .map(|pair| match pair.elements() {
                // A field without a value counts as an empty one.
                [name, Json::Null] => Some((name.scalar()?, String::new())),
                [name, value] => Some((name.scalar()?, self.filled(&value.scalar()?))),
                _ => None,
            })
            .collect();
        let fields = fields.ok_or("$ver3 is a list of [name, value]")?;
        let store_key = if rule.text("secret").is_empty() { self.key("store_key") } else { self.secret(rule) };
        let hashed =
            |make: fn(&[(String, String)], Collation, &str) -> String| make(&fields, Collation::default(), &store_key);
        Ok((hashed(ver3::plain), hashed(ver3::hash)))
    }
}
