//! An order and its transactions, as the bank keeps and reports them.

use std::time::Duration;

use rust_decimal::Decimal;

use super::cards::Payer;
use crate::clock::Time;
use crate::hash::random_digits;
use crate::json::{Json, object};

/// How long the bank behind an in-doubt card is silent.
const IN_DOUBT: Duration = Duration::from_secs(10);

/// What has become of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// An open pre-authorisation.
    Authorised,
    /// Captured, before day-close.
    Captured,
    /// Captured, after day-close.
    Settled,
    Voided,
    Declined,
    /// Neither done nor refused.
    Failed,
    /// A payment of a plan whose day has not come.
    Planned {
        at: Time,
    },
    Cancelled,
    /// The bank has not answered; known from then on.
    InDoubt {
        until: Time,
        paid: bool,
        captured: bool,
    },
}

/// A sale, a pre-authorisation or a refund.
#[derive(Debug, Clone)]
pub(super) struct Transaction {
    /// A refund.
    pub credit: bool,
    pub state: State,
    pub amount: Decimal,
    pub at: Time,
    /// When it was captured, if it was.
    pub captured: Option<Time>,
    pub voided: Option<Time>,
    pub host_ref: String,
    pub auth_code: String,
    /// The issuing bank's code, 99 for the gateway's refusals.
    pub code: String,
    pub trans_id: String,
    /// The number of the batch, once a day-close has taken it.
    pub batch: Option<u64>,
}

/// What 3-D Secure said about an order.
#[derive(Debug, Clone, Default)]
pub(super) struct Secure {
    pub md_status: String,
    pub xid: String,
    pub eci: String,
    pub cavv: String,
}

/// An order: everything under one `OrderId`.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub oid: String,
    pub currency: String,
    /// Empty for a single payment.
    pub installments: String,
    pub payer: Payer,
    pub secure: Secure,
    /// The plan it is a payment of.
    pub plan: Option<String>,
    /// Which payment of it, from 1.
    pub payment: u32,
    /// Oldest first.
    pub transactions: Vec<Transaction>,
}

/// A transaction number in the bank's form: year and day, hour, minute and second as letters, a letter and five digits.
pub(super) fn new_trans_id(now: Time) -> String {
    // A to Z, a to z, and from 52 on the last digit.
    let letter = |n: u8| match n {
        0..=25 => char::from(b'A' + n),
        26..=51 => char::from(b'a' + n - 26),
        _ => char::from(b'0' + n % 10),
    };
    let time: String = now.hour_minute_second().into_iter().map(letter).collect();
    let random = random_digits(6);
    let (tail, digits) = random.split_at(1);
    format!("{}{time}{}{digits}", now.year_day(), char::from(b'A' + tail.as_bytes()[0] - b'0'))
}

/// An amount without a separator, as reports write it: 101 for 1.01.
pub(super) fn minor(amount: Decimal) -> String {
    (amount * Decimal::ONE_HUNDRED).trunc().normalize().to_string()
}

impl Transaction {
    /// One that the bank has accepted just now.
    pub(super) fn new(now: Time, credit: bool, state: State, amount: Decimal) -> Self {
        Self {
            credit,
            state,
            amount,
            at: now,
            captured: (state != State::Authorised).then_some(now),
            voided: None,
            host_ref: format!("{}{}", &now.year_day()[1..], random_digits(8)),
            auth_code: format!("{}{}", if state == State::Authorised { 'T' } else { 'P' }, random_digits(5)),
            code: "00".to_owned(),
            trans_id: new_trans_id(now),
            batch: None,
        }
    }

    /// One that was refused with this code.
    pub(super) fn refused(now: Time, credit: bool, amount: Decimal, code: &str) -> Self {
        Self {
            // As seen live for a refund.
            captured: credit.then_some(now),
            host_ref: String::new(),
            auth_code: String::new(),
            code: code.to_owned(),
            ..Self::new(now, credit, State::Declined, amount)
        }
    }

    /// A payment of a plan that is yet to come.
    pub(super) fn planned(now: Time, at: Time, amount: Decimal) -> Self {
        Self { state: State::Planned { at }, ..Self::refused(now, false, amount, "") }
    }

    /// One whose outcome the issuing bank keeps to itself for a while.
    pub(super) fn in_doubt(now: Time, amount: Decimal, paid: bool, captured: bool) -> Self {
        let state = State::InDoubt { until: now.plus(IN_DOUBT), paid, captured };
        Self { captured: None, code: String::new(), ..Self::new(now, false, state, amount) }
    }

    pub(super) fn succeeded(&self) -> bool {
        matches!(self.state, State::Authorised | State::Captured | State::Settled | State::Voided)
    }

    /// Money that moved and was not taken back.
    pub(super) fn moved(&self) -> bool {
        matches!(self.state, State::Captured | State::Settled)
    }

    /// Whether it can still be voided: no day-close has taken it.
    pub(super) fn voidable(&self) -> bool {
        matches!(self.state, State::Authorised | State::Captured) && self.batch.is_none()
    }

    /// Goes into a batch.
    pub(super) fn close(&mut self, batch: u64) {
        if self.batch.is_none() {
            self.batch = Some(batch);
            if self.state == State::Captured {
                self.state = State::Settled;
            }
        }
    }

    /// `SETTLEID`, for what was settled.
    pub(super) fn settle_id(&self) -> String {
        match (self.state, self.batch) {
            (State::Settled, Some(batch)) => batch.to_string(),
            _ => String::new(),
        }
    }

    /// `CAPTURE_AMT`; empty for what was not captured.
    pub(super) fn captured_amount(&self) -> String {
        if self.captured.is_some() { minor(self.amount) } else { String::new() }
    }

    pub(super) fn charge_type(&self) -> &'static str {
        if self.credit { "C" } else { "S" }
    }

    /// `TRANS_STAT`.
    pub(super) fn word(&self) -> &'static str {
        match self.state {
            State::Authorised => "A",
            State::Captured => "C",
            State::Settled => "S",
            State::Voided => "V",
            State::Declined => "D",
            State::Failed => "ERR",
            State::Planned { .. } => "PN",
            State::Cancelled => "CNCL",
            State::InDoubt { .. } => "NW",
        }
    }

    fn to_json(&self) -> Json {
        object! {
            "charge_type": self.charge_type(), "state": self.word(), "amount": format!("{:.2}", self.amount), "at": self.at.stamp(),
            "code": self.code.as_str(), "auth_code": self.auth_code.as_str(), "trans_id": self.trans_id.as_str(), "batch": self.batch,
        }
    }
}

impl Order {
    /// Lets time decide what it has decided: silent banks, and the day-close at midnight.
    pub(super) fn settle(&mut self, now: Time, batch: impl Fn(Time) -> u64) {
        for transaction in &mut self.transactions {
            if let State::InDoubt { until, paid, captured } = transaction.state
                && now >= until
            {
                transaction.state = match (paid, captured) {
                    (false, _) => State::Failed,
                    (true, true) => State::Captured,
                    (true, false) => State::Authorised,
                };
                if paid {
                    transaction.code = "00".to_owned();
                    transaction.captured = captured.then_some(transaction.at);
                } else {
                    transaction.auth_code.clear();
                }
            }
            let day = transaction.captured.unwrap_or(transaction.at);
            if transaction.succeeded() && day.date() < now.date() {
                transaction.close(batch(day));
            }
        }
    }

    /// What was captured and neither voided nor refunded.
    pub(super) fn net(&self) -> Decimal {
        let moved = self.transactions.iter().filter(|transaction| transaction.moved());
        moved.map(|transaction| if transaction.credit { -transaction.amount } else { transaction.amount }).sum()
    }

    /// The transaction that a status query reports: the last that succeeded, else the last.
    pub(super) fn reported(&self) -> Option<&Transaction> {
        self.transactions.iter().rev().find(|transaction| transaction.succeeded()).or_else(|| self.transactions.last())
    }

    pub(super) fn refunded(&self) -> Decimal {
        let credits = self.transactions.iter().filter(|transaction| transaction.credit && transaction.moved());
        credits.map(|transaction| transaction.amount).sum()
    }

    /// Row of the orders list on the start page and in the control API.
    pub(super) fn to_json(&self) -> Json {
        let reported = self.reported();
        object! {
            "oid": self.oid.as_str(), "amount": self.transactions.first().map(|first| format!("{:.2}", first.amount)),
            "currency": self.currency.as_str(), "instalment": self.installments.as_str(), "card": self.payer.short_masked(),
            "charge_type": reported.map(Transaction::charge_type), "state": reported.map(Transaction::word),
            "code": reported.map(|transaction| transaction.code.clone()), "net": format!("{:.2}", self.net()),
            "refunded": format!("{:.2}", self.refunded()), "mdStatus": self.secure.md_status.as_str(),
            "recurring_id": self.plan.clone(),
            "transactions": Json::List(self.transactions.iter().map(Transaction::to_json).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transaction_numbers_as_the_bank_writes_them() {
        let at = |date: &str, hour: u64, minute: u64, second: u64| {
            let noon = Time::of_date(date).unwrap();
            noon.plus(Duration::from_secs((hour - 12) * 3600 + minute * 60 + second))
        };
        for (time, id) in [
            (at("2022-10-30", 17, 42, 33), "22303Rqh"),
            (at("2024-01-01", 22, 37, 53), "24001Wl3"),
            (at("2024-01-02", 21, 52, 59), "24002V29"),
        ] {
            let made = new_trans_id(time);
            assert_eq!((&made[..8], made.len()), (id, 14));
        }
        assert_eq!(
            [minor(Decimal::new(101, 2)), minor(Decimal::from(2)), minor(Decimal::new(5, 1))],
            ["101", "200", "50"]
        );
    }
}
