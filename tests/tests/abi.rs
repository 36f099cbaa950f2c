//! The C ABI as a C program meets it: the release library, built and installed by scripts/install.sh (once for all tests here).

use std::collections::BTreeSet;
use std::ffi::{CStr, CString, OsStr, c_char, c_void};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::ptr::null_mut;
use std::sync::LazyLock;

use halkode_sandbox::{Options, Sandbox};
use halkode_tests::conformance;
use halkode_tests::generate::{header, root};
use halkode_tests::validator::Validator;
use libloading::Library;

const C99: &[&str] = &["gcc", "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror"];
const CPP17: &[&str] = &["g++", "-x", "c++", "-std=c++17", "-Wall", "-Wextra", "-Werror"];

/// What the release library may weigh, stripped: it travels in every app.
const MOST_BYTES: u64 = 2_400_000;

/// Runs a program to its end; what it printed when it succeeded, all it said when it did not.
fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    if output.status.success() { Ok(out) } else { Err(format!("{command:?}: {}\n{out}{err}", output.status)) }
}

/// Where the library is installed.
static PREFIX: LazyLock<PathBuf> = LazyLock::new(|| {
    let prefix = Path::new(env!("CARGO_TARGET_TMPDIR")).join("prefix");
    let mut install = Command::new(root().join("scripts/install.sh"));
    run(install.env("PREFIX", &prefix).env_remove("DESTDIR").env_remove("LIBDIR").env_remove("INCLUDEDIR")).unwrap();
    prefix
});

fn library() -> PathBuf {
    PREFIX.join("lib/libhalkode.so.1")
}

fn pkg_config(arguments: &[&str]) -> Vec<String> {
    let path = PREFIX.join("lib/pkgconfig");
    let said = run(Command::new("pkg-config").args(arguments).arg("halkode").env("PKG_CONFIG_PATH", path)).unwrap();
    said.split_whitespace().map(str::to_owned).collect()
}

/// Compiles a program of tests/c as the header's users do.
fn compile(compiler: &[&str], source: &str, name: &str, more: &[impl AsRef<OsStr>]) -> PathBuf {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut command = Command::new(compiler[0]);
    command.args(&compiler[1..]).arg("-g").arg(root().join("tests/c").join(source)).arg("-o").arg(&program).args(more);
    run(&mut command).unwrap();
    program
}

/// A command that finds the installed library, with nothing of ours in its environment.
fn with_library(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env("LD_LIBRARY_PATH", PREFIX.join("lib"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("HALKODE_")) {
        command.env_remove(name);
    }
    command
}

/// The names of all functions the header declares.
fn declared() -> BTreeSet<String> {
    let header = header();
    let code = header.rsplit("*/").flat_map(|part| part.split("/*").next()).collect::<String>();
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices('(') {
        let name = code[..at].rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
        names.insert(name.to_owned());
    }
    names
}

#[test]
fn the_header_declares_the_ten_functions_and_the_library_exports_nothing_else() {
    let expected = [
        "abi_version",
        "call",
        "client_free",
        "client_new",
        "error_free",
        "error_json",
        "error_kind",
        "error_message",
        "string_free",
        "version",
    ];
    let expected: BTreeSet<String> = expected.iter().map(|name| format!("halkode_{name}")).collect();
    assert_eq!(declared(), expected);
    let symbols = run(Command::new("nm").args(["-D", "--defined-only", "--format=posix"]).arg(library())).unwrap();
    let exported: BTreeSet<String> =
        symbols.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    assert_eq!(exported, expected);
}

#[test]
fn the_library_carries_its_name_and_is_small() {
    let dynamic = run(Command::new("readelf").arg("-d").arg(library())).unwrap();
    assert!(dynamic.contains("Library soname: [libhalkode.so.1]"), "{dynamic}");
    let needed: Vec<_> = dynamic.lines().filter(|line| line.contains("(NEEDED)")).collect();
    assert!(
        needed.iter().all(|line| line.contains("libc.so") || line.contains("libgcc_s.so") || line.contains("ld-linux")),
        "{needed:?}"
    );
    let sections = run(Command::new("readelf").args(["-S", "--wide"]).arg(library())).unwrap();
    assert!(sections.contains(".dynsym") && !sections.contains(".symtab"), "not stripped:\n{sections}");
    let size = std::fs::metadata(library()).unwrap().len();
    println!("libhalkode.so.1: {size} bytes");
    assert!(size <= MOST_BYTES, "{size} bytes, {MOST_BYTES} are allowed");
}

#[test]
fn what_is_installed_is_complete() {
    let version = env!("CARGO_PKG_VERSION");
    let link = |name: &str| std::fs::read_link(PREFIX.join("lib").join(name)).unwrap();
    assert_eq!(link("libhalkode.so"), Path::new("libhalkode.so.1"));
    assert_eq!(link("libhalkode.so.1"), PathBuf::from(format!("libhalkode.so.{version}")));
    assert_eq!(pkg_config(&["--modversion"]), [version]);
    for file in ["halkode.h", "halkode.schema.json"] {
        let [installed, ours] = [PREFIX.join("include"), root().join("include")].map(|at| std::fs::read(at.join(file)));
        assert_eq!(installed.unwrap(), ours.unwrap(), "{file}");
    }
    // Below DESTDIR for a package, with the paths of the system the package is for.
    let stage = tempfile::tempdir().unwrap();
    let mut install = Command::new(root().join("scripts/install.sh"));
    run(install.env("DESTDIR", stage.path()).env("PREFIX", "/usr").env("LIBDIR", "/usr/lib/x86_64-linux-gnu")).unwrap();
    let pc = std::fs::read_to_string(stage.path().join("usr/lib/x86_64-linux-gnu/pkgconfig/halkode.pc")).unwrap();
    assert!(
        pc.starts_with("prefix=/usr\nlibdir=${prefix}/lib/x86_64-linux-gnu\nincludedir=${prefix}/include\n"),
        "{pc}"
    );
    assert!(run(Command::new(root().join("scripts/install.sh")).env("PREFIX", "relative")).is_err());
}

#[test]
fn every_misuse_is_an_error_in_c_and_cpp_and_nothing_leaks() {
    let flags = pkg_config(&["--cflags", "--libs"]);
    let checked = |command: &mut Command| {
        let said = run(command).unwrap();
        assert!(said.starts_with("misuse: ") && said.ends_with(" passed, 0 failed\n"), "{said}");
    };
    checked(&mut with_library(compile(CPP17, "misuse.c", "misuse-cpp", &flags)));
    let program = compile(C99, "misuse.c", "misuse", &flags);
    let mut valgrind = with_library("valgrind");
    valgrind.args(["--quiet", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect,possible"]);
    checked(valgrind.args(["--error-exitcode=99"]).arg(program));
}

#[test]
fn valgrind_was_watching() {
    // The same options must see a leak and a bad write, else the test above proves nothing.
    for fault in ["leak", "write"] {
        let program = compile(C99, "faulty.c", "faulty", &[""; 0]);
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--quiet", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect,possible"]);
        let said = run(valgrind.args(["--error-exitcode=99"]).arg(program).arg(fault)).unwrap_err();
        assert!(said.contains("exit status: 99"), "{fault}: {said}");
    }
}

#[test]
fn the_static_library_links_with_what_its_pkg_config_file_says() {
    // A place with the archive alone: a linker that finds both takes the shared one.
    let alone = tempfile::tempdir().unwrap();
    std::fs::copy(PREFIX.join("lib/libhalkode.a"), alone.path().join("libhalkode.a")).unwrap();
    let libdir = format!("--define-variable=libdir={}", alone.path().display());
    let flags = pkg_config(&[&libdir, "--static", "--cflags", "--libs"]);
    let program = compile(C99, "misuse.c", "misuse-static", &flags);
    let needed = run(Command::new("readelf").arg("-d").arg(&program)).unwrap();
    assert!(!needed.contains("libhalkode"), "{needed}");
    let said = run(Command::new(program).env_clear()).unwrap();
    assert!(said.ends_with(" passed, 0 failed\n"), "{said}");
}

/// A command whose environment configures a client for this bank.
fn for_bank(program: impl AsRef<OsStr>, bank: &Sandbox) -> Command {
    let mut command = with_library(program);
    let keys = bank.credentials();
    command.env("HALKODE_APP_ID", keys.app_id).env("HALKODE_APP_SECRET", keys.app_secret);
    command.env("HALKODE_MERCHANT_KEY", keys.merchant_key).env("HALKODE_BASE_URL", bank.halkode_url());
    command
}

fn orders(bank: &Sandbox) -> usize {
    bank.control("GET", "orders", &serde_json::Value::Null).unwrap().as_array().unwrap().len()
}

#[test]
fn one_client_serves_both_sides_of_a_fork() {
    let bank = Sandbox::start(Options { tls: true, ..Options::default() }).unwrap();
    let authority = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(authority.path(), bank.ca_pem().unwrap()).unwrap();
    let mut flags = pkg_config(&["--cflags", "--libs"]);
    flags.push("-pthread".to_owned());
    let program = compile(C99, "fork.c", "fork", &flags);
    for round in 0..5 {
        let mut fork = for_bank("timeout", &bank);
        fork.arg("60").arg(&program).env("HALKODE_CA_FILE", authority.path());
        assert_eq!(run(&mut fork).unwrap(), "fork: 0 wrong\n", "round {round}");
        // Everybody paid: before the fork, the parent during it, three children, and the busy thread at least once.
        assert!(orders(&bank) >= 5 * (1 + 4 + 3 + 1));
        bank.reset();
    }
}

#[test]
fn no_thread_is_started() {
    let bank = Sandbox::start(Options::default()).unwrap();
    let program = compile(C99, "threadless.c", "threadless", &pkg_config(&["--cflags", "--libs"]));
    assert_eq!(run(&mut for_bank(program, &bank)).unwrap(), "threads asked for: 0\n");
    assert_eq!(orders(&bank), 1);
}

#[test]
fn every_export_is_guarded_against_panics() {
    let source = std::fs::read_to_string(root().join("ffi-c/src/lib.rs")).unwrap();
    let mut names = BTreeSet::new();
    for function in source.split("extern \"C\" fn ").skip(1) {
        let (signature, body) = function.split_once(" {\n").unwrap();
        let name = signature.split('(').next().unwrap();
        let body = body.trim_start();
        assert!(body.starts_with("guard(Sent::") || body.starts_with("guarded("), "{name} begins with {body:.40}");
        // The guard is the whole body: behind it nothing is caught.
        let body = body.split_once("\n}\n").unwrap().0;
        assert!(body.lines().count() == 1 || body.ends_with("\n    })"), "{name}");
        names.insert(name.to_owned());
    }
    assert_eq!(names, declared());
}

/// The library as loaded at run time, the way every other language does it.
struct Abi {
    client_new: unsafe extern "C" fn(*const c_char, *mut *mut c_void) -> *mut c_void,
    client_free: unsafe extern "C" fn(*mut c_void),
    call: unsafe extern "C" fn(*const c_void, *const c_char, *const c_char, *mut *mut c_char) -> *mut c_void,
    string_free: unsafe extern "C" fn(*mut c_char),
    error_json: unsafe extern "C" fn(*const c_void) -> *const c_char,
    error_free: unsafe extern "C" fn(*mut c_void),
    _library: Library,
}

static ABI: LazyLock<Abi> = LazyLock::new(|| unsafe {
    let library = Library::new(library()).unwrap();
    Abi {
        client_new: *library.get(b"halkode_client_new").unwrap(),
        client_free: *library.get(b"halkode_client_free").unwrap(),
        call: *library.get(b"halkode_call").unwrap(),
        string_free: *library.get(b"halkode_string_free").unwrap(),
        error_json: *library.get(b"halkode_error_json").unwrap(),
        error_free: *library.get(b"halkode_error_free").unwrap(),
        _library: library,
    }
});

/// A client behind the ABI.
struct Client(*mut c_void);

// The header promises it: any number of threads may use one client.
unsafe impl Sync for Client {}

impl Drop for Client {
    fn drop(&mut self) {
        unsafe { (ABI.client_free)(self.0) }
    }
}

/// An error's JSON; frees it.
fn told(error: *mut c_void) -> Result<(), String> {
    if error.is_null() {
        return Ok(());
    }
    let json = unsafe { CStr::from_ptr((ABI.error_json)(error)) }.to_str().unwrap().to_owned();
    unsafe { (ABI.error_free)(error) };
    Err(json)
}

impl Client {
    fn new(config: &str) -> Result<Self, String> {
        let config = CString::new(config).unwrap();
        let mut client = null_mut();
        told(unsafe { (ABI.client_new)(config.as_ptr(), &mut client) })?;
        Ok(Self(client))
    }

    fn call(&self, operation: &str, request: &str) -> Result<String, String> {
        let [operation, request] = [operation, request].map(|text| CString::new(text).unwrap());
        let mut reply = null_mut();
        told(unsafe { (ABI.call)(self.0, operation.as_ptr(), request.as_ptr(), &mut reply) })?;
        let text = unsafe { CStr::from_ptr(reply) }.to_str().unwrap().to_owned();
        unsafe { (ABI.string_free)(reply) };
        Ok(text)
    }
}

fn config(bank: &Sandbox) -> String {
    let keys = bank.credentials();
    serde_json::json!({
        "app_id": keys.app_id, "app_secret": keys.app_secret, "merchant_key": keys.merchant_key, "base_url": bank.halkode_url(),
    })
    .to_string()
}

#[test]
fn threads_share_a_client_and_get_their_own_answers() {
    let bank = Sandbox::start(Options::default()).unwrap();
    let client = Client::new(&config(&bank)).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let client = &client;
            scope.spawn(move || {
                for order in 0..5 {
                    let invoice = format!("T{thread}-{order}");
                    let request = serde_json::json!({
                        "invoice_id": invoice, "total": format!("{}.{order}0", thread + 1), "name": "Ayşe", "surname": "Yılmaz",
                        "card": { "holder_name": "Ayşe Yılmaz", "number": "4155650100416111", "expiry_month": "12",
                                  "expiry_year": "2040", "cvv": "555" },
                    });
                    let reply = client.call("pay_2d", &request.to_string()).unwrap();
                    assert!(reply.contains(&format!("\"invoice_id\":\"{invoice}\"")), "{reply}");
                    let error = client.call("pay_2d", &request.to_string()).unwrap_err();
                    assert!(error.contains("\"status_code\":3,") && error.contains(&invoice), "{error}");
                }
            });
        }
    });
    assert_eq!(orders(&bank), 40);
    // One token for all of them.
    let requests = bank.control("GET", "requests", &serde_json::Value::Null).unwrap();
    assert_eq!(requests.to_string().matches("/api/token\"").count(), 1);
}

#[test]
fn the_conformance_cases_hold_through_the_c_abi() {
    let cases: Vec<_> =
        conformance::files().unwrap().iter().flat_map(|path| conformance::load(path).unwrap()).collect();
    let bank = Sandbox::start(Options::default()).unwrap();
    let schema = std::fs::read_to_string(PREFIX.join("include/halkode.schema.json")).unwrap();
    let schema = Validator::new(&schema).unwrap();
    let summary = conformance::run_all(&cases, bank.url(), &|config, operation, request| {
        let told = Client::new(config).and_then(|client| client.call(operation, request));
        // What the library accepted and what it answered is as halkode.schema.json says.
        let config: serde_json::Value = serde_json::from_str(config).unwrap();
        let gateway = config["gateway"].as_str().unwrap_or("halkode");
        let of = |side: &str, json: &str| schema.check(&["clients", gateway, "operations", operation, side], json);
        let said = match &told {
            Ok(reply) => of("request", request).and_then(|()| of("reply", reply)),
            Err(error) => schema.check(&["error"], error),
        };
        said.map_err(|wrong| format!("{{\"kind\":\"against the schema\",\"reason\":{wrong:?}}}")).and(told)
    });
    assert!(summary.failed.is_empty(), "{}", summary.report());
    assert!(summary.ran >= 330, "only {} cases ran", summary.ran);
}
