//! Being written.

use crate::api::Api;

/// The generated files, each with its path from the root of the project.
pub fn files(_api: &Api) -> Vec<(&'static str, String)> {
    Vec::new()
}
