//! Saved cards: storing them under a customer number, and paying with their tokens.

use super::cards;
use super::sale::Card;
use super::{Ask, Bank, CREDENTIALS, MERCHANT_ID, Refusal, Reply, part};
use crate::clock::Time;
use crate::hash::random_hex;
use crate::http::Answer;
use crate::json::{Json, object};
use crate::world::World;

/// A card that the bank keeps for a customer.
#[derive(Debug, Clone)]
pub(crate) struct SavedCard {
    id: u64,
    token: String,
    customer_number: String,
    customer: [String; 3],
    holder: String,
    number: String,
    expiry: (String, String),
    created: Time,
    changed: Time,
}

/// Codes 90 to 97: which part of the hash differs.
fn mismatch(part: Option<&'static str>) -> Refusal {
    let Some(part) = part else { return Refusal::new(90, "Invalid Hash key") };
    let code = match part {
        "merchant key" => 91,
        "customer number" => 92,
        "card holder name" => 93,
        "card number" => 94,
        "expiry month" => 95,
        "expiry year" => 96,
        _ => 97,
    };
    Refusal::new(code, format!("Hash key mismatched with {part}"))
}

/// saveCard's own code is sent as text.
pub(super) fn refused_as_text(refusal: &Refusal) -> Json {
    let code = if refusal.code == 86 { Json::from("86") } else { Json::from(refusal.code) };
    object! { "status_code": code, "status_description": refusal.text.as_str() }
}

impl Bank {
    pub(super) fn save_card(&mut self, world: &mut World, ask: &Ask) -> Reply {
        ask.merchant()?;
        let customer_number = ask.required("customer_number")?;
        let holder = ask.required("card_holder_name")?;
        let number = ask.required("card_number")?;
        let (month, year) = (ask.required("expiry_month")?, ask.required("expiry_year")?);
        let parts = [
            part("merchant key", CREDENTIALS.merchant_key),
            part("customer number", customer_number.as_str()),
            part("card holder name", holder.as_str()),
            part("card number", number.as_str()),
            part("expiry month", month.as_str()),
            part("expiry year", year.as_str()),
        ];
        ask.hash(CREDENTIALS.app_secret, &parts, mismatch)?;
        let taken = self.cards.iter().any(|card| card.customer_number == customer_number && card.number == number);
        if !customer_number.bytes().all(|b| b.is_ascii_digit()) || taken || cards::find(&number).is_none() {
            return Err(Refusal::new(86, "Save Card Token failed"));
        }
        let token = random_hex(64).to_uppercase();
        let now = world.now();
        self.cards.push(SavedCard {
            id: 700 + self.cards.len() as u64,
            token: token.clone(),
            customer_number,
            customer: ["customer_name", "customer_email", "customer_phone"].map(|name| ask.fields.text(name)),
            holder,
            number,
            expiry: (month, year),
            created: now,
            changed: now,
        });
        Ok(Answer::json(
            &object! { "status_code": 100, "status_description": "Card saved successfully", "card_token": token },
        ))
    }

    pub(super) fn saved_cards(&mut self, _world: &mut World, ask: &Ask) -> Reply {
        if ask.required("merchant_key")? != CREDENTIALS.merchant_key {
            return Err(Refusal::new(41, "Invalid merchant Key"));
        }
        let customer_number = ask.required("customer_number")?;
        let cards = self.cards.iter().filter(|card| card.customer_number == customer_number).map(|card| {
            let [name, email, phone] = &card.customer;
            object! {
                "id": card.id, "pos_id": 1, "card_token": card.token.as_str(), "merchant_id": MERCHANT_ID,
                "customer_number": format!("{}-{MERCHANT_ID}", card.customer_number), "customer_name": name.as_str(),
                "customer_email": email.as_str(), "customer_phone": phone.as_str(), "bin": &card.number[..6],
                "created_at": card.created.stamp(), "updated_at": card.changed.stamp(),
            }
        });
        Ok(Answer::json(
            &object! { "status_code": 100, "status_description": "Card tokens fetched successfully", "data": Json::List(cards.collect()) },
        ))
    }

    /// The saved card that a request names, after its hash was checked.
    fn card_asked(&self, ask: &Ask, code: i64, text: &str) -> Result<usize, Refusal> {
        ask.merchant()?;
        let (customer_number, token) = (ask.required("customer_number")?, ask.required("card_token")?);
        let parts = [
            part("merchant key", CREDENTIALS.merchant_key),
            part("customer number", customer_number.as_str()),
            part("card token", token.as_str()),
        ];
        ask.hash(CREDENTIALS.app_secret, &parts, mismatch)?;
        let at = self.cards.iter().position(|card| card.token == token && card.customer_number == customer_number);
        at.ok_or_else(|| Refusal::new(code, text))
    }

    pub(super) fn edit_card(&mut self, world: &mut World, ask: &Ask) -> Reply {
        let at = self.card_asked(ask, 89, "The card token update failed")?;
        let expiry = (ask.required("expiry_month")?, ask.required("expiry_year")?);
        let holder = ask.fields.text("card_holder_name");
        let card = &mut self.cards[at];
        card.expiry = expiry;
        card.changed = world.now();
        if !holder.is_empty() {
            card.holder = holder;
        }
        Ok(Answer::json(
            &object! { "status_code": 100, "status_description": "Card updated successfully", "card_token": card.token.as_str() },
        ))
    }

    pub(super) fn delete_card(&mut self, _world: &mut World, ask: &Ask) -> Reply {
        let at = self.card_asked(ask, 88, "The card token deletion failed")?;
        self.cards.remove(at);
        Ok(Answer::json(&object! { "status_code": 100, "status_description": "Card deleted successfully" }))
    }

    /// The saved card that a payment names.
    pub(super) fn card_of_token(&self, ask: &Ask) -> Result<Card, Refusal> {
        let (customer_number, token) = (ask.required("customer_number")?, ask.required("card_token")?);
        for name in ["customer_email", "customer_phone", "customer_name"] {
            ask.required(name)?;
        }
        let invalid = || Refusal::new(87, "Invalid Token or customer number");
        let saved = self
            .cards
            .iter()
            .find(|card| card.token == token && card.customer_number == customer_number)
            .ok_or_else(invalid)?;
        let known = cards::find(&saved.number).ok_or_else(invalid)?;
        Ok(Card { number: saved.number.clone(), known, given: None })
    }
}
