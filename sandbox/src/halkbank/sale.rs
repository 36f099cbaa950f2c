//! Paying by XML: with a card, or with what 3-D Secure left in the place of one.

use super::Bank;
use super::api::{Reply, approved};
use super::cards::{BadCard, Payer};
use super::charge::{Sale, amount, check_currency, check_installments};
use super::order::{Secure, new_trans_id};
use super::recurring::Terms;
use super::refusal::{Refusal, core};
use crate::world::World;
use crate::xml::Node;

/// `Taksit` or `Instalment`.
fn installments_of(request: &Node) -> String {
    let taksit = request.text_of("Taksit");
    if taksit.is_empty() { request.text_of("Instalment") } else { taksit }
}

impl Bank {
    pub(super) fn sale(&mut self, world: &World, request: &Node, pre_auth: bool) -> Reply {
        let sale = match request.text_of("Number") {
            number if number.contains(':') => self.provision(world, request, &number, pre_auth)?,
            number => self.card_sale(world, request, &number, pre_auth)?,
        };
        let charged = self.charge(world, sale)?;
        Ok(approved(&charged.order, &charged.transaction, &charged.transaction.trans_id, charged.batch))
    }

    fn card_sale(&self, world: &World, request: &Node, number: &str, pre_auth: bool) -> Result<Sale, Refusal> {
        let now = world.now();
        let (total, currency, installments) =
            (amount(&request.text_of("Total"))?, request.text_of("Currency"), installments_of(request));
        check_currency(&currency)?;
        let terms = terms_of(request, pre_auth, &installments)?;
        check_installments(&installments, &currency)?;
        if number.is_empty() {
            return Err(core(2015));
        }
        let (month, year) = expiry(&request.text_of("Expires")).ok_or_else(|| core(2011))?;
        let cvv = request.text_of("Cvv2Val");
        let payer = Payer::read(now, number, &month, &year, &cvv).map_err(|bad| {
            core(match bad {
                BadCard::Number => 2012,
                BadCard::Expiry => 2011,
                BadCard::Expired => 2010,
                BadCard::Cvv => 2208,
            })
        })?;
        if cvv.is_empty() {
            return Err(core(2208));
        }
        let oid = match request.text_of("OrderId") {
            oid if oid.is_empty() => format!("ORDER-{}", new_trans_id(now)),
            oid => oid,
        };
        Ok(Sale { oid, amount: total, currency, installments, pre_auth, payer, secure: Secure::default(), terms })
    }

    /// The sale that a visit to the bank has authenticated; each visit is good for one.
    fn provision(&mut self, world: &World, request: &Node, md: &str, pre_auth: bool) -> Result<Sale, Refusal> {
        let half_secure = world.settings.halkbank.half_secure;
        let installments = installments_of(request);
        let visit = self.visits.iter_mut().find(|visit| visit.md == md).ok_or_else(|| core(2121))?;
        let given = ["PayerTxnId", "PayerSecurityLevel", "PayerAuthenticationCode"].map(|name| request.text_of(name));
        let (secure, order) = (&visit.secure, &visit.order);
        if given != [secure.xid.as_str(), &secure.eci, &secure.cavv] || request.text_of("OrderId") != order.oid {
            return Err(core(2121));
        }
        // Some clients leave them out; what they say must be what was authenticated.
        let (total, currency) = (request.text_of("Total"), request.text_of("Currency"));
        if (!total.is_empty() && amount(&total)? != order.amount)
            || (!currency.is_empty() && currency != order.currency)
        {
            return Err(core(2121));
        }
        if installments != order.installments {
            return Err(core(2601));
        }
        let terms = terms_of(request, pre_auth, &installments)?;
        if visit.used || visit.model.charges() {
            return Err(core(2127));
        }
        let payer = visit.payer.clone().filter(|_| visit.authenticated(half_secure)).ok_or_else(|| core(2206))?;
        visit.used = true;
        Ok(Sale {
            oid: order.oid.clone(),
            amount: order.amount,
            currency: order.currency.clone(),
            installments,
            pre_auth,
            payer,
            secure: visit.secure.clone(),
            terms,
        })
    }
}

/// Month and year of `MM/YY`, `MM/YYYY`, `MM.YYYY` or `MMYY`.
fn expiry(text: &str) -> Option<(String, String)> {
    let (month, year) = match text.split_once(['/', '.', '-']) {
        Some(parts) => parts,
        None if text.is_ascii() && (text.len() == 4 || text.len() == 6) => text.split_at(2),
        None => return None,
    };
    (month.len() <= 2 && (year.len() == 2 || year.len() == 4)).then(|| (month.to_owned(), year.to_owned()))
}

fn terms_of(request: &Node, pre_auth: bool, installments: &str) -> Result<Option<Terms>, Refusal> {
    let Some(plan) = request.child("PbOrder") else { return Ok(None) };
    if plan.text_of("OrderType") != "0" {
        return Err(core(1007));
    }
    let texts = ["TotalNumberPayments", "OrderFrequencyCycle", "OrderFrequencyInterval"].map(|name| plan.text_of(name));
    Terms::read(texts, pre_auth, installments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiries_as_they_are_in_use() {
        for text in ["12/40", "12/2040", "12.2040", "1240", "122040"] {
            let (month, year) = expiry(text).unwrap();
            assert!(month == "12" && year.ends_with("40"), "{text}");
        }
        for text in ["", "12", "12/4", "123/40", "12/040", "ş1240"] {
            assert_eq!(expiry(text), None, "{text}");
        }
    }
}
