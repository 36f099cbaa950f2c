//! One sale: what it is, what has become of it, and how the bank tells about it.

use std::time::Duration;

use rust_decimal::Decimal;

use super::cards::{Outcome, TestCard, commission_rate, two_decimals};
use super::recurring::Terms;
use super::sale::Card;
use super::{CREDENTIALS, MERCHANT_ID};
use crate::clock::Time;
use crate::hash::{random_digits, random_hex, seal};
use crate::json::{Json, object};
use crate::log::mask_card;
use crate::world::{Tamper, World};

/// How long a 3-D Secure sale may stay unfinished.
pub(crate) const TO_COMPLETE: Duration = Duration::from_secs(15 * 60);
/// How long the bank behind an in-doubt card is silent.
const IN_DOUBT: Duration = Duration::from_secs(10);

/// What has become of a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// The buyer has not finished; failed when the time is over.
    Waiting {
        until: Time,
    },
    /// Authenticated; the merchant has to complete it in time.
    Staged {
        until: Time,
    },
    /// The bank has not answered; known from then on.
    InDoubt {
        until: Time,
        paid: bool,
    },
    PreAuthorized,
    Completed,
    Failed,
}

/// A refund that was done.
#[derive(Debug, Clone)]
pub(crate) struct Refund {
    pub amount: Decimal,
    pub at: Time,
    pub id: String,
}

/// Who buys.
#[derive(Debug, Clone, Default)]
pub(crate) struct Buyer {
    pub name: String,
    pub surname: String,
    pub email: String,
    pub phone: String,
}

/// A sale.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub n: u64,
    pub invoice_id: String,
    pub description: String,
    pub order_id: String,
    pub transaction_id: String,
    /// What the merchant asked for, as a number and as the text that goes into returned hashes.
    pub total: Decimal,
    pub total_text: String,
    /// The instalment commission that the buyer pays on top.
    pub user_commission: Decimal,
    pub currency: String,
    pub installments: u32,
    pub pre_auth: bool,
    pub by_merchant: bool,
    pub status: Status,
    pub card: Option<&'static TestCard>,
    pub card_number: String,
    pub created: Time,
    pub changed: Time,
    /// The bank's refusal: code and text.
    pub refusal: Option<(String, String)>,
    pub md_status: Option<u8>,
    /// What the issuing bank says to the expiry or CVV that was given with the card.
    pub wrong_details: Option<(&'static str, &'static str)>,
    /// A recurring payment that begins when this sale is paid.
    pub terms: Option<Terms>,
    pub auth_code: String,
    pub refunds: Vec<Refund>,
    pub sale_hook: String,
    pub plan: Option<String>,
    pub buyer: Buyer,
    pub tamper: Option<Tamper>,
}

/// `VP` and 17 digits, beginning with the time.
pub(crate) fn new_order_id(now: Time) -> String {
    format!("VP{:010}{}", now.unix(), random_digits(7))
}

/// A transaction number in the bank's form, for instance `SXY0m-o3kb-TC10-98950-220621`.
pub(crate) fn new_transaction_id(now: Time) -> String {
    format!("{}-{}-TC10-{MERCHANT_ID}-{}", random_hex(5), random_hex(4), now.day_month_year())
}

impl Order {
    pub(crate) fn refunded(&self) -> Decimal {
        self.refunds.iter().map(|refund| refund.amount).sum()
    }

    /// Pays with this card from now on.
    pub(crate) fn take_card(&mut self, card: Card) {
        self.wrong_details = card.wrong_details();
        self.card = Some(card.known);
        self.card_number = card.number;
    }

    /// What the buyer's card is charged.
    pub(crate) fn charged(&self) -> Decimal {
        self.total + self.user_commission
    }

    /// What the bank keeps; nothing of it is the buyer's.
    pub(crate) fn merchant_commission(&self) -> Decimal {
        if self.user_commission.is_zero() {
            two_decimals(self.total * commission_rate(self.installments)).normalize()
        } else {
            Decimal::ZERO
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        if self.pre_auth { "Pre-Authorization" } else { "Auth" }
    }

    pub(crate) fn paid(&self) -> bool {
        matches!(self.status, Status::Completed | Status::PreAuthorized)
    }

    /// A returned `hash_key`: `status|total|invoice_id|order_id|currency_code`.
    pub(crate) fn hash(&self, world: &World, status: &str) -> String {
        let total = match world.tamper.or(self.tamper) {
            Some(Tamper::Amount) => (self.total + Decimal::ONE).to_string(),
            _ => self.total_text.clone(),
        };
        self.seal(world, &[status, &total, &self.invoice_id, &self.order_id, &self.currency])
    }

    pub(crate) fn seal(&self, world: &World, parts: &[&str]) -> String {
        let secret = match world.tamper.or(self.tamper) {
            Some(Tamper::Secret) => "not the secret",
            _ => CREDENTIALS.app_secret,
        };
        seal(&parts.join("|"), secret)
    }

    /// Lets the bank decide; the sale is final then, unless the bank is silent.
    pub(crate) fn charge(&mut self, world: &mut World) {
        if let Some((code, text)) = self.wrong_details {
            return self.fail(world, code, text);
        }
        match self.card.map_or(Outcome::Approve, |card| card.outcome) {
            Outcome::Approve | Outcome::HalfAuthenticated | Outcome::NotAuthenticated => {
                self.auth_code = random_digits(6);
                self.finish(world, if self.pre_auth { Status::PreAuthorized } else { Status::Completed });
            }
            Outcome::Decline(code, text) => self.fail(world, code, text),
            // Refused before it ever gets here, by the merchant's own rule.
            Outcome::Foreign => self.fail(world, "57", "Kart sahibine bu işlem izni verilmemiştir"),
            Outcome::InDoubt { paid } => self.status = Status::InDoubt { until: world.now().plus(IN_DOUBT), paid },
        }
    }

    /// Makes a final state known, to the sale web-hook too.
    pub(crate) fn finish(&mut self, world: &mut World, status: Status) {
        self.status = status;
        self.changed = world.now();
        let paid = self.paid();
        let word = if paid { "Completed" } else { "Failed" };
        let (code, description) = self.verdict();
        let (error_code, error) = self.error();
        let fields = [
            ("invoice_id", self.invoice_id.clone()),
            ("order_id", self.order_id.clone()),
            ("order_no", self.order_id.clone()),
            ("status", word.to_owned()),
            ("payment_status", u8::from(paid).to_string()),
            ("status_code", code.to_string()),
            ("status_description", description),
            ("payment_method", "1".to_owned()),
            ("transaction_type", self.kind().to_owned()),
            ("error_code", error_code),
            ("error", error),
            ("merchant_commission", self.merchant_commission().to_string()),
            ("user_commission", self.user_commission.to_string()),
            ("md_status", self.md_status.map(|digit| digit.to_string()).unwrap_or_default()),
            ("hash_key", self.hash(world, word)),
        ];
        let at = world.now().stamp();
        world.hooks.send(&at, "sale", &self.sale_hook, &fields);
    }

    /// Fails the sale with a reason of the bank's.
    pub(crate) fn fail(&mut self, world: &mut World, code: &str, text: &str) {
        self.refusal = Some((code.to_owned(), text.to_owned()));
        self.finish(world, Status::Failed);
    }

    /// Lets time decide what it has decided.
    pub(crate) fn settle(&mut self, world: &mut World) {
        let now = world.now();
        match self.status {
            Status::Waiting { until } | Status::Staged { until } if now >= until => {
                self.fail(world, "", "İşlem süresi doldu")
            }
            Status::InDoubt { until, paid: true } if now >= until => {
                self.auth_code = random_digits(6);
                self.finish(world, if self.pre_auth { Status::PreAuthorized } else { Status::Completed });
            }
            Status::InDoubt { until, .. } if now >= until => self.fail(world, "91", "Banka yanıt vermedi"),
            _ => {}
        }
    }

    /// `status_code` and `status_description` of the sale itself.
    pub(crate) fn verdict(&self) -> (i64, String) {
        match (&self.status, &self.refusal) {
            (Status::Completed | Status::PreAuthorized, _) => (100, "Payment process successful".to_owned()),
            (Status::Failed, Some((_, text))) => (41, text.clone()),
            (Status::Failed, None) => (41, "Payment failed".to_owned()),
            (Status::Staged { .. }, _) => (100, "3D authentication successful".to_owned()),
            _ => (69, "Order is not processed yet".to_owned()),
        }
    }

    /// `error_code` and `error` as texts.
    pub(crate) fn error(&self) -> (String, String) {
        match (&self.status, &self.refusal) {
            (Status::Failed, Some((code, text))) => (code.clone(), text.clone()),
            (Status::Completed | Status::PreAuthorized, _) => ("100".to_owned(), "Transaction Successful".to_owned()),
            _ => (String::new(), String::new()),
        }
    }

    /// `data` of a 2D answer.
    pub(crate) fn data(&self, world: &World) -> Json {
        let paid = self.paid();
        let (error_code, error) = self.error();
        let (bank_code, bank_text) = self.refusal.clone().unwrap_or_default();
        let number = |text: &str| {
            if text.is_empty() || text.starts_with('0') { Json::from(text) } else { Json::Number(text.to_owned()) }
        };
        object! {
            "order_no": self.order_id.as_str(),
            "order_id": self.order_id.as_str(),
            "invoice_id": self.invoice_id.as_str(),
            "credit_card_no": mask_card(&self.card_number),
            "transaction_type": self.kind(),
            "payment_status": i32::from(paid),
            "payment_method": 1,
            "error_code": if paid { Json::from(100) } else { Json::from(error_code) },
            "error": error,
            "auth_code": number(&self.auth_code),
            "merchant_commission": self.merchant_commission(),
            "user_commission": self.user_commission,
            "merchant_commission_percentage": if self.user_commission.is_zero() { (commission_rate(self.installments) * Decimal::ONE_HUNDRED).normalize() } else { Decimal::ZERO },
            "merchant_commission_fixed": 0,
            "hash_key": self.hash(world, if paid { "1" } else { "0" }),
            "original_bank_error_code": bank_code,
            "original_bank_error_description": bank_text,
        }
    }

    /// The fields with which the browser comes back from 3-D Secure.
    pub(crate) fn return_fields(&self, world: &World) -> Vec<(String, String)> {
        let authenticated = matches!(self.status, Status::Staged { .. });
        let good = self.paid() || authenticated;
        let (status_code, description) = self.verdict();
        let (error_code, error) = self.error();
        let payment_status = u8::from(good).to_string();
        let hash = self.hash(world, &payment_status);
        let md_status = self.md_status.unwrap_or_default().to_string();
        let fields: Vec<(&str, String)> = if good || !world.settings.sparse_failure_return {
            vec![
                ("payment_status", payment_status),
                ("order_no", self.order_id.clone()),
                ("order_id", self.order_id.clone()),
                ("invoice_id", self.invoice_id.clone()),
                ("status_code", status_code.to_string()),
                ("status_description", description),
                ("payment_method", "1".into()),
                ("transaction_type", self.kind().into()),
                ("error_code", error_code),
                ("error", error),
                ("md_status", md_status),
                ("hash_key", hash),
            ]
        } else {
            vec![
                ("invoice_id", self.invoice_id.clone()),
                ("status_code", status_code.to_string()),
                ("error_code", error_code),
                ("status_description", description),
                ("transaction_type", self.kind().into()),
                ("payment_status", payment_status),
                ("payment_method", "1".into()),
                ("pos_bank", "DUMMY BANK".into()),
                ("hash_key", hash),
            ]
        };
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Row of the orders list on the start page and in the control API.
    pub(crate) fn to_json(&self) -> Json {
        object! {
            "invoice_id": self.invoice_id.as_str(), "order_id": self.order_id.as_str(), "total": two_decimals(self.total).to_string(),
            "charged": two_decimals(self.charged()).to_string(), "currency": self.currency.as_str(), "installments": self.installments,
            "transaction_type": self.kind(), "state": self.state_word(), "card": mask_card(&self.card_number),
            "refunded": two_decimals(self.refunded()).to_string(), "md_status": self.md_status.map(u32::from),
            "bank_code": self.refusal.as_ref().map(|(code, _)| code.clone()), "plan_code": self.plan.clone(),
            "created": self.created.stamp(), "changed": self.changed.stamp(),
        }
    }

    /// The `transaction_status` of checkstatus.
    pub(crate) fn state_word(&self) -> &'static str {
        match self.status {
            Status::Completed if self.refunds.is_empty() => "Completed",
            Status::Completed if self.refunded() < self.total => "Partial Refund",
            // The published material does not show the word for a sale refunded in full; "Refund" follows "Partial Refund".
            Status::Completed => "Refund",
            Status::PreAuthorized => "Pre-Authorization",
            Status::Failed => "Failed",
            Status::Waiting { .. } | Status::Staged { .. } | Status::InDoubt { .. } => "Pending",
        }
    }
}
