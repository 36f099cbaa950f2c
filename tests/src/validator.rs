//! Holds requests, replies and errors against `include/halkode.schema.json`.

use std::collections::BTreeMap;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

/// A schema, compiled by a validator that knows nothing of this library.
pub struct Validator {
    schema: Value,
    compiled: Schemas,
    definitions: BTreeMap<String, SchemaIndex>,
}

impl Validator {
    /// Of a schema in JSON, which must itself be valid and whose every reference must lead somewhere.
    pub fn new(schema: &str) -> Result<Self, String> {
        let schema: Value = serde_json::from_str(schema).map_err(|e| e.to_string())?;
        let (mut compiled, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("halkode.json", schema.clone()).map_err(|e| e.to_string())?;
        let mut definitions = BTreeMap::new();
        for name in schema["$defs"].as_object().ok_or("no $defs")?.keys() {
            let index = compiler.compile(&format!("halkode.json#/$defs/{name}"), &mut compiled);
            definitions.insert(format!("#/$defs/{name}"), index.map_err(|e| format!("{name}: {e:#}"))?);
        }
        Ok(Self { schema, compiled, definitions })
    }

    /// What the schema says of a value that stands where `place` points, for instance `["clients", "halkode", "operations", "refund", "reply"]`.
    pub fn check(&self, place: &[&str], json: &str) -> Result<(), String> {
        let definition = place.iter().fold(&self.schema, |at, name| &at[*name])["$ref"].as_str();
        let definition = definition.ok_or_else(|| format!("the schema has no {place:?}"))?;
        let index = self.definitions.get(definition).ok_or_else(|| format!("{definition} leads nowhere"))?;
        let value = serde_json::from_str(json).map_err(|e| e.to_string())?;
        self.compiled.validate(&value, *index).map_err(|e| format!("{definition}: {e:#}"))
    }
}
