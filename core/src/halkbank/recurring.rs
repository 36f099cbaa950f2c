//! Recurring orders: what is planned, and how it is stopped or changed (docs/protocol-halkbank.md#recurring). They begin with a `sale`
//! that has `recurring`.

use super::answer::Answer;
use super::client::{Exchange, exchanges};
use super::payment::{check_order_id, currency_number};
use super::query::{OrderState, from_minor};
use crate::amount::Amount;
use crate::check;
use crate::error::HalkodeError;
use crate::halkode::Currency;
use crate::json::{Json, Object};
use crate::model::model;

model! {
    /// Asks about a recurring order and all its charges, those of the future too.
    request GetRecurringOrders {
        /// The number of the recurring order, as the first sale's reply gave it.
        recurring_id: String,
    }
}

model! {
    /// One charge of a recurring order.
    result RecurringOrderRow {
        /// The charge's order number: that of the first sale, then `…-2`, `…-3`.
        order_id: String,
        /// What became of it; `pending` when it is planned.
        state: OrderState,
        /// The amount in lira.
        amount: Option<Amount>,
        /// `PN` planned, `C` taken, `S` settled, `D` refused, `CNCL` cancelled.
        transaction_status: Option<String>,
        /// The charge's code; `00` is success.
        proc_return_code: Option<String>,
        /// When it is planned for, as `YYYY-MM-DD HH:MM:SS.mmm`, Turkish time.
        planned_at: Option<String>,
        /// When it was taken.
        captured_at: Option<String>,
        /// The bank's number of the transaction.
        transaction_id: Option<String>,
    }
}

model! {
    /// A recurring order with all its charges.
    result RecurringOrders {
        /// The number of the recurring order.
        recurring_id: String,
        /// Its charges in their order.
        charges: Vec<RecurringOrderRow>,
    }
}

fn extra(document: &mut Object, members: &[(&str, &str)]) {
    let members = members.iter().map(|(name, value)| ((*name).to_owned(), Json::from(*value)));
    document.set("Extra", members.collect::<Object>());
}

impl Exchange for GetRecurringOrders {
    type Reply = RecurringOrders;
    const MONEY: bool = false;

    fn check(&self) -> Result<(), HalkodeError> {
        check::text("recurring_id", &self.recurring_id, 64)
    }

    fn order(&self) -> Option<&str> {
        None
    }

    fn document(&self, document: &mut Object) -> Result<(), HalkodeError> {
        extra(document, &[("ORDERSTATUS", "QUERY"), ("RECURRINGID", &self.recurring_id)]);
        Ok(())
    }

    fn reply(&self, answer: Answer<'_>) -> Result<RecurringOrders, HalkodeError> {
        // This answer has no Response of its own.
        let count: usize = match answer.text("RECURRINGCOUNT").map(str::parse) {
            Some(Ok(count)) if count <= 1000 => count,
            Some(_) => return Err(answer.odd("the answer's RECURRINGCOUNT is not a count")),
            None if answer.says_no() => return Err(answer.declined()),
            None => return Err(answer.odd("the answer has no RECURRINGCOUNT")),
        };
        if answer.text("RECURRINGID").is_some_and(|told| told != self.recurring_id) {
            return Err(answer.odd("the answer is about another recurring order"));
        }
        let row = |n: usize| {
            let text = |name: &str| answer.text(&format!("{name}_{n}")).map(str::to_owned);
            let part = |name: &str| text(name).unwrap_or_default();
            RecurringOrderRow {
                order_id: part("ORD_ID"),
                state: OrderState::judge(&part("CHARGE_TYPE_CD"), &part("TRANS_STAT"), &part("PROC_RET_CD")),
                amount: text("CAPTURE_AMT").or_else(|| text("ORIG_TRANS_AMT")).as_deref().and_then(from_minor),
                transaction_status: text("TRANS_STAT"),
                proc_return_code: text("PROC_RET_CD"),
                planned_at: text("PLANNED_START_DTTM"),
                captured_at: text("CAPTURE_DTTM"),
                transaction_id: text("TRANS_ID"),
            }
        };
        let charges: Vec<RecurringOrderRow> = (1..=count).map(row).collect();
        if charges.iter().any(|charge| charge.order_id.is_empty()) {
            return Err(answer.odd("the answer has not as many charges as it says"));
        }
        Ok(RecurringOrders { recurring_id: self.recurring_id.clone(), charges })
    }
}

model! {
    /// Cancels one charge of a recurring order that is still to come.
    request CancelRecurringOrder {
        /// The charge's order number, for instance `A-1-3`.
        order_id: String,
    }
}

model! {
    /// Cancels all charges of a recurring order that are still to come.
    request CancelRecurring {
        /// The number of the recurring order.
        recurring_id: String,
    }
}

model! {
    /// Changes the amount or the day of one charge that is still to come.
    request UpdateRecurringOrder {
        /// The charge's order number.
        order_id: String,
        /// The new amount in lira (or in `currency`).
        amount: Option<Amount>,
        /// The currency of `amount`; TRY when left out.
        currency: Option<Currency>,
        /// The new day, as `YYYY-MM-DD`.
        start_date: Option<String>,
    }
}

model! {
    /// A recurring order that was changed.
    reply RecurringChange {
        /// `Cancel` or `Update`.
        operation: Option<String> = "RECURRINGOPERATION",
        /// `Order` or `Recurring`.
        record_type: Option<String> = "RECORDTYPE",
        /// What was changed.
        record_id: Option<String> = "RECORDID",
        /// The bank's word for success, with its own spelling.
        result: Option<String> = "RESULT",
    }
}

/// A change succeeded when RESULT says so (the bank spells it `Successfull`); these answers have no Response.
/// Should one answer in the usual way, its approval counts.
fn read_change(answer: Answer<'_>, operation: &str, record_id: &str) -> Result<RecurringChange, HalkodeError> {
    let approved = answer.text("Response") == Some("Approved") && answer.text("ProcReturnCode") == Some("00");
    match answer.text("RESULT") {
        _ if answer.says_no() => return Err(answer.declined()),
        Some(result) if !result.to_ascii_lowercase().starts_with("success") => return Err(answer.declined()),
        None if !approved => return Err(answer.odd("the answer has no RESULT")),
        _ => {}
    }
    if answer.text("RECORDID").is_some_and(|told| told != record_id)
        || answer.text("RECURRINGOPERATION").is_some_and(|told| !told.eq_ignore_ascii_case(operation))
    {
        return Err(answer.odd("the answer is about another order, or another change"));
    }
    Ok(answer.flat().into())
}

impl Exchange for CancelRecurringOrder {
    type Reply = RecurringChange;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        check_order_id(&self.order_id)
    }

    fn order(&self) -> Option<&str> {
        Some(&self.order_id)
    }

    fn document(&self, document: &mut Object) -> Result<(), HalkodeError> {
        extra(document, &[("RECURRINGOPERATION", "Cancel"), ("RECORDTYPE", "Order"), ("RECORDID", &self.order_id)]);
        Ok(())
    }

    fn reply(&self, answer: Answer<'_>) -> Result<RecurringChange, HalkodeError> {
        read_change(answer, "Cancel", &self.order_id)
    }
}

impl Exchange for CancelRecurring {
    type Reply = RecurringChange;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        check::text("recurring_id", &self.recurring_id, 64)
    }

    fn order(&self) -> Option<&str> {
        None
    }

    fn document(&self, document: &mut Object) -> Result<(), HalkodeError> {
        extra(
            document,
            &[("RECURRINGOPERATION", "Cancel"), ("RECORDTYPE", "Recurring"), ("RECORDID", &self.recurring_id)],
        );
        Ok(())
    }

    fn reply(&self, answer: Answer<'_>) -> Result<RecurringChange, HalkodeError> {
        read_change(answer, "Cancel", &self.recurring_id)
    }
}

impl Exchange for UpdateRecurringOrder {
    type Reply = RecurringChange;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        check_order_id(&self.order_id)?;
        if self.amount.is_none() && self.start_date.is_none() {
            return Err(HalkodeError::request("amount", "or start_date must be given: there is nothing to change"));
        }
        self.amount.map_or(Ok(()), |amount| check::amount("amount", amount))?;
        check::date("start_date", self.start_date.as_deref(), check::Time::Optional)
    }

    fn order(&self) -> Option<&str> {
        Some(&self.order_id)
    }

    fn document(&self, document: &mut Object) -> Result<(), HalkodeError> {
        let amount = self.amount.map(|amount| amount.to_string());
        let mut members =
            vec![("RECURRINGOPERATION", "Update"), ("RECORDTYPE", "Order"), ("RECORDID", self.order_id.as_str())];
        if let Some(amount) = &amount {
            members.extend([("AMOUNT", amount.as_str()), ("CURRENCY", currency_number(self.currency))]);
        }
        members.extend(self.start_date.as_deref().map(|date| ("STARTDATE", date)));
        extra(document, &members);
        Ok(())
    }

    fn reply(&self, answer: Answer<'_>) -> Result<RecurringChange, HalkodeError> {
        read_change(answer, "Update", &self.order_id)
    }
}

exchanges!(GetRecurringOrders -> RecurringOrders, CancelRecurringOrder -> RecurringChange, CancelRecurring -> RecurringChange, UpdateRecurringOrder -> RecurringChange);
