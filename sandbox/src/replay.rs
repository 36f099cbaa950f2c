//! Replays: a conversation given as data. The sandbox compares what it is asked with what it should be asked, exactly, and
//! answers as it is told; so that every language's client can be held to the same cases.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::fault::Fault;
use crate::halkode::CREDENTIALS;
use crate::hash::{malformed, open, seal};
use crate::http::{Answer, Call};
use crate::json::{Json, object};
use crate::log::warnings;

/// Far enough for any test; its form is that of the token service.
const TOKEN_EXPIRES: &str = "2099-12-31 23:59:59";

/// All replays that are under way.
#[derive(Debug, Default)]
pub(crate) struct Replays {
    count: u64,
    all: BTreeMap<u64, Replay>,
}

#[derive(Debug)]
struct Replay {
    base_url: String,
    keys: Vec<(&'static str, String)>,
    exchanges: Vec<Exchange>,
    /// How many exchanges have taken place.
    done: usize,
    seen: usize,
    token_calls: usize,
    /// The token that was issued last.
    token: String,
    problems: Vec<String>,
}

/// One request as it should be, and its answer.
#[derive(Debug, Clone)]
struct Exchange {
    method: String,
    path: String,
    headers: Vec<(String, Json)>,
    body: Body,
    answer: Json,
    fault: Option<Fault>,
}

#[derive(Debug, Clone)]
enum Body {
    None,
    Json(Json),
    Form(Vec<(Json, Json)>),
}

impl Replays {
    /// Takes a conversation; its number and address.
    pub(crate) fn add(&mut self, base: &str, json: &Json) -> Result<Json, String> {
        only(json, "the replay", &["exchanges", "keys"])?;
        let exchanges = json.get("exchanges").map(Json::elements).unwrap_or_default();
        let exchanges = exchanges
            .iter()
            .enumerate()
            .map(|(n, exchange)| Exchange::read(exchange).map_err(|e| format!("exchange {}: {e}", n + 1)))
            .collect::<Result<Vec<_>, _>>()?;
        let given = json.get("keys").cloned().unwrap_or(Json::Null);
        only(&given, "keys", &["app_id", "app_secret", "merchant_key"])?;
        let keys = [
            ("app_id", CREDENTIALS.app_id),
            ("app_secret", CREDENTIALS.app_secret),
            ("merchant_key", CREDENTIALS.merchant_key),
        ];
        let keys =
            keys.map(|(name, own)| (name, given.get(name).and_then(Json::scalar).unwrap_or_else(|| own.to_owned())));
        self.count += 1;
        let base_url = format!("{base}/replay/{}/ccpayment", self.count);
        let answer = object! { "id": self.count.to_string(), "base_url": base_url.as_str() };
        let replay = Replay {
            base_url,
            keys: keys.to_vec(),
            exchanges,
            done: 0,
            seen: 0,
            token_calls: 0,
            token: String::new(),
            problems: Vec::new(),
        };
        self.all.insert(self.count, replay);
        Ok(answer)
    }

    /// How a replay went so far.
    pub(crate) fn report(&self, id: &str) -> Option<Json> {
        let replay = self.all.get(&id.parse().ok()?)?;
        Some(object! {
            "complete": replay.done == replay.exchanges.len(),
            "problems": Json::List(replay.problems.iter().map(|problem| Json::from(problem.as_str())).collect()),
            "seen": replay.seen,
            "token_calls": replay.token_calls,
        })
    }

    pub(crate) fn forget(&mut self, id: &str) -> bool {
        id.parse().ok().and_then(|id: u64| self.all.remove(&id)).is_some()
    }

    /// Answers a request under `/replay/<id>/ccpayment`.
    pub(crate) fn serve(&mut self, call: &Call) -> Answer {
        let mut parts = call.path.trim_start_matches("/replay/").splitn(3, '/');
        let replay = parts.next().and_then(|id| id.parse().ok()).and_then(|id: u64| self.all.get_mut(&id));
        match (replay, parts.next()) {
            (Some(replay), Some("ccpayment")) => replay.serve(call, &format!("/{}", parts.next().unwrap_or_default())),
            _ => Answer::json_status(404, &object! { "error": "there is no such replay" }),
        }
    }
}

impl Exchange {
    fn read(json: &Json) -> Result<Self, String> {
        only(json, "it", &["expect", "answer"])?;
        let expect = json.get("expect").ok_or("\"expect\" is missing")?;
        let answer = json.get("answer").ok_or("\"answer\" is missing")?;
        only(expect, "expect", &["method", "path", "headers", "body", "form"])?;
        only(answer, "answer", &["status", "headers", "json", "text", "base64", "fault"])?;
        let (method, path, fault) = (expect.text("method"), expect.text("path"), answer.text("fault"));
        if !path.starts_with('/') {
            return Err("expect.path does not begin with /".into());
        }
        let body = match (expect.get("body"), expect.get("form")) {
            (None, None) => Body::None,
            (Some(body), None) => Body::Json(body.clone()),
            (None, Some(Json::List(pairs))) => Body::Form(
                pairs
                    .iter()
                    .map(|pair| match pair.elements() {
                        [name, value] => Ok((name.clone(), value.clone())),
                        _ => Err("expect.form is a list of [name, value]"),
                    })
                    .collect::<Result<_, _>>()?,
            ),
            _ => return Err("expect has either a body or a form, which is a list".into()),
        };
        Ok(Self {
            method: if method.is_empty() { "POST".into() } else { method },
            path,
            headers: expect.get("headers").map(|headers| headers.members().to_vec()).unwrap_or_default(),
            body,
            answer: answer.clone(),
            fault: if fault.is_empty() { None } else { Some(fault.parse()?) },
        })
    }
}

impl Replay {
    fn serve(&mut self, call: &Call, path: &str) -> Answer {
        let asked = if call.query.is_empty() { path.to_owned() } else { format!("{path}?{}", call.query) };
        let next = self.exchanges.get(self.done).cloned();
        if path == "/api/token" && next.as_ref().is_none_or(|exchange| exchange.path != "/api/token") {
            return self.issue_token(call);
        }
        self.seen += 1;
        let Some(exchange) = next else {
            self.problems.push(format!("exchange {}: {} {asked} was not expected", self.done + 1, call.method));
            return Answer::json_status(
                500,
                &object! { "status_code": 99, "status_description": "replay: this request was not expected" },
            );
        };
        self.done += 1;
        let mut found = Vec::new();
        self.compare(&exchange, call, &asked, &mut found);
        self.problems.extend(found.into_iter().map(|problem| format!("exchange {}: {problem}", self.done)));
        self.answer(&exchange)
    }

    /// What happens without being part of the conversation: a token for the right keys.
    fn issue_token(&mut self, call: &Call) -> Answer {
        self.token_calls += 1;
        let expected = object! { "app_id": self.key("app_id"), "app_secret": self.key("app_secret") };
        let mut found = warnings(call);
        match Json::parse(&String::from_utf8_lossy(&call.body)) {
            Ok(body) => self.differ("body", &expected, &body, &mut found),
            Err(error) => found.push(format!("body: not JSON: {error}")),
        }
        self.problems.extend(found.into_iter().map(|problem| format!("token call {}: {problem}", self.token_calls)));
        self.token = if self.token_calls == 1 {
            "replay-token".to_owned()
        } else {
            format!("replay-token-{}", self.token_calls)
        };
        Answer::json(&object! {
            "status_code": 100, "status_description": "Successfully Generated token",
            "data": object! { "token": self.token.as_str(), "is_3d": 1, "expires_at": TOKEN_EXPIRES },
        })
    }

    fn compare(&self, exchange: &Exchange, call: &Call, asked: &str, found: &mut Vec<String>) {
        let path = self.filled(&exchange.path);
        if (call.method.as_str(), asked) != (exchange.method.as_str(), path.as_str()) {
            found.push(format!("expected {} {path}, got {} {asked}", exchange.method, call.method));
        }
        found.extend(warnings(call));
        for (name, expected) in &exchange.headers {
            let name = name.to_ascii_lowercase();
            let given =
                call.headers.iter().find(|(header, _)| *header == name).map(|(_, value)| Json::from(value.as_str()));
            self.differ(&format!("header {name}"), expected, &given.unwrap_or(Json::Null), found);
        }
        let text = String::from_utf8_lossy(&call.body);
        match &exchange.body {
            Body::None if call.body.is_empty() => {}
            Body::None => found.push(format!("body: expected none, got {} bytes", call.body.len())),
            Body::Json(expected) => match Json::parse(&text) {
                Ok(body) => self.differ("body", expected, &body, found),
                Err(error) => found.push(format!("body: not JSON: {error}")),
            },
            Body::Form(expected) => {
                let given: Vec<(String, String)> = form_urlencoded::parse(&call.body).into_owned().collect();
                if given.len() != expected.len() {
                    found.push(format!("form: expected {} fields, got {}", expected.len(), given.len()));
                }
                for ((name, value), (given_name, given_value)) in expected.iter().zip(given) {
                    self.differ("form field name", name, &Json::from(given_name.as_str()), found);
                    self.differ(&format!("form.{given_name}"), value, &Json::from(given_value), found);
                }
            }
        }
    }

    /// Notes every way in which `given` is not what was expected.
    fn differ(&self, at: &str, expected: &Json, given: &Json, found: &mut Vec<String>) {
        if let Some((rule, value)) = expected.members().first().filter(|(name, _)| name.starts_with('$')) {
            return self.differ_by_rule(at, rule, value, expected, given, found);
        }
        match (expected, given) {
            (Json::Object(expected), Json::Object(given)) => {
                let names =
                    |members: &[(String, Json)]| members.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
                let (wanted, got) = (names(expected), names(given));
                if wanted != got {
                    found.push(format!("{at}: expected the keys {}, got {}", wanted.join(", "), got.join(", ")));
                }
                for (name, value) in expected {
                    if let Some((_, given)) = given.iter().find(|(given, _)| given == name) {
                        self.differ(&format!("{at}.{name}"), value, given, found);
                    }
                }
            }
            (Json::List(expected), Json::List(given)) => {
                if expected.len() != given.len() {
                    found.push(format!("{at}: expected {} elements, got {}", expected.len(), given.len()));
                }
                for (n, (expected, given)) in expected.iter().zip(given).enumerate() {
                    self.differ(&format!("{at}[{n}]"), expected, given, found);
                }
            }
            (Json::Text(expected), given) if *given == Json::Text(self.filled(expected)) => {}
            (expected, given) if !matches!(expected, Json::Text(_)) && expected == given => {}
            (expected, given) => found.push(format!("{at}: expected {expected}, got {given}")),
        }
    }

    fn differ_by_rule(&self, at: &str, rule: &str, value: &Json, whole: &Json, given: &Json, found: &mut Vec<String>) {
        let Json::Text(text) = given else {
            found.push(format!("{at}: expected a text ({rule}), got {given}"));
            return;
        };
        match (rule, value) {
            ("$any", Json::Bool(true)) => {
                if text.is_empty() {
                    found.push(format!("{at}: expected any text, got none"));
                }
            }
            ("$json", expected) => match Json::parse(text) {
                Ok(json) => self.differ(at, expected, &json, found),
                Err(error) => found.push(format!("{at}: not JSON text: {error}")),
            },
            ("$hash", Json::Text(plain)) => {
                if let Some(reason) = malformed(text) {
                    found.push(format!("{at}: not a hash a careful client makes: {reason}"));
                }
                let plain = self.filled(plain);
                match open(text, &self.secret(whole)) {
                    Some(opened) if opened == plain => {}
                    Some(opened) => found.push(format!("{at}: expected a hash of {plain:?}, got one of {opened:?}")),
                    None => found.push(format!("{at}: this hash does not open with the expected secret")),
                }
            }
            _ => found.push(format!("{at}: there is no rule {rule} with {value}")),
        }
    }

    /// The secret that a `$hash` or `$sign` names; the app secret where it names none.
    fn secret(&self, rule: &Json) -> String {
        match rule.text("secret").as_str() {
            "" => self.key("app_secret"),
            "wrong" => "not the secret".to_owned(),
            name => self.key(name),
        }
    }

    fn key(&self, name: &str) -> String {
        self.keys.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// Text with its `{{placeholders}}` filled in.
    fn filled(&self, text: &str) -> String {
        let values = self
            .keys
            .iter()
            .map(|(name, value)| (*name, value))
            .chain([("base_url", &self.base_url), ("token", &self.token)]);
        values.fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
    }

    /// A value of an answer with placeholders filled in and `$sign` sealed.
    fn filled_json(&self, json: &Json) -> Json {
        match json {
            Json::Text(text) => Json::Text(self.filled(text)),
            Json::List(elements) => Json::List(elements.iter().map(|element| self.filled_json(element)).collect()),
            Json::Object(members) => match members.first() {
                Some((rule, Json::Text(plain))) if rule == "$sign" => {
                    Json::Text(seal(&self.filled(plain), &self.secret(json)))
                }
                _ => {
                    Json::Object(members.iter().map(|(name, value)| (name.clone(), self.filled_json(value))).collect())
                }
            },
            other => other.clone(),
        }
    }

    fn answer(&mut self, exchange: &Exchange) -> Answer {
        let spec = &exchange.answer;
        let status = spec.text("status").parse().unwrap_or(200);
        let mut answer = match (spec.get("json"), spec.get("text"), spec.get("base64")) {
            (Some(json), ..) => {
                let json = self.filled_json(json);
                if let Some(token) = json
                    .get("data")
                    .map(|data| data.text("token"))
                    .filter(|token| exchange.path == "/api/token" && !token.is_empty())
                {
                    self.token = token;
                }
                Answer::json_status(status, &json)
            }
            (_, Some(text), _) => {
                Answer::new(status, "text/html; charset=UTF-8", self.filled(&text.scalar().unwrap_or_default()))
            }
            (.., Some(bytes)) => match STANDARD.decode(bytes.scalar().unwrap_or_default()) {
                Ok(bytes) => Answer::new(status, "application/octet-stream", bytes),
                Err(error) => {
                    self.problems.push(format!("exchange {}: answer.base64 is not base64: {error}", self.done));
                    Answer::new(500, "", "")
                }
            },
            _ => Answer::new(status, "", ""),
        };
        for (name, value) in spec.get("headers").map(Json::members).unwrap_or_default() {
            let value = self.filled(&value.scalar().unwrap_or_default());
            match name.to_ascii_lowercase().as_str() {
                "content-type" => answer.content_type = value,
                name => answer.headers.push((name.to_owned(), value)),
            }
        }
        answer.fault = exchange.fault.clone();
        answer
    }
}

/// Refuses keys that mean nothing here, so that a mistyped case cannot pass.
fn only(json: &Json, what: &str, known: &[&str]) -> Result<(), String> {
    match json.members().iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err(format!("{what} has the unknown key {name:?}; known are {}", known.join(", "))),
        None => Ok(()),
    }
}
