//! What a payment costs: instalment counts, totals per card, commissions (docs/protocol-halkode.md#getpos).

use super::answer::Answer;
use super::client::Halkode;
use super::payment::{CommissionBy, Currency};
use crate::amount::Amount;
use crate::check;
use crate::config::Keys;
use crate::error::HalkodeError;
use crate::json::{Json, Object};
use crate::model::{Model, model};
use crate::operation::{Exchange, Kind, Operation};
use crate::secret::Secret;
use crate::transport::{HttpAnswer, HttpRequest};

model! {
    /// Asks which instalment counts the merchant may offer (docs/protocol-halkode.md#installments).
    request GetInstallments {}
}

model! {
    /// The instalment counts the merchant may offer.
    reply Installments {
        /// 100.
        status_code: i64,
        /// The gateway's text.
        message: Option<String>,
        /// The counts; 1 is a single payment.
        installments: Vec<u32>,
    }
}

impl Exchange for GetInstallments {
    type Reply = Installments;
    const MONEY: bool = false;

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        let mut body = Object::new();
        body.set("merchant_key", keys.merchant_key.clone());
        Ok(HttpRequest::post("/api/installments", body))
    }

    fn reply(&self, _keys: &Keys, answer: &HttpAnswer) -> Result<Installments, HalkodeError> {
        Ok(Answer::read(answer)?.accept(&[100])?.into())
    }
}

model! {
    /// Asks what a card can be charged with.
    request GetPos {
        /// The first 6 to 8 digits of the card number (its BIN), or the whole number for agriculture cards. The BIN is enough otherwise,
        /// and keeps the card number off the merchant's server.
        credit_card: Secret,
        /// The amount to pay, in lira.
        amount: Amount,
        /// TRY when left out.
        currency: Option<Currency> = "currency_code",
        /// Whether the payment starts a recurring plan; false when left out.
        is_recurring: Option<bool>,
        /// Whether the payment goes without 3-D Secure; false when left out.
        is_2d: Option<bool>,
        /// Who bears the commission; the rule of the merchant panel when left out.
        commission_by: Option<CommissionBy>,
    }
}

model! {
    /// What a card can be charged with.
    reply PosList {
        /// 100.
        status_code: i64,
        /// The gateway's text.
        status_description: Option<String>,
        /// A row per instalment count; one row for a debit card or a card without instalments.
        data: Vec<Pos>,
    }
}

model! {
    /// One way to charge a card.
    reply Pos {
        /// The terminal's number.
        pos_id: Option<String>,
        /// The campaign's number.
        campaign_id: Option<String>,
        /// The allocation's number.
        allocation_id: Option<String>,
        /// How many instalments; 1 is a single payment.
        installments_number: u32,
        /// `CREDIT CARD` or `DEBIT CARD`.
        card_type: Option<String>,
        /// The card programme, for instance `PARAF`.
        card_program: Option<String>,
        /// The scheme, for instance `VISA`.
        card_scheme: Option<String>,
        /// The total the card will be charged, with all calculated digits.
        payable_amount: Option<Amount>,
        /// The **total** the card will be charged, rounded to two decimals; not the amount of one instalment.
        amount_to_be_paid: Option<Amount>,
        /// The currency's letters.
        currency_code: Option<String>,
        /// The currency's number in the gateway's own list.
        currency_id: Option<String>,
        /// `Single payment`, or the number of instalments.
        title: Option<String>,
        /// The bank that issued the card.
        card_issuer_name: Option<String>,
        /// Agriculture cards: months until payment.
        maturity_period: Option<String>,
        /// Agriculture cards: payments a year.
        payment_frequency: Option<String>,
    }
}

/// The gateway writes switches as 0 and 1.
fn zero_or_one(body: &mut Object, name: &str, value: Option<bool>) {
    body.set(name, i64::from(value.unwrap_or(false)));
}

impl Exchange for GetPos {
    type Reply = PosList;
    const MONEY: bool = false;

    fn check(&self) -> Result<(), HalkodeError> {
        let digits = self.credit_card.expose();
        if !(6..=19).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(HalkodeError::request(
                "credit_card",
                "must be the first 6 to 8 digits of the card (or all of them)",
            ));
        }
        check::amount("amount", self.amount)
    }

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        let mut body = self.body();
        body.set("currency_code", self.currency.unwrap_or_default().as_str());
        zero_or_one(&mut body, "is_recurring", self.is_recurring);
        zero_or_one(&mut body, "is_2d", self.is_2d);
        body.set("merchant_key", keys.merchant_key.clone());
        Ok(HttpRequest::post("/api/getpos", body))
    }

    fn reply(&self, _keys: &Keys, answer: &HttpAnswer) -> Result<PosList, HalkodeError> {
        Ok(Answer::read(answer)?.accept(&[100])?.into())
    }
}

model! {
    /// Asks for the commissions of the merchant and of the buyer (docs/protocol-halkode.md#commissions).
    request GetCommissions {
        /// TRY when left out.
        currency: Option<Currency> = "currency_code",
    }
}

model! {
    /// The commissions per instalment count and card programme.
    reply Commissions {
        /// 100.
        status_code: i64,
        /// The gateway's text.
        status_description: Option<String>,
        /// One entry per instalment count and card programme.
        rates: Vec<CommissionRate>,
    }
}

model! {
    /// The commission of a card programme at an instalment count. An amount is absent where the gateway writes `x` (the programme is
    /// not enabled for this count) or `-` (does not apply); `extra` keeps the letter.
    reply CommissionRate {
        /// How many instalments.
        installment: u32,
        /// The kind, for instance `Regular`.
        title: Option<String>,
        /// The card programme; free text that differs between merchants.
        card_program: Option<String>,
        /// What the merchant pays, in per cent.
        merchant_commission_percentage: Option<Amount>,
        /// The fixed part of what the merchant pays, in lira.
        merchant_commission_fixed: Option<Amount>,
        /// What the buyer pays, in per cent.
        user_commission_percentage: Option<Amount>,
        /// The fixed part of what the buyer pays, in lira.
        user_commission_fixed: Option<Amount>,
        /// The currency's letters.
        currency_code: Option<String>,
        /// Whether the programme can be used at this count.
        enabled: bool,
    }
}

impl Exchange for GetCommissions {
    type Reply = Commissions;
    const MONEY: bool = false;

    fn request(&self, _keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        let mut body = Object::new();
        body.set("currency_code", self.currency.unwrap_or_default().as_str());
        Ok(HttpRequest::post("/api/commissions", body))
    }

    fn reply(&self, _keys: &Keys, answer: &HttpAnswer) -> Result<Commissions, HalkodeError> {
        let mut object = Answer::read(answer)?.accept(&[100])?;
        let data = object.take("data");
        object.take("rates");
        let mut commissions = Commissions::from(object);
        // Keyed by the count as text; each value lists the programmes.
        let counts: Vec<(Option<u32>, Json)> = match data {
            Some(Json::Object(counts)) => counts.into_iter().map(|(count, rows)| (count.parse().ok(), rows)).collect(),
            Some(rows @ Json::List(_)) => vec![(None, rows)],
            _ => Vec::new(),
        };
        for (count, rows) in counts {
            let rows = match rows {
                Json::List(rows) => rows,
                row => vec![row],
            };
            for row in rows.into_iter().filter_map(Json::into_object) {
                let off = row.iter().any(|(name, value)| name.contains("commission") && value.as_text() == Some("x"));
                let mut rate = CommissionRate::from(row);
                rate.enabled = !off;
                rate.installment = count.unwrap_or(rate.installment);
                commissions.rates.push(rate);
            }
        }
        Ok(commissions)
    }
}

model! {
    /// Makes a table of what the buyer pays, from the rows of a `get_pos` reply.
    request MakeInstallmentTable {
        /// The amount that was asked about, in lira.
        amount: Amount,
        /// The rows of the reply (`data`).
        data: Vec<Pos>,
    }
}

model! {
    /// What the buyer pays, per instalment count.
    result InstallmentTable {
        /// A row per count, in order of the counts.
        rows: Vec<InstallmentRow>,
    }
}

model! {
    /// What the buyer pays at one instalment count.
    result InstallmentRow {
        /// How many instalments; 1 is a single payment.
        count: u32,
        /// The whole amount in lira.
        total: Amount,
        /// What each instalment comes to, in lira; they add up to the total exactly. The first ones carry the odd kuruş.
        installments: Vec<Amount>,
        /// What the buyer pays beyond the amount asked about, in lira.
        commission: Amount,
        /// The card programme.
        card_program: Option<String>,
    }
}

impl Operation for MakeInstallmentTable {
    type Client = Halkode;
    type Reply = InstallmentTable;
    const KIND: Kind = Kind::Pure;

    fn run(&self, _client: &Halkode) -> Result<InstallmentTable, HalkodeError> {
        check::amount("amount", self.amount)?;
        let mut rows: Vec<InstallmentRow> = Vec::new();
        for (i, pos) in self.data.iter().enumerate() {
            let count = pos.installments_number.max(1);
            if count > 99 {
                return Err(HalkodeError::request(format!("data[{i}].installments_number"), "must be 1 to 99"));
            }
            let Some(total) = pos.amount_to_be_paid.or(pos.payable_amount) else {
                return Err(HalkodeError::request(format!("data[{i}].amount_to_be_paid"), "is missing"));
            };
            let total = total.rounded();
            check::amount(&format!("data[{i}].amount_to_be_paid"), total)?;
            let at = rows.partition_point(|row| row.count <= count);
            let row = InstallmentRow {
                count,
                total,
                installments: total.parts(count),
                commission: total - self.amount,
                card_program: pos.card_program.clone(),
            };
            rows.insert(at, row);
        }
        Ok(InstallmentTable { rows })
    }
}

impl GetPos {
    /// A question about the first digits of a card.
    pub fn new(bin: &str, amount: Amount) -> Self {
        Self { credit_card: bin.into(), amount, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Reading, Value};

    #[test]
    fn instalments_add_up_to_the_kurus() {
        for (total, count, expected) in [
            ("100.00", 3, &["33.34", "33.33", "33.33"][..]),
            ("102.04", 2, &["51.02", "51.02"]),
            ("0.05", 3, &["0.02", "0.02", "0.01"]),
            ("10.00", 1, &["10.00"]),
        ] {
            let made = total.parse::<Amount>().unwrap().parts(count);
            assert_eq!(made.iter().map(Amount::to_string).collect::<Vec<_>>(), expected);
        }
        // Every kuruş up to a hundred lira and every count the gateway knows.
        for minor in (1..10_000).step_by(7) {
            for count in 1..=12 {
                let total = Amount::from_minor(minor);
                assert_eq!(total.parts(count).into_iter().sum::<Amount>(), total, "{total} in {count}");
            }
        }
    }

    #[test]
    fn a_row_without_an_amount_is_named() {
        let request = MakeInstallmentTable::read(
            Json::parse(r#"{"amount":"100.00","data":[{"installments_number":2}]}"#).unwrap(),
            Reading::Strict,
        )
        .unwrap();
        let keys = crate::config::Config {
            app_id: "a".into(),
            app_secret: "b".into(),
            merchant_key: "$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72".into(),
            ..Default::default()
        };
        let client = Halkode::new(keys).unwrap();
        assert_eq!(client.installment_table(&request).unwrap_err().field.as_deref(), Some("data[0].amount_to_be_paid"));
    }
}
