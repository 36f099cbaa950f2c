//! Runs the conformance cases of `tests/conformance` against the Rust core, or against whatever else takes operations by name. What
//! a case means is written in `tests/conformance/README.md`; a runner for another language does the same.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use halkode::{Client, Json, Object};
use ureq::Agent;

/// A gateway, by the name of its folder.
struct Gateway {
    name: &'static str,
    /// The published test merchant, whose keys a client has unless a case says otherwise.
    keys: &'static [(&'static str, &'static str)],
    /// The member of a replay with the address for it.
    address: &'static str,
}

const GATEWAYS: [Gateway; 2] = [
    Gateway {
        name: "halkode",
        keys: &[
            ("app_id", "a2a7cb8131890a35353629182274c756"),
            ("app_secret", "a9b5c28211388c7a6a705122a24e6f46"),
            ("merchant_key", "$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72"),
        ],
        address: "base_url",
    },
    // User and password are made up: the bank publishes none.
    Gateway {
        name: "halkbank",
        keys: &[
            ("client_id", "500100000"),
            ("store_key", "123456"),
            ("api_user", "halkbankapi"),
            ("api_password", "HALKBANK-05"),
        ],
        address: "halkbank_url",
    },
];

/// Most cases take a few milliseconds, some wait for seconds: enough threads that the slow ones wait side by side.
const THREADS: usize = 24;

/// One case, with everything it borrows from its file put in.
#[derive(Debug, Clone)]
pub struct Case {
    /// The gateway: `halkode` or `halkbank`.
    pub gateway: String,
    /// The file below `tests/conformance` and the case's name.
    pub title: String,
    /// The operation to call.
    pub operation: String,
    /// The case as an object: `config`, `request`, `exchanges`, `reply` or `error`, …
    pub content: Object,
}

/// Where the cases are.
pub fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance")
}

/// The files with cases: those that wait first, so that they are not left for the end.
pub fn files() -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for folder in ["halkode/waiting", "halkbank/waiting", "halkode", "halkbank"] {
        let folder = directory().join(folder);
        let entries = std::fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
        let mut paths = paths.map_err(|e| format!("{}: {e}", folder.display()))?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        files.extend(paths);
    }
    Ok(files)
}

/// The cases of a file.
pub fn load(path: &Path) -> Result<Vec<Case>, String> {
    let name = path.strip_prefix(directory()).unwrap_or(path).display().to_string();
    let gateway = name.split('/').next().unwrap_or_default().to_owned();
    let wrong = |reason: &str| format!("{name}: {reason}");
    let text = std::fs::read_to_string(path).map_err(|e| wrong(&e.to_string()))?;
    let file = Json::parse(&text).map_err(|e| wrong(&e))?.into_object().ok_or_else(|| wrong("is not an object"))?;
    let operation = text_of(&file, "operation").ok_or_else(|| wrong("names no operation"))?.to_owned();
    let empty = Object::new();
    let shared = file.get("shared").and_then(Json::as_object).unwrap_or(&empty);
    let Some(Json::List(cases)) = file.get("cases") else { return Err(wrong("has no cases")) };
    let read = |case: &Json| {
        let mut content = case.as_object().cloned().ok_or_else(|| wrong("has a case that is not an object"))?;
        let title = format!("{name}: {}", text_of(&content, "name").ok_or_else(|| wrong("has a case without a name"))?);
        let request = content.get("request").ok_or_else(|| format!("{title}: has no request"))?;
        let request = request_of(request, shared).map_err(|e| format!("{title}: {e}"))?;
        content.set("request", request);
        if let Some(Json::List(exchanges)) = content.get("exchanges") {
            let exchanges =
                exchanges.iter().map(|exchange| exchange_of(exchange, shared)).collect::<Result<Vec<_>, _>>();
            let exchanges = exchanges.map_err(|e| format!("{title}: {e}"))?;
            content.set("exchanges", exchanges);
        }
        Ok(Case { gateway: gateway.clone(), title, operation: operation.clone(), content })
    };
    cases.iter().map(read).collect()
}

fn text_of<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    match object.get(name) {
        Some(Json::Text(text)) => Some(text),
        _ => None,
    }
}

/// A text stands for the shared value of that name.
fn named(value: &Json, shared: &Object) -> Result<Json, String> {
    match value {
        Json::Text(name) => shared.get(name).cloned().ok_or_else(|| format!("nothing shared is called {name:?}")),
        other => Ok(other.clone()),
    }
}

fn request_of(request: &Json, shared: &Object) -> Result<Json, String> {
    let request = named(request, shared)?;
    let Some(base) = request.as_object().and_then(|object| object.get("$with")) else { return Ok(request) };
    let mut whole = named(base, shared)?.into_object().ok_or("$with names no object")?;
    for (name, value) in request.as_object().into_iter().flat_map(Object::iter).filter(|(name, _)| *name != "$with") {
        whole.set(name, value.clone());
    }
    Ok(whole.into())
}

fn exchange_of(exchange: &Json, shared: &Object) -> Result<Json, String> {
    let mut whole = Object::new();
    for (name, value) in exchange.as_object().ok_or("an exchange is not an object")?.iter() {
        whole.set(name, named(value, shared)?);
    }
    Ok(whole.into())
}

/// A sandbox, as any language sees it: over HTTP.
pub struct Replays {
    address: String,
    agent: Agent,
}

impl Replays {
    /// Of the sandbox at this address.
    pub fn new(address: &str) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).build();
        Self { address: address.to_owned(), agent: config.into() }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Result<Object, String> {
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.address));
        let request = request.header("content-type", "application/json").body(body.to_owned());
        let answer = request.map_err(ureq::Error::from).and_then(|request| self.agent.run(request));
        let text = answer.and_then(|mut answer| Ok((answer.status(), answer.body_mut().read_to_string()?)));
        let (status, text) = text.map_err(|e| format!("sandbox: {method} {path}: {e}"))?;
        match Json::parse(&text).map(Json::into_object) {
            Ok(Some(object)) if status == 200 => Ok(object),
            _ => Err(format!("sandbox: {method} {path}: HTTP {status}: {text}")),
        }
    }

    /// Registers a conversation; gives its number and the base address to send it to.
    fn open(&self, exchanges: Json, keys: &Object, address: &str) -> Result<(String, String), String> {
        let mut replay = Object::new();
        replay.set("exchanges", exchanges);
        replay.set("keys", keys.clone());
        let opened = self.ask("POST", "/sandbox/replay", &Json::from(replay).to_string())?;
        match (text_of(&opened, "id"), text_of(&opened, address)) {
            (Some(id), Some(base)) => Ok((id.to_owned(), base.to_owned())),
            _ => Err(format!("sandbox: a replay has no id or {address}")),
        }
    }

    /// What the sandbox says of a conversation, which it then forgets.
    fn close(&self, id: &str) -> Result<Object, String> {
        let verdict = self.ask("GET", &format!("/sandbox/replay/{id}"), "")?;
        self.ask("DELETE", &format!("/sandbox/replay/{id}"), "")?;
        Ok(verdict)
    }

    /// Lets the sandbox open a bundle, with crypto that is not the core's; `rule` is `{"$hash": PLAIN}`.
    fn check_hash(&self, rule: &Json, bundle: &str, keys: &Object) -> Result<Vec<String>, String> {
        let object = |name: &str, value: Json| Object::from_iter([(name.to_owned(), value)]);
        let mut expect = object("path", "/hash".into());
        expect.set("body", object("hash_key", rule.clone()));
        let mut exchange = object("expect", expect.into());
        exchange.set("answer", object("json", object("opened", true.into()).into()));
        let (id, _) = self.open(vec![Json::from(exchange)].into(), keys, "base_url")?;
        let sent = Json::from(object("hash_key", bundle.into())).to_string();
        self.ask("POST", &format!("/replay/{id}/ccpayment/hash"), &sent)?;
        Ok(problems(&self.close(&id)?))
    }
}

fn problems(verdict: &Object) -> Vec<String> {
    match verdict.get("problems") {
        Some(Json::List(problems)) => problems.iter().map(|p| p.as_text().unwrap_or_default().to_owned()).collect(),
        _ => vec!["sandbox: a verdict without problems".into()],
    }
}

/// What carries out an operation: a client's configuration, the operation's name and its request in JSON come in; the reply or the
/// error goes out, in JSON.
pub type Call<'a> = &'a (dyn Fn(&str, &str, &str) -> Result<String, String> + Sync);

/// The Rust core itself.
pub fn in_rust(config: &str, operation: &str, request: &str) -> Result<String, String> {
    let reply = Client::from_json(config).and_then(|client| client.call_json(operation, request));
    reply.map_err(|error| error.to_json())
}

/// What a bundle in a reply must open to.
type Hashes = Vec<(Json, String)>;

/// Runs a case; what comes back is empty when everything is as it should be.
pub fn run(case: &Case, replays: &Replays, call: Call) -> Vec<String> {
    try_run(case, replays, call).unwrap_or_else(|error| vec![error])
}

fn try_run(case: &Case, replays: &Replays, call: Call) -> Result<Vec<String>, String> {
    let empty = Object::new();
    let overrides = case.content.get("config").and_then(Json::as_object).unwrap_or(&empty);
    let request = case.content.get("request").cloned().unwrap_or_default();
    let gateway = GATEWAYS.iter().find(|gateway| gateway.name == case.gateway).ok_or("of no gateway")?;
    let mut config: Object = gateway.keys.iter().map(|(name, key)| ((*name).to_owned(), Json::from(*key))).collect();
    for (name, _) in gateway.keys {
        if let Some(key) = overrides.get(name) {
            config.set(name, key.clone());
        }
    }
    let keys = config.clone();
    let mut found = Vec::new();
    let mut hashes = Hashes::new();

    let replay = match case.content.get("exchanges") {
        Some(exchanges) => Some((replays.open(exchanges.clone(), &keys, gateway.address)?, exchanges)),
        None => None,
    };
    if let Some(((_, base_url), _)) = &replay {
        config.set("base_url", base_url.as_str());
    }
    for (name, value) in overrides.iter() {
        match value {
            Json::Null => drop(config.take(name)),
            value => config.set(name, value.clone()),
        }
    }
    if gateway.name != "halkode" {
        config.set("gateway", gateway.name);
    }
    let result = call(&Json::from(config).to_string(), &case.operation, &request.to_string());

    match (result, case.content.get("reply"), case.content.get("error")) {
        (Ok(reply), Some(expected), _) => match Json::parse(&reply) {
            Ok(reply) => differ("reply", &with_fields(expected, &reply), &reply, &mut hashes, &mut found),
            Err(error) => found.push(format!("reply: {error}")),
        },
        (Err(error), _, Some(expected)) => {
            found.extend(compare_error(expected, &error, &mut hashes));
            found.extend(leaks(&error, &keys, &request));
        }
        (Ok(reply), None, _) => found.push(format!("reply: expected an error, got {reply}")),
        (Err(error), _, None) => found.push(format!("error: expected a reply, got {error}")),
    }
    if let Some(((id, _), exchanges)) = replay {
        found.extend(compare_verdict(gateway.name, &case.content, exchanges, &replays.close(&id)?));
    }
    for (rule, bundle) in hashes {
        let wrong = replays.check_hash(&rule, &bundle, &keys)?;
        found.extend(wrong.into_iter().map(|problem| format!("reply: $hash: {problem}")));
    }
    if let Some(sealed) = text_of(&case.content, "sealed") {
        let rule = Json::from(Object::from_iter([("$hash".to_owned(), Json::from(sealed))]));
        let bundle = hash_in(&request).ok_or("sealed: the request has no hash_key")?;
        let wrong = replays.check_hash(&rule, bundle, &keys)?;
        found.extend(wrong.into_iter().map(|problem| format!("sealed: {problem}")));
    }
    Ok(found)
}

/// The expected reply with every `{"$ver3": "fields"}` made a rule about the fields of the form that came: the hash covers a random
/// text, so it can only be held against what stands beside it.
fn with_fields(expected: &Json, reply: &Json) -> Json {
    match expected {
        Json::Object(rule) if rule.get("$ver3") == Some(&Json::from("fields")) => {
            let fields = reply.as_object().and_then(|reply| reply.get("fields"));
            let pair = |field: &Json| {
                let field = field.as_object()?;
                Some(Json::from(vec![field.get("name")?.clone(), field.get("value")?.clone()]))
            };
            let pairs = match fields {
                Some(Json::List(fields)) => fields.iter().filter_map(pair).collect(),
                _ => Vec::new(),
            };
            Json::from(Object::from_iter([("$ver3".to_owned(), Json::from(pairs))]))
        }
        Json::Object(object) => {
            object.iter().map(|(name, value)| (name.to_owned(), with_fields(value, reply))).collect::<Object>().into()
        }
        Json::List(list) => list.iter().map(|item| with_fields(item, reply)).collect::<Vec<_>>().into(),
        other => other.clone(),
    }
}

/// The bundle in a request: its own `hash_key`, or that of its `fields`.
fn hash_in(request: &Json) -> Option<&str> {
    let object = request.as_object()?;
    let fields = object.get("fields").and_then(Json::as_object).unwrap_or(object);
    fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("hash_key")).and_then(|(_, value)| value.as_text())
}

fn compare_verdict(gateway: &str, case: &Object, exchanges: &Json, verdict: &Object) -> Vec<String> {
    let mut found = problems(verdict);
    let count = |object: &Object, name: &str| object.get(name).and_then(Json::as_int);
    let expected = match exchanges {
        Json::List(exchanges) => exchanges.len() as i64,
        _ => 0,
    };
    let seen = count(verdict, "seen").unwrap_or(-1);
    if seen != expected || verdict.get("complete") != Some(&Json::Bool(true)) {
        found.push(format!("conversation: expected {expected} requests, {seen} came"));
    }
    // The bank knows no tokens.
    let usual = if gateway == "halkode" { i64::from(expected > 0) } else { 0 };
    let tokens = count(case, "token_calls").unwrap_or(usual);
    let asked = count(verdict, "token_calls").unwrap_or(-1);
    if asked != tokens {
        found.push(format!("conversation: expected {tokens} requests for a token, {asked} came"));
    }
    found
}

/// Notes every way in which `actual` is not what a case expects. Numbers are compared as they are written.
fn differ(at: &str, expected: &Json, actual: &Json, hashes: &mut Hashes, found: &mut Vec<String>) {
    match (expected, actual) {
        (Json::Object(expected_object), _) if expected_object.iter().any(|(name, _)| name.starts_with('$')) => {
            differ_by_rule(at, expected_object, actual, hashes, found);
        }
        (Json::Object(expected), Json::Object(actual)) => {
            for (name, value) in expected.iter() {
                match actual.get(name) {
                    Some(actual) => differ(&format!("{at}.{name}"), value, actual, hashes, found),
                    None => found.push(format!("{at}.{name}: expected {value}, got nothing")),
                }
            }
            for (name, value) in actual.iter().filter(|(name, _)| expected.get(name).is_none()) {
                found.push(format!("{at}.{name}: expected nothing, got {value}"));
            }
        }
        (Json::List(expected), Json::List(actual)) if expected.len() == actual.len() => {
            for (n, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                differ(&format!("{at}[{n}]"), expected, actual, hashes, found);
            }
        }
        (expected, actual) if expected == actual => {}
        (expected, actual) => found.push(format!("{at}: expected {expected}\n{:>8}got {actual}", "")),
    }
}

fn differ_by_rule(at: &str, rule: &Object, actual: &Json, hashes: &mut Hashes, found: &mut Vec<String>) {
    if rule.get("$subset") == Some(&Json::Bool(true)) {
        let Some(actual) = actual.as_object() else {
            found.push(format!("{at}: expected an object, got {actual}"));
            return;
        };
        for (name, value) in rule.iter().filter(|(name, _)| *name != "$subset") {
            match (value, actual.get(name)) {
                (Json::Null, None | Some(Json::Null)) => {}
                (_, None) => found.push(format!("{at}.{name}: expected {value}, got nothing")),
                (_, Some(actual)) => differ(&format!("{at}.{name}"), value, actual, hashes, found),
            }
        }
        return;
    }
    let first = rule.iter().next();
    match (first, actual) {
        (Some(("$any", Json::Bool(true))), actual) => {
            if matches!(actual, Json::Null) || actual.as_text() == Some("") {
                found.push(format!("{at}: expected any value, got {actual}"));
            }
        }
        (Some(("$contains", Json::List(wanted))), Json::Text(text)) => {
            for wanted in wanted.iter().filter_map(Json::as_text).filter(|wanted| !text.contains(wanted)) {
                found.push(format!("{at}: expected a text with {wanted:?}, got {text:?}"));
            }
        }
        (Some(("$hash", Json::Text(_)) | ("$ver3", Json::List(_))), Json::Text(bundle)) => {
            hashes.push((rule.clone().into(), bundle.clone()));
        }
        (_, actual) => found.push(format!("{at}: expected {}, got {actual}", Json::from(rule.clone()))),
    }
}

fn compare_error(expected: &Json, error: &str, hashes: &mut Hashes) -> Vec<String> {
    let mut found = Vec::new();
    let (Ok(actual), Some(expected)) = (Json::parse(error), expected.as_object()) else {
        return vec![format!("error: is not an object: {error}")];
    };
    let mut subset = expected.clone();
    subset.set("$subset", true);
    let reason = actual.as_object().and_then(|object| text_of(object, "reason")).unwrap_or_default();
    let wanted = match subset.take("reason_contains") {
        None => Vec::new(),
        Some(Json::List(wanted)) => wanted,
        Some(one) => vec![one],
    };
    for wanted in wanted.iter().filter_map(Json::as_text).filter(|wanted| !reason.contains(wanted)) {
        found.push(format!("error.reason: expected a text with {wanted:?}, got {reason:?}"));
    }
    differ("error", &subset.into(), &actual, hashes, &mut found);
    if !found.is_empty() {
        found.push(format!("the whole error: {error}"));
    }
    found
}

/// Secrets of the client and card data of the request that an error repeats.
fn leaks(error: &str, keys: &Object, request: &Json) -> Vec<String> {
    let mut found = Vec::new();
    let mut secrets = vec!["replay-token".to_owned()];
    secrets.extend(
        ["app_secret", "merchant_key", "store_key", "api_password"]
            .iter()
            .filter_map(|name| text_of(keys, name))
            .map(str::to_owned),
    );
    let mut codes = Vec::new();
    collect(request, "", &mut secrets, &mut codes);
    for secret in secrets.iter().filter(|secret| secret.len() >= 8 && error.contains(secret.as_str())) {
        found.push(format!("error: repeats the secret {secret:?}: {error}"));
    }
    // A security code is short: it counts where it stands alone, and not within a bundle, which is random.
    let told = without_bundles(error);
    let mut numbers = told.split(|c: char| !c.is_ascii_digit());
    if let Some(code) = numbers.find(|number| codes.iter().any(|code| code == number)) {
        found.push(format!("error: repeats the security code {code}: {error}"));
    }
    found
}

/// The text without every `hash_key` in it: initialisation vector, salt and the sealed rest.
fn without_bundles(text: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '+' | '/' | '=' | '_');
    let is_bundle = |word: &str| {
        let mut parts = word.split(':').map(str::len);
        (parts.next(), parts.next()) == (Some(16), Some(4)) && parts.next().is_some()
    };
    text.split(|c: char| !word(c)).filter(|word| !is_bundle(word)).collect::<Vec<_>>().join(" ")
}

fn collect(value: &Json, name: &str, secrets: &mut Vec<String>, codes: &mut Vec<String>) {
    match value {
        Json::Object(object) => object.iter().for_each(|(name, value)| collect(value, name, secrets, codes)),
        Json::List(list) => list.iter().for_each(|value| collect(value, name, secrets, codes)),
        Json::Text(text) | Json::Number(text) => match name {
            "cvv" if text.len() >= 3 => codes.push(text.clone()),
            "number" | "card_number" | "card_token" | "identity_number" | "md" => secrets.push(text.clone()),
            // Whatever field a card number came in by, no error repeats it.
            _ => secrets.extend(card_numbers(text)),
        },
        _ => {}
    }
}

/// Every card number in a text, as it stands there and as bare digits.
fn card_numbers(text: &str) -> Vec<String> {
    let runs = text.split(|c: char| !(c.is_ascii_digit() || matches!(c, ' ' | '-'))).map(str::trim);
    let mut found = Vec::new();
    for run in runs {
        let digits: String = run.chars().filter(char::is_ascii_digit).collect();
        let sum: u32 = digits
            .bytes()
            .rev()
            .enumerate()
            .map(|(place, byte)| match (place % 2, u32::from(byte - b'0') * 2) {
                (0, doubled) => doubled / 2,
                (_, doubled) if doubled > 9 => doubled - 9,
                (_, doubled) => doubled,
            })
            .sum();
        if (13..=19).contains(&digits.len()) && sum.is_multiple_of(10) {
            found.extend([run.to_owned(), digits]);
        }
    }
    found
}

/// What became of many cases.
#[derive(Debug, Default)]
pub struct Summary {
    /// How many ran.
    pub ran: usize,
    /// Those that failed, each with its problems.
    pub failed: Vec<(String, Vec<String>)>,
}

impl Summary {
    /// One paragraph for every failed case.
    pub fn report(&self) -> String {
        let mut report = format!("{} of {} cases failed\n", self.failed.len(), self.ran);
        for (title, problems) in &self.failed {
            let _infallible = write!(report, "\n{title}\n");
            for problem in problems {
                let _infallible = writeln!(report, "    {problem}");
            }
        }
        report
    }
}

/// Runs cases side by side, each with a client of its own.
pub fn run_all(cases: &[Case], address: &str, call: Call) -> Summary {
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS.min(cases.len()) {
            scope.spawn(|| {
                let replays = Replays::new(address);
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let problems = run(case, &replays, call);
                    if !problems.is_empty() {
                        let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                        failed.push((case.title.clone(), problems));
                    }
                }
            });
        }
    });
    let mut failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    failed.sort();
    Summary { ran: cases.len(), failed }
}
