//! Halkbank's part of the control API, under `/sandbox/halkbank`.

use super::Bank;
use super::cards::{self, CARDS};
use super::order::Order;
use super::visit::Visit;
use crate::challenge::Verdict;
use crate::json::{Json, object};
use crate::world::World;

/// What came of a control request: an answer, or the status and text of an error.
pub(crate) type Controlled = Result<Json, (u16, String)>;

impl Bank {
    /// Answers a control request; `path` is what follows `halkbank`.
    pub(crate) fn control(&mut self, world: &mut World, method: &str, path: &[&str], body: &Json) -> Controlled {
        self.settle(world.now());
        let no_order = || (404, "there is no such order at Halkbank".to_owned());
        match (method, path) {
            ("GET", ["orders"]) => Ok(self.orders_json()),
            ("GET", ["orders", oid]) => self.order_json(oid).ok_or_else(no_order),
            ("POST", ["orders", oid, "3d"]) => {
                let verdict = Verdict::parse(&body.text("outcome"))
                    .ok_or((400, "\"outcome\" is approve, wrong_code or cancel".to_owned()))?;
                let number = body.text("card");
                let card = match number.as_str() {
                    "" => CARDS.first(),
                    number => CARDS.iter().find(|card| card.number == number),
                };
                let card = card.ok_or((400, "\"card\" is none of the test cards".to_owned()))?;
                let back = self.decide_for(world, oid, verdict, card);
                back.map(|back| back.to_json()).ok_or((404, "no buyer is at Halkbank for this order".to_owned()))
            }
            ("POST", ["orders", oid, "callback"]) => self.send_callback(world, oid),
            ("GET", ["cards"]) => Ok(cards::to_json()),
            ("GET", ["plans"]) => Ok(self.plans_json()),
            ("POST", ["dayclose"]) => Ok(self.day_close(world.now())),
            ("POST", ["recurring", "charge"]) => {
                let [plan, oid] = ["recurring_id", "oid"].map(|name| body.text(name));
                let wanted = if plan.is_empty() { oid } else { plan };
                self.charge_next(world.now(), &wanted, body.text("decline") == "true").map_err(|error| (409, error))
            }
            _ => Err((404, format!("there is no {method} /sandbox/halkbank/{}", path.join("/")))),
        }
    }

    /// Posts what the buyer did not bring back.
    fn send_callback(&self, world: &mut World, oid: &str) -> Controlled {
        let visit = self.visits.iter().rev().find(|visit| visit.order.oid == oid);
        let visit = visit.ok_or((404, "no buyer was at Halkbank for this order".to_owned()))?;
        let url = visit.echoed("callbackUrl").trim().to_owned();
        if url.is_empty() {
            return Err((409, "the shop gave no callbackUrl".to_owned()));
        }
        if visit.result.is_none() {
            return Err((409, "the buyer is still at the bank".to_owned()));
        }
        let fields = visit.callback(world);
        let at = world.now().stamp();
        world.hooks.send_to(&at, "callback", &url, &fields, "Approved").map_err(|error| (409, error))?;
        Ok(object! { "url": url, "method": "POST", "fields": Json::of_pairs(fields) })
    }

    /// Orders and visits, the newest first.
    pub(crate) fn orders_json(&self) -> Json {
        Json::List(self.oids.iter().rev().filter_map(|oid| self.order_json(oid)).collect())
    }

    fn order_json(&self, oid: &str) -> Option<Json> {
        let order = self.orders.iter().find(|order| order.oid == oid);
        let visit = self.visits.iter().rev().find(|visit| visit.order.oid == oid);
        let mut json = match (order, visit) {
            (Some(order), _) => order.to_json(),
            (None, Some(visit)) => visit.to_json(),
            (None, None) => return None,
        };
        let open = visit.filter(|visit| visit.result.is_none());
        json.set("storetype", visit.map(|visit| visit.model.name()));
        json.set("bank_page", open.map(Visit::page));
        if order.is_none_or(|order: &Order| order.transactions.is_empty()) {
            json.set("state", if open.is_some() { "waiting" } else { "returned" });
        }
        Some(json)
    }
}

impl Visit {
    /// An order that is nothing but a visit yet.
    fn to_json(&self) -> Json {
        object! {
            "oid": self.order.oid.as_str(), "amount": format!("{:.2}", self.order.amount), "currency": self.order.currency.as_str(),
            "instalment": self.order.installments.as_str(), "card": self.payer.as_ref().map(|payer| payer.short_masked()),
            "charge_type": Json::Null, "state": Json::Null, "code": Json::Null, "net": "0.00", "refunded": "0.00",
            "mdStatus": self.secure.md_status.as_str(), "recurring_id": Json::Null, "transactions": Json::List(Vec::new()),
        }
    }
}
