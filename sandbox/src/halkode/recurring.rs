//! Recurring payments: the terms in a payment, the plan they begin, and its later charges.

use rust_decimal::Decimal;

use super::cards::{Outcome, two_decimals};
use super::order::{Order, new_order_id};
use super::{Ask, Bank, CREDENTIALS, MERCHANT_ID, Refusal, Reply, decimal};
use crate::clock::Time;
use crate::hash::{random_digits, random_hex};
use crate::http::Answer;
use crate::json::{Json, object};
use crate::log::mask_card;
use crate::world::World;

/// The recurring part of a payment.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    number: u32,
    interval: u32,
    cycle: char,
    hook: String,
}

/// One charge of a plan.
#[derive(Debug, Clone)]
struct Charge {
    order_id: String,
    amount: Decimal,
    at: Time,
    paid: bool,
    number: u32,
}

/// A plan and what it has charged.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    id: u64,
    code: String,
    terms: Terms,
    first_amount: Decimal,
    amount: Decimal,
    active: bool,
    deleted: bool,
    card_token: String,
    next: Time,
    created: Time,
    order: Box<Order>,
    charges: Vec<Charge>,
}

impl Terms {
    /// The terms of a payment with `order_type=1`; nothing for other payments.
    pub(super) fn read(world: &World, fields: &Json, installments: u32) -> Result<Option<Self>, Refusal> {
        let wrong = |text: &str| Refusal::new(55, text);
        if fields.text("order_type") != "1" {
            return Ok(None);
        }
        if installments != 1 {
            return Err(wrong("Recurring payment can not be installment sale"));
        }
        let [number, cycle, interval, hook] = [
            "recurring_payment_number",
            "recurring_payment_cycle",
            "recurring_payment_interval",
            "recurring_web_hook_key",
        ]
        .map(|name| fields.text(name));
        let between = |text: &str, low: u32, high: u32, name: &str| match text.parse::<u32>() {
            _ if text.is_empty() => Err(wrong(&format!("Recurring {name} can not be empty"))),
            Err(_) => Err(wrong(&format!("Recurring {name} must be an integer"))),
            Ok(value) if value < low => Err(wrong(&format!("Recurring {name} must be greater than {}", low - 1))),
            Ok(value) if value > high => Err(wrong(&format!("Recurring {name} should not be greater than {high}"))),
            Ok(value) => Ok(value),
        };
        let number = between(&number, 2, 121, "number")?;
        let cycle = match cycle.as_str() {
            "" => return Err(wrong("The recurring cycle can not be empty")),
            "D" | "M" | "Y" => cycle.chars().next().unwrap_or('M'),
            _ => return Err(wrong("The recurring cycle unit is not valid. It should be 'D', 'M' or 'Y'")),
        };
        let interval = between(&interval, 1, 99, "interval")?;
        if hook.is_empty() {
            return Err(wrong("Recurring web hook key can not be empty. Please assign your web hook key on Halkode"));
        }
        if !world.hooks.knows(&hook) {
            return Err(wrong("Invalid recurring web hook key! Please check key name on Halkode"));
        }
        Ok(Some(Self { number, interval, cycle, hook }))
    }
}

impl Plan {
    fn done(&self) -> u32 {
        self.charges.len() as u32
    }

    fn over(&self) -> bool {
        self.done() >= self.terms.number
    }

    fn status(&self) -> &'static str {
        if self.over() {
            "COMPLETED"
        } else if self.active {
            "ACTIVE"
        } else {
            "INACTIVE"
        }
    }

    fn cycle_word(&self) -> &'static str {
        match self.terms.cycle {
            'D' => "DAY",
            'Y' => "YEAR",
            _ => "MONTH",
        }
    }

    /// What checkstatus adds for the sale that began a plan.
    pub(super) fn status_fields(&self) -> [(&'static str, Json); 4] {
        let next = if self.over() { String::new() } else { self.next.stamp() };
        [
            ("recurring_id", Json::from(self.id)),
            ("recurring_plan_code", Json::from(self.code.as_str())),
            ("next_action_date", Json::from(next)),
            ("recurring_status", Json::from(self.status())),
        ]
    }

    pub(crate) fn to_json(&self) -> Json {
        object! {
            "plan_code": self.code.as_str(), "invoice_id": self.order.invoice_id.as_str(), "recurring_amount": two_decimals(self.amount).to_string(),
            "charged": self.done(), "payment_number": self.terms.number, "next_action_date": self.next.stamp(), "status": self.status(),
            "deleted": self.deleted,
        }
    }
}

impl Bank {
    /// Begins the plans of sales that were paid a moment ago.
    pub(super) fn begin_plans(&mut self, world: &World) {
        for order in &mut self.orders {
            if order.plan.is_some() || !order.paid() {
                continue;
            }
            let Some(terms) = order.terms.clone() else { continue };
            let code = random_hex(20).to_uppercase();
            order.plan = Some(code.clone());
            let first = Charge {
                order_id: order.order_id.clone(),
                amount: order.total,
                at: order.changed,
                paid: true,
                number: 1,
            };
            self.plans.push(Plan {
                id: 500 + self.plans.len() as u64,
                code,
                first_amount: order.total,
                amount: order.total,
                active: true,
                deleted: false,
                card_token: random_hex(40),
                next: world.now().later(terms.interval, terms.cycle),
                created: world.now(),
                terms,
                order: Box::new(order.clone()),
                charges: vec![first],
            });
        }
    }

    pub(super) fn plan_of(&self, order: &Order) -> Option<&Plan> {
        self.plans.iter().find(|plan| order.plan.as_ref() == Some(&plan.code))
    }

    fn plan_asked(&mut self, ask: &Ask, code: i64, text: &str) -> Result<&mut Plan, Refusal> {
        ask.merchant()?;
        let wanted = ask.required("plan_code")?;
        self.plans.iter_mut().find(|plan| plan.code == wanted && !plan.deleted).ok_or_else(|| Refusal::new(code, text))
    }

    pub(super) fn plan_query(&mut self, _world: &mut World, ask: &Ask) -> Reply {
        let plan = self.plan_asked(ask, 70, "Recurring Not Found")?;
        let total = plan.first_amount + plan.amount * Decimal::from(plan.terms.number - 1);
        let mut answer = object! {
            "status_code": 100, "message": "Recurring plan found", "recurring_id": plan.id, "plan_code": plan.code.as_str(),
            "currency": plan.order.currency.as_str(), "currency_symbol": "₺", "first_amount": plan.first_amount, "recurring_amount": plan.amount,
            "total_amount": total, "payment_number": plan.terms.number, "payment_interval": plan.terms.interval, "payment_cycle": plan.cycle_word(),
            "merchant_id": MERCHANT_ID, "recurring_status": plan.status(), "transaction_date": plan.created.stamp(),
        };
        let number = ask.fields.text("recurring_number");
        if number.is_empty() {
            let card = object! {
                "sale_recurring_id": plan.id, "card_token": plan.card_token.as_str(), "card_user_key": "", "status": "ACTIVE",
                "created_at": plan.created.stamp(), "updated_at": plan.created.stamp(),
            };
            answer.set("recurringCardList", vec![card]);
            return Ok(Answer::json(&answer));
        }
        let number: u32 = number.parse().map_err(|_| Refusal::new(70, "Recurring number must be an integer"))?;
        answer.set("first_order_id", plan.order.order_id.as_str());
        answer.set("card_no", mask_card(&plan.order.card_number));
        answer.set("next_action_date", if plan.over() { String::new() } else { plan.next.stamp() });
        let history = plan.charges.iter().filter(|charge| charge.number == number).map(|charge| {
            object! {
                "id": plan.id * 100 + u64::from(charge.number), "sale_recurring_id": plan.id, "sale_id": plan.order.n, "merchant_id": MERCHANT_ID,
                "sale_recurring_payment_schedule_id": charge.number, "amount": two_decimals(charge.amount).to_string(), "action_date": charge.at.stamp(),
                "status": if charge.paid { "Completed" } else { "Failed" }, "recurring_number": charge.number, "attempts": 1, "remarks": "",
            }
        });
        answer.set("transactionHistories", Json::List(history.collect()));
        Ok(Answer::json(&answer))
    }

    pub(super) fn plan_update(&mut self, _world: &mut World, ask: &Ask) -> Reply {
        let failed = |text: &str| Refusal::new(71, text);
        let [number, amount, status] =
            ["recurring_payment_number", "recurring_amount", "recurring_status"].map(|name| ask.fields.text(name));
        let plan = self.plan_asked(ask, 71, "Recurring plan update failed")?;
        let number = match number.as_str() {
            "" => plan.terms.number,
            text => text
                .parse()
                .ok()
                .filter(|number| (plan.done().max(2)..=121).contains(number))
                .ok_or_else(|| failed("Recurring number is not valid"))?,
        };
        let amount = match amount.as_str() {
            "" => plan.amount,
            text => decimal(text)
                .filter(|amount| *amount > Decimal::ZERO)
                .ok_or_else(|| failed("Recurring amount is not valid"))?,
        };
        plan.active = match status.as_str() {
            "" => plan.active,
            "ACTIVE" => true,
            "INACTIVE" => false,
            _ => return Err(failed("Recurring status is not valid")),
        };
        (plan.terms.number, plan.amount) = (number, amount);
        Ok(Answer::json(&object! { "status_code": 100, "message": "Recurring plan updated successfully" }))
    }

    pub(super) fn plan_delete(&mut self, _world: &mut World, ask: &Ask) -> Reply {
        self.plan_asked(ask, 72, "Failed to delete")?.deleted = true;
        Ok(Answer::json(&object! { "status_code": 100, "message": "Recurring plan deleted successfully" }))
    }

    /// Runs the next charge of a plan, as its day would; told to the recurring web-hook.
    pub(crate) fn charge_plan(
        &mut self,
        world: &mut World,
        code_or_invoice: &str,
        decline: bool,
    ) -> Result<Json, String> {
        let found =
            self.plans.iter_mut().find(|plan| plan.code == code_or_invoice || plan.order.invoice_id == code_or_invoice);
        let plan = found.ok_or_else(|| format!("there is no plan {code_or_invoice:?}"))?;
        if plan.deleted || !plan.active || plan.over() {
            return Err(format!(
                "plan {} is not waiting for a charge: {}",
                plan.code,
                if plan.deleted { "DELETED" } else { plan.status() }
            ));
        }
        let now = world.now();
        let paid = !decline && plan.order.card.is_none_or(|card| card.outcome == Outcome::Approve);
        let number = plan.done() + 1;
        let mut sale = (*plan.order).clone();
        sale.order_id = new_order_id(now);
        (sale.total, sale.total_text) = (plan.amount, two_decimals(plan.amount).to_string());
        plan.charges.push(Charge { order_id: sale.order_id.clone(), amount: plan.amount, at: now, paid, number });
        plan.next = plan.next.later(plan.terms.interval, plan.terms.cycle);
        let word = if paid { "Completed" } else { "Failed" };
        let fields = [
            ("merchant_key", CREDENTIALS.merchant_key.to_owned()),
            ("invoice_id", sale.invoice_id.clone()),
            ("order_id", sale.order_id.clone()),
            ("product_price", sale.total_text.clone()),
            ("plan_code", plan.code.clone()),
            ("recurring_number", number.to_string()),
            ("status", word.to_owned()),
            ("attempts", "1".to_owned()),
            ("action_date", now.stamp()[2..].to_owned()),
            ("hash_key", sale.hash(world, word)),
        ];
        world.hooks.send(&now.stamp(), "recurring", &plan.terms.hook, &fields);
        let last = plan.charges.last().map(|charge| charge.order_id.clone()).unwrap_or_default();
        Ok(plan.to_json().with("order_id", last).with("status", word).with("receipt", random_digits(6)))
    }
}
