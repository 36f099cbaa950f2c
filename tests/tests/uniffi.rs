//! The glue of the Kotlin binding is what UniFFI writes now.

use halkode_tests::generate;

// In the library it is public.
#[allow(unreachable_pub)]
#[path = "../src/generate_uniffi.rs"]
mod generate_uniffi;

#[test]
fn the_glue_of_kotlin_is_up_to_date() {
    for (file, text) in generate_uniffi::files() {
        generate::check(file, &text).unwrap();
    }
}
