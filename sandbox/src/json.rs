//! JSON that keeps what was really said: members in order, repeated keys, and numbers as the text they were written with.

use std::fmt;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Nesting beyond this is refused; no gateway message comes near it.
const MAX_DEPTH: usize = 64;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    /// The number's own text, so that `22.00` stays `22.00` and never passes through a float.
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Makes an object: `object! { "status_code": 100, "data": object! {} }`.
macro_rules! object {
    ($($key:literal : $value:expr),* $(,)?) => {
        $crate::json::Json::Object(vec![$(($key.to_owned(), $crate::json::Json::from($value))),*])
    };
}
pub(crate) use object;

impl Json {
    /// Reads one JSON text.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let raw: &RawValue = serde_json::from_str(text).map_err(|e| e.to_string())?;
        read(raw, 0)
    }

    /// The value of a key; the last one where it is repeated, as PHP takes it.
    pub(crate) fn get(&self, key: &str) -> Option<&Json> {
        self.members().iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The members of an object; none for anything else.
    pub(crate) fn members(&self) -> &[(String, Json)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// The elements of a list; none for anything else.
    pub(crate) fn elements(&self) -> &[Json] {
        match self {
            Self::List(elements) => elements,
            _ => &[],
        }
    }

    /// The text of a scalar: text as it is, a number's digits, `true` or `false`. Nothing for null, lists and objects.
    pub(crate) fn scalar(&self) -> Option<String> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text.clone()),
            Self::Bool(value) => Some(value.to_string()),
            _ => None,
        }
    }

    /// The text of a key, trimmed; empty where it is absent.
    pub(crate) fn text(&self, key: &str) -> String {
        self.get(key).and_then(Json::scalar).unwrap_or_default().trim().to_owned()
    }

    /// Sets a key of an object, in its place or at the end.
    pub(crate) fn set(&mut self, key: &str, value: impl Into<Json>) {
        if let Self::Object(members) = self {
            match members.iter_mut().find(|(name, _)| name == key) {
                Some((_, old)) => *old = value.into(),
                None => members.push((key.to_owned(), value.into())),
            }
        }
    }

    /// The same object with one more key.
    pub(crate) fn with(mut self, key: &str, value: impl Into<Json>) -> Self {
        self.set(key, value);
        self
    }

    /// The same object without a key.
    pub(crate) fn without(mut self, key: &str) -> Self {
        if let Self::Object(members) = &mut self {
            members.retain(|(name, _)| name != key);
        }
        self
    }

    /// An object of texts, for instance the fields of a form.
    pub(crate) fn of_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self::Object(pairs.into_iter().map(|(name, value)| (name, Self::Text(value))).collect())
    }
}

fn read(raw: &RawValue, depth: usize) -> Result<Json, String> {
    if depth > MAX_DEPTH {
        return Err("nested too deeply".into());
    }
    let text = raw.get();
    let wrong = |e: serde_json::Error| e.to_string();
    Ok(match text.as_bytes().first() {
        Some(b'{') => {
            let members: Members<'_> = serde_json::from_str(text).map_err(wrong)?;
            Json::Object(
                members
                    .0
                    .into_iter()
                    .map(|(key, value)| Ok((key, read(value, depth + 1)?)))
                    .collect::<Result<_, String>>()?,
            )
        }
        Some(b'[') => {
            let elements: Vec<&RawValue> = serde_json::from_str(text).map_err(wrong)?;
            Json::List(elements.into_iter().map(|value| read(value, depth + 1)).collect::<Result<_, _>>()?)
        }
        Some(b'"') => Json::Text(serde_json::from_str(text).map_err(wrong)?),
        Some(b't') => Json::Bool(true),
        Some(b'f') => Json::Bool(false),
        Some(b'n') => Json::Null,
        _ => Json::Number(text.to_owned()),
    })
}

/// The members of an object as they stand in the text.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
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
        deserializer.deserialize_map(Reader)
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(text) => f.write_str(text),
            Self::Text(text) => f.write_str(&quote(text)),
            Self::List(elements) => {
                f.write_str("[")?;
                for (n, element) in elements.iter().enumerate() {
                    write!(f, "{}{element}", if n == 0 { "" } else { "," })?;
                }
                f.write_str("]")
            }
            Self::Object(members) => {
                f.write_str("{")?;
                for (n, (key, value)) in members.iter().enumerate() {
                    write!(f, "{}{}:{value}", if n == 0 { "" } else { "," }, quote(key))?;
                }
                f.write_str("}")
            }
        }
    }
}

/// A JSON string literal; `Value`'s own printing cannot fail.
fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Json {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Json {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Vec<Json>> for Json {
    fn from(value: Vec<Json>) -> Self {
        Self::List(value)
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! numbers { ($($type:ty),*) => { $(
    impl From<$type> for Json {
        fn from(value: $type) -> Self {
            Self::Number(value.to_string())
        }
    }
)* } }
numbers!(i32, i64, u16, u32, u64, usize, Decimal);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_repeats_and_the_text_of_numbers() {
        let text = r#"{"b":22.00,"a":[1,-2.5e3,null,true,false],"b":"ş\"\nç","n":{"deep":0.30000000000000004123}}"#;
        let json = Json::parse(text).unwrap();
        assert_eq!(json.to_string(), text);
        assert_eq!(json.text("b"), "ş\"\nç", "the last of repeated keys counts");
    }

    #[test]
    fn refuses_what_is_not_json() {
        for text in ["", "{", "{\"a\":1,}", "[1 2]", "nul", "{} {}"] {
            assert!(Json::parse(text).is_err(), "{text}");
        }
        assert!(Json::parse(&"[".repeat(100_000)).is_err());
        assert!(Json::parse(&format!("{}{}", "[".repeat(1000), "]".repeat(1000))).is_err());
    }
}
