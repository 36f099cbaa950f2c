//! `est3Dgate`: what a shop's form may say, the checks before anything happens, and the failures that go straight back.

use super::cards::Payer;
use super::charge::{amount, check_currency, check_installments};
use super::fields::Fields;
use super::order::new_trans_id;
use super::recurring::Terms;
use super::refusal::{Refusal, core};
use super::returned::{early_failure, put};
use super::visit::{Asked, Model, Visit};
use super::{Bank, MERCHANTS, STORE_KEY, ver3};
use crate::challenge::{is_web_address, on_to_the_bank};
use crate::http::{Answer, Call};
use crate::pages;
use crate::world::World;

/// Why a form goes straight back to the shop.
pub(super) enum Early {
    /// The hash is wrong: no `HASH` comes back.
    Hash,
    /// The card cannot be one.
    Card,
    /// The merchant cannot use this model.
    Model,
    /// Anything else the gateway does not take.
    Other(Refusal),
}

impl From<Refusal> for Early {
    fn from(refusal: Refusal) -> Self {
        Self::Other(refusal)
    }
}

impl Bank {
    /// Takes a shop's form and sends the buyer on, or back.
    pub(super) fn gate(&mut self, world: &mut World, call: &Call) -> Answer {
        if call.method != "POST" {
            return pages::error_page(405, "Method Not Allowed");
        }
        let fields = Fields::read(call);
        let [ok_url, fail_url] = ["okUrl", "failUrl"].map(|name| fields.text(&[name]));
        if !is_web_address(&ok_url) || !is_web_address(&fail_url) {
            return pages::error_page(
                400,
                "okUrl ve failUrl geçerli adresler olmalı · okUrl and failUrl must be addresses",
            );
        }
        match self.begin(world, &fields) {
            Ok(visit) => {
                let transaction = [("transaction".to_owned(), visit.id.clone())];
                self.saw(&visit.order.oid);
                self.visits.push(visit);
                on_to_the_bank(&format!("{}/fim/redirect", world.base), &transaction)
            }
            Err(early) => early_failure(world, &fields, early, fail_url).answer(),
        }
    }

    fn begin(&mut self, world: &World, fields: &Fields) -> Result<Visit, Early> {
        let settings = world.settings.halkbank;
        let client_id = fields.text(&["clientid"]);
        let merchant = MERCHANTS.iter().find(|(number, _)| *number == client_id).ok_or(Early::Hash)?;
        let hash = ver3::hash(fields.pairs(), settings.collation, STORE_KEY);
        if !fields.text(&["hashAlgorithm"]).eq_ignore_ascii_case("ver3") || fields.text(&["hash"]) != hash {
            return Err(Early::Hash);
        }
        let model = Model::parse(&fields.text(&["storetype"])).ok_or(Early::Model)?;
        if settings.one_model && model != merchant.1 {
            return Err(Early::Model);
        }
        let now = world.now();
        let pre_auth = match fields.text(&["TranType", "islemtipi"]).as_str() {
            "" | "Auth" => false,
            "PreAuth" => true,
            _ => return Err(core(2001).into()),
        };
        let (currency, installments) = (fields.text(&["currency"]), fields.text(&["Instalment", "taksit"]));
        let total = amount(&fields.text(&["amount"]))?;
        check_currency(&currency)?;
        let plan = ["RecurringPaymentNumber", "RecurringFrequencyUnit", "RecurringFrequency"];
        let terms = Terms::read(plan.map(|name| fields.text(&[name])), pre_auth, &installments)?;
        check_installments(&installments, &currency)?;
        let oid = match fields.text(&["oid"]) {
            oid if oid.chars().count() > 64 => return Err(core(1015).into()),
            oid if oid.is_empty() => format!("ORDER-{}", new_trans_id(now)),
            // Blanks and all, as it was hashed.
            _ => fields.get("oid").unwrap_or_default().to_owned(),
        };
        let payer = if model.hosted() { None } else { Some(card_of(world, fields).map_err(|_| Early::Card)?) };
        let mut echo = fields.without(&["pan", "cv2", "hash"]);
        put(&mut echo, "oid", &oid);
        let asked = Asked { oid, amount: total, currency, installments, pre_auth, terms };
        Ok(Visit::new(now, model, asked, payer, echo, world.tamper))
    }
}

/// The card that a form names, on the shop's page and the bank's alike.
pub(super) fn card_of(world: &World, fields: &Fields) -> Result<Payer, super::cards::BadCard> {
    let [number, month, year, cvv] =
        ["pan", "Ecom_Payment_Card_ExpDate_Month", "Ecom_Payment_Card_ExpDate_Year", "cv2"]
            .map(|name| fields.text(&[name]));
    Payer::read(world.now(), &number.replace(' ', ""), &month, &year, &cvv)
}
