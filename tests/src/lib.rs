//! In the making.

pub mod generate;
pub mod generate_schema;
pub mod conformance;
