//! What can be asked of a sale afterwards: its state, its money back, capturing or releasing it, completing it.

use std::time::Duration;

use rust_decimal::Decimal;

use super::cards::two_decimals;
use super::order::{Order, Refund, Status};
use super::{Ask, Bank, CREDENTIALS, Part, Refusal, Reply, amount_part, decimal, mismatch_68, part};
use crate::http::Answer;
use crate::json::{Json, object};
use crate::world::World;

/// Between two refunds of a sale.
const REFUND_SPACING: Duration = Duration::from_secs(30);

impl Ask<'_> {
    /// A hash that may be left out unless the sandbox is strict about it; a wrong one is refused either way.
    fn optional_hash(&self, world: &World, expected: &[Part]) -> Result<(), Refusal> {
        if self.fields.text("hash_key").is_empty() && !world.settings.strict_hash {
            return Ok(());
        }
        self.hash(CREDENTIALS.app_secret, expected, mismatch_68)
    }
}

impl Bank {
    pub(super) fn check_status(&mut self, world: &mut World, ask: &Ask) -> Reply {
        ask.merchant()?;
        let invoice_id = ask.required("invoice_id")?;
        ask.optional_hash(
            world,
            &[part("Invoice id", invoice_id.as_str()), part("Merchant key", CREDENTIALS.merchant_key)],
        )?;
        let Some(order) = self.order(&invoice_id) else {
            return Ok(Answer::json(&object! {
                "status_code": 32, "status_description": "Invalid invoice id", "transaction_status": "Failed", "order_id": "", "transaction_id": "",
                "message": "Invalid invoice id", "reason": "No Request found for this invoice id", "bank_status_code": "", "bank_status_description": "",
                "invoice_id": invoice_id, "total_refunded_amount": 0, "product_price": "0", "transaction_amount": 0, "ref_number": "",
                "transaction_type": "Auth", "original_bank_error_code": "", "original_bank_error_description": "",
            }));
        };
        let (code, text) = match order.status {
            Status::Completed => (100, format!("An order has been taken place for this invoice id: {invoice_id}")),
            Status::Failed => (41, "Oder Failed".to_owned()),
            _ => (69, "Oder is not processed yet!".to_owned()),
        };
        let flag = matches!(ask.fields.text("include_pending_status").as_str(), "true" | "1");
        let word = match order.state_word() {
            "Pending" if world.settings.pending_needs_flag && !flag => "Failed",
            word => word,
        };
        let (bank_code, bank_text) = order.refusal.clone().unwrap_or_default();
        let reason = if bank_text.is_empty() { String::new() } else { format!("Failed # {bank_text}") };
        let mut answer = object! {
            "status_code": code, "status_description": text.as_str(), "transaction_status": word, "order_id": order.order_id.as_str(),
            "transaction_id": order.transaction_id.as_str(), "message": text, "reason": reason.as_str(), "bank_status_code": reason,
            "bank_status_description": bank_text.as_str(), "invoice_id": invoice_id, "total_refunded_amount": order.refunded().normalize(),
            "product_price": two_decimals(order.total).to_string(), "transaction_amount": order.charged().normalize(), "ref_number": "",
            "transaction_type": order.kind(), "merchant_commission": two_decimals(order.merchant_commission()).to_string(),
            "user_commission": two_decimals(order.user_commission).to_string(),
        };
        if let Some(md_status) = order.md_status {
            answer.set("md_status", u32::from(md_status));
        }
        if order.status == Status::Completed {
            answer.set("settlement_date", order.changed.later(1, 'D').date());
        }
        answer.set("original_bank_error_code", bank_code);
        answer.set("original_bank_error_description", bank_text);
        if let Some(plan) = self.plan_of(order) {
            for (key, value) in plan.status_fields() {
                answer.set(key, value);
            }
        }
        Ok(Answer::json(&answer))
    }

    pub(super) fn refund(&mut self, world: &mut World, ask: &Ask) -> Reply {
        ask.merchant()?;
        let invoice_id = ask.required("invoice_id")?;
        let text = ask.fields.text("amount");
        let asked = match text.as_str() {
            "" => Decimal::ZERO,
            text => decimal(text)
                .filter(|amount| *amount >= Decimal::ZERO)
                .ok_or_else(|| Refusal::new(1, "The amount must be a number."))?,
        };
        for (name, own) in [("app_id", CREDENTIALS.app_id), ("app_secret", CREDENTIALS.app_secret)] {
            let given = ask.fields.text(name);
            if !given.is_empty() && given != own {
                return Err(Refusal::new(30, "Invalid credentials"));
            }
        }
        let amount = if text.is_empty() { part("Total Amount", "") } else { amount_part("Total Amount", text) };
        ask.optional_hash(
            world,
            &[amount, part("Invoice id", invoice_id.as_str()), part("Merchant key", CREDENTIALS.merchant_key)],
        )?;
        let id = ask.fields.text("refund_transaction_id");
        if !id.is_empty() && self.orders.iter().any(|order| order.refunds.iter().any(|refund| refund.id == id)) {
            return Err(Refusal::new(104, "Refund transaction id must be unique"));
        }
        let hook = ask.fields.text("refund_web_hook_key");
        let now = world.now();
        let order = self.order_mut(&invoice_id).ok_or_else(|| Refusal::new(49, "Sale Transaction not found"))?;
        if order.status != Status::Completed {
            return Err(Refusal::new(49, "Non refund Transaction State"));
        }
        if order.refunds.last().is_some_and(|last| now.since(last.at) < REFUND_SPACING) {
            return Err(Refusal::new(49, "Please wait at least 30 seconds for another refund"));
        }
        let left = order.total - order.refunded();
        let amount = if asked.is_zero() { left } else { asked };
        if amount > left || left.is_zero() {
            return Err(Refusal::new(49, "Total refund amount should not cross net amount"));
        }
        if amount < order.total && !world.settings.partial_refunds {
            return Err(Refusal::new(110, "Partial Refund is not allowed for this transaction"));
        }
        order.refunds.push(Refund { amount, at: now, id });
        order.changed = now;
        let amount = two_decimals(amount).to_string();
        let hash = order.seal(world, &["Completed", &amount, &order.invoice_id, &order.order_id]);
        let fields = [
            ("invoice_id", order.invoice_id.clone()),
            ("order_id", order.order_id.clone()),
            ("amount", amount),
            ("status", "Completed".to_owned()),
            ("hash_key", hash),
        ];
        world.hooks.send(&now.stamp(), "refund", &hook, &fields);
        let (code, text) = match world.settings.refund_registered {
            false => (100, "Refund completed successfully"),
            true => (101, "Refund request registered successfully"),
        };
        Ok(Answer::json(&object! {
            "status_code": code, "status_description": text, "order_no": order.order_id.as_str(), "invoice_id": invoice_id, "ref_no": "", "ref_number": "",
        }))
    }

    pub(super) fn confirm(&mut self, world: &mut World, ask: &Ask) -> Reply {
        ask.merchant()?;
        let (invoice_id, status) = (ask.required("invoice_id")?, ask.required("status")?);
        let parts = [
            part("Merchant key", CREDENTIALS.merchant_key),
            part("Invoice id", invoice_id.as_str()),
            part("Status", status.as_str()),
        ];
        ask.hash(CREDENTIALS.app_secret, &parts, mismatch_68)?;
        if !matches!(status.as_str(), "1" | "2") {
            return Err(Refusal::new(1, "The selected status is invalid."));
        }
        let total = match ask.fields.text("total").as_str() {
            "" => None,
            _ => Some(ask.amount("total")?),
        };
        let none = || Refusal::new(113, "There is no pre auth transaction found for this operation");
        let order =
            self.order_mut(&invoice_id).filter(|order| order.status == Status::PreAuthorized).ok_or_else(none)?;
        let word = match status.as_str() {
            "2" => {
                order.fail(world, "", "Pre-Authorization cancelled");
                "Failed"
            }
            _ => {
                let total = total.unwrap_or(order.total);
                if total > order.total || total <= Decimal::ZERO {
                    return Err(Refusal::new(105, "Transaction is not approved"));
                }
                if total != order.total {
                    order.total = total;
                    order.total_text = total.to_string();
                }
                order.finish(world, Status::Completed);
                "Completed"
            }
        };
        let text =
            if word == "Completed" { "Payment confirmed successfully" } else { "Payment cancelled successfully" };
        Ok(Answer::json(&object! {
            "status_code": 100, "status_description": text, "transaction_status": word, "order_id": order.order_id.as_str(), "invoice_id": invoice_id,
        }))
    }

    pub(super) fn complete(&mut self, world: &mut World, ask: &Ask) -> Reply {
        ask.merchant()?;
        let (invoice_id, order_id, status) =
            (ask.required("invoice_id")?, ask.required("order_id")?, ask.required("status")?);
        let parts = [
            part("Merchant key", CREDENTIALS.merchant_key),
            part("Invoice id", invoice_id.as_str()),
            part("Order id", order_id.as_str()),
            part("Status", status.as_str()),
        ];
        ask.hash(CREDENTIALS.app_secret, &parts, mismatch_68)?;
        let at = self.orders.iter().position(|order| {
            order.invoice_id == invoice_id
                && order.order_id == order_id
                && matches!(order.status, Status::Staged { .. })
        });
        let Some(at) = at else {
            return Ok(Answer::json(&object! {
                "status_code": 31, "status_description": "Transaction Not Found", "data": object! { "invoice_id": invoice_id, "order_id": order_id },
            }));
        };
        let order = &mut self.orders[at];
        match status.as_str() {
            "cancel" => order.fail(world, "", "Transaction cancelled by merchant"),
            "complete" if order.md_status == Some(1) => order.charge(world),
            "complete" => return Err(Refusal::new(105, "Transaction is not approved")),
            _ => return Err(Refusal::new(1, "The selected status is invalid.")),
        }
        let cancelled = status == "cancel";
        Ok(match order.status {
            Status::InDoubt { .. } => crate::pages::error_page(504, "Gateway Time-out"),
            _ => Answer::json(&completion(world, order, cancelled)),
        })
    }
}

/// The answer of payment/complete.
fn completion(world: &World, order: &Order, cancelled: bool) -> Json {
    let (code, text) = match cancelled {
        true => (100, "Transaction cancelled successfully".to_owned()),
        false => order.verdict(),
    };
    let word = if order.paid() { "Completed" } else { "Failed" };
    let mut data = object! {
        "order_no": order.order_id.as_str(), "order_id": order.order_id.as_str(), "invoice_id": order.invoice_id.as_str(),
        "status_code": code, "status_description": text.as_str(),
    };
    for (key, value) in order.data(world).members() {
        let shown = ["credit_card_no", "transaction_type", "payment_method", "error_code", "error", "auth_code"];
        if shown.contains(&key.as_str()) {
            data.set(key, value.clone());
        }
        if key == "payment_status" {
            data.set(key, order.paid());
        }
    }
    data.set("status", word);
    data.set("hash_key", order.hash(world, word));
    object! { "status_code": code, "status_description": text, "data": data }
}
