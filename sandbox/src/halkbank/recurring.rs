//! Recurring payments: their terms, the orders that a plan has made ahead, their days, and what can be done to them.

use rust_decimal::Decimal;

use super::Bank;
use super::charge::{amount, check_currency};
use super::order::{Order, State, Transaction, new_trans_id};
use super::refusal::{Refusal, core};
use crate::clock::Time;
use crate::json::{Json, object};
use crate::world::World;
use crate::xml::Node;

/// Payments of one plan at most; more is CORE-2029.
const MOST: u32 = 120;

/// How a payment is to be repeated.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    payments: u32,
    unit: char,
    interval: u32,
}

impl Terms {
    /// The terms of a payment, from three texts; nothing where all are empty.
    pub(super) fn read(
        [payments, unit, interval]: [String; 3],
        pre_auth: bool,
        installments: &str,
    ) -> Result<Option<Self>, Refusal> {
        if [&payments, &unit, &interval].iter().all(|text| text.is_empty()) {
            return Ok(None);
        }
        if pre_auth {
            return Err(core(2024));
        }
        if !installments.is_empty() {
            return Err(core(2034));
        }
        let payments = payments.parse().ok().filter(|count| *count >= 2).ok_or_else(|| core(2021))?;
        if payments > MOST {
            return Err(core(2029));
        }
        let unit = unit.chars().next().filter(|c| unit.len() == 1 && "DWMY".contains(*c)).ok_or_else(|| core(2022))?;
        let interval = interval.parse().ok().filter(|n| (1..=99).contains(n)).ok_or_else(|| core(2022))?;
        Ok(Some(Self { payments, unit, interval }))
    }

    fn day(&self, from: Time, n: u32) -> Time {
        match self.unit {
            'W' => from.later(7 * self.interval * n, 'D'),
            unit => from.later(self.interval * n, unit),
        }
    }
}

/// The record that a recurring operation is about.
enum Records {
    One(usize),
    Plan(Vec<usize>),
}

impl Bank {
    /// Makes the orders of a plan whose first payment was order `n`.
    pub(super) fn begin_plan(&mut self, world: &World, n: usize, terms: &Terms) {
        let now = world.now();
        let plan = new_trans_id(now);
        self.orders[n].plan = Some(plan);
        let first = self.orders[n].clone();
        let total = first.transactions.last().map(|transaction| transaction.amount).unwrap_or_default();
        for payment in 2..=terms.payments {
            let planned = Transaction::planned(now, terms.day(now, payment - 1), total);
            let oid = format!("{}-{payment}", first.oid);
            self.saw(&oid);
            self.orders.push(Order { oid, payment, transactions: vec![planned], ..first.clone() });
        }
    }

    /// Charges what a plan has for days that have come.
    pub(super) fn charge_due(&mut self, now: Time) {
        for order in &mut self.orders {
            if let Some(Transaction { state: State::Planned { at }, .. }) = order.transactions.last()
                && *at <= now
            {
                let at = *at;
                charge_planned(order, at, false);
            }
        }
    }

    /// Charges the next payment of a plan, as its day would. The plan is named by its number or its first order.
    pub(super) fn charge_next(&mut self, now: Time, wanted: &str, decline: bool) -> Result<Json, String> {
        let plan =
            self.orders.iter().find(|order| order.oid == wanted).map_or(Some(wanted.to_owned()), |o| o.plan.clone());
        let next = self.orders.iter_mut().find(|order| order.plan == plan && order.planned().is_some());
        let order = next.ok_or_else(|| format!("no payment of {wanted:?} is waiting for its day"))?;
        charge_planned(order, now, decline);
        Ok(order.to_json())
    }

    /// `RECURRINGOPERATION`: cancels a payment or a plan, or changes a payment.
    pub(super) fn recurring_operation(&mut self, world: &World, extra: &Node) -> Result<Node, Refusal> {
        let [operation, kind] = ["RECURRINGOPERATION", "RECORDTYPE"].map(|name| extra.text_of(name).to_uppercase());
        let id = extra.text_of("RECORDID");
        let position = |order: &Order| order.oid == id && order.plan.is_some();
        let records = match kind.as_str() {
            "ORDER" => self.orders.iter().position(position).map(Records::One),
            "RECURRING" => {
                let of_plan = self.orders.iter().enumerate().filter(|(_, order)| order.plan.as_ref() == Some(&id));
                let all: Vec<usize> = of_plan.map(|(n, _)| n).collect();
                (!all.is_empty()).then_some(Records::Plan(all))
            }
            _ => None,
        };
        match (operation.as_str(), records.ok_or_else(|| core(2020))?) {
            ("CANCEL", Records::One(n)) => self.cancel(&[n])?,
            ("CANCEL", Records::Plan(all)) => self.cancel(&all)?,
            ("UPDATE", Records::One(n)) => self.update(world, n, extra)?,
            _ => return Err(core(2020)),
        }
        let fields = [
            ("RECURRINGOPERATION", operation),
            ("RECORDTYPE", kind),
            ("RECORDID", id),
            ("RESULT", "Successfull".into()),
        ];
        let mut children: Vec<Node> = fields.into_iter().map(|(name, value)| Node::text(name, value)).collect();
        children.push(Node::text("Extra", ""));
        Ok(Node::parent("CC5Response", children))
    }

    fn cancel(&mut self, records: &[usize]) -> Result<(), Refusal> {
        let mut cancelled = 0;
        for n in records {
            if let Some(transaction) = self.orders[*n].planned_mut() {
                transaction.state = State::Cancelled;
                cancelled += 1;
            }
        }
        if cancelled == 0 { Err(core(2023)) } else { Ok(()) }
    }

    fn update(&mut self, world: &World, n: usize, extra: &Node) -> Result<(), Refusal> {
        let [new_amount, currency, start] = ["AMOUNT", "CURRENCY", "STARTDATE"].map(|name| extra.text_of(name));
        let new_amount = if new_amount.is_empty() { None } else { Some(amount(&new_amount)?) };
        let start = match start.as_str() {
            "" => None,
            text => Some(Time::of_date(text).filter(|at| *at > world.now()).ok_or_else(|| core(2023))?),
        };
        if !currency.is_empty() {
            check_currency(&currency)?;
        }
        let order = &mut self.orders[n];
        if !currency.is_empty() && currency != order.currency {
            return Err(core(2106));
        }
        let transaction = order.planned_mut().ok_or_else(|| core(2023))?;
        transaction.amount = new_amount.unwrap_or(transaction.amount);
        if let Some(at) = start {
            transaction.state = State::Planned { at };
        }
        Ok(())
    }

    /// Plans for the control API.
    pub(crate) fn plans_json(&self) -> Json {
        let firsts = self.orders.iter().filter(|order| order.plan.is_some() && order.payment == 1);
        let rows = firsts.map(|first| {
            let of_plan: Vec<&Order> = self.orders.iter().filter(|order| order.plan == first.plan).collect();
            let amount: Option<Decimal> = first.transactions.last().map(|transaction| transaction.amount);
            object! {
                "recurring_id": first.plan.clone(), "oid": first.oid.as_str(), "amount": amount.map(|amount| format!("{amount:.2}")),
                "payments": of_plan.len(),
                "waiting": of_plan.iter().filter(|order| order.planned().is_some()).count(),
                "next": of_plan.iter().find_map(|order| order.planned()).map(Time::stamp),
            }
        });
        Json::List(rows.collect())
    }
}

/// Turns a planned payment into one that was made or refused at this moment.
fn charge_planned(order: &mut Order, at: Time, decline: bool) {
    let refusal = order.payer.refusal().or_else(|| decline.then(|| Refusal::issuer("51", "", "Declined")));
    if let Some(transaction) = order.planned_mut() {
        let amount = transaction.amount;
        *transaction = match refusal {
            Some(refusal) => Transaction::refused(at, false, amount, refusal.proc_return_code().unwrap_or_default()),
            None => Transaction::new(at, false, State::Captured, amount),
        };
    }
}

impl Order {
    /// The day of a payment that is yet to come.
    pub(super) fn planned(&self) -> Option<Time> {
        match self.transactions.last()?.state {
            State::Planned { at } => Some(at),
            _ => None,
        }
    }

    fn planned_mut(&mut self) -> Option<&mut Transaction> {
        self.transactions.last_mut().filter(|transaction| matches!(transaction.state, State::Planned { .. }))
    }
}
