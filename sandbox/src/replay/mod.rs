//! Replays: a conversation given as data. The sandbox compares what it is asked with what it should be asked, exactly, and
//! answers as it is told; so that every language's client can be held to the same cases.

mod answer;
mod compare;
mod exchange;

use std::collections::BTreeMap;

use crate::charset::Charset;
use crate::halkbank;
use crate::halkbank::api::xml_answer;
use crate::halkode::CREDENTIALS;
use crate::http::{Answer, Call};
use crate::json::{Json, object};
use crate::log::warnings;
use crate::xml::Node;
use exchange::{Exchange, only};

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
    halkbank_url: String,
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
        let keys = [
            ("app_id", CREDENTIALS.app_id),
            ("app_secret", CREDENTIALS.app_secret),
            ("merchant_key", CREDENTIALS.merchant_key),
            ("client_id", halkbank::CREDENTIALS.client_id),
            ("store_key", halkbank::CREDENTIALS.store_key),
            ("api_user", halkbank::CREDENTIALS.api_user),
            ("api_password", halkbank::CREDENTIALS.api_password),
        ];
        only(&given, "keys", &keys.map(|(name, _)| name))?;
        let keys =
            keys.map(|(name, own)| (name, given.get(name).and_then(Json::scalar).unwrap_or_else(|| own.to_owned())));
        self.count += 1;
        let [base_url, halkbank_url] = ["ccpayment", "fim"].map(|bank| format!("{base}/replay/{}/{bank}", self.count));
        let answer = object! { "id": self.count.to_string(), "base_url": base_url.as_str(), "halkbank_url": halkbank_url.as_str() };
        let replay = Replay {
            base_url,
            halkbank_url,
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

    /// Answers a request under `/replay/<id>/ccpayment` or `/replay/<id>/fim`.
    pub(crate) fn serve(&mut self, call: &Call) -> Answer {
        let mut parts = call.path.trim_start_matches("/replay/").splitn(3, '/');
        let replay = parts.next().and_then(|id| id.parse().ok()).and_then(|id: u64| self.all.get_mut(&id));
        match (replay, parts.next()) {
            (Some(replay), Some(bank @ ("ccpayment" | "fim"))) => {
                replay.serve(call, bank == "fim", &format!("/{}", parts.next().unwrap_or_default()))
            }
            _ => Answer::json_status(404, &object! { "error": "there is no such replay" }),
        }
    }
}

impl Replay {
    fn serve(&mut self, call: &Call, halkbank: bool, path: &str) -> Answer {
        let asked = if call.query.is_empty() { path.to_owned() } else { format!("{path}?{}", call.query) };
        let next = self.exchanges.get(self.done).cloned();
        if !halkbank && path == "/api/token" && next.as_ref().is_none_or(|exchange| exchange.path != "/api/token") {
            return self.issue_token(call);
        }
        self.seen += 1;
        let Some(exchange) = next else {
            self.problems.push(format!("exchange {}: {} {asked} was not expected", self.done + 1, call.method));
            let text = "replay: this request was not expected";
            if halkbank {
                let fields = [("Response", "Error"), ("ErrMsg", text)].map(|(name, text)| Node::text(name, text));
                return xml_answer(500, &Node::parent("CC5Response", fields.to_vec()), Charset::default(), false);
            }
            return Answer::json_status(500, &object! { "status_code": 99, "status_description": text });
        };
        self.done += 1;
        let mut found = Vec::new();
        if exchange.halkbank && !halkbank {
            found.push("expected at halkbank_url, got at base_url".into());
        }
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
        let own = [("base_url", &self.base_url), ("halkbank_url", &self.halkbank_url), ("token", &self.token)];
        let values = self.keys.iter().map(|(name, value)| (*name, value)).chain(own);
        values.fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
    }
}
