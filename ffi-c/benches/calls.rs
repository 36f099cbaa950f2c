//! What a call through the C ABI costs beside the same call in Rust, and what sealing a `hash_key` costs beside Python's
//! `cryptography`. All in one run, so that the ratios hold on any machine. `make bench` starts it, with a sandbox.

use std::ffi::{CStr, CString, c_char, c_void};
use std::hint::black_box;
use std::process::Command;
use std::ptr::null_mut;
use std::time::{Duration, Instant};

use halkode_core::Client;
use libloading::Library;

const SEALS: u32 = 20_000;
const SALES: u32 = 200;
const SEAL: &str = r#"{"layout":"payment","parts":{"total":"149.90","installments_number":"1","currency_code":"TRY","invoice_id":"A-1"}}"#;

/// The same in Python, as a shop without this library would write it; prints the seconds that all of it took.
const PYTHON: &str = r#"
import base64, hashlib, os, time
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
secret, merchant, count = os.environ["HALKODE_APP_SECRET"], os.environ["HALKODE_MERCHANT_KEY"], int(os.environ["SEALS"])
def seal(plain):
    iv, salt = os.urandom(8).hex(), os.urandom(2).hex()
    password = hashlib.sha1(secret.encode()).hexdigest()
    key = hashlib.sha256((password + salt).encode()).hexdigest()[:32]
    padder = padding.PKCS7(128).padder()
    cipher = Cipher(algorithms.AES(key.encode()), modes.CBC(iv.encode())).encryptor()
    sealed = cipher.update(padder.update(plain.encode()) + padder.finalize()) + cipher.finalize()
    return f"{iv}:{salt}:{base64.b64encode(sealed).decode()}".replace("/", "__")
start = time.perf_counter()
for _ in range(count):
    seal(f"149.90|1|TRY|{merchant}|A-1")
print(time.perf_counter() - start)
"#;

type New = unsafe extern "C" fn(*const c_char, *mut *mut c_void) -> *mut c_void;
type Call = unsafe extern "C" fn(*const c_void, *const c_char, *const c_char, *mut *mut c_char) -> *mut c_void;
type ErrorJson = unsafe extern "C" fn(*const c_void) -> *const c_char;
type Free = unsafe extern "C" fn(*mut c_char);

/// The installed library.
struct Abi {
    client: *mut c_void,
    call: Call,
    string_free: Free,
    error_json: ErrorJson,
    _library: Library,
}

impl Abi {
    fn load(path: &str) -> Self {
        unsafe {
            let library = Library::new(path).expect("the library of HALKODE_LIBRARY");
            let new: New = *library.get(b"halkode_client_new").expect("an export");
            let mut client = null_mut();
            assert!(new(std::ptr::null(), &mut client).is_null(), "no client from the environment");
            Self {
                client,
                call: *library.get(b"halkode_call").expect("an export"),
                string_free: *library.get(b"halkode_string_free").expect("an export"),
                error_json: *library.get(b"halkode_error_json").expect("an export"),
                _library: library,
            }
        }
    }

    fn call(&self, operation: &CStr, request: &str) {
        let request = CString::new(request).expect("JSON has no NUL");
        let mut reply = null_mut();
        unsafe {
            let error = (self.call)(self.client, operation.as_ptr(), request.as_ptr(), &mut reply);
            assert!(error.is_null(), "{}", CStr::from_ptr((self.error_json)(error)).to_string_lossy());
            (self.string_free)(black_box(reply));
        }
    }
}

/// The time one round takes: the fastest of five batches, which is the one least disturbed.
fn fastest(rounds: u32, mut work: impl FnMut(u32)) -> Duration {
    let batch = |n: u32, work: &mut dyn FnMut(u32)| {
        let start = Instant::now();
        (0..rounds / 5).for_each(|i| work(n * rounds + i));
        start.elapsed() / (rounds / 5)
    };
    (0..5).map(|n| batch(n, &mut work)).min().expect("five batches")
}

fn python() -> Result<Duration, String> {
    let output = Command::new("python3").args(["-c", PYTHON]).env("SEALS", SEALS.to_string()).output();
    let output = output.map_err(|e| e.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().lines().last().unwrap_or_default().to_owned());
    }
    let seconds: f64 = String::from_utf8_lossy(&output.stdout).trim().parse().map_err(|_| "no number".to_owned())?;
    Ok(Duration::from_secs_f64(seconds) / SEALS)
}

fn sale(kind: &str, number: u32) -> String {
    format!(
        r#"{{"invoice_id":"BENCH{kind}{}-{number}","total":"1.00","name":"Ayşe","surname":"Yılmaz","card":{{"holder_name":"Ayşe Yılmaz",
        "number":"4155650100416111","expiry_month":"12","expiry_year":"2040","cvv":"555"}}}}"#,
        std::process::id()
    )
}

fn show(what: &str, time: Duration, beside: Duration) {
    println!("  {what:<34} {:>9.1} µs   × {:.2}", time.as_secs_f64() * 1e6, time.as_secs_f64() / beside.as_secs_f64());
}

fn main() {
    let rust = Client::from_env("halkode").expect("make bench sets the environment");
    let abi = Abi::load(&std::env::var("HALKODE_LIBRARY").expect("make bench says where the library is"));
    let in_rust = |operation: &str, request: &str| {
        black_box(rust.call_json(operation, request).unwrap_or_else(|e| panic!("{}", e.to_json())));
    };

    println!("\nSealing a hash_key (JSON in, JSON out)");
    let base = fastest(SEALS, |_| in_rust("hash", SEAL));
    show("Rust", base, base);
    show("C ABI, the installed library", fastest(SEALS, |_| abi.call(c"hash", SEAL)), base);
    match python() {
        Ok(time) => show("Python, cryptography (sealing only)", time, base),
        Err(reason) => println!("  Python: {reason}"),
    }

    println!("\nA sale without 3-D Secure, against the sandbox on this machine");
    let base = fastest(SALES, |n| in_rust("pay_2d", &sale("R", n)));
    show("Rust", base, base);
    show("C ABI, the installed library", fastest(SALES, |n| abi.call(c"pay_2d", &sale("C", n))), base);
}
