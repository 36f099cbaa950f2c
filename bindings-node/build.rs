//! Tells the linker that Node.js itself provides what the addon calls.

fn main() {
    napi_build::setup();
}
