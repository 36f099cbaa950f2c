//! JSON whose numbers keep the text they came in.
//!
//! Money crosses this crate as decimal text, so a number must never pass through a binary float on its way in or out.
//! `serde_json` does the lexing and the printing; only the tree is ours.

use std::fmt;

use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::secret::Secret;

/// How deep arrays and objects may nest; the gateways' answers need five levels.
const MAX_DEPTH: usize = 64;

/// A JSON value: object members keep their order, numbers their text, secrets their silence.
#[derive(Clone, PartialEq, Default)]
pub enum Json {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it was written, for instance `21.20`.
    Number(String),
    /// A string.
    Text(String),
    /// A string that must not be shown: it is written to the gateway and redacted everywhere else.
    Secret(Secret),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Object),
}

/// The members of a JSON object in the order they came in; of a repeated name, the last value counts.
#[derive(Clone, PartialEq, Default)]
pub struct Object(Vec<(String, Json)>);

impl Object {
    /// An object without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of a member.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    /// Sets a member: in its place when it is there, else at the end.
    pub fn set(&mut self, name: impl AsRef<str>, value: impl Into<Json>) {
        fn put(object: &mut Object, name: &str, value: Json) {
            match object.0.iter_mut().find(|(n, _)| n == name) {
                Some((_, v)) => *v = value,
                None => object.0.push((name.to_owned(), value)),
            }
        }
        put(self, name.as_ref(), value.into());
    }

    /// Removes a member and returns its value.
    pub fn take(&mut self, name: &str) -> Option<Json> {
        let at = self.0.iter().position(|(n, _)| n == name)?;
        Some(self.0.remove(at).1)
    }

    /// The members in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v))
    }

    /// The members in order, their values to change.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Json)> {
        self.0.iter_mut().map(|(n, v)| (n.as_str(), v))
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl IntoIterator for Object {
    type Item = (String, Json);
    type IntoIter = std::vec::IntoIter<Self::Item>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<(String, Json)> for Object {
    fn from_iter<I: IntoIterator<Item = (String, Json)>>(members: I) -> Self {
        let mut object = Self::new();
        for (name, value) in members {
            object.set(name, value);
        }
        object
    }
}

impl Json {
    /// Reads a JSON text. The error says where and what, never the text itself, which may hold a card number.
    pub fn parse(text: &str) -> Result<Self, String> {
        let raw: &RawValue =
            serde_json::from_str(text).map_err(|e| format!("not JSON (line {}, column {})", e.line(), e.column()))?;
        from_raw(raw, 0)
    }

    /// This value as a JSON text, with every secret in the clear: for the wire only.
    pub(crate) fn expose(&self) -> String {
        // Room for the whole text from the start: growing would leave copies of secrets behind in freed memory.
        let mut text = Vec::with_capacity(self.printed_size());
        serde_json::to_writer(&mut text, &Printed { json: self, expose: true })
            .expect("a tree of strings always prints");
        String::from_utf8(text).expect("JSON is UTF-8")
    }

    /// This value with every number that a language might not hold exactly as text: one with a fraction or an exponent, or beyond
    /// 2⁵³. Most JSON readers make a binary float of such a number, and it may be money.
    pub(crate) fn portable(self) -> Self {
        const EXACT: i64 = 1 << 53;
        match self {
            Json::Number(text) if !text.parse::<i64>().is_ok_and(|number| (-EXACT..=EXACT).contains(&number)) => {
                Json::Text(text)
            }
            Json::List(list) => Json::List(list.into_iter().map(Json::portable).collect()),
            Json::Object(object) => {
                Json::Object(object.into_iter().map(|(name, value)| (name, value.portable())).collect())
            }
            other => other,
        }
    }

    /// Enough bytes for the printed text, even when every character of a text must be escaped.
    fn printed_size(&self) -> usize {
        match self {
            Json::Null | Json::Bool(_) => 5,
            Json::Number(text) => text.len() + 2,
            Json::Text(text) => text.len() * 6 + 2,
            Json::Secret(secret) => secret.expose().len() * 6 + 2,
            Json::List(list) => 2 + list.iter().map(|item| item.printed_size() + 1).sum::<usize>(),
            Json::Object(object) => {
                2 + object.iter().map(|(name, value)| name.len() * 6 + 4 + value.printed_size()).sum::<usize>()
            }
        }
    }

    /// The text of a string or number, as the gateways use the two for one another.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Json::Text(text) | Json::Number(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number in a number or string.
    pub fn as_int(&self) -> Option<i64> {
        self.as_text()?.trim().parse().ok()
    }

    /// The members, when this is an object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Json::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The members, when this is an object.
    pub fn into_object(self) -> Option<Object> {
        match self {
            Json::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Whether a gateway would write this for "nothing": `null`, `""`, `[]` or `{}`.
    pub fn is_nothing(&self) -> bool {
        match self {
            Json::Null => true,
            Json::Text(text) => text.is_empty(),
            Json::List(list) => list.is_empty(),
            Json::Object(object) => object.is_empty(),
            _ => false,
        }
    }

    /// What kind of value this is, for messages that must not show the value.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "true/false",
            Json::Number(_) => "a number",
            Json::Text(_) | Json::Secret(_) => "text",
            Json::List(_) => "a list",
            Json::Object(_) => "an object",
        }
    }
}

fn from_raw(raw: &RawValue, depth: usize) -> Result<Json, String> {
    fn read<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, String> {
        serde_json::from_str(raw.get()).map_err(|_| "not JSON".to_owned())
    }
    if depth > MAX_DEPTH {
        return Err(format!("nested more than {MAX_DEPTH} levels deep"));
    }
    Ok(match raw.get().as_bytes()[0] {
        b'n' => Json::Null,
        b't' => Json::Bool(true),
        b'f' => Json::Bool(false),
        b'"' => Json::Text(read(raw)?),
        b'[' => {
            let items: Vec<&RawValue> = read(raw)?;
            Json::List(items.into_iter().map(|item| from_raw(item, depth + 1)).collect::<Result<_, _>>()?)
        }
        b'{' => {
            let Members(members) = read(raw)?;
            let mut object = Object::new();
            for (name, value) in members {
                object.set(name, from_raw(value, depth + 1)?);
            }
            Json::Object(object)
        }
        _ => Json::Number(raw.get().to_owned()),
    })
}

/// The members of an object with their values still unread.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// Reads from any self-describing format; for JSON text use [`Json::parse`], which keeps every digit of a number.
impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Json;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }
            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Null)
            }
            fn visit_none<E>(self) -> Result<Json, E> {
                Ok(Json::Null)
            }
            fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Json, D::Error> {
                Json::deserialize(inner)
            }
            fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
                Ok(Json::Bool(value))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
                Ok(Json::Number(value.to_string()))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
                Ok(Json::Number(value.to_string()))
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Json, E> {
                // Kept as text; a field that takes an amount refuses a number with a fraction.
                Ok(Json::Number(value.to_string()))
            }
            fn visit_str<E>(self, value: &str) -> Result<Json, E> {
                Ok(Json::Text(value.to_owned()))
            }
            fn visit_string<E>(self, value: String) -> Result<Json, E> {
                Ok(Json::Text(value))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = seq.next_element()? {
                    list.push(item);
                }
                Ok(Json::List(list))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
                let mut object = Object::new();
                while let Some((name, value)) = map.next_entry::<String, Json>()? {
                    object.set(name, value);
                }
                Ok(Json::Object(object))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// Secrets print as `[redacted]`.
impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Printed { json: self, expose: false }.serialize(serializer)
    }
}

/// A value on its way to a text, its secrets in the clear or not.
struct Printed<'a> {
    json: &'a Json,
    expose: bool,
}

impl Serialize for Printed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let with = |json| Printed { json, ..*self };
        match self.json {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(value) => serializer.serialize_bool(*value),
            Json::Number(text) => match RawValue::from_string(text.clone()) {
                Ok(raw) => raw.serialize(serializer),
                // Not from a JSON text: better a string than an invalid document.
                Err(_) => serializer.serialize_str(text),
            },
            Json::Text(text) => serializer.serialize_str(text),
            Json::Secret(secret) if self.expose => serializer.serialize_str(secret.expose()),
            Json::Secret(_) => serializer.serialize_str(Secret::REDACTED),
            Json::List(list) => serializer.collect_seq(list.iter().map(with)),
            Json::Object(object) => serializer.collect_map(object.iter().map(|(name, value)| (name, with(value)))),
        }
    }
}

/// Prints as JSON, secrets redacted.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Json::Text(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Json::Text(text)
    }
}

impl From<Secret> for Json {
    fn from(secret: Secret) -> Self {
        Json::Secret(secret)
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Json::Number(number.to_string())
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Json::Bool(value)
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Self {
        Json::Object(object)
    }
}

impl From<Vec<Json>> for Json {
    fn from(list: Vec<Json>) -> Self {
        Json::List(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_text() {
        let text = r#"{"a":102.04081632653,"b":123456789012345678901234,"c":1.10,"d":[0.1,-2e3]}"#;
        assert_eq!(Json::parse(text).unwrap().to_string(), text);
    }

    #[test]
    fn portable_numbers_are_exact_in_every_language() {
        let json = Json::parse(r#"{"a":[1.10,-7,1e3,9007199254740993],"b":{"c":0,"d":-0.5}}"#).unwrap().portable();
        assert_eq!(json.to_string(), r#"{"a":["1.10",-7,"1e3","9007199254740993"],"b":{"c":0,"d":"-0.5"}}"#);
    }

    #[test]
    fn of_a_repeated_name_the_last_value_counts() {
        assert_eq!(Json::parse(r#"{"a":1,"b":2,"a":3}"#).unwrap().to_string(), r#"{"a":3,"b":2}"#);
    }

    #[test]
    fn a_bad_text_is_not_repeated_in_the_error() {
        let error = Json::parse(r#"{"number": 4132260000000003, "#).unwrap_err();
        assert!(error.starts_with("not JSON (line 1"), "{error}");
        assert!(!error.contains("4132"), "{error}");
        assert!(Json::parse(&("[".repeat(100) + &"]".repeat(100))).unwrap_err().contains("64 levels"));
    }

    #[test]
    fn secrets_are_printed_for_the_wire_only() {
        let mut object = Object::new();
        object.set("cvv", Json::Secret("555".into()));
        let json = Json::from(vec![Json::from(object)]);
        assert_eq!(json.to_string(), r#"[{"cvv":"[redacted]"}]"#);
        assert_eq!(format!("{json:?}"), r#"[{"cvv":"[redacted]"}]"#);
        assert_eq!(json.expose(), r#"[{"cvv":"555"}]"#);
    }
}
