//! The published bundles, both ways, through the core and through code that shares nothing with it: the sandbox's (AWS-LC) and the
//! `openssl` command.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use halkode::{Config, Halkode, Json, Layout, MakeHash, OpenHash};
use halkode_sandbox::{Options, Sandbox};

struct Vector {
    name: String,
    layout: String,
    app_id: String,
    app_secret: String,
    merchant_key: String,
    /// The secret it is sealed with.
    secret: String,
    /// The name of that secret.
    sealed_with: String,
    bundle: String,
    plaintext: String,
}

fn vectors() -> Vec<Vector> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/halkode.json");
    let file = Json::parse(&std::fs::read_to_string(path).unwrap()).unwrap();
    let Some(Json::List(list)) = file.as_object().and_then(|file| file.get("vectors")) else { panic!("no vectors") };
    let read = |vector: &Json| {
        let text =
            |name: &str| vector.as_object().and_then(|v| v.get(name)).and_then(Json::as_text).unwrap().to_owned();
        Vector {
            name: text("name"),
            layout: text("layout"),
            app_id: text("app_id"),
            app_secret: text("app_secret"),
            merchant_key: text("merchant_key"),
            secret: text(&text("sealed_with")),
            sealed_with: text("sealed_with"),
            bundle: text("bundle"),
            plaintext: text("plaintext"),
        }
    };
    list.iter().map(read).collect()
}

impl Vector {
    fn client(&self) -> Halkode {
        let config = Config {
            app_id: self.app_id.clone(),
            app_secret: self.app_secret.as_str().into(),
            merchant_key: self.merchant_key.as_str().into(),
            ..Config::default()
        };
        Halkode::new(config).unwrap()
    }

    fn layout(&self) -> Layout {
        match self.layout.as_str() {
            "payment" => Layout::Payment,
            "payment_answer" => Layout::PaymentAnswer,
            "complete_payment" => Layout::CompletePayment,
            "refund" => Layout::Refund,
            "transactions" => Layout::Transactions,
            other => panic!("{}: the layout {other} is new here", self.name),
        }
    }

    /// The names of its parts; the merchant key's is empty, since it is not a part to give.
    fn names(&self) -> &'static [&'static str] {
        match self.layout() {
            Layout::Payment => &["total", "installments_number", "currency_code", "", "invoice_id"],
            Layout::Refund => &["amount", "invoice_id", ""],
            Layout::CompletePayment => &["", "invoice_id", "order_id", "status"],
            Layout::Transactions => {
                &["date", "invoiceid", "currency_id", "paymentmethodid", "minamount", "maxamount", "transactionState"]
            }
            _ => &["status", "total", "invoice_id", "order_id", "currency_code"],
        }
    }

    fn parts(&self) -> Vec<(&'static str, &str)> {
        let parts: Vec<_> = self.names().iter().copied().zip(self.plaintext.split('|')).collect();
        assert_eq!(parts.len(), self.plaintext.split('|').count(), "{}", self.name);
        parts
    }

    fn iv_and_salt(&self) -> (&str, &str) {
        let mut parts = self.bundle.split(':');
        (parts.next().unwrap(), parts.next().unwrap())
    }
}

#[test]
fn the_core_makes_every_bundle_to_the_letter() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 8);
    for vector in &vectors {
        let given = vector.parts().into_iter().filter(|(name, value)| !name.is_empty() && !value.is_empty());
        let (iv, salt) = vector.iv_and_salt();
        let request = MakeHash {
            layout: vector.layout(),
            parts: given.map(|(name, value)| (name.to_owned(), Json::from(value))).collect(),
            iv: Some(iv.to_owned()),
            salt: Some(salt.to_owned()),
        };
        let made = vector.client().hash(&request).unwrap();
        assert_eq!(made.hash_key, vector.bundle.replace('/', "__"), "{}", vector.name);
        assert!(!made.plaintext.contains("$2y"), "{}: {}", vector.name, made.plaintext);
    }
}

#[test]
fn the_core_opens_every_bundle() {
    for vector in vectors() {
        let request = OpenHash { hash_key: vector.bundle.as_str().into(), layout: Some(vector.layout()) };
        let opened = vector.client().open_hash(&request).unwrap();
        assert!(opened.fits, "{}", vector.name);
        let found: Vec<(&str, &str)> = opened.parts.iter().map(|p| (p.name.as_str(), p.value.as_str())).collect();
        let expected: Vec<(&str, &str)> = vector
            .parts()
            .into_iter()
            .map(|part| if part.0.is_empty() { ("merchant_key", "[redacted]") } else { part })
            .collect();
        assert_eq!(found, expected, "{}", vector.name);
    }
}

#[test]
fn nobody_elses_client_opens_them() {
    let vectors = vectors();
    for (vector, other) in vectors.iter().flat_map(|v| vectors.iter().map(move |o| (v, o))) {
        let request = OpenHash { hash_key: vector.bundle.as_str().into(), layout: Some(vector.layout()) };
        let opened = other.client().open_hash(&request);
        match vector.app_id == other.app_id {
            true => assert!(opened.is_ok(), "{} by {}", vector.name, other.name),
            false => assert_eq!(opened.unwrap_err().kind(), "signature", "{} by {}", vector.name, other.name),
        }
    }
}

/// The sandbox's verdict over a bundle, from a replay that expects it.
fn sandbox_verdict(bank: &Sandbox, vector: &Vector, plaintext: &str) -> serde_json::Value {
    let replay = serde_json::json!({
        "exchanges": [{
            "expect": { "path": "/hash", "body": { "hash_key": { "$hash": plaintext, "secret": vector.sealed_with } } },
            "answer": { "json": {} },
        }],
        "keys": { "app_id": vector.app_id, "app_secret": vector.app_secret, "merchant_key": vector.merchant_key },
    });
    let opened = bank.control("POST", "replay", &replay).unwrap();
    let url = format!("{}/hash", opened["base_url"].as_str().unwrap());
    let sent = serde_json::json!({ "hash_key": vector.bundle }).to_string();
    ureq::post(&url).header("content-type", "application/json").send(sent).unwrap();
    bank.control("GET", &format!("replay/{}", opened["id"].as_str().unwrap()), &serde_json::Value::Null).unwrap()
}

#[test]
fn the_sandbox_opens_every_bundle() {
    let bank = Sandbox::start(Options::default()).unwrap();
    for vector in vectors() {
        let verdict = sandbox_verdict(&bank, &vector, &vector.plaintext);
        assert_eq!(verdict["complete"], true, "{}", vector.name);
        let problems = verdict["problems"].to_string();
        // As it was printed, D3 is not how a client should write a bundle; it opens all the same.
        let form_only =
            vector.name == "D3" && problems.matches("exchange").count() == 1 && problems.contains("careful client");
        assert!(problems == "[]" || form_only, "{}: {problems}", vector.name);
        let changed = sandbox_verdict(&bank, &vector, &format!("{}x", vector.plaintext));
        assert!(changed["problems"].to_string().contains("expected a hash of"), "{}", vector.name);
    }
}

/// What `openssl` makes of this input.
fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("openssl: {e}"));
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}");
    output.stdout
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn openssl_agrees_both_ways() {
    for vector in vectors() {
        let bundle = vector.bundle.replace("__", "/");
        let [iv, salt, sealed] = *bundle.split(':').collect::<Vec<_>>() else { panic!("{}", vector.name) };
        let password = hex(&openssl(&["dgst", "-sha1", "-binary"], vector.secret.as_bytes()));
        let digest = hex(&openssl(&["dgst", "-sha256", "-binary"], format!("{password}{salt}").as_bytes()));
        let (key, iv) = (hex(&digest.as_bytes()[..32]), hex(iv.as_bytes()));
        let cipher = ["enc", "-aes-256-cbc", "-K", &key, "-iv", &iv];
        let bytes = openssl(&["base64", "-d", "-A"], sealed.as_bytes());
        let plaintext = openssl(&[&cipher[..], &["-d"]].concat(), &bytes);
        assert_eq!(String::from_utf8(plaintext).unwrap(), vector.plaintext, "{}", vector.name);
        let again = openssl(&["base64", "-A"], &openssl(&cipher, vector.plaintext.as_bytes()));
        assert_eq!(String::from_utf8(again).unwrap(), sealed, "{}", vector.name);
    }
}
