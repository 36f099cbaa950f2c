//! HALKÖDE, as docs/protocol-halkode.md describes it: its state, its doors, and what is common to all of them.

mod after;
pub(crate) mod cards;
mod inquiry;
mod link;
mod order;
mod recurring;
mod sale;
mod three_d;
mod wallet;

use std::collections::HashMap;
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_decimal::Decimal;

use crate::clock::Time;
use crate::hash::{open, random_hex};
use crate::http::{Answer, Call};
use crate::json::{Json, object};
use crate::pages;
use crate::settings::RepeatGuard;
use crate::world::World;
use order::Order;

/// The keys of a merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credentials {
    /// 32 hex digits.
    pub app_id: &'static str,
    /// 32 hex digits.
    pub app_secret: &'static str,
    /// 60 characters; quote it in a shell, it holds `$`.
    pub merchant_key: &'static str,
}

/// The published test merchant (HalkOdeme/Entegrasyon, Postman environment); the sandbox has no other.
pub(crate) const CREDENTIALS: Credentials = Credentials {
    app_id: "a2a7cb8131890a35353629182274c756",
    app_secret: "a9b5c28211388c7a6a705122a24e6f46",
    merchant_key: "$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72",
};
const MERCHANT_ID: u32 = 92_974_158;
const TOKEN_LIFETIME: Duration = Duration::from_secs(7200);
const REPEAT_LIMIT: Duration = Duration::from_secs(2);

/// The bank's memory.
#[derive(Debug, Default)]
pub(crate) struct Bank {
    tokens: HashMap<String, Time>,
    orders: Vec<Order>,
    sessions: HashMap<String, three_d::Session>,
    links: HashMap<String, link::Link>,
    cards: Vec<wallet::SavedCard>,
    plans: Vec<recurring::Plan>,
    recent: Vec<(Time, String)>,
}

/// Why a request is not carried out.
#[derive(Debug)]
struct Refusal {
    code: i64,
    text: String,
}

impl Refusal {
    fn new(code: i64, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }
}

type Reply = Result<Answer, Refusal>;

/// A request whose fields have been read.
struct Ask<'a> {
    call: &'a Call,
    fields: Json,
}

/// What a request is to the two-second rule.
#[derive(PartialEq)]
enum Guard {
    Money,
    Query,
    Free,
}

struct Route {
    path: &'static str,
    get: bool,
    bearer: bool,
    guard: Guard,
    handler: fn(&mut Bank, &mut World, &Ask) -> Reply,
    refusal: fn(&Refusal) -> Json,
}

const fn route(path: &'static str, guard: Guard, handler: fn(&mut Bank, &mut World, &Ask) -> Reply) -> Route {
    Route { path, get: false, bearer: true, guard, handler, refusal: refused }
}

/// Every door of the API; 3-D pages and the hosted page are served apart.
static ROUTES: &[Route] = &[
    Route { bearer: false, ..route("/api/token", Guard::Free, Bank::token) },
    Route { bearer: false, refusal: link::refused, ..route("/purchase/link", Guard::Money, Bank::purchase_link) },
    route("/api/paySmart2D", Guard::Money, Bank::pay_2d),
    Route { bearer: false, ..route("/api/paySmart3D", Guard::Money, Bank::pay_3d) },
    route("/api/refund", Guard::Money, Bank::refund),
    route("/api/checkstatus", Guard::Query, Bank::check_status),
    route("/api/confirmPayment", Guard::Money, Bank::confirm),
    route("/payment/complete", Guard::Money, Bank::complete),
    Route { refusal: refused_with_message, ..route("/api/installments", Guard::Query, Bank::installments) },
    route("/api/getpos", Guard::Query, Bank::get_pos),
    Route { get: true, ..route("/api/commissions", Guard::Query, Bank::commissions) },
    route("/api/getTransactions", Guard::Query, Bank::transactions),
    Route {
        refusal: inquiry::refused_with_empty_list,
        ..route("/api/alltransaction", Guard::Query, Bank::all_transactions)
    },
    Route { refusal: wallet::refused_as_text, ..route("/api/saveCard", Guard::Money, Bank::save_card) },
    Route { get: true, ..route("/api/getCardTokens", Guard::Query, Bank::saved_cards) },
    route("/api/editCard", Guard::Money, Bank::edit_card),
    route("/api/deleteCard", Guard::Money, Bank::delete_card),
    Route { bearer: false, ..route("/api/payByCardToken", Guard::Money, Bank::pay_by_token_3d) },
    route("/api/payByCardTokenNonSecure", Guard::Money, Bank::pay_by_token_2d),
    Route { refusal: refused_with_message, ..route("/api/recurringPlan/query", Guard::Query, Bank::plan_query) },
    Route { refusal: refused_with_message, ..route("/api/recurringPlan/update", Guard::Money, Bank::plan_update) },
    Route { refusal: refused_with_message, ..route("/api/recurringPlan/delete", Guard::Money, Bank::plan_delete) },
];

/// `status_code` and `status_description` alone, as most refusals are.
fn refused(refusal: &Refusal) -> Json {
    object! { "status_code": refusal.code, "status_description": refusal.text.as_str() }
}

/// The same with `message`, as installments and recurring plans answer.
fn refused_with_message(refusal: &Refusal) -> Json {
    object! { "status_code": refusal.code, "message": refusal.text.as_str() }
}

/// HTTP 401. Its body is not published; this is what the server's framework says.
pub(crate) fn unauthenticated() -> Answer {
    Answer::json_status(401, &object! { "message": "Unauthenticated." })
}

impl Bank {
    /// Answers a request under `/ccpayment`.
    pub(crate) fn serve(&mut self, world: &mut World, call: &Call) -> Answer {
        self.settle(world);
        let path = call.path.strip_prefix("/ccpayment").unwrap_or_default().trim_end_matches('/');
        let Some(route) = ROUTES.iter().find(|route| route.path == path) else {
            return self.serve_page(world, call, path).unwrap_or_else(|| pages::error_page(404, "Not Found"));
        };
        if call.method != "POST" && !(route.get && call.method == "GET") {
            return pages::error_page(405, "Method Not Allowed");
        }
        if route.bearer && !self.authenticated(world, call) {
            return unauthenticated();
        }
        let ask = Ask { call, fields: call.fields() };
        // What the two-second rule compares.
        let request = format!("{path} {}", ask.fields.clone().without("hash_key"));
        let reply = match self.repeated(world, route, &ask, &request) {
            // The shape of this rejection is not published.
            true => Err(Refusal::new(1, "The same request was sent again within 2 seconds")),
            false => (route.handler)(self, world, &ask),
        };
        if reply.is_ok() {
            self.recent.push((world.now(), request));
        }
        self.begin_plans(world);
        reply.unwrap_or_else(|refusal| match path {
            "/api/paySmart3D" | "/api/payByCardToken" => three_d::refuse(world, &ask, &refusal),
            _ => Answer::json(&(route.refusal)(&refusal)),
        })
    }

    /// Lets time decide what it has decided: late sales, silent banks.
    pub(crate) fn settle(&mut self, world: &mut World) {
        for order in &mut self.orders {
            order.settle(world);
        }
        self.begin_plans(world);
    }

    pub(crate) fn orders_json(&self) -> Json {
        Json::List(self.orders.iter().rev().map(Order::to_json).collect())
    }

    pub(crate) fn plans_json(&self) -> Json {
        Json::List(self.plans.iter().map(recurring::Plan::to_json).collect())
    }

    fn token(&mut self, world: &mut World, ask: &Ask) -> Reply {
        if ask.required("app_id")? != CREDENTIALS.app_id || ask.required("app_secret")? != CREDENTIALS.app_secret {
            return Err(Refusal::new(30, "Invalid credentials"));
        }
        let now = world.now();
        let expires = now.plus(TOKEN_LIFETIME);
        let part = |json: Json| URL_SAFE_NO_PAD.encode(json.to_string());
        let head = part(object! { "typ": "JWT", "alg": "HS512" });
        let claims = part(
            object! { "iss": world.base.as_str(), "iat": now.unix(), "exp": expires.unix(), "nbf": now.unix(), "jti": random_hex(16) },
        );
        let key = hmac::Key::new(hmac::HMAC_SHA512, CREDENTIALS.app_secret.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, format!("{head}.{claims}").as_bytes()));
        let token = format!("{head}.{claims}.{signature}");
        self.tokens.retain(|_, expires| *expires > now);
        self.tokens.insert(token.clone(), expires);
        Ok(Answer::json(&object! {
            "status_code": 100,
            "status_description": "Successfully Generated token",
            "data": object! { "token": token, "is_3d": u32::from(world.settings.is_3d), "expires_at": expires.stamp() },
        }))
    }

    fn authenticated(&self, world: &World, call: &Call) -> bool {
        let header = call.header("authorization");
        header
            .strip_prefix("Bearer ")
            .and_then(|token| self.tokens.get(token))
            .is_some_and(|expires| *expires > world.now())
    }

    /// Whether the two-second rule rejects a request: an identical one, `hash_key` aside (which is never the same twice), was
    /// carried out a moment ago. A repeated payment or refund is left to its own rule (code 3, code 49), which says more.
    fn repeated(&mut self, world: &World, route: &Route, ask: &Ask, request: &str) -> bool {
        let now = world.now();
        self.recent.retain(|(at, _)| now.since(*at) < REPEAT_LIMIT);
        let guarded = match world.settings.repeat_guard {
            RepeatGuard::Off => false,
            RepeatGuard::Money => route.guard == Guard::Money,
            RepeatGuard::All => route.guard != Guard::Free,
        };
        let paid_before = || route.path.starts_with("/api/pay") && self.order(&ask.fields.text("invoice_id")).is_some();
        guarded
            && route.path != "/api/refund"
            && !paid_before()
            && self.recent.iter().any(|(_, earlier)| earlier == request)
    }

    fn order(&self, invoice_id: &str) -> Option<&Order> {
        self.orders.iter().find(|order| order.invoice_id == invoice_id)
    }

    fn order_mut(&mut self, invoice_id: &str) -> Option<&mut Order> {
        self.orders.iter_mut().find(|order| order.invoice_id == invoice_id)
    }
}

impl Ask<'_> {
    /// A field that must be there and not empty.
    fn required(&self, name: &str) -> Result<String, Refusal> {
        let value = self.fields.text(name);
        if value.is_empty() {
            return Err(Refusal::new(1, format!("The {} field is required.", name.replace('_', " "))));
        }
        Ok(value)
    }

    /// An exact amount from a number or text.
    fn amount(&self, name: &str) -> Result<Decimal, Refusal> {
        decimal(&self.required(name)?)
            .ok_or_else(|| Refusal::new(1, format!("The {} must be a number.", name.replace('_', " "))))
    }

    /// The merchant key, which must be the sandbox merchant's.
    fn merchant(&self) -> Result<(), Refusal> {
        match self.required("merchant_key")? == CREDENTIALS.merchant_key {
            true => Ok(()),
            false => Err(Refusal::new(14, "Merchant not found!")),
        }
    }

    /// Compares `hash_key`, sealed with `secret`, with what it should hold. Parts that are amounts are compared as numbers.
    /// The refusal's code and text come from `mismatch`, which is told the first part that differs, or nothing where the
    /// bundle does not open.
    fn hash(
        &self,
        secret: &str,
        expected: &[Part],
        mismatch: fn(Option<&'static str>) -> Refusal,
    ) -> Result<(), Refusal> {
        let opened = open(&self.required("hash_key")?, secret).ok_or_else(|| mismatch(None))?;
        let found: Vec<&str> = opened.splitn(expected.len(), '|').collect();
        if found.len() != expected.len() {
            return Err(mismatch(None));
        }
        for (found, part) in found.iter().zip(expected) {
            let same_amount = || match (decimal(found), decimal(&part.value)) {
                (Some(found), Some(expected)) => part.amount && found == expected,
                _ => false,
            };
            let same = *found == part.value || same_amount();
            if !same {
                return Err(mismatch(Some(part.name)));
            }
        }
        Ok(())
    }
}

/// One part of a hash's plaintext.
struct Part {
    name: &'static str,
    value: String,
    amount: bool,
}

fn part(name: &'static str, value: impl Into<String>) -> Part {
    Part { name, value: value.into(), amount: false }
}

fn amount_part(name: &'static str, value: impl Into<String>) -> Part {
    Part { name, value: value.into(), amount: true }
}

/// Code 68 with the part that differs.
fn mismatch_68(part: Option<&'static str>) -> Refusal {
    Refusal::new(68, part.map_or("Invalid hash key".to_owned(), |part| format!("{part} mismatch with hash key")))
}

/// An exact decimal; nothing for text that is none (a comma, an exponent, `NaN`) or longer than any amount.
fn decimal(text: &str) -> Option<Decimal> {
    let plain = (1..=18).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    if plain { Decimal::from_str_exact(text).ok() } else { None }
}
