//! Conformance data with its runner, and the generators of what is committed in `include/`.

pub mod api;
pub mod conformance;
pub mod generate;
pub mod generate_kotlin;
pub mod generate_node;
pub mod generate_php;
pub mod generate_python;
pub mod generate_schema;
pub mod validator;

/// The front pages' Rust examples must compile.
#[cfg(doctest)]
mod front_pages {
    #[doc = include_str!("../../README.md")]
    mod english {}
    #[doc = include_str!("../../README.tr.md")]
    mod turkish {}
}
