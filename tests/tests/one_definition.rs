//! CONTRIBUTING promises that a new field costs one line and a new operation one place and one line. This test takes the examples out
//! of that page, puts them into a copy of the project, and looks for them at the C ABI, on the wire, in the header, in the schema, and in
//! what is generated for every other language.

#![allow(missing_docs)]

use std::ffi::{CStr, CString, c_char, c_void};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use halkode_sandbox::{Options, Sandbox};
use halkode_tests::generate::root;
use serde_json::{Value, json};

/// The code block behind a marker in CONTRIBUTING.
fn example(marker: &str) -> String {
    let page = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let (_, rest) =
        page.split_once(&format!("<!-- one_definition: {marker} -->\n```rust\n")).expect("the marker is there");
    rest.split_once("```").expect("the block ends").0.to_owned()
}

fn edit(file: &Path, before: &str, with: impl Fn(&str) -> String) {
    let text = fs::read_to_string(file).unwrap();
    assert_eq!(text.matches(before).count(), 1, "{} has `{before}` once", file.display());
    fs::write(file, text.replacen(before, &with(before), 1)).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A language whose sources are generated: its name, and how the new operation, the new field and their documentation look in it.
const LANGUAGES: [(&str, &str, &str); 4] = [
    ("python", "def limits(", "dealer_code"),
    ("node", "limits(", "dealerCode"),
    ("php", "function limits(", "dealer_code"),
    ("kotlin", "fun limits(", "dealerCode"),
];

/// Every generated source of a language, in one text.
fn generated(place: &Path, language: &str) -> String {
    let mut text = String::new();
    let mut folders = vec![place.join(format!("generated/bindings-{language}"))];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(entry.path()),
                false => text.push_str(&fs::read_to_string(entry.path()).unwrap()),
            }
        }
    }
    text
}

/// A copy of what the examples touch, with a small program beside it that writes the generated files.
fn project() -> PathBuf {
    let root = root().canonicalize().unwrap();
    // Always the same place, so that what is compiled there does not pile up.
    let place = root.join("target/one-definition");
    for part in ["core", "ffi-c", "probe"] {
        if place.join(part).exists() {
            fs::remove_dir_all(place.join(part)).unwrap();
        }
    }
    for part in ["core", "ffi-c"] {
        copy(&root.join(part), &place.join(part));
    }
    fs::copy(root.join("README.md"), place.join("README.md")).unwrap();
    fs::copy(root.join("Cargo.lock"), place.join("Cargo.lock")).unwrap();
    let workspace = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let members = workspace.lines().find(|line| line.starts_with("members")).expect("the members").to_owned();
    let reduced = workspace.replace(&members, "members = [\"core\", \"ffi-c\", \"probe\"]");
    fs::write(place.join("Cargo.toml"), reduced).unwrap();

    let probe = place.join("probe");
    fs::create_dir_all(probe.join("src")).unwrap();
    let manifest = fs::read_to_string(root.join("tests/Cargo.toml")).unwrap();
    let keep = |line: &&str| ["cbindgen", "serde_json"].iter().any(|name| line.starts_with(name));
    let dependencies: Vec<&str> = manifest.lines().filter(keep).collect();
    fs::write(
        probe.join("Cargo.toml"),
        format!(
            "[package]\nname = \"probe\"\nedition = \"2024\"\n[dependencies]\n\
             halkode = {{ workspace = true, features = [\"schema\"] }}\n{}\n",
            dependencies.join("\n")
        ),
    )
    .unwrap();
    let generators: Vec<String> = LANGUAGES.iter().map(|(language, ..)| format!("generate_{language}")).collect();
    let modules =
        ["api", "generate", "generate_schema"].into_iter().chain(generators.iter().map(String::as_str)).map(|name| {
            format!("#[path = {:?}]\n#[allow(dead_code)]\nmod {name};\n", root.join(format!("tests/src/{name}.rs")))
        });
    let all = generators.iter().map(|name| format!("        .chain({name}::files(&api))\n"));
    let main = format!(
        "fn main() {{\n    let api = api::api();\n    \
         let own = [(\"halkode.h\", generate::header()), (\"halkode.schema.json\", generate_schema::schema())];\n    \
         for (file, text) in own.into_iter()\n{}    {{\n        \
         let path = std::path::Path::new(\"generated\").join(file);\n        \
         std::fs::create_dir_all(path.parent().unwrap()).unwrap();\n        \
         std::fs::write(path, text).unwrap();\n    }}\n}}\n",
        all.collect::<String>()
    );
    fs::write(probe.join("src/main.rs"), modules.collect::<String>() + &main).unwrap();
    place
}

/// Builds with what this workspace has compiled already; only the copies are compiled anew.
fn cargo(place: &Path, arguments: &[&str]) {
    let target = root().canonicalize().unwrap().join("target");
    let done = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--offline", "--quiet"])
        .current_dir(place)
        .env("CARGO_BUILD_BUILD_DIR", &target)
        .env("CARGO_TARGET_DIR", place.join("target"))
        .output()
        .unwrap();
    assert!(done.status.success(), "cargo {arguments:?}:\n{}", String::from_utf8_lossy(&done.stderr));
}

/// The C library, by the functions every program uses.
struct Library {
    library: libloading::Library,
    client: *mut c_void,
}

type NewClient = unsafe extern "C" fn(*const c_char, *mut *mut c_void) -> *mut c_void;
type Call = unsafe extern "C" fn(*const c_void, *const c_char, *const c_char, *mut *mut c_char) -> *mut c_void;
type Text = unsafe extern "C" fn(*const c_void) -> *const c_char;

impl Library {
    fn open(path: &Path, config: &Value) -> Self {
        // SAFETY: the library is the one just built, and the types are those of its header.
        unsafe {
            let library = libloading::Library::new(path).unwrap();
            let new: libloading::Symbol<'_, NewClient> = library.get(b"halkode_client_new").unwrap();
            let mut client = std::ptr::null_mut();
            let config = CString::new(config.to_string()).unwrap();
            assert!(new(config.as_ptr(), &raw mut client).is_null());
            Self { library, client }
        }
    }

    fn call(&self, operation: &str, request: &Value) -> Value {
        let (operation, request) = (CString::new(operation).unwrap(), CString::new(request.to_string()).unwrap());
        // SAFETY: as above; the reply is read before the test ends and left to the process.
        unsafe {
            let call: libloading::Symbol<'_, Call> = self.library.get(b"halkode_call").unwrap();
            let json: libloading::Symbol<'_, Text> = self.library.get(b"halkode_error_json").unwrap();
            let mut reply = std::ptr::null_mut();
            let error = call(self.client, operation.as_ptr(), request.as_ptr(), &raw mut reply);
            assert!(error.is_null(), "{:?}", CStr::from_ptr(json(error)));
            serde_json::from_slice(CStr::from_ptr(reply).to_bytes()).unwrap()
        }
    }
}

#[test]
fn a_field_costs_one_line_and_an_operation_one_place_and_one_line() {
    let place = project();
    let core = place.join("core/src");
    let order = core.join("halkode/order.rs");
    // The field, in front of another of the same request.
    let field = example("field");
    assert_eq!(field.lines().filter(|line| !line.trim_start().starts_with("///")).count(), 1, "one line");
    let neighbour = "        /// Name of the web-hook of the merchant panel that is told of the refund.\n";
    edit(&order, neighbour, |before| format!("{field}{before}"));
    // The operation, at the end of a file that has its imports.
    let pricing = core.join("halkode/pricing.rs");
    let operation = example("operation");
    edit(&pricing, "\n#[cfg(test)]\nmod tests {", |before| format!("\n{operation}{before}"));
    let line = example("line");
    assert_eq!(line.lines().filter(|line| !line.trim_start().starts_with("///")).count(), 1, "one line");
    edit(&core.join("operation.rs"), "    /// Sends a request this library does not know yet.\n", |before| {
        format!("{line}{before}")
    });
    edit(&core.join("halkode/mod.rs"), "pub use pricing::{", |before| format!("{before}GetLimits, Limits, "));

    if place.join("generated").exists() {
        fs::remove_dir_all(place.join("generated")).unwrap();
    }
    cargo(&place, &["run", "-p", "probe"]);
    for (language, method, field) in LANGUAGES {
        let sources = generated(&place, language);
        for wanted in
            [method, "Asks for the merchant's limits.", field, "The dealer the refund is charged to.", "daily"]
        {
            assert!(sources.contains(wanted), "{language}: {wanted}");
        }
    }
    let header = fs::read_to_string(place.join("generated/halkode.h")).unwrap();
    assert!(header.contains("#define HALKODE_OP_LIMITS \"limits\""), "{header}");
    let schema: Value =
        serde_json::from_str(&fs::read_to_string(place.join("generated/halkode.schema.json")).unwrap()).unwrap();
    assert!(
        schema["clients"]["halkode"]["operations"]["limits"]["description"].as_str().unwrap().contains("limits"),
        "{}",
        schema["clients"]["halkode"]["operations"]["limits"]
    );
    assert!(schema["$defs"]["Refund"]["properties"]["dealer_code"].is_object(), "{}", schema["$defs"]["Refund"]);

    cargo(&place, &["build", "-p", "halkode-ffi"]);
    let library: PathBuf = place.join("target/debug").join(libloading::library_filename("halkode"));
    let bank = Sandbox::start(Options::default()).unwrap();
    let replay = json!({"exchanges": [
        {
            "expect": {"path": "/api/limits", "body": {"currency_code": "USD", "merchant_key": "{{merchant_key}}"}},
            "answer": {"json": {"status_code": "100", "daily_amount": 5000.5, "new": 1}},
        },
        {
            "expect": {"path": "/api/refund", "body": {
                "invoice_id": "A-1", "amount": "5.00", "dealer_code": "D-7", "app_id": "{{app_id}}", "app_secret": "{{app_secret}}",
                "merchant_key": "{{merchant_key}}", "hash_key": {"$hash": "5.00|A-1|{{merchant_key}}"},
            }},
            "answer": {"json": {"status_code": 100, "invoice_id": "A-1"}},
        },
    ]});
    let replay = bank.control("POST", "replay", &replay).unwrap();
    let keys = bank.credentials();
    let client = Library::open(
        &library,
        &json!({
            "app_id": keys.app_id, "app_secret": keys.app_secret, "merchant_key": keys.merchant_key, "base_url": replay["base_url"],
        }),
    );
    let limits = client.call("limits", &json!({"currency": "USD"}));
    assert_eq!(limits, json!({"status_code": 100, "daily_amount": "5000.50", "extra": {"new": 1}}));
    client.call("refund", &json!({"invoice_id": "A-1", "amount": "5.00", "dealer_code": "D-7"}));
    let verdict = bank.control("GET", &format!("replay/{}", replay["id"].as_str().unwrap()), &Value::Null).unwrap();
    assert_eq!((&verdict["problems"], &verdict["complete"]), (&json!([]), &json!(true)), "{verdict}");
}
