//! Recurring plans (docs/protocol-halkode.md#recurring). A plan begins with a payment that carries `recurring`.

use super::Done;
use super::answer::Answer;
use crate::amount::Amount;
use crate::check;
use crate::config::Keys;
use crate::error::HalkodeError;
use crate::json::Object;
use crate::model::{Model, choice, model};
use crate::operation::Exchange;
use crate::transport::{HttpAnswer, HttpRequest};

model! {
    /// Asks about a plan.
    request GetRecurringPlan {
        /// The plan's code; `check_status` of its first payment tells it.
        plan_code: String,
        /// Only this charge, from 1; the whole plan when left out.
        recurring_number: Option<u32>,
    }
}

model! {
    /// A recurring plan.
    reply RecurringPlan {
        /// 100.
        status_code: i64,
        /// The gateway's text.
        message: Option<String>,
        /// The gateway's number of the plan.
        recurring_id: Option<String>,
        /// The plan's code.
        plan_code: Option<String>,
        /// The currency.
        currency: Option<String>,
        /// The first charge, in lira.
        first_amount: Option<Amount>,
        /// Every later charge, in lira.
        recurring_amount: Option<Amount>,
        /// All charges together, in lira.
        total_amount: Option<Amount>,
        /// How many charges in all.
        payment_number: Option<i64>,
        /// How many units lie between two charges.
        payment_interval: Option<i64>,
        /// The unit, for instance `MONTH`.
        payment_cycle: Option<String>,
        /// `ACTIVE` or `INACTIVE`.
        recurring_status: Option<String>,
        /// When the next charge is made, in Turkish time.
        next_action_date: Option<String>,
        /// When the first charge was made, in Turkish time.
        transaction_date: Option<String>,
        /// The masked card number.
        card_no: Option<String>,
        /// The charges.
        transactions: Vec<RecurringCharge> = "transactionHistories",
        /// The cards of the plan.
        cards: Vec<Object> = "recurringCardList",
    }
}

model! {
    /// A charge of a recurring plan.
    reply RecurringCharge {
        /// The gateway's number of the row.
        id: Option<String>,
        /// Which charge of the plan, from 1.
        recurring_number: Option<i64>,
        /// The amount in lira.
        amount: Option<Amount>,
        /// When it was or will be made, in Turkish time.
        action_date: Option<String>,
        /// The gateway's word for its state.
        status: Option<String>,
        /// How often it was tried.
        attempts: Option<i64>,
        /// The gateway's remark.
        remarks: Option<String>,
    }
}

fn check_code(code: &str) -> Result<(), HalkodeError> {
    check::text("plan_code", code, 255)
}

fn with_merchant(mut body: Object, keys: &Keys) -> Object {
    body.set("merchant_key", keys.merchant_key.clone());
    body
}

impl Exchange for GetRecurringPlan {
    type Reply = RecurringPlan;
    const MONEY: bool = false;

    fn check(&self) -> Result<(), HalkodeError> {
        check_code(&self.plan_code)
    }

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        Ok(HttpRequest::post("/api/recurringPlan/query", with_merchant(self.body(), keys)))
    }

    fn reply(&self, _keys: &Keys, answer: &HttpAnswer) -> Result<RecurringPlan, HalkodeError> {
        Ok(Answer::read(answer)?.accept(&[100])?.into())
    }
}

choice! {
    /// Whether a plan goes on.
    PlanStatus {
        /// It charges when due.
        Active = "ACTIVE",
        /// It rests.
        Inactive = "INACTIVE",
    }
}

model! {
    /// Changes a plan.
    request UpdateRecurringPlan {
        /// The plan's code.
        plan_code: String,
        /// How many charges in all, 2 to 121.
        number: u32 = "recurring_payment_number",
        /// Every later charge, in lira.
        amount: Amount = "recurring_amount",
        /// Whether it goes on.
        status: PlanStatus = "recurring_status",
    }
}

impl Exchange for UpdateRecurringPlan {
    type Reply = Done;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        check_code(&self.plan_code)?;
        if !(2..=121).contains(&self.number) {
            return Err(HalkodeError::request("number", "must be 2 to 121"));
        }
        check::amount("amount", self.amount)
    }

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        let mut body = self.body();
        body.set("recurring_payment_number", self.number.to_string());
        Ok(HttpRequest::post("/api/recurringPlan/update", with_merchant(body, keys)))
    }

    fn reply(&self, _keys: &Keys, answer: &HttpAnswer) -> Result<Done, HalkodeError> {
        done(answer)
    }
}

model! {
    /// Ends a plan.
    request DeleteRecurringPlan {
        /// The plan's code.
        plan_code: String,
    }
}

impl Exchange for DeleteRecurringPlan {
    type Reply = Done;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        check_code(&self.plan_code)
    }

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        Ok(HttpRequest::post("/api/recurringPlan/delete", with_merchant(self.body(), keys)))
    }

    fn reply(&self, _keys: &Keys, answer: &HttpAnswer) -> Result<Done, HalkodeError> {
        done(answer)
    }
}

/// These endpoints say `message` where the others say `status_description`.
fn done(answer: &HttpAnswer) -> Result<Done, HalkodeError> {
    let mut object = Answer::read(answer)?.accept(&[100])?;
    if let Some(message) = object.take("message") {
        object.set("status_description", message);
    }
    Ok(object.into())
}
