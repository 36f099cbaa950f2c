//! What happens to a payment after it was made: completion, capture, refund, status, and settling what is in doubt.

use super::Layout;
use super::answer::Answer;
use super::client::Halkode;
use super::payment::{Currency, Expected, Payment, read_payment};
use crate::amount::Amount;
use crate::check;
use crate::config::Keys;
use crate::delivery::settle;
use crate::error::HalkodeError;
use crate::model::{Model, choice, model};
use crate::operation::{Exchange, Kind, Operation};
use crate::transport::{HttpAnswer, HttpRequest};

choice! {
    /// What to do with a staged 3-D Secure payment.
    CompleteAction {
        /// Take the money.
        Complete = "complete",
        /// Let it go.
        Cancel = "cancel",
    }
}

model! {
    /// Completes or cancels a 3-D Secure payment staged with `completed_by: merchant`. After 15 minutes the gateway fails it by itself
    /// (docs/protocol-halkode.md#payment-complete).
    request CompletePayment {
        /// The merchant's own number.
        invoice_id: String,
        /// The gateway's number, from the browser's return.
        order_id: String,
        /// `complete` when left out.
        action: Option<CompleteAction> = "status",
        /// The order's amount; when given, the answer's hash must carry it. Not sent.
        expected_total: Option<Amount>,
        /// The order's currency; when given, the answer's hash must carry it. Not sent.
        expected_currency: Option<Currency>,
    }
}

impl Exchange for CompletePayment {
    type Reply = Payment;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        check::invoice_id(&self.invoice_id)?;
        check::hashed("order_id", &self.order_id, 64)
    }

    fn invoice(&self) -> Option<&str> {
        Some(&self.invoice_id)
    }

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        let mut body = self.body();
        body.take("expected_total");
        body.take("expected_currency");
        let action = self.action.unwrap_or_default().as_str();
        body.set("status", action);
        body.set("merchant_key", keys.merchant_key.clone());
        let parts = [("invoice_id", self.invoice_id.as_str()), ("order_id", &self.order_id), ("status", action)];
        body.set("hash_key", keys.seal(Layout::CompletePayment, &parts));
        Ok(HttpRequest::post("/payment/complete", body))
    }

    fn reply(&self, keys: &Keys, answer: &HttpAnswer) -> Result<Payment, HalkodeError> {
        if self.action == Some(CompleteAction::Cancel) {
            // What is sealed into the answer to a cancellation is not documented; TLS vouches for it.
            return Ok(Payment::from(Answer::read(answer)?.accept(&[100])?));
        }
        let expected =
            Expected { invoice_id: &self.invoice_id, total: self.expected_total, currency: self.expected_currency };
        read_payment(keys, answer, &expected)
    }
}

choice! {
    /// What to do with a pre-authorisation.
    ConfirmAction {
        /// Take the money (the wire says 1).
        Capture = "capture",
        /// Let it go (the wire says 2).
        Release = "release",
    }
}

model! {
    /// Captures a pre-authorisation, in full or in part, or releases it (docs/protocol-halkode.md#confirmpayment).
    request ConfirmPayment {
        /// The merchant's own number.
        invoice_id: String,
        /// `capture` when left out.
        action: Option<ConfirmAction>,
        /// How much to capture in lira, up to what was pre-authorised; all of it when left out.
        total: Option<Amount>,
    }
}

model! {
    /// A pre-authorisation that was captured or released.
    reply Confirmed {
        /// 100.
        status_code: i64,
        /// The gateway's text.
        status_description: Option<String>,
        /// `Completed`, or `Pending` while the bank works on it.
        transaction_status: Option<String>,
        /// The gateway's number of the order.
        order_id: Option<String>,
        /// The merchant's own number.
        invoice_id: Option<String>,
    }
}

impl Exchange for ConfirmPayment {
    type Reply = Confirmed;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        check::invoice_id(&self.invoice_id)?;
        match (self.action, self.total) {
            (Some(ConfirmAction::Release), Some(_)) => {
                Err(HalkodeError::request("total", "belongs to a capture, not to a release"))
            }
            (_, Some(total)) => check::amount("total", total),
            (_, None) => Ok(()),
        }
    }

    fn invoice(&self) -> Option<&str> {
        Some(&self.invoice_id)
    }

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        let mut body = self.body();
        body.take("action");
        let status = match self.action.unwrap_or_default() {
            ConfirmAction::Capture => "1",
            ConfirmAction::Release => "2",
        };
        body.set("status", status);
        body.set("merchant_key", keys.merchant_key.clone());
        body.set(
            "hash_key",
            keys.seal(Layout::ConfirmPayment, &[("invoice_id", &self.invoice_id), ("status", status)]),
        );
        Ok(HttpRequest::post("/api/confirmPayment", body))
    }

    fn reply(&self, _keys: &Keys, answer: &HttpAnswer) -> Result<Confirmed, HalkodeError> {
        same_invoice(&self.invoice_id, Confirmed::from(Answer::read(answer)?.accept(&[100])?), |reply| {
            reply.invoice_id.as_deref()
        })
    }
}

/// An answer about another invoice is worse than none.
fn same_invoice<T>(invoice_id: &str, reply: T, answered: impl Fn(&T) -> Option<&str>) -> Result<T, HalkodeError> {
    match answered(&reply) {
        Some(other) if other != invoice_id => Err(HalkodeError::protocol("the answer is about another invoice")),
        _ => Ok(reply),
    }
}

model! {
    /// Gives money back (docs/protocol-halkode.md#refund). At least 30 seconds between two refunds of one payment.
    request Refund {
        /// The merchant's own number.
        invoice_id: String,
        /// How much in lira; all that is left when left out.
        amount: Option<Amount>,
        /// The merchant's own number of this refund. Give one: the gateway refuses a repeated number (code 104). When the answer was
        /// lost, compare `total_refunded_amount` of `check_status` before anything else.
        refund_transaction_id: Option<String>,
        /// Name of the web-hook of the merchant panel that is told of the refund.
        web_hook_key: Option<String> = "refund_web_hook_key",
    }
}

model! {
    /// A refund that was carried out or registered.
    reply Refunded {
        /// 100 done, 101 registered: done later.
        status_code: i64,
        /// The gateway's text.
        status_description: Option<String>,
        /// The gateway's number of the order.
        order_no: Option<String>,
        /// The merchant's own number.
        invoice_id: Option<String>,
        /// A reference of the bank.
        ref_no: Option<String>,
        /// A reference of the bank.
        ref_number: Option<String>,
        /// True when the refund is only registered (101): ask `check_status` later.
        pending: bool,
    }
}

impl Exchange for Refund {
    type Reply = Refunded;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        check::invoice_id(&self.invoice_id)?;
        check::optional_text("refund_transaction_id", self.refund_transaction_id.as_deref(), 64)?;
        self.amount.map_or(Ok(()), |amount| check::amount("amount", amount))
    }

    fn invoice(&self) -> Option<&str> {
        Some(&self.invoice_id)
    }

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        let mut body = self.body();
        // An empty amount means what is left.
        let amount = self.amount.map(|amount| amount.to_string()).unwrap_or_default();
        body.set("amount", amount.as_str());
        body.set("app_id", keys.app_id.as_str());
        body.set("app_secret", keys.app_secret.clone());
        body.set("merchant_key", keys.merchant_key.clone());
        body.set("hash_key", keys.seal(Layout::Refund, &[("amount", &amount), ("invoice_id", &self.invoice_id)]));
        Ok(HttpRequest::post("/api/refund", body))
    }

    fn reply(&self, _keys: &Keys, answer: &HttpAnswer) -> Result<Refunded, HalkodeError> {
        let mut reply = Refunded::from(Answer::read(answer)?.accept(&[100, 101])?);
        reply.pending = reply.status_code == 101;
        same_invoice(&self.invoice_id, reply, |reply| reply.invoice_id.as_deref())
    }
}

model! {
    /// Asks what became of an invoice (docs/protocol-halkode.md#checkstatus).
    request CheckStatus {
        /// The merchant's own number.
        invoice_id: String,
        /// Whether to be told of payments that are not finished yet; true when left out.
        include_pending_status: Option<bool>,
    }
}

choice! {
    /// What became of a payment, judged from code and words of the answer.
    PaymentState {
        /// The answer does not say.
        Unknown = "unknown",
        /// The money was taken.
        Paid = "paid",
        /// The money is held by a pre-authorisation.
        Authorized = "authorized",
        /// Not finished yet.
        Pending = "pending",
        /// It failed: no money was taken.
        Failed = "failed",
        /// The gateway does not know this invoice.
        NotFound = "not_found",
        /// Part of the money was given back.
        PartiallyRefunded = "partially_refunded",
        /// All the money was given back.
        Refunded = "refunded",
    }
}

model! {
    /// What became of an invoice.
    reply Status {
        /// What it comes to. Decide by this.
        state: PaymentState,
        /// The gateway's application code: 100 found, 41 failed, 69 not processed yet, 32 unknown invoice.
        status_code: i64,
        /// The gateway's text.
        status_description: Option<String>,
        /// The gateway's word, for instance `Completed`, `Failed`, `Pending`, `Pre-Authorization`, `Partial Refund`.
        transaction_status: Option<String>,
        /// The gateway's number of the order.
        order_id: Option<String>,
        /// The gateway's number of the transaction.
        transaction_id: Option<String>,
        /// The gateway's text once more.
        message: Option<String>,
        /// Why it failed.
        reason: Option<String>,
        /// The bank's code.
        bank_status_code: Option<String>,
        /// The bank's text.
        bank_status_description: Option<String>,
        /// The merchant's own number.
        invoice_id: Option<String>,
        /// What was given back so far, in lira.
        total_refunded_amount: Option<Amount>,
        /// The order's total in lira.
        product_price: Option<Amount>,
        /// What the card was charged in lira, with the buyer's commission.
        transaction_amount: Option<Amount>,
        /// A reference of the bank.
        ref_number: Option<String>,
        /// `Auth` or `Pre-Authorization`.
        transaction_type: Option<String>,
        /// The bank's own code.
        original_bank_error_code: Option<String>,
        /// The bank's own text.
        original_bank_error_description: Option<String>,
        /// The merchant's commission in lira.
        merchant_commission: Option<Amount>,
        /// The buyer's commission in lira.
        user_commission: Option<Amount>,
        /// When the money reaches the merchant, `YYYY-MM-DD`.
        settlement_date: Option<String>,
        /// The outcome of 3-D Secure: 1 is authenticated.
        md_status: Option<i64>,
        /// The gateway's number of the recurring plan.
        recurring_id: Option<String>,
        /// The recurring plan's code, for `recurring_plan`.
        recurring_plan_code: Option<String>,
        /// When the plan charges next.
        next_action_date: Option<String>,
        /// The plan's state.
        recurring_status: Option<String>,
    }
}

impl Status {
    fn judge(&self) -> PaymentState {
        let refunded = self.total_refunded_amount.unwrap_or_default();
        let word =
            self.transaction_status.as_deref().unwrap_or_default().to_ascii_lowercase().replace(['-', '_', ' '], "");
        match (self.status_code, word.as_str()) {
            (32, _) => PaymentState::NotFound,
            (_, "preauthorization" | "preauth") => PaymentState::Authorized,
            // 69 says "not processed yet", whatever word stands beside it: calling that failed could charge the buyer again.
            (69, "" | "failed") | (_, "pending") => PaymentState::Pending,
            (41, "completed") | (100, "failed") => PaymentState::Unknown,
            (_, "partialrefund" | "partialrefunded" | "partiallyrefunded") => PaymentState::PartiallyRefunded,
            (_, "refund" | "refunded") => PaymentState::Refunded,
            (100, "completed") if refunded > Amount::ZERO => match self.product_price {
                Some(price) if refunded >= price => PaymentState::Refunded,
                _ => PaymentState::PartiallyRefunded,
            },
            (100, "completed") => PaymentState::Paid,
            (_, "failed") | (41, _) => PaymentState::Failed,
            _ => PaymentState::Unknown,
        }
    }
}

/// Codes with which the gateway tells a state, rather than refusing to tell: found, failed, not processed yet, unknown invoice.
const STATUS_CODES: &[i64] = &[100, 41, 69, 32];

impl Exchange for CheckStatus {
    type Reply = Status;
    const MONEY: bool = false;

    fn check(&self) -> Result<(), HalkodeError> {
        check::invoice_id(&self.invoice_id)
    }

    fn invoice(&self) -> Option<&str> {
        Some(&self.invoice_id)
    }

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        let mut body = self.body();
        body.set("include_pending_status", self.include_pending_status.unwrap_or(true));
        body.set("merchant_key", keys.merchant_key.clone());
        body.set("hash_key", keys.seal(Layout::CheckStatus, &[("invoice_id", &self.invoice_id)]));
        Ok(HttpRequest::post("/api/checkstatus", body))
    }

    fn reply(&self, _keys: &Keys, answer: &HttpAnswer) -> Result<Status, HalkodeError> {
        let mut object = Answer::read(answer)?.accept(STATUS_CODES)?;
        object.take("state");
        let mut status = Status::from(object);
        status.state = status.judge();
        if status.state == PaymentState::NotFound {
            return Ok(status);
        }
        same_invoice(&self.invoice_id, status, |status| status.invoice_id.as_deref())
    }
}

model! {
    /// Asks until an invoice is known. For payments whose error says `in_doubt`.
    request Settle {
        /// The merchant's own number.
        invoice_id: String,
        /// How long to ask, in seconds, 0 (once) to 3600; 60 when left out. The last question may take the client's `timeout` longer.
        deadline: Option<u32>,
        /// Seconds between two questions, 2 to 300; 5 when left out. The gateway rejects an identical request within 2 seconds.
        spacing: Option<u32>,
    }
}

model! {
    /// What became of an invoice that was in doubt.
    result Settlement {
        /// `paid`, `authorized`, `failed`, …; `not_found` when the gateway knew nothing of it until the deadline; `pending` or `unknown`
        /// when the deadline passed undecided.
        state: PaymentState,
        /// Whether `state` is final: then, and only then, may the shop act on it.
        decided: bool,
        /// How often the gateway was asked.
        asked: u32,
        /// The gateway's last word.
        status: Option<Status>,
    }
}

impl Operation for Settle {
    type Client = Halkode;
    type Reply = Settlement;
    const KIND: Kind = Kind::Query;

    fn run(&self, client: &Halkode) -> Result<Settlement, HalkodeError> {
        let question = CheckStatus { invoice_id: self.invoice_id.clone(), include_pending_status: Some(true) };
        let found = settle(
            &self.invoice_id,
            self.deadline,
            self.spacing,
            || client.exchange(&question),
            |status| match status.state {
                PaymentState::Pending | PaymentState::Unknown => None,
                state => Some(state != PaymentState::NotFound),
            },
        )?;
        Ok(Settlement {
            state: found.answer.state,
            decided: found.decided,
            asked: found.asked,
            status: Some(found.answer),
        })
    }
}
