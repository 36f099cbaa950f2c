//! The hash of the second gateway, through the core and through code that shares nothing with it: the sandbox's (AWS-LC), PHP's
//! (`tests/vectors/ver3.php`) and the `openssl` command.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use halkode::{ExplainVer3, Halkbank, HalkbankConfig, Json, MakeVer3Hash, Object, Ver3Variant};
use halkode_sandbox::{Options, Sandbox};
use proptest::prelude::*;
use serde_json::{Value, json};

fn vectors_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

/// What is hashed, and how.
#[derive(Debug, Clone)]
struct Hashed {
    fields: Vec<(String, Option<String>)>,
    store_key: String,
    callback: bool,
}

struct Vector {
    name: String,
    hashed: Hashed,
    plaintext: String,
    hash: String,
}

fn vectors() -> Vec<Vector> {
    let file = std::fs::read_to_string(vectors_folder().join("halkbank.json")).unwrap();
    let file: Value = serde_json::from_str(&file).unwrap();
    let read = |vector: &Value| {
        let text = |name: &str| vector[name].as_str().unwrap().to_owned();
        let field = |pair: &Value| (pair[0].as_str().unwrap().to_owned(), pair[1].as_str().map(str::to_owned));
        Vector {
            name: text("name"),
            hashed: Hashed {
                fields: vector["fields"].as_array().unwrap().iter().map(field).collect(),
                store_key: text("store_key"),
                callback: vector["callback"].as_bool().unwrap(),
            },
            plaintext: text("plaintext"),
            hash: text("hash"),
        }
    };
    let vectors: Vec<Vector> = file["vectors"].as_array().unwrap().iter().map(read).collect();
    assert_eq!(vectors.iter().map(|vector| vector.name.as_str()).collect::<String>(), "ABFHX");
    vectors
}

impl Hashed {
    fn client(&self) -> Halkbank {
        let config = HalkbankConfig {
            client_id: "500100000".into(),
            store_key: Some(self.store_key.as_str().into()),
            ..HalkbankConfig::default()
        };
        Halkbank::new(config).unwrap()
    }

    fn object(&self) -> Object {
        let value = |value: &Option<String>| value.clone().map_or(Json::Null, Json::from);
        self.fields.iter().map(|(name, text)| (name.clone(), value(text))).collect()
    }

    fn pairs(&self) -> Value {
        self.fields.iter().map(|(name, value)| json!([name, value])).collect()
    }

    /// What the core makes of it: the text with its key in the clear, the names in their order, the hash.
    fn by_the_core(&self) -> (String, Vec<String>, String) {
        let request = MakeVer3Hash { fields: self.object(), callback: Some(self.callback) };
        let made = self.client().ver3_hash(&request).unwrap();
        let shown = made.plaintext.expose().strip_suffix("[store_key]").unwrap();
        let key = self.store_key.replace('\\', "\\\\").replace('|', "\\|");
        (format!("{shown}{key}"), made.names, made.hash)
    }
}

/// One PHP process that answers line by line.
struct Php {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Php {
    fn start() -> Self {
        let mut process = Command::new("php")
            .arg(vectors_folder().join("ver3.php"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("php: {e}"));
        let (questions, answers) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        Self { process, questions, answers: BufReader::new(answers) }
    }

    fn ask(&mut self, hashed: &Hashed) -> (String, Vec<String>, String) {
        let question = json!({ "fields": hashed.pairs(), "store_key": hashed.store_key, "callback": hashed.callback });
        writeln!(self.questions, "{question}").unwrap();
        let mut line = String::new();
        assert!(self.answers.read_line(&mut line).unwrap() > 0, "php ended at {question}");
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let names = answer["names"].as_array().unwrap().iter().map(text).collect();
        (text(&answer["plaintext"]), names, text(&answer["hash"]))
    }
}

impl Drop for Php {
    fn drop(&mut self) {
        // It has answered everything it was asked.
        let _gone = self.process.kill().and_then(|()| self.process.wait());
    }
}

#[test]
fn the_core_makes_every_hash_to_the_letter() {
    for vector in vectors() {
        let (plaintext, names, hash) = vector.hashed.by_the_core();
        assert_eq!((plaintext, hash), (vector.plaintext, vector.hash), "{}", vector.name);
        let encoding = usize::from(vector.name == "F");
        assert_eq!(names.len() + encoding, vector.hashed.fields.len(), "{}", vector.name);
    }
}

#[test]
fn php_agrees_with_every_hash() {
    let mut php = Php::start();
    for vector in vectors() {
        let (plaintext, names, hash) = php.ask(&vector.hashed);
        assert_eq!((plaintext, hash), (vector.plaintext, vector.hash), "{}", vector.name);
        assert_eq!(names, vector.hashed.by_the_core().1, "{}", vector.name);
    }
}

/// The sandbox's verdict over a hash, from a replay that expects it.
fn sandbox_problems(bank: &Sandbox, hashed: &Hashed, hash: &str) -> String {
    let replay = json!({
        "exchanges": [{
            "expect": { "path": "/hash", "body": { "hash": { "$ver3": hashed.pairs() } } },
            "answer": { "json": {} },
        }],
        "keys": { "store_key": hashed.store_key },
    });
    let opened = bank.control("POST", "replay", &replay).unwrap();
    let url = format!("{}/hash", opened["halkbank_url"].as_str().unwrap());
    let sent = json!({ "hash": hash }).to_string();
    ureq::post(&url).header("content-type", "application/json").send(sent).unwrap();
    let verdict = bank.control("GET", &format!("replay/{}", opened["id"].as_str().unwrap()), &Value::Null).unwrap();
    assert_eq!(verdict["complete"], true);
    verdict["problems"].to_string()
}

#[test]
fn the_sandbox_agrees_with_every_hash() {
    let bank = Sandbox::start(Options::default()).unwrap();
    for vector in vectors() {
        assert_eq!(sandbox_problems(&bank, &vector.hashed, &vector.hash), "[]", "{}", vector.name);
        let mut changed = vector.hashed.clone();
        changed.fields[0].1 = Some("x".into());
        let told = sandbox_problems(&bank, &changed, &vector.hash);
        assert!(told.contains("ver3 hash of"), "{}: {told}", vector.name);
    }
}

#[test]
fn openssl_agrees_with_every_text() {
    for vector in vectors() {
        let mut openssl = Command::new("openssl")
            .args(["dgst", "-sha512", "-hex", "-r"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("openssl: {e}"));
        openssl.stdin.take().unwrap().write_all(vector.plaintext.as_bytes()).unwrap();
        let output = openssl.wait_with_output().unwrap();
        let mut decode = Command::new("openssl")
            .args(["base64", "-d", "-A"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        decode.stdin.take().unwrap().write_all(vector.hash.as_bytes()).unwrap();
        let bytes = decode.wait_with_output().unwrap().stdout;
        let digest: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(bytes.len(), 64, "{}", vector.name);
        assert!(String::from_utf8(output.stdout).unwrap().starts_with(&digest), "{}", vector.name);
    }
}

#[test]
fn every_hash_fits_its_own_fields_and_key_alone() {
    let vectors = vectors();
    for (vector, other) in vectors.iter().flat_map(|v| vectors.iter().map(move |o| (v, o))) {
        let explain = |hashed: &Hashed| {
            let request = ExplainVer3 {
                fields: vector.hashed.object(),
                hash: Some(vector.hash.clone()),
                callback: Some(vector.hashed.callback),
            };
            hashed.client().explain_ver3(&request).unwrap()
        };
        let explained = explain(&other.hashed);
        assert_eq!(explained.fits, vector.hashed.store_key == other.hashed.store_key, "{} {}", vector.name, other.name);
        assert_eq!(explained.variant, explained.fits.then_some(Ver3Variant::Standard));
    }
}

/// Names of both letter cases with signs and digits, and now and then one that is not hashed.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        12 => "[A-Za-z_][A-Za-z0-9_.]{0,9}",
        4 => "[aAbB_.019]{1,3}",
        1 => "[çğıİöşüÇĞÖŞÜa-z]{1,4}",
        1 => prop_oneof![Just("hash"), Just("HASH"), Just("Encoding"), Just("countdown"), Just("COUNTDOWN"), Just("NATIONALIDNO")]
            .prop_map(str::to_owned),
    ]
}

/// Values with what is escaped, Turkish letters, empty ones and none.
fn value() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        6 => "[ -~]{0,20}".prop_map(Some),
        4 => r"[|\\a ]{0,8}".prop_map(Some),
        3 => "[a-zçğıİöşüÇĞÖŞÜ₺😀 |]{0,12}".prop_map(Some),
        2 => Just(Some(String::new())),
        1 => Just(Some(" \t\r\n".to_owned())),
        1 => Just(None),
    ]
}

fn hashed() -> impl Strategy<Value = Hashed> {
    let key = prop_oneof![3 => "[A-Za-z0-9]{1,16}", 2 => r"[|\\A1]{1,6}", 1 => "[çğıİöşü|]{1,5}"];
    (prop::collection::vec((name(), value()), 1..24), key, any::<bool>()).prop_map(
        |(mut fields, store_key, callback)| {
            // An object has each name once; letter case apart.
            let mut names = std::collections::BTreeSet::new();
            fields.retain(|(name, _)| names.insert(name.clone()));
            Hashed { fields, store_key, callback }
        },
    )
}

thread_local! {
    static PHP: RefCell<Php> = RefCell::new(Php::start());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn core_and_php_agree_on_any_fields(hashed in hashed()) {
        let by_php = PHP.with_borrow_mut(|php| php.ask(&hashed));
        prop_assert_eq!(hashed.by_the_core(), by_php);
    }
}
