//! Charging a card, for the gate and the XML API alike: the rules about orders, then the issuing bank's word.

use rust_decimal::Decimal;

use super::cards::{HalkbankOutcome, INSTALLMENTS, Payer};
use super::order::{Order, Secure, State, Transaction};
use super::recurring::Terms;
use super::refusal::{Refusal, core};
use super::{Bank, CURRENCIES};
use crate::world::World;

/// A payment that is to be made.
#[derive(Debug, Clone)]
pub(super) struct Sale {
    pub oid: String,
    pub amount: Decimal,
    pub currency: String,
    pub installments: String,
    pub pre_auth: bool,
    pub payer: Payer,
    pub secure: Secure,
    pub terms: Option<Terms>,
}

/// A payment that was made.
#[derive(Debug, Clone)]
pub(super) struct Charged {
    pub order: Order,
    pub transaction: Transaction,
    /// The number of the open batch.
    pub batch: u64,
}

/// An exact amount with `.` or `,` and at most two decimals, greater than zero.
pub(super) fn amount(text: &str) -> Result<Decimal, Refusal> {
    let text = text.trim().replacen(',', ".", 1);
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    if text.starts_with('-') && digits(&whole[1..]) && digits(fraction) {
        return Err(core(1024));
    }
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return Err(core(2007));
    }
    if text.len() > 18 || fraction.len() > 2 {
        return Err(core(1018));
    }
    match text.trim_end_matches('.').parse::<Decimal>() {
        Ok(amount) if amount.is_zero() => Err(core(2009)),
        Ok(amount) => Ok(amount),
        Err(_) => Err(core(2007)),
    }
}

/// Whether the merchant takes this currency.
pub(super) fn check_currency(currency: &str) -> Result<(), Refusal> {
    if CURRENCIES.contains(&currency) { Ok(()) } else { Err(core(2105)) }
}

/// Whether the merchant takes so many instalments; none are an empty text.
pub(super) fn check_installments(installments: &str, currency: &str) -> Result<(), Refusal> {
    match installments.parse::<u32>() {
        _ if installments.is_empty() => Ok(()),
        Ok(count) if !INSTALLMENTS.contains(&count) => Err(core(2603)),
        Ok(_) if currency != "949" => Err(core(2124)),
        Ok(_) => Ok(()),
        Err(_) => Err(core(2603)),
    }
}

impl Payer {
    /// The issuing bank's refusal, if it refuses.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        match (self.wrong, self.known.outcome) {
            (Some((code, text)), _) | (None, HalkbankOutcome::Decline(code, text)) => {
                Some(Refusal::issuer(code, text, "Declined"))
            }
            (None, HalkbankOutcome::DeclineAsError(code, text)) => Some(Refusal::issuer(code, text, "Error")),
            _ => None,
        }
    }
}

impl Bank {
    /// Charges a card. The attempt is kept with its order, whatever comes of it.
    pub(super) fn charge(&mut self, world: &World, sale: Sale) -> Result<Charged, Refusal> {
        let now = world.now();
        let installments = sale.installments.parse().unwrap_or(1);
        let earlier = self.orders.iter().position(|order| order.oid == sale.oid);
        if let Some(order) = earlier.map(|n| &self.orders[n]) {
            if order.transactions.iter().any(|t| matches!(t.state, State::InDoubt { .. })) {
                return Err(core(2304));
            }
            let taken = |t: &Transaction| t.succeeded() || matches!(t.state, State::Planned { .. } | State::Cancelled);
            if order.transactions.iter().any(taken) {
                return Err(core(2507));
            }
        }
        if installments > sale.payer.known.max_installments {
            return Err(core(2204));
        }
        self.saw(&sale.oid);
        let n = earlier.unwrap_or(self.orders.len());
        let order = Order {
            oid: sale.oid.clone(),
            currency: sale.currency.clone(),
            installments: sale.installments.clone(),
            payer: sale.payer.clone(),
            secure: sale.secure.clone(),
            plan: None,
            payment: 1,
            // What was declined before stays on record.
            transactions: earlier.map(|n| self.orders[n].transactions.clone()).unwrap_or_default(),
        };
        match earlier {
            Some(n) => self.orders[n] = order,
            None => self.orders.push(order),
        }
        if let Some(refusal) = sale.payer.refusal() {
            let code = refusal.proc_return_code().unwrap_or_default();
            self.orders[n].transactions.push(Transaction::refused(now, false, sale.amount, code));
            return Err(refusal);
        }
        if let HalkbankOutcome::InDoubt { paid } = sale.payer.known.outcome {
            let silent = Transaction::in_doubt(now, sale.amount, paid, !sale.pre_auth);
            self.orders[n].transactions.push(silent);
            return Err(Refusal::message("BM-9100", "Bankaya ulaşılamadı."));
        }
        let state = if sale.pre_auth { State::Authorised } else { State::Captured };
        let transaction = Transaction::new(now, false, state, sale.amount);
        self.orders[n].transactions.push(transaction.clone());
        if let Some(terms) = sale.terms {
            self.begin_plan(world, n, &terms);
        }
        Ok(Charged { order: self.orders[n].clone(), transaction, batch: self.batch(now) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_as_they_may_be_written() {
        for (text, expected) in [("100.25", "100.25"), ("1,01", "1.01"), ("7", "7"), ("7.5", "7.5"), (" 1. ", "1")] {
            assert_eq!(amount(text).unwrap().to_string(), expected);
        }
        let codes = [
            ("", "CORE-2007"),
            ("abc", "CORE-2007"),
            ("1.2.3", "CORE-2007"),
            ("1e5", "CORE-2007"),
            (".5", "CORE-2007"),
            ("1.005", "CORE-1018"),
            ("1234567890123456789", "CORE-1018"),
            ("0", "CORE-2009"),
            ("0.00", "CORE-2009"),
            ("-1", "CORE-1024"),
        ];
        for (text, code) in codes {
            assert_eq!(amount(text).unwrap_err().error_code(), code, "{text}");
        }
    }

    #[test]
    fn instalments_of_the_merchant() {
        for (count, currency, code) in
            [("1", "949", 2603), ("0", "949", 2603), ("7", "949", 2603), ("x", "949", 2603), ("3", "840", 2124)]
        {
            assert_eq!(check_installments(count, currency).unwrap_err().error_code(), format!("CORE-{code}"));
        }
        assert!(check_installments("", "840").is_ok() && check_installments("12", "949").is_ok());
    }
}
