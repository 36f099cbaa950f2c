//! What cannot be provoked through the C ABI from outside: panics, and what freed memory still holds.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use super::*;

/// The published test merchant.
const CONFIG: &CStr = cr#"{"app_id":"a2a7cb8131890a35353629182274c756","app_secret":"a9b5c28211388c7a6a705122a24e6f46",
    "merchant_key":"$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72",
    "base_url":"https://testapp.halkode.com.tr/ccpayment"}"#;
/// A published test card.
const FORM: &CStr = cr#"{"invoice_id":"A-1","total":"12.50","name":"Ayşe","surname":"Yılmaz",
    "card":{"holder_name":"Ayşe Yılmaz","number":"4132260000000003","expiry_month":"12","expiry_year":"2040","cvv":"555"},
    "return_url":"https://shop.example/ok","cancel_url":"https://shop.example/no"}"#;
const SECRETS: [&[u8]; 3] = [
    b"4132260000000003",
    b"a9b5c28211388c7a6a705122a24e6f46",
    b"$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72",
];

/// The system's allocator, which counts the blocks that are given back with a secret still in them.
struct Watching;

thread_local! {
    static GIVEN_BACK: Cell<[usize; SECRETS.len()]> = const { Cell::new([0; SECRETS.len()]) };
}

unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Zeroed, so that what an earlier owner left in a block is not held against a later one.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let bytes = unsafe { std::slice::from_raw_parts(block, layout.size()) };
        let mut seen = GIVEN_BACK.get();
        for (secret, seen) in SECRETS.iter().zip(&mut seen) {
            *seen += usize::from(bytes.windows(secret.len()).any(|window| window == *secret));
        }
        GIVEN_BACK.set(seen);
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static WATCHING: Watching = Watching;

fn client() -> *mut Client {
    let mut client = null_mut();
    let error = unsafe { halkode_client_new(CONFIG.as_ptr(), &mut client) };
    assert!(error.is_null() && !client.is_null());
    client
}

/// Kind, message and JSON of an error, which is freed.
fn told(error: *mut Error) -> [String; 3] {
    assert!(!error.is_null());
    let told = unsafe { [halkode_error_kind(error), halkode_error_message(error), halkode_error_json(error)] };
    let told = told.map(|text| unsafe { CStr::from_ptr(text) }.to_str().unwrap().to_owned());
    unsafe { halkode_error_free(error) };
    told
}

#[test]
fn a_panic_becomes_an_error_that_leaves_the_outcome_open_and_quotes_nothing() {
    let [kind, message, json] = told(guard(Sent::Unknown, || panic!("{}", "4132260000000003")));
    assert_eq!(kind, "internal");
    assert!(message.contains("ffi-c/src/tests.rs:"), "{message}");
    assert!(json.contains(r#""sent":"unknown","in_doubt":true"#), "{json}");
    assert!(!json.contains("4132260000000003"), "{json}");

    let [_, _, json] = told(guard(Sent::No, || panic!("before anything was sent")));
    assert!(json.contains(r#""sent":"no","in_doubt":false"#), "{json}");
}

#[test]
fn what_cannot_fail_gives_its_other_value() {
    assert_eq!(guarded(7, || panic!("what cannot fail")), 7);
}

#[test]
fn the_last_resort_reads_like_any_error_and_is_never_freed() {
    for _ in 0..2 {
        let [kind, message, json] = told((&raw const LAST_RESORT).cast_mut());
        assert_eq!((kind.as_str(), message.is_empty()), ("internal", false));
        assert!(json.contains(&format!(r#""reason":"{message}""#)) && json.contains(r#""in_doubt":true"#), "{json}");
    }
}

#[test]
fn a_nul_in_an_error_does_not_cut_it_short() {
    let error = HalkodeError::internal("before\0after");
    assert_eq!(told(Error::new(&error))[1], "before\u{fffd}after");
}

#[test]
fn no_secret_stays_behind_in_freed_memory() {
    let before = GIVEN_BACK.get();
    let client = client();
    let mut reply = null_mut();
    let error = unsafe { halkode_call(client, c"pay_3d_form".as_ptr(), FORM.as_ptr(), &mut reply) };
    assert!(error.is_null(), "{:?}", told(error));
    assert!(unsafe { CStr::from_ptr(reply) }.to_str().unwrap().contains("4132260000000003"));
    unsafe { halkode_string_free(reply) };
    unsafe { halkode_client_free(client) };
    assert_eq!(GIVEN_BACK.get(), before, "blocks freed with card number, app secret, merchant key in them");

    // The watch sees what it is there to see.
    drop(FORM.to_bytes().to_vec());
    assert_eq!(GIVEN_BACK.get()[0], before[0] + 1);
}
