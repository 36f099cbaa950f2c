//! Payments: what every way of paying checks in common, and the ways without 3-D Secure.

use rust_decimal::Decimal;

use super::cards::{self, CARDS, INSTALLMENTS, Outcome, TestCard, with_commission};
use super::order::{Buyer, Order, Status, new_order_id, new_transaction_id};
use super::recurring::Terms;
use super::{Ask, Bank, CREDENTIALS, Refusal, Reply, amount_part, decimal, mismatch_68, part};
use crate::http::Answer;
use crate::json::{Json, object};
use crate::pages;
use crate::world::World;

/// Currencies the bank takes, with its own numbers for them.
pub(super) const CURRENCIES: &[(&str, u32)] = &[("TRY", 1), ("USD", 2), ("EUR", 3)];

/// A card as a request names it.
pub(super) struct Card {
    pub number: String,
    pub known: &'static TestCard,
    /// Month, year and CVV as given; nothing for a saved card.
    pub given: Option<(String, String, String)>,
}

/// The instalment count, 1 where it is left out.
pub(super) fn installments(fields: &Json) -> Result<u32, Refusal> {
    match fields.text("installments_number").as_str() {
        "" => Ok(1),
        text => text
            .parse()
            .ok()
            .filter(|count| *count > 0)
            .ok_or_else(|| Refusal::new(1, "The installments number must be an integer.")),
    }
}

/// Whether a card pays in so many instalments at this merchant.
pub(super) fn offers(card: &TestCard, count: u32) -> Result<(), Refusal> {
    if !INSTALLMENTS.contains(&count) {
        return Err(Refusal::new(40, "Installment not found"));
    }
    if count > 1 && (card.debit || count > card.max_installments) {
        return Err(Refusal::new(102, "Pos not found for this installment"));
    }
    Ok(())
}

/// `items`, as a list or as JSON text; their sum must be the total plus the discount.
pub(super) fn check_items(items: Option<&Json>, total: Decimal, discount: Decimal) -> Result<(), Refusal> {
    let parsed;
    let items = match items {
        Some(Json::Text(text)) => {
            parsed = Json::parse(text).unwrap_or(Json::Null);
            &parsed
        }
        Some(other) => other,
        None => return Err(Refusal::new(1, "The items field is required.")),
    };
    if !matches!(items, Json::List(list) if !list.is_empty()) {
        return Err(Refusal::new(12, "Items must be an array"));
    }
    let (mut sum, mut prices) = (Decimal::ZERO, Decimal::ZERO);
    for item in items.elements() {
        let price = decimal(&item.text("price"))
            .filter(|_| !item.text("name").is_empty())
            .ok_or_else(|| Refusal::new(12, "Invalid format of items"))?;
        // An older plug-in of the bank's writes `qty`.
        let quantity = item.get("quantity").or_else(|| item.get("qty")).and_then(Json::scalar).unwrap_or_default();
        let quantity: u32 = quantity.parse().map_err(|_| Refusal::new(33, "Quantity must be integer value"))?;
        sum += price * Decimal::from(quantity);
        prices += price;
    }
    if sum - discount != total {
        // As seen live, the text sums the prices without their quantities, so that both numbers can look alike.
        let text = format!(
            "Sum of all items price ({:.4}) is not equal to the invoice total ({:.4}).",
            prices - discount,
            total
        );
        return Err(Refusal::new(13, text));
    }
    Ok(())
}

impl Bank {
    /// The checks that all payments have in common; what is left is between the buyer and the buyer's bank.
    pub(super) fn sale(&mut self, world: &World, ask: &Ask, by_token: bool) -> Result<Order, Refusal> {
        let fields = &ask.fields;
        ask.merchant()?;
        let currency = ask.required("currency_code")?;
        let invoice_id = ask.required("invoice_id")?;
        let total = ask
            .amount("total")
            .ok()
            .filter(|total| *total > Decimal::ZERO)
            .ok_or_else(|| Refusal::new(1, "The total must be greater than 0."))?;
        for name in ["name", "surname"] {
            if !by_token {
                ask.required(name)?;
            }
        }
        if fields.get("installments_number").is_none() {
            ask.required("installments_number")?;
        }
        if !CURRENCIES.iter().any(|(code, _)| *code == currency) {
            return Err(Refusal::new(12, "Invalid Currency code"));
        }
        let discount = decimal(&fields.text("discount")).unwrap_or_default();
        check_items(fields.get("items"), total, discount)?;
        let count = installments(fields)?;
        let parts = [
            amount_part("Total Amount", total.to_string()),
            amount_part("Installment number", count.to_string()),
            part("Currency", currency.as_str()),
            part("Merchant key", CREDENTIALS.merchant_key),
            part("Invoice id", invoice_id.as_str()),
        ];
        ask.hash(CREDENTIALS.app_secret, &parts, mismatch_68)?;
        let sale_hook = fields.text("sale_web_hook_key");
        if !sale_hook.is_empty() && !world.hooks.knows(&sale_hook) {
            return Err(Refusal::new(56, "Invalid sale web hook key! Please check key name on Halkode"));
        }
        let terms = Terms::read(world, fields, count)?;
        let card = if by_token { self.card_of_token(ask)? } else { card_of(ask)? };
        self.check_card(&invoice_id, card.known, count)?;
        let text = match fields.get("total") {
            // A number reaches the bank's PHP as a number and comes back without its trailing zeros.
            Some(Json::Number(_)) => total.normalize().to_string(),
            _ => fields.text("total"),
        };
        let mut order = self.new_order(world, &invoice_id, total, text, &currency, fields);
        order.terms = terms;
        order.take_card(card);
        Ok(order)
    }

    /// The checks that need the card.
    pub(super) fn check_card(&self, invoice_id: &str, card: &TestCard, count: u32) -> Result<(), Refusal> {
        if self.order(invoice_id).is_some() {
            let text = format!(
                "The order with this invoice id {invoice_id} is in the process, please wait or create order with new invoice id"
            );
            return Err(Refusal::new(3, text));
        }
        if card.outcome == Outcome::Foreign {
            return Err(Refusal::new(76, "Foreign Cards are not Allowed for this Merchant."));
        }
        offers(card, count)
    }

    /// An order that waits for its buyer.
    pub(super) fn new_order(
        &self,
        world: &World,
        invoice_id: &str,
        total: Decimal,
        total_text: String,
        currency: &str,
        fields: &Json,
    ) -> Order {
        let now = world.now();
        let first = |names: &[&str]| {
            names.iter().map(|name| fields.text(name)).find(|value| !value.is_empty()).unwrap_or_default()
        };
        // Two spellings are about; which of them the bank honours is an open question, so both count.
        let buyer_pays = match (
            first(&["is_comission_from_user", "is_commission_from_user"]).as_str(),
            fields.text("commission_by").as_str(),
        ) {
            (_, "merchant") | ("2", _) => false,
            ("1", _) | (_, "user") => true,
            _ => world.settings.buyer_pays_commission,
        };
        let count = installments(fields).unwrap_or(1);
        let user_commission =
            if buyer_pays { cards::two_decimals(with_commission(total, count)) - total } else { Decimal::ZERO };
        Order {
            n: 3_000 + self.orders.len() as u64,
            invoice_id: invoice_id.to_owned(),
            description: fields.text("invoice_description"),
            order_id: new_order_id(now),
            transaction_id: new_transaction_id(now),
            total,
            total_text,
            user_commission: user_commission.normalize(),
            currency: currency.to_owned(),
            installments: count,
            // The documents use one word in requests and the other in answers; both are taken.
            pre_auth: matches!(fields.text("transaction_type").as_str(), "PreAuth" | "Pre-Authorization"),
            by_merchant: fields.text("payment_completed_by") == "merchant",
            status: Status::Waiting { until: now.plus(super::order::TO_COMPLETE) },
            card: None,
            card_number: String::new(),
            created: now,
            changed: now,
            refusal: None,
            md_status: None,
            wrong_details: None,
            terms: None,
            auth_code: String::new(),
            refunds: Vec::new(),
            sale_hook: fields.text("sale_web_hook_key"),
            plan: None,
            buyer: Buyer {
                name: first(&["name", "customer_name", "cc_holder_name"]),
                surname: fields.text("surname"),
                email: first(&["bill_email", "customer_email"]),
                phone: first(&["bill_phone", "customer_phone"]),
            },
            tamper: world.tamper,
        }
    }

    pub(super) fn pay_2d(&mut self, world: &mut World, ask: &Ask) -> Reply {
        let order = self.sale(world, ask, false)?;
        self.charge_2d(world, order)
    }

    pub(super) fn pay_by_token_2d(&mut self, world: &mut World, ask: &Ask) -> Reply {
        let order = self.sale(world, ask, true)?;
        self.charge_2d(world, order)
    }

    fn charge_2d(&mut self, world: &mut World, mut order: Order) -> Reply {
        if !matches!(world.settings.is_3d, 0 | 1) {
            return Err(integration_not_allowed());
        }
        order.charge(world);
        let answer = match order.status {
            // The bank did not answer the platform either.
            Status::InDoubt { .. } => pages::error_page(504, "Gateway Time-out"),
            _ => {
                let (code, text) = order.verdict();
                Answer::json(&object! { "status_code": code, "status_description": text, "data": order.data(world) })
            }
        };
        self.orders.push(order);
        Ok(answer)
    }
}

/// The merchant's contract does not cover this way of paying.
pub(super) fn integration_not_allowed() -> Refusal {
    Refusal::new(34, "The payment integration method is not allowed. Please contact support.")
}

impl Card {
    /// What the issuing bank says to a wrong expiry or CVV, whatever it would say to the card.
    pub(super) fn wrong_details(&self) -> Option<(&'static str, &'static str)> {
        let (month, year, cvv) = self.given.as_ref()?;
        let unknown = self.known.number.is_empty();
        if !unknown && (month != self.known.expiry_month || year != self.known.expiry_year) {
            return Some(("54", "Son kullanma tarihi hatalı"));
        }
        (!unknown && cvv != self.known.cvv).then_some(("82", "Hatalı CVV"))
    }
}

/// The card in the fields of a request.
pub(super) fn card_of(ask: &Ask) -> Result<Card, Refusal> {
    let number: String = ask.required("cc_no")?.chars().filter(|c| !c.is_whitespace()).collect();
    if ask.fields.text("vpos_type") == "insurance" {
        return insured_card(ask, number);
    }
    ask.required("cc_holder_name")?;
    let (month, year) = (ask.required("expiry_month")?, ask.required("expiry_year")?);
    let known = cards::find(&number).ok_or_else(invalid_number)?;
    let month = format!("{month:0>2}");
    let year = if year.len() == 2 { format!("20{year}") } else { year };
    if !matches!(month.parse(), Ok(1..=12)) || year.len() != 4 || year.parse::<u32>().is_err() {
        return Err(Refusal::new(1, "The expiry date is not valid."));
    }
    Ok(Card { number, known, given: Some((month, year, ask.required("cvv")?)) })
}

fn invalid_number() -> Refusal {
    Refusal::new(108, "Invalid Card Number")
}

/// An insurance company's card: starred in the middle, known by the holder's identity number instead.
fn insured_card(ask: &Ask, number: String) -> Result<Card, Refusal> {
    let identity = ask.required("identity_number")?;
    if !matches!(identity.len(), 10 | 11) || !identity.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Refusal::new(1, "The identity number must be 10 or 11 digits."));
    }
    let (first, last) = match number.split('*').filter(|part| !part.is_empty()).collect::<Vec<_>>()[..] {
        [first, last] if number.len() == 16 && matches!(first.len(), 6 | 8) && last.len() == 4 => (first, last),
        _ => return Err(invalid_number()),
    };
    let known = CARDS.iter().find(|card| card.number.starts_with(first) && card.number.ends_with(last));
    let known = known.ok_or_else(invalid_number)?;
    Ok(Card { number, known, given: None })
}
