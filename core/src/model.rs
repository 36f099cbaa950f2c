//! How requests and replies are defined: once, with `model!`, for every language.
//!
//! A definition gives the Rust struct, strict reading (for what a caller gives), open reading (for what a gateway answers),
//! writing, the wire form and, with the feature `schema`, a description from which headers, schemas and stubs are made.
//! Serde derives would give none of the four things this needs: errors that name the field by its full path and never
//! repeat a value, replies that survive a field of the wrong type, unknown fields kept, and numbers kept digit by digit.

use crate::amount::Amount;
use crate::json::{Json, Object};
use crate::secret::{Secret, without_pans};

/// Why a caller's value was refused: the field's path and a sentence that never repeats the value.
#[derive(Debug, Clone, PartialEq)]
pub struct Wrong {
    /// Where, for instance `items[2].price`.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Wrong {
    pub(crate) fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }

    fn kind(expected: &str, got: &Json) -> Self {
        Self::new("", format!("must be {expected}, not {}", got.kind()))
    }

    pub(crate) fn within(mut self, outer: &str) -> Self {
        self.field = match self.field.as_str() {
            "" => outer.to_owned(),
            inner if inner.starts_with('[') => format!("{outer}{inner}"),
            inner => format!("{outer}.{inner}"),
        };
        self
    }
}

/// How a value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// What a caller gave: exactly this type, or an error.
    Strict,
    /// The same from a language with exact decimals: there a number with a fraction is one, and may be an amount.
    Exact,
    /// What a gateway answered: numbers as text, text as numbers, and many ways to say nothing.
    Open,
}

/// A type that fields of requests and replies can have.
pub trait Value: Sized + Default {
    /// Reads a value.
    fn read(json: Json, how: Reading) -> Result<Self, Wrong>;

    /// What an absent field means; `None` when the field is required.
    fn absent() -> Option<Self> {
        None
    }

    /// The value in JSON; `None` leaves the field out.
    fn write(&self) -> Option<Json>;

    /// Adds the value to the body of a request to the gateway.
    fn wire(&self, name: &str, body: &mut Object) {
        if let Some(json) = self.write() {
            body.set(name, json);
        }
    }

    /// What this type looks like, for generators.
    #[cfg(feature = "schema")]
    fn shape() -> Shape;
}

impl Value for String {
    fn read(json: Json, how: Reading) -> Result<Self, Wrong> {
        match (json, how) {
            (Json::Text(text), _) | (Json::Number(text), Reading::Open) => Ok(text),
            (Json::Bool(value), Reading::Open) => Ok(if value { "true" } else { "false" }.to_owned()),
            (nothing, Reading::Open) if nothing.is_nothing() => Ok(Self::new()),
            (other, _) => Err(Wrong::kind("text", &other)),
        }
    }
    fn write(&self) -> Option<Json> {
        Some(Json::Text(self.clone()))
    }
    #[cfg(feature = "schema")]
    fn shape() -> Shape {
        Shape::Text
    }
}

impl Value for Secret {
    fn read(json: Json, how: Reading) -> Result<Self, Wrong> {
        match json {
            Json::Secret(secret) => Ok(secret),
            other => String::read(other, how).map(Secret::from),
        }
    }
    fn write(&self) -> Option<Json> {
        Some(Json::Secret(self.clone()))
    }
    #[cfg(feature = "schema")]
    fn shape() -> Shape {
        Shape::Secret
    }
}

impl Value for Amount {
    fn read(json: Json, how: Reading) -> Result<Self, Wrong> {
        let read = |text: &str| text.parse().map_err(|e: crate::NotAnAmount| Wrong::new("", e.to_string()));
        match (&json, how) {
            (Json::Text(text) | Json::Number(text), Reading::Open) => read(text.trim()),
            (Json::Text(text), _) | (Json::Number(text), Reading::Exact) => {
                let amount: Amount = read(text)?;
                if amount.is_payable() { Ok(amount) } else { Err(Wrong::new("", "has more than two decimals")) }
            }
            // Whole numbers are exact in every language; a fraction may have been a float, so it must come as text.
            (Json::Number(text), Reading::Strict) if text.parse::<i64>().is_ok() => read(text),
            (Json::Number(_), Reading::Strict) => {
                Err(Wrong::new("", "is a number with a fraction; write amounts as text such as \"12.50\""))
            }
            (other, _) => Err(Wrong::kind("an amount as text such as \"12.50\"", other)),
        }
    }
    fn write(&self) -> Option<Json> {
        Some(Json::Text(self.to_string()))
    }
    #[cfg(feature = "schema")]
    fn shape() -> Shape {
        Shape::Amount
    }
}

impl Value for bool {
    fn read(json: Json, how: Reading) -> Result<Self, Wrong> {
        match (&json, json.as_text(), how) {
            (Json::Bool(value), ..) => Ok(*value),
            (_, Some("1" | "true" | "TRUE" | "True"), Reading::Open) => Ok(true),
            (_, Some("0" | "false" | "FALSE" | "False"), Reading::Open) => Ok(false),
            (other, ..) => Err(Wrong::kind("true or false", other)),
        }
    }
    fn write(&self) -> Option<Json> {
        Some(Json::Bool(*self))
    }
    #[cfg(feature = "schema")]
    fn shape() -> Shape {
        Shape::Boolean
    }
}

fn integer(json: &Json, how: Reading) -> Result<i64, Wrong> {
    match (json, how) {
        (Json::Number(text), _) | (Json::Text(text), Reading::Open) => {
            text.trim().parse().map_err(|_| Wrong::new("", "must be a whole number in range"))
        }
        (other, _) => Err(Wrong::kind("a whole number", other)),
    }
}

macro_rules! integers { ($($type:ty: $shape:ident),*) => { $(
    impl Value for $type {
        fn read(json: Json, how: Reading) -> Result<Self, Wrong> {
            <$type>::try_from(integer(&json, how)?).map_err(|_| Wrong::new("", "must be a whole number in range"))
        }
        fn write(&self) -> Option<Json> {
            Some(Json::Number(self.to_string()))
        }
        #[cfg(feature = "schema")]
        fn shape() -> Shape {
            Shape::$shape
        }
    }
)* } }
integers!(u32: Count, i64: Integer);

impl<T: Value> Value for Option<T> {
    fn read(json: Json, how: Reading) -> Result<Self, Wrong> {
        if how == Reading::Open && json.is_nothing() { Ok(None) } else { T::read(json, how).map(Some) }
    }
    fn absent() -> Option<Self> {
        Some(None)
    }
    fn write(&self) -> Option<Json> {
        self.as_ref()?.write()
    }
    fn wire(&self, name: &str, body: &mut Object) {
        if let Some(value) = self {
            value.wire(name, body);
        }
    }
    #[cfg(feature = "schema")]
    fn shape() -> Shape {
        Shape::Optional(Box::new(T::shape()))
    }
}

impl<T: Value> Value for Vec<T> {
    fn read(json: Json, how: Reading) -> Result<Self, Wrong> {
        let mut read = Vec::new();
        each_item(json, how, &mut |item| {
            read.push(T::read(item, how)?);
            Ok(())
        })?;
        Ok(read)
    }
    fn absent() -> Option<Self> {
        Some(Vec::new())
    }
    fn write(&self) -> Option<Json> {
        if self.is_empty() {
            return None;
        }
        Some(Json::List(self.iter().filter_map(T::write).collect()))
    }
    fn wire(&self, name: &str, body: &mut Object) {
        // An item goes onto the wire as a field does; the field is only there to carry it.
        let mut items = Vec::new();
        for item in self {
            let mut field = Object::new();
            item.wire(name, &mut field);
            items.extend(field.take(name));
        }
        if !items.is_empty() {
            body.set(name, items);
        }
    }
    #[cfg(feature = "schema")]
    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }
}

fn each_item(json: Json, how: Reading, read: &mut dyn FnMut(Json) -> Result<(), Wrong>) -> Result<(), Wrong> {
    let list = match json {
        Json::List(list) => list,
        nothing if how == Reading::Open && nothing.is_nothing() => Vec::new(),
        other => return Err(Wrong::kind("a list", &other)),
    };
    for (i, item) in list.into_iter().enumerate() {
        read(item).map_err(|wrong| wrong.within(&format!("[{i}]")))?;
    }
    Ok(())
}

/// Any JSON object, as it is.
impl Value for Object {
    fn read(json: Json, how: Reading) -> Result<Self, Wrong> {
        match json {
            Json::Object(object) => Ok(object),
            nothing if how == Reading::Open && nothing.is_nothing() => Ok(Self::new()),
            other => Err(Wrong::kind("an object", &other)),
        }
    }
    fn absent() -> Option<Self> {
        Some(Self::new())
    }
    fn write(&self) -> Option<Json> {
        (!self.is_empty()).then(|| Json::Object(self.clone()))
    }
    #[cfg(feature = "schema")]
    fn shape() -> Shape {
        Shape::Any
    }
}

/// A request or a reply as a whole.
pub trait Model: Value + Clone + std::fmt::Debug {
    /// The type's name, as every language spells it.
    const NAME: &'static str;

    /// The body of a request to the gateway: every field under its wire name.
    fn body(&self) -> Object;

    /// What this type looks like, for generators.
    #[cfg(feature = "schema")]
    fn info() -> ModelInfo;
}

/// A field of a model behind one pointer, so that reading and writing are loops over a table instead of code per field.
pub(crate) trait Slot {
    fn fill(&mut self, json: Json, how: Reading) -> Result<(), Wrong>;
    fn leave_out(&mut self) -> Result<(), Wrong>;
    fn write_slot(&self) -> Option<Json>;
    fn wire_slot(&self, name: &str, body: &mut Object);
}

impl<T: Value> Slot for T {
    fn fill(&mut self, json: Json, how: Reading) -> Result<(), Wrong> {
        *self = T::read(json, how)?;
        Ok(())
    }
    fn leave_out(&mut self) -> Result<(), Wrong> {
        // The model was made with defaults, which is what absence means where it is allowed.
        T::absent().map(drop).ok_or_else(|| Wrong::new("", "is required"))
    }
    fn write_slot(&self) -> Option<Json> {
        self.write()
    }
    fn wire_slot(&self, name: &str, body: &mut Object) {
        self.wire(name, body);
    }
}

pub(crate) fn read_strict(json: Json, how: Reading, fields: &mut [(&str, &mut dyn Slot)]) -> Result<(), Wrong> {
    let mut object = into_object(json)?;
    // Unknown names first: "did you mean" says more than "is required" to who misspelled a name.
    if let Some((name, _)) = object.iter().find(|(name, _)| !fields.iter().any(|(known, _)| known == name)) {
        return Err(unknown(name, fields.iter().map(|(known, _)| *known)));
    }
    for (name, slot) in fields {
        let filled = match object.take(name) {
            None | Some(Json::Null) => slot.leave_out(),
            Some(json) => slot.fill(json, how),
        };
        filled.map_err(|wrong| wrong.within(name))?;
    }
    Ok(())
}

fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Wrong {
    let bare = |name: &str| name.replace(['_', '-'], "").to_ascii_lowercase();
    let shown: String = without_pans(name).chars().take(60).collect();
    match known.clone().find(|known| bare(known) == bare(name)) {
        Some(near) => Wrong::new(shown, format!("is not a field here; did you mean {near}?")),
        None if known.clone().next().is_none() => Wrong::new(shown, "is not a field here; there are none"),
        None => {
            Wrong::new(shown, format!("is not a field here; the fields are {}", known.collect::<Vec<_>>().join(", ")))
        }
    }
}

/// Fills a reply's fields, each from its wire name or, when this library wrote the reply, from its own name. What cannot be
/// read stays in `object`, from where it goes to `extra`: no odd field may cost a shop the whole answer.
pub(crate) fn read_open(object: &mut Object, fields: &mut [(&str, &str, &mut dyn Slot)]) {
    for (wire, name, slot) in fields {
        for key in [*wire, *name] {
            let filled = object.get(key).map(|json| slot.fill(json.clone(), Reading::Open));
            if matches!(filled, Some(Ok(()))) {
                object.take(key);
                break;
            }
        }
    }
}

pub(crate) fn write_fields(fields: &[(&str, &dyn Slot)]) -> Option<Json> {
    let written = fields.iter().filter_map(|(name, slot)| Some(((*name).to_owned(), slot.write_slot()?)));
    Some(Json::Object(written.collect()))
}

pub(crate) fn body_fields(fields: &[(&str, &dyn Slot)]) -> Object {
    let mut body = Object::new();
    for (wire, slot) in fields {
        slot.wire_slot(wire, &mut body);
    }
    body
}

pub(crate) fn into_object(json: Json) -> Result<Object, Wrong> {
    match json {
        Json::Object(object) => Ok(object),
        other => Err(Wrong::kind("an object", &other)),
    }
}

/// Moves what this library itself wrote as `extra` back among the unknown fields.
pub(crate) fn with_extra(mut left: Object) -> Object {
    match left.take("extra") {
        Some(Json::Object(extra)) => left.into_iter().chain(extra).collect(),
        Some(other) => {
            left.set("extra", other);
            left
        }
        None => left,
    }
}

/// Defines a request, a part of one, or a reply.
///
/// - `request` and `part`: from a caller, strict. A part stays an object of its own on the wire.
/// - `flat`: like `part`, but on the wire its fields stand among those of the request.
/// - `reply`: from a gateway, open, unknown fields kept in `extra`.
/// - `result`: calculated here; read openly, without `extra`.
///
/// A field may name its wire form: `number: Secret = "cc_no",`.
macro_rules! model {
    ($(#[doc = $doc:expr])* reply $name:ident { $($(#[doc = $fdoc:expr])* $field:ident: $ty:ty $(= $wire:literal)?,)* }) => {
        $crate::model::model!(@struct [$($doc),*] $name {
            $([$($fdoc),*] $field: $ty,)*
            [" Fields of the answer that this library does not know, or that had an unexpected type."] extra: $crate::json::Object,
        });
        impl $crate::model::Value for $name {
            fn read(json: $crate::json::Json, _: $crate::model::Reading) -> Result<Self, $crate::model::Wrong> {
                $crate::model::into_object(json).map(Self::from)
            }
            $crate::model::model!(@write $($field,)* extra,);
        }
        impl From<$crate::json::Object> for $name {
            fn from(mut object: $crate::json::Object) -> Self {
                let mut this = Self::default();
                $crate::model::read_open(&mut object, &mut [
                    $(($crate::model::model!(@wire $field $($wire)?), stringify!($field), &mut this.$field as &mut dyn $crate::model::Slot),)*
                ]);
                this.extra = $crate::model::with_extra(object);
                this
            }
        }
        $crate::model::model!(@model [$($doc),*] "reply" $name {
            $([$($fdoc),*] $field: $ty = $crate::model::model!(@wire $field $($wire)?),)*
            [" Fields of the answer that this library does not know, or that had an unexpected type."] extra: $crate::json::Object = "extra",
        });
    };
    ($(#[doc = $doc:expr])* result $name:ident { $($(#[doc = $fdoc:expr])* $field:ident: $ty:ty,)* }) => {
        $crate::model::model!(@struct [$($doc),*] $name { $([$($fdoc),*] $field: $ty,)* });
        impl $crate::model::Value for $name {
            fn read(json: $crate::json::Json, _: $crate::model::Reading) -> Result<Self, $crate::model::Wrong> {
                let mut object = $crate::model::into_object(json)?;
                let mut this = Self::default();
                $crate::model::read_open(&mut object, &mut [
                    $((stringify!($field), stringify!($field), &mut this.$field as &mut dyn $crate::model::Slot),)*
                ]);
                Ok(this)
            }
            $crate::model::model!(@write $($field,)*);
        }
        $crate::model::model!(@model [$($doc),*] "result" $name { $([$($fdoc),*] $field: $ty = stringify!($field),)* });
    };
    ($(#[doc = $doc:expr])* flat $name:ident { $($(#[doc = $fdoc:expr])* $field:ident: $ty:ty $(= $wire:literal)?,)* }) => {
        $crate::model::model!(@strict "part" [$($doc),*] $name { $([$($fdoc),*] $field: $ty $(= $wire)?,)* } {
            fn wire(&self, _name: &str, body: &mut $crate::json::Object) {
                for (name, value) in $crate::model::Model::body(self) {
                    body.set(name, value);
                }
            }
        });
    };
    ($(#[doc = $doc:expr])* part $name:ident { $($(#[doc = $fdoc:expr])* $field:ident: $ty:ty $(= $wire:literal)?,)* }) => {
        $crate::model::model!(@strict "part" [$($doc),*] $name { $([$($fdoc),*] $field: $ty $(= $wire)?,)* } {
            fn wire(&self, name: &str, body: &mut $crate::json::Object) {
                body.set(name, $crate::model::Model::body(self));
            }
        });
    };
    ($(#[doc = $doc:expr])* request $name:ident { $($(#[doc = $fdoc:expr])* $field:ident: $ty:ty $(= $wire:literal)?,)* }) => {
        $crate::model::model!(@strict "request" [$($doc),*] $name { $([$($fdoc),*] $field: $ty $(= $wire)?,)* } {});
    };
    (@strict $kind:literal [$($doc:expr),*] $name:ident { $([$($fdoc:expr),*] $field:ident: $ty:ty $(= $wire:literal)?,)* } { $($wire_fn:tt)* }) => {
        $crate::model::model!(@struct [$($doc),*] $name { $([$($fdoc),*] $field: $ty,)* });
        impl $crate::model::Value for $name {
            fn read(json: $crate::json::Json, how: $crate::model::Reading) -> Result<Self, $crate::model::Wrong> {
                #[allow(unused_mut)]
                let mut this = Self::default();
                $crate::model::read_strict(json, how, &mut [
                    $((stringify!($field), &mut this.$field as &mut dyn $crate::model::Slot),)*
                ])?;
                Ok(this)
            }
            $crate::model::model!(@write $($field,)*);
            $($wire_fn)*
        }
        $crate::model::model!(@model [$($doc),*] $kind $name {
            $([$($fdoc),*] $field: $ty = $crate::model::model!(@wire $field $($wire)?),)*
        });
    };
    (@wire $field:ident) => { stringify!($field) };
    (@wire $field:ident $wire:literal) => { $wire };
    (@struct [$($doc:expr),*] $name:ident { $([$($fdoc:expr),*] $field:ident: $ty:ty,)* }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name { $($(#[doc = $fdoc])* pub $field: $ty,)* }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::model::Value::write(self).serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let json = <$crate::json::Json as serde::Deserialize>::deserialize(deserializer)?;
                <Self as $crate::model::Value>::read(json, $crate::model::Reading::Strict)
                    .map_err(|wrong| serde::de::Error::custom(format!("{}: {}", wrong.field, wrong.reason)))
            }
        }
    };
    (@write $($field:ident,)*) => {
        fn write(&self) -> Option<$crate::json::Json> {
            $crate::model::write_fields(&[$((stringify!($field), &self.$field as &dyn $crate::model::Slot),)*])
        }
        #[cfg(feature = "schema")]
        fn shape() -> $crate::model::Shape {
            $crate::model::Shape::Model(<Self as $crate::model::Model>::info)
        }
    };
    (@model [$($doc:expr),*] $kind:literal $name:ident { $([$($fdoc:expr),*] $field:ident: $ty:ty = $wire:expr,)* }) => {
        impl $crate::model::Model for $name {
            const NAME: &'static str = stringify!($name);
            fn body(&self) -> $crate::json::Object {
                $crate::model::body_fields(&[$(($wire, &self.$field as &dyn $crate::model::Slot),)*])
            }
            #[cfg(feature = "schema")]
            fn info() -> $crate::model::ModelInfo {
                $crate::model::ModelInfo {
                    name: stringify!($name),
                    kind: $kind,
                    doc: $crate::model::doc(&[$($doc),*]),
                    fields: vec![$($crate::model::FieldInfo {
                        name: stringify!($field),
                        wire: $wire,
                        doc: $crate::model::doc(&[$($fdoc),*]),
                        shape: <$ty as $crate::model::Value>::shape(),
                        required: <$ty as $crate::model::Value>::absent().is_none(),
                    },)*],
                }
            }
        }
    };
}
pub(crate) use model;

/// Which of these words it is.
#[inline(never)]
pub(crate) fn word(json: &Json, words: &[&str]) -> Result<usize, Wrong> {
    let given = json.as_text().filter(|_| matches!(json, Json::Text(_)));
    words
        .iter()
        .position(|word| given == Some(word))
        .ok_or_else(|| Wrong::new("", format!("must be one of {}", words.join(", "))))
}

/// Defines a closed set of words a request may use, or by which this library judges.
macro_rules! choice {
    ($(#[doc = $doc:expr])* $name:ident { $($(#[doc = $vdoc:expr])* $variant:ident = $text:literal,)* }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[doc = $vdoc])* $variant,)* }

        impl $name {
            /// Every word, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word itself.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::ALL[0]
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::model::Value for $name {
            fn read(json: $crate::json::Json, _: $crate::model::Reading) -> Result<Self, $crate::model::Wrong> {
                $crate::model::word(&json, &[$($text),*]).map(|at| Self::ALL[at])
            }
            fn write(&self) -> Option<$crate::json::Json> {
                Some($crate::json::Json::from(self.as_str()))
            }
            #[cfg(feature = "schema")]
            fn shape() -> $crate::model::Shape {
                $crate::model::Shape::Choice(|| $crate::model::ChoiceInfo {
                    name: stringify!($name),
                    doc: $crate::model::doc(&[$($doc),*]),
                    words: vec![$(($text, $crate::model::doc(&[$($vdoc),*])),)*],
                    names: vec![$(stringify!($variant)),*],
                })
            }
        }
    };
}
pub(crate) use choice;

#[cfg(feature = "schema")]
pub(crate) use crate::schema::doc;
#[cfg(feature = "schema")]
pub use crate::schema::{ChoiceInfo, FieldInfo, ModelInfo, Shape};

#[cfg(test)]
#[test]
fn an_unknown_name_is_answered_with_all_that_are_known() {
    let all = ["invoice_id", "amount"];
    assert!(unknown("patience", all.into_iter()).reason.ends_with("the fields are invoice_id, amount"));
    assert!(unknown("invoiceId", all.into_iter()).reason.ends_with("did you mean invoice_id?"));
}
