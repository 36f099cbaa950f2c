//! Cards saved at the gateway (docs/protocol-halkode.md#saved-cards).

use super::Layout;
use super::answer::Answer;
use super::payment::normalise_expiry;
use crate::check;
use crate::config::Keys;
use crate::error::HalkodeError;
use crate::json::Json;
use crate::model::{Model, model};
use crate::operation::Exchange;
use crate::secret::Secret;
use crate::transport::{HttpAnswer, HttpRequest};

pub(crate) fn check_customer_number(number: &str) -> Result<(), HalkodeError> {
    if (1..=20).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(HalkodeError::request("customer_number", "must be 1 to 20 digits: the merchant's own number of the customer"))
}

fn check_token(token: &Secret) -> Result<(), HalkodeError> {
    check::hashed("card_token", token.expose(), 255)
}

model! {
    /// Saves a card. The card passes through the merchant's server (PCI DSS SAQ D).
    request SaveCard {
        /// The holder's name, up to 100 characters.
        card_holder_name: String,
        /// The card number (PAN), 12 to 19 digits without blanks.
        card_number: Secret,
        /// Month of expiry, `01` to `12`.
        expiry_month: String,
        /// Year of expiry, two or four digits.
        expiry_year: String,
        /// The merchant's own number of the customer: digits, unique among the merchant's customers.
        customer_number: String,
        /// The customer's name.
        customer_name: Option<String>,
        /// The customer's e-mail address.
        customer_email: Option<String>,
        /// The customer's telephone number.
        customer_phone: Option<String>,
    }
}

model! {
    /// A saved card.
    reply SavedCardToken {
        /// 100.
        status_code: i64,
        /// The gateway's text.
        status_description: Option<String>,
        /// The token to pay with.
        card_token: Secret,
    }
}

impl Exchange for SaveCard {
    type Reply = SavedCardToken;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        check::hashed("card_holder_name", &self.card_holder_name, 100)?;
        check::pan("card_number", &self.card_number)?;
        check_customer_number(&self.customer_number)?;
        check::expiry("expiry_month", &self.expiry_month, "expiry_year", &self.expiry_year).map(|_| ())
    }

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        let mut body = normalise_expiry(self.body(), &self.expiry_month, &self.expiry_year)?;
        let text = |name: &str| body.get(name).and_then(Json::as_text).unwrap_or_default();
        let hash = keys.seal(
            Layout::SaveCard,
            &[
                ("customer_number", &self.customer_number),
                ("card_holder_name", &self.card_holder_name),
                ("card_number", self.card_number.expose()),
                ("expiry_month", text("expiry_month")),
                ("expiry_year", text("expiry_year")),
            ],
        );
        body.set("merchant_key", keys.merchant_key.clone());
        body.set("hash_key", hash);
        Ok(HttpRequest::post("/api/saveCard", body))
    }

    fn reply(&self, _keys: &Keys, answer: &HttpAnswer) -> Result<SavedCardToken, HalkodeError> {
        let saved = SavedCardToken::from(Answer::read(answer)?.accept(&[100])?);
        if saved.card_token.is_empty() {
            return Err(HalkodeError::protocol("the answer says the card was saved but gives no card_token"));
        }
        Ok(saved)
    }
}

model! {
    /// Asks for the cards saved for a customer.
    request GetSavedCards {
        /// The merchant's own number of the customer.
        customer_number: String,
    }
}

model! {
    /// The cards saved for a customer.
    reply SavedCards {
        /// 100.
        status_code: i64,
        /// The gateway's text.
        status_description: Option<String>,
        /// The cards.
        data: Vec<SavedCard>,
    }
}

model! {
    /// A card saved at the gateway.
    reply SavedCard {
        /// The gateway's number of the row.
        id: Option<String>,
        /// The token to pay with.
        card_token: Secret,
        /// The customer's number, with the merchant's number behind a dash.
        customer_number: Option<String>,
        /// The customer's name.
        customer_name: Option<String>,
        /// The customer's e-mail address.
        customer_email: Option<String>,
        /// The customer's telephone number.
        customer_phone: Option<String>,
        /// The first digits of the card number.
        bin: Option<String>,
        /// The masked card number, where the gateway gives it.
        card_number: Option<String>,
        /// The bank that issued the card, where the gateway gives it.
        card_issuer_bank: Option<String>,
        /// When it was saved, in Turkish time.
        created_at: Option<String>,
        /// When it last changed, in Turkish time.
        updated_at: Option<String>,
    }
}

impl Exchange for GetSavedCards {
    type Reply = SavedCards;
    const MONEY: bool = false;

    fn check(&self) -> Result<(), HalkodeError> {
        check_customer_number(&self.customer_number)
    }

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        let mut body = self.body();
        body.set("merchant_key", keys.merchant_key.clone());
        Ok(HttpRequest::post("/api/getCardTokens", body))
    }

    fn reply(&self, _keys: &Keys, answer: &HttpAnswer) -> Result<SavedCards, HalkodeError> {
        let mut object = Answer::read(answer)?.accept(&[100])?;
        // A customer without cards may come as an empty object or text.
        if object.get("data").is_some_and(Json::is_nothing) {
            object.take("data");
        }
        Ok(object.into())
    }
}

model! {
    /// Changes a saved card.
    request EditCard {
        /// The saved card.
        card_token: Secret,
        /// The merchant's own number of the customer.
        customer_number: String,
        /// Month of expiry, `01` to `12`.
        expiry_month: String,
        /// Year of expiry, two or four digits.
        expiry_year: String,
        /// The holder's name, when it changed.
        card_holder_name: Option<String>,
    }
}

fn card_hash(keys: &Keys, customer_number: &str, card_token: &Secret) -> String {
    keys.seal(Layout::Card, &[("customer_number", customer_number), ("card_token", card_token.expose())])
}

impl Exchange for EditCard {
    type Reply = SavedCardToken;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        check_token(&self.card_token)?;
        check_customer_number(&self.customer_number)?;
        check::optional_text("card_holder_name", self.card_holder_name.as_deref(), 100)?;
        check::expiry("expiry_month", &self.expiry_month, "expiry_year", &self.expiry_year).map(|_| ())
    }

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        let mut body = normalise_expiry(self.body(), &self.expiry_month, &self.expiry_year)?;
        body.set("merchant_key", keys.merchant_key.clone());
        body.set("hash_key", card_hash(keys, &self.customer_number, &self.card_token));
        Ok(HttpRequest::post("/api/editCard", body))
    }

    fn reply(&self, _keys: &Keys, answer: &HttpAnswer) -> Result<SavedCardToken, HalkodeError> {
        Ok(Answer::read(answer)?.accept(&[100])?.into())
    }
}

model! {
    /// Deletes a saved card.
    request DeleteCard {
        /// The saved card.
        card_token: Secret,
        /// The merchant's own number of the customer.
        customer_number: String,
    }
}

model! {
    /// That something was done.
    reply Done {
        /// 100.
        status_code: i64,
        /// The gateway's text.
        status_description: Option<String>,
    }
}

impl Exchange for DeleteCard {
    type Reply = Done;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        check_token(&self.card_token)?;
        check_customer_number(&self.customer_number)
    }

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        let mut body = self.body();
        body.set("merchant_key", keys.merchant_key.clone());
        body.set("hash_key", card_hash(keys, &self.customer_number, &self.card_token));
        Ok(HttpRequest::post("/api/deleteCard", body))
    }

    fn reply(&self, _keys: &Keys, answer: &HttpAnswer) -> Result<Done, HalkodeError> {
        Ok(Answer::read(answer)?.accept(&[100])?.into())
    }
}
