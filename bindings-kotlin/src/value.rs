//! JSON values as they cross into Kotlin and back, without a text between: numbers keep their digits, members their order, secrets
//! their silence.

use halkode::Json;

/// A value of JSON.
#[derive(uniffi::Enum)]
pub enum NativeValue {
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag {
        /// Which of the two.
        value: bool,
    },
    /// A number.
    Number {
        /// As it is written.
        text: String,
    },
    /// A text.
    Text {
        /// The text.
        text: String,
    },
    /// A text that must not be shown.
    Hidden {
        /// The text.
        text: String,
    },
    /// An array.
    Items {
        /// In order.
        items: Vec<NativeValue>,
    },
    /// An object.
    Members {
        /// In order.
        members: Vec<NativeMember>,
    },
}

/// A member of an object.
#[derive(uniffi::Record)]
pub struct NativeMember {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: NativeValue,
}

/// Shows nothing of the value: it may be a request.
impl std::fmt::Debug for NativeValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NativeValue")
    }
}

impl From<NativeValue> for Json {
    fn from(value: NativeValue) -> Self {
        match value {
            NativeValue::Null => Json::Null,
            NativeValue::Flag { value } => Json::Bool(value),
            NativeValue::Number { text } => Json::Number(text),
            // The core's own definitions say which fields are secret.
            NativeValue::Text { text } | NativeValue::Hidden { text } => Json::Text(text),
            NativeValue::Items { items } => Json::List(items.into_iter().map(Json::from).collect()),
            NativeValue::Members { members } => {
                Json::Object(members.into_iter().map(|member| (member.name, member.value.into())).collect())
            }
        }
    }
}

impl From<Json> for NativeValue {
    fn from(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Flag { value },
            Json::Number(text) => Self::Number { text },
            Json::Text(text) => Self::Text { text },
            Json::Secret(secret) => Self::Hidden { text: secret.expose().to_owned() },
            Json::List(list) => Self::Items { items: list.into_iter().map(Self::from).collect() },
            Json::Object(object) => Self::Members {
                members: object.into_iter().map(|(name, value)| NativeMember { name, value: value.into() }).collect(),
            },
        }
    }
}
