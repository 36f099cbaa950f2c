//! Halkbank Sanal POS (NestPay, EST v3), as docs/protocol-halkbank.md describes it: its state, its doors, and what is common
//! to all of them.

mod after;
pub(crate) mod api;
pub(crate) mod cards;
mod charge;
pub(crate) mod control;
mod fields;
mod gate;
mod inquiry;
mod order;
mod recurring;
mod refusal;
mod returned;
mod sale;
pub(crate) mod settings;
pub(crate) mod ver3;
mod visit;

use crate::challenge::url_part;
use crate::clock::Time;
use crate::http::{Answer, Call};
use crate::pages;
use crate::world::World;
use order::Order;
use refusal::Refusal;
use visit::{Model, Visit};

/// The keys of a merchant at Halkbank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalkbankCredentials {
    /// The merchant number, `clientid`.
    pub client_id: &'static str,
    /// What the hash of the gate is made with; it is never sent.
    pub store_key: &'static str,
    /// The user of the XML API.
    pub api_user: &'static str,
    /// Its password.
    pub api_password: &'static str,
}

/// The test merchants that the bank has published, and the model each was published for.
const MERCHANTS: &[(&str, Model)] = &[
    ("500100000", Model::ThreeD),
    ("500200000", Model::Pay),
    ("500300000", Model::PayHosting),
    ("500400000", Model::PlainHosting),
    ("500500000", Model::Hosting),
];
/// Published with them.
const STORE_KEY: &str = "123456";
// The bank sends users by mail; these are the sandbox's own.
const API_USER: &str = "sandboxapi";
const API_PASSWORD: &str = "SANDBOX19";
/// A user with the right password and without the right to use the API.
const REPORT_USER: &str = "sandboxrapor";

/// The sandbox's merchant at Halkbank, the first of the published ones.
pub(crate) const CREDENTIALS: HalkbankCredentials = HalkbankCredentials {
    client_id: "500100000",
    store_key: STORE_KEY,
    api_user: API_USER,
    api_password: API_PASSWORD,
};

/// `MERCHANTID` and `TERMINALID` in answers: the acquirer's own numbers, not the client's.
const MERCHANT_ID: &str = "000000000500100";
const TERMINAL: &str = "00500100";
/// What the bank lists: lira, dollar, euro.
const CURRENCIES: &[&str] = &["949", "840", "978"];

/// The bank's memory.
#[derive(Debug, Default)]
pub(crate) struct Bank {
    /// Every order number that was seen, oldest first.
    oids: Vec<String>,
    orders: Vec<Order>,
    visits: Vec<Visit>,
    /// Day-closes that were run by hand.
    closes: u64,
}

impl Bank {
    /// Answers a request under `/fim`.
    pub(crate) fn serve(&mut self, world: &mut World, call: &Call) -> Answer {
        self.settle(world.now());
        let path = call.path.strip_prefix("/fim").unwrap_or_default().trim_matches('/');
        match path.split_once('/').unwrap_or((path, "")) {
            ("api", "") => self.api(world, call),
            (gate, "") if gate.eq_ignore_ascii_case("est3Dgate") => self.gate(world, call),
            ("redirect", "") => match self.visit(&call.fields().text("transaction")) {
                Some(visit) => Answer::see_other(format!("{}{}", world.base, visit.page())),
                None => unknown_visit(),
            },
            ("acs", id) => self.acs_page(world, call, &url_part(id)),
            ("hosting", id) => self.hosted_page(world, call, &url_part(id)),
            _ => pages::error_page(404, "Not Found"),
        }
    }

    /// Lets time decide what it has decided: silent banks, plans, the day-close at midnight.
    pub(crate) fn settle(&mut self, now: Time) {
        self.charge_due(now);
        let closes = self.closes;
        for order in &mut self.orders {
            order.settle(now, |day| after::batch_of(day, closes));
        }
    }

    /// Notes that an order number was seen.
    fn saw(&mut self, oid: &str) {
        if !self.oids.iter().any(|seen| seen == oid) {
            self.oids.push(oid.to_owned());
        }
    }

    fn visit(&self, id: &str) -> Option<&Visit> {
        self.visits.iter().find(|visit| visit.id == id)
    }
}

fn unknown_visit() -> Answer {
    pages::error_page(404, "İşlem bulunamadı · No such transaction")
}
