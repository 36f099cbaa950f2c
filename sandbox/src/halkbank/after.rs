//! What happens to a payment afterwards: capture, void, refund, day-close.

use rust_decimal::Decimal;

use super::api::{Reply, approved};
use super::charge::amount;
use super::order::{State, Transaction, new_trans_id};
use super::refusal::core;
use super::{Bank, Refusal};
use crate::clock::Time;
use crate::json::{Json, object};
use crate::world::World;
use crate::xml::Node;

/// A pre-authorisation is good for so many days.
const CAPTURE_DAYS: u64 = 15;

impl Bank {
    fn position(&self, oid: &str) -> Option<usize> {
        self.orders.iter().position(|order| order.oid == oid)
    }

    pub(super) fn capture(&mut self, world: &World, request: &Node) -> Reply {
        let now = world.now();
        let n = self.position(&request.text_of("OrderId")).ok_or_else(|| core(2509))?;
        let order = &mut self.orders[n];
        check_order_currency(request, &order.currency)?;
        let open = order.transactions.iter_mut().find(|transaction| transaction.state == State::Authorised);
        let open = open.ok_or_else(|| core(2509))?;
        if now.since(open.at).as_secs() > CAPTURE_DAYS * 86_400 {
            return Err(core(2513));
        }
        let total = match request.text_of("Total") {
            text if text.is_empty() => open.amount,
            text => amount(&text)
                .map_err(|refusal| if refusal.error_code() == "CORE-2009" { core(2506) } else { refusal })?,
        };
        if total > open.amount {
            let stated = request.child("Extra").map(|extra| extra.text_of("PREAMT")).unwrap_or_default();
            let margin = open.amount * Decimal::new(115, 2);
            if amount(&stated).ok() != Some(open.amount) || total > margin {
                return Err(core(2505));
            }
        }
        // One row: the capture takes the place of the pre-authorisation.
        let captured = Transaction::new(now, false, State::Captured, total);
        *open = Transaction { auth_code: open.auth_code.clone(), ..captured };
        let transaction = open.clone();
        Ok(approved(&self.orders[n], &transaction, &transaction.trans_id, self.batch(now)))
    }

    pub(super) fn void(&mut self, world: &World, request: &Node) -> Reply {
        let now = world.now();
        let [oid, trans_id] = ["OrderId", "TransId"].map(|name| request.text_of(name));
        let meant = |transaction: &Transaction| trans_id.is_empty() || transaction.trans_id == trans_id;
        let n = match self.position(&oid) {
            Some(n) => Some(n),
            None if oid.is_empty() && !trans_id.is_empty() => {
                self.orders.iter().position(|order| order.transactions.iter().any(meant))
            }
            None => None,
        };
        let order = &mut self.orders[n.ok_or_else(|| core(2008))?];
        let closed = order
            .transactions
            .iter()
            .any(|t| meant(t) && matches!(t.state, State::Authorised | State::Settled) && t.batch.is_some());
        let mut voidable =
            order.transactions.iter_mut().filter(|transaction| transaction.voidable() && meant(transaction));
        let transaction = match (voidable.next(), voidable.next()) {
            (Some(only), None) => only,
            (Some(_), Some(_)) => return Err(core(2133)),
            (None, _) => return Err(core(if closed { 2511 } else { 2008 })),
        };
        (transaction.state, transaction.voided) = (State::Voided, Some(now));
        let voided = Transaction { at: now, ..transaction.clone() };
        let order = order.clone();
        Ok(approved(&order, &voided, &new_trans_id(now), self.batch(now)))
    }

    pub(super) fn refund(&mut self, world: &World, request: &Node) -> Reply {
        let now = world.now();
        let n = self.position(&request.text_of("OrderId")).ok_or_else(Refusal::net)?;
        let same_day = world.settings.halkbank.same_day_credit;
        let order = &mut self.orders[n];
        check_order_currency(request, &order.currency)?;
        let net = order.net();
        let total = match request.text_of("Total") {
            text if text.is_empty() => net,
            text => amount(&text)?,
        };
        let unsettled = order.transactions.iter().any(|t| !t.credit && t.state == State::Captured);
        let refusal =
            if unsettled && !same_day { Some(core(2508)) } else { (net.is_zero() || total > net).then(Refusal::net) };
        if let Some(refusal) = refusal {
            // What fails stays on record as well.
            order.transactions.push(Transaction::refused(now, true, total, "99"));
            return Err(refusal);
        }
        let transaction = Transaction::new(now, true, State::Captured, total);
        order.transactions.push(transaction.clone());
        Ok(approved(&self.orders[n], &transaction, &transaction.trans_id, self.batch(now)))
    }

    /// Ends the bank's day: what is captured is settled, and nothing of before can be voided.
    pub(super) fn day_close(&mut self, now: Time) -> Json {
        let batch = self.batch(now);
        let mut settled = 0;
        for transaction in self.orders.iter_mut().flat_map(|order| &mut order.transactions) {
            if transaction.succeeded() && transaction.batch.is_none() {
                transaction.close(batch);
                settled += u32::from(transaction.state == State::Settled);
            }
        }
        self.closes += 1;
        object! { "batch": batch, "settled": settled, "at": now.stamp() }
    }

    /// The number of the batch that is open at a moment.
    pub(super) fn batch(&self, at: Time) -> u64 {
        batch_of(at, self.closes)
    }
}

/// A new batch each day, and for each day-close in between.
pub(super) fn batch_of(at: Time, closes: u64) -> u64 {
    at.local_day() % 10_000 + closes
}

fn check_order_currency(request: &Node, currency: &str) -> Result<(), Refusal> {
    let given = request.text_of("Currency");
    if given.is_empty() || given == currency { Ok(()) } else { Err(core(2106)) }
}
