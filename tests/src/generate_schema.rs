//! Writes `include/halkode.schema.json`: every request and reply as JSON Schema 2020-12, with documentation.

use std::collections::BTreeMap;

use halkode::{ChoiceInfo, Failure, FieldInfo, Kind, Model, ModelInfo, Shape};
use serde_json::{Map, Value, json};

use crate::api::api;

const ABOUT: &str = "Requests and replies of libhalkode. `clients` has the two gateways: for each what makes a client (`config`), \
    and the request and the reply of each of its operations. `error` is what tells of a failure. Requests are closed: an unknown field is refused. \
    Replies are open: a later release may add fields, and what the gateway sends beyond the known stands in `extra`, \
    its numbers as strings where they have a fraction or exceed 2^53. Amounts are decimal strings. `x-wire` is the gateway's own name of a field where it differs.";

/// What a request may carry: at most two decimals that are not zero.
const PAYABLE: &str = r"^-?[0-9]+(\.[0-9]{1,2}0*)?$";
/// What a reply may carry: a calculated commission has more decimals.
const DECIMAL: &str = r"^-?[0-9]+\.[0-9]{2,}$";

/// The schema, as it must stand in the repository.
pub fn schema() -> String {
    let mut definitions = Definitions::default();
    let mut clients = Map::new();
    for client in api().clients {
        let mut operations = Map::new();
        for operation in client.operations {
            let kind = match operation.kind {
                Kind::Pure => "pure",
                Kind::Query => "query",
                Kind::Money => "money",
            };
            let entry = json!({
                "description": operation.doc,
                "kind": kind,
                "request": definitions.model((operation.request)()),
                "reply": definitions.model((operation.reply)()),
            });
            operations.insert(operation.name.to_owned(), entry);
        }
        let entry = json!({
            "description": client.doc,
            "config": definitions.model(client.config),
            "operations": operations,
        });
        clients.insert(client.name.to_lowercase(), entry);
    }
    let error = definitions.error();
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "halkode",
        "description": ABOUT,
        "clients": clients,
        "error": error,
        "$defs": definitions.0,
    });
    serde_json::to_string_pretty(&schema).expect("a schema prints") + "\n"
}

/// The models and choices met so far, by name.
#[derive(Default)]
struct Definitions(BTreeMap<String, Value>);

impl Definitions {
    /// Defines a model, once, and refers to it.
    fn model(&mut self, model: ModelInfo) -> Value {
        self.define(model.name, |all| all.object(&model))
    }

    /// An error is its kind and then what is known of the failure.
    fn error(&mut self) -> Value {
        self.define("Error", |all| {
            let mut error = all.object(&Failure::info());
            let kind = json!({
                "description": "What went wrong, as one word; halkode.h lists them (HALKODE_KIND_).",
                "type": "string",
            });
            let properties = error["properties"].as_object_mut().expect("an object has properties");
            let fields = std::mem::take(properties);
            properties.insert("kind".to_owned(), kind);
            properties.extend(fields);
            let required = error["required"].as_array_mut().expect("a failure has required fields");
            required.insert(0, "kind".into());
            error
        })
    }

    fn define(&mut self, name: &str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.0.contains_key(name) {
            // Taken before it is made, for a model that contains itself.
            self.0.insert(name.to_owned(), Value::Null);
            let made = make(self);
            self.0.insert(name.to_owned(), made);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    fn object(&mut self, model: &ModelInfo) -> Value {
        let strict = matches!(model.kind, "request" | "part");
        let properties: Map<_, _> =
            model.fields.iter().map(|field| (field.name.to_owned(), self.field(field, strict))).collect();
        let required: Vec<_> = model.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
        let mut object = json!({ "description": model.doc, "type": "object", "properties": properties });
        if !required.is_empty() {
            object["required"] = json!(required);
        }
        if strict {
            object["additionalProperties"] = false.into();
        }
        object
    }

    fn field(&mut self, field: &FieldInfo, strict: bool) -> Value {
        let mut described = json!({ "description": field.doc });
        if field.wire != field.name {
            described["x-wire"] = field.wire.into();
        }
        let shape = self.shape(&field.shape, strict);
        let shape = if strict && !field.required { or_null(shape) } else { shape };
        merge(&mut described, shape);
        described
    }

    fn shape(&mut self, shape: &Shape, strict: bool) -> Value {
        match shape {
            Shape::Text => json!({ "type": "string" }),
            Shape::Secret if strict => json!({ "type": "string", "format": "password", "writeOnly": true }),
            Shape::Secret => json!({ "type": "string", "format": "password" }),
            // A whole number is exact in every language; a fraction may have been a float.
            Shape::Amount if strict => json!({ "type": ["string", "integer"], "pattern": PAYABLE }),
            Shape::Amount => json!({ "type": "string", "pattern": DECIMAL }),
            Shape::Integer => json!({ "type": "integer" }),
            Shape::Count => json!({ "type": "integer", "minimum": 0 }),
            Shape::Boolean => json!({ "type": "boolean" }),
            Shape::Any => json!({ "type": "object" }),
            Shape::Choice(choice) => self.choice(choice()),
            Shape::List(of) => json!({ "type": "array", "items": self.shape(of, strict) }),
            Shape::Optional(of) => self.shape(of, strict),
            Shape::Model(model) => {
                let model = model();
                let answered = matches!(model.kind, "reply" | "result");
                let reference = self.model(model);
                // A part of a reply that a request takes back is read as openly as the gateway's answer was.
                if strict && answered { json!({ "anyOf": [reference, { "type": "object" }] }) } else { reference }
            }
        }
    }

    fn choice(&mut self, choice: ChoiceInfo) -> Value {
        self.define(choice.name, |_| {
            let words: Vec<_> =
                choice.words.iter().map(|(word, doc)| json!({ "const": word, "description": doc })).collect();
            json!({ "description": choice.doc, "type": "string", "oneOf": words })
        })
    }
}

/// In a request, null means the same as leaving a field out.
fn or_null(shape: Value) -> Value {
    let mut shape = shape;
    match shape.get_mut("type") {
        Some(Value::Array(types)) => types.push("null".into()),
        Some(kind) => *kind = json!([kind.take(), "null"]),
        None => shape = json!({ "anyOf": [shape, { "type": "null" }] }),
    }
    shape
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
