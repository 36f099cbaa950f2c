//! What instalments cost: the table a checkout shows, reckoned from the merchant's own agreement with the bank.

use super::client::Halkbank;
use crate::amount::Amount;
use crate::check;
use crate::error::HalkodeError;
use crate::model::model;
use crate::operation::{Kind, Operation};

model! {
    /// What the merchant's agreement says of one instalment count.
    part InstallmentRate {
        /// How many instalments; 1 is a single payment.
        count: u32,
        /// What is added to the amount, in per cent, for instance `1.50`; nothing when left out.
        rate: Option<Amount>,
        /// What is added besides, in lira; nothing when left out.
        fee: Option<Amount>,
    }
}

model! {
    /// Makes a table of what the buyer pays at each instalment count; nothing is sent. The bank has no such question: the rates come from
    /// the merchant's agreement.
    request MakeInstallmentPlan {
        /// The amount to pay, in lira.
        amount: Amount,
        /// The rates, at least one; no count twice.
        rates: Vec<InstallmentRate>,
    }
}

model! {
    /// What the buyer pays, per instalment count.
    result InstallmentPlan {
        /// A row per count, in order of the counts.
        rows: Vec<PlanRow>,
    }
}

model! {
    /// What the buyer pays at one instalment count.
    result PlanRow {
        /// How many instalments; 1 is a single payment. Give it to the payment as `installments`.
        count: u32,
        /// The whole amount in lira: what the payment's `total` has to be.
        total: Amount,
        /// What each instalment comes to, in lira; they add up to the total exactly. The first ones carry the odd kuruş.
        installments: Vec<Amount>,
        /// What is paid beyond the amount, in lira.
        commission: Amount,
    }
}

impl Operation for MakeInstallmentPlan {
    type Client = Halkbank;
    type Reply = InstallmentPlan;
    const KIND: Kind = Kind::Pure;

    fn run(&self, _client: &Halkbank) -> Result<InstallmentPlan, HalkodeError> {
        check::amount("amount", self.amount)?;
        if self.rates.is_empty() {
            return Err(HalkodeError::request("rates", "is empty"));
        }
        let mut rows: Vec<PlanRow> = Vec::new();
        for (i, rate) in self.rates.iter().enumerate() {
            let wrong = |name: &str, reason: &str| HalkodeError::request(format!("rates[{i}].{name}"), reason);
            if !(1..=99).contains(&rate.count) {
                return Err(wrong("count", "must be 1 to 99"));
            }
            let (percent, fee) = (rate.rate.unwrap_or_default(), rate.fee.unwrap_or_default());
            for (name, value, most) in [("rate", percent, Amount::from_minor(10_000)), ("fee", fee, self.amount)] {
                if value < Amount::ZERO || value > most {
                    return Err(wrong(name, &format!("must be 0 to {most}")));
                }
            }
            let total = (self.amount + self.amount.percent(percent) + fee).rounded();
            let at = rows.partition_point(|row| row.count < rate.count);
            if rows.get(at).is_some_and(|row| row.count == rate.count) {
                return Err(wrong("count", "is there twice"));
            }
            let row = PlanRow {
                count: rate.count,
                total,
                installments: total.parts(rate.count),
                commission: total - self.amount,
            };
            rows.insert(at, row);
        }
        Ok(InstallmentPlan { rows })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_exact_and_parts_add_up() {
        let amount = |text: &str| text.parse::<Amount>().unwrap();
        assert_eq!(amount("199.99").percent(amount("1.50")).rounded(), amount("3.00"));
        assert_eq!(amount("0.01").percent(amount("50")).rounded(), amount("0.01"));
        assert_eq!(amount("1000000000000").percent(amount("99.99")), amount("999900000000"));
    }
}
