//! 3-D Secure: the page that takes the browser to the bank, the buyer's visit there, and the way back.

use super::cards::Outcome;
use super::order::{Order, Status, TO_COMPLETE};
use super::sale::integration_not_allowed;
use super::{Ask, Bank, Refusal, Reply};
use crate::challenge::{
    Challenge, Details, Return, Verdict, back_to_shop, is_web_address, on_to_the_bank, page, url_part,
};
use crate::hash::random_hex;
use crate::http::{Answer, Call, url_with};
use crate::json::Json;
use crate::log::mask_card;
use crate::pages::error_page;
use crate::settings::ThreeDFailure;
use crate::world::World;

/// One visit of a buyer to the bank.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    invoice_id: String,
    challenge: Challenge,
    return_url: String,
    cancel_url: String,
    post: bool,
    /// Where the buyer was sent when it was over; the same again for whoever comes back.
    result: Option<Return>,
}

/// The addresses a buyer comes back to.
pub(super) struct WayBack {
    pub return_url: String,
    pub cancel_url: String,
    pub post: bool,
}

impl WayBack {
    pub(super) fn read(fields: &Json) -> Result<Self, Refusal> {
        let (return_url, cancel_url) = (fields.text("return_url"), fields.text("cancel_url"));
        if cancel_url.is_empty() {
            return Err(Refusal::new(404, "Cancel Url should not be empty"));
        }
        if !is_web_address(&return_url) || !is_web_address(&cancel_url) {
            return Err(Refusal::new(1, "The return url and cancel url must be valid URLs."));
        }
        Ok(Self { return_url, cancel_url, post: fields.text("response_method").eq_ignore_ascii_case("post") })
    }
}

/// How a 3-D Secure payment that cannot begin is answered: four shapes are known.
pub(super) fn refuse(world: &World, ask: &Ask, refusal: &Refusal) -> Answer {
    if refusal.code == 108 {
        return Answer::new(404, "", "");
    }
    let cancel_url = ask.fields.text("cancel_url");
    let browser = !ask.call.header("content-type").starts_with("application/json");
    let shape = match world.settings.three_d_failure {
        _ if !is_web_address(&cancel_url) => ThreeDFailure::Json,
        ThreeDFailure::Auto if refusal.code == 14 => ThreeDFailure::Redirect,
        ThreeDFailure::Auto if browser => ThreeDFailure::Form,
        ThreeDFailure::Auto => ThreeDFailure::Json,
        chosen => chosen,
    };
    let code = refusal.code.to_string();
    let fields = [
        ("status_code", code.clone()),
        ("error_code", code),
        ("status_description", refusal.text.clone()),
        ("invoice_id", ask.fields.text("invoice_id")),
    ]
    .map(|(name, value)| (name.to_owned(), value));
    match shape {
        ThreeDFailure::Redirect => {
            Answer::new(302, "text/html; charset=UTF-8", "").with_header("location", url_with(&cancel_url, &fields))
        }
        ThreeDFailure::Form => back_to_shop(&cancel_url, &fields),
        ThreeDFailure::Json | ThreeDFailure::Auto => Answer::json(&super::refused(refusal)),
    }
}

impl Bank {
    pub(super) fn pay_3d(&mut self, world: &mut World, ask: &Ask) -> Reply {
        self.start_3d(world, ask, false)
    }

    pub(super) fn pay_by_token_3d(&mut self, world: &mut World, ask: &Ask) -> Reply {
        self.start_3d(world, ask, true)
    }

    fn start_3d(&mut self, world: &mut World, ask: &Ask, by_token: bool) -> Reply {
        let way = WayBack::read(&ask.fields)?;
        let mut order = self.sale(world, ask, by_token)?;
        if !matches!(world.settings.is_3d, 1 | 2) {
            return Err(integration_not_allowed());
        }
        order.status = Status::Waiting { until: world.now().plus(TO_COMPLETE) };
        let session = self.visit(&order, &way);
        self.orders.push(order);
        let fields = [("transaction".to_owned(), session), ("lang".to_owned(), "tr".to_owned())];
        let url = format!("{}/ccpayment/sr/redirect-to-bank", world.base);
        Ok(on_to_the_bank(&url, &fields))
    }

    /// Opens a visit to the bank; its number.
    pub(super) fn visit(&mut self, order: &Order, way: &WayBack) -> String {
        let id = random_hex(32);
        let session = Session {
            invoice_id: order.invoice_id.clone(),
            challenge: Challenge::new(),
            return_url: way.return_url.clone(),
            cancel_url: way.cancel_url.clone(),
            post: way.post,
            result: None,
        };
        self.sessions.insert(id.clone(), session);
        id
    }

    /// The pages for browsers; nothing for a path that is none.
    pub(super) fn serve_page(&mut self, world: &mut World, call: &Call, path: &str) -> Option<Answer> {
        let fields = call.fields();
        let answer = match path.trim_start_matches('/').split_once('/')? {
            ("sr", "redirect-to-bank") => {
                Answer::see_other(format!("{}/ccpayment/acs/{}", world.base, url_part(&fields.text("transaction"))))
            }
            ("acs", id) => self.bank_page(world, call, id, &fields),
            ("makepayment", order_id) => self.hosted_page(world, call, order_id),
            _ => return None,
        };
        self.begin_plans(world);
        Some(answer)
    }

    fn bank_page(&mut self, world: &mut World, call: &Call, id: &str, fields: &Json) -> Answer {
        let open = self.is_open(id);
        let Some(session) = self.sessions.get_mut(id) else {
            return error_page(404, "İşlem bulunamadı · No such transaction");
        };
        if call.method != "POST" {
            return self.show_bank_page(world, id, false);
        }
        // What is over goes its way again, whatever is posted.
        let verdict = if open { session.challenge.judge(fields) } else { Some(Verdict::Cancelled) };
        match verdict {
            None => self.show_bank_page(world, id, true),
            Some(verdict) => {
                self.decide(world, id, verdict).map_or_else(|| error_page(404, "Not Found"), |back| back.answer())
            }
        }
    }

    /// Whether a buyer can still decide anything on this visit.
    fn is_open(&self, id: &str) -> bool {
        let session = self.sessions.get(id).filter(|session| session.result.is_none());
        session
            .and_then(|session| self.order(&session.invoice_id))
            .is_some_and(|order| matches!(order.status, Status::Waiting { .. }))
    }

    /// Ends a visit to the bank, once; whoever comes back later is sent the same way again and nothing is charged again.
    fn decide(&mut self, world: &mut World, id: &str, verdict: Verdict) -> Option<Return> {
        let session = self.sessions.get(id)?.clone();
        if let Some(result) = session.result {
            return Some(result);
        }
        let order = self.order_mut(&session.invoice_id)?;
        if matches!(order.status, Status::Waiting { .. }) {
            authenticate(world, order, verdict);
        }
        let good = order.paid() || matches!(order.status, Status::Staged { .. });
        let result = Return {
            url: if good { session.return_url } else { session.cancel_url },
            post: session.post,
            fields: order.return_fields(world),
        };
        self.sessions.get_mut(id)?.result = Some(result.clone());
        Some(result)
    }

    /// Ends the visit to the bank for an invoice, as the control API asks.
    pub(crate) fn decide_for(&mut self, world: &mut World, invoice_id: &str, verdict: Verdict) -> Option<Return> {
        self.settle(world);
        let visits = self.sessions.iter().filter(|(_, session)| session.invoice_id == invoice_id);
        let id = visits.min_by_key(|(_, session)| session.result.is_some()).map(|(id, _)| id.clone())?;
        let result = self.decide(world, &id, verdict);
        self.begin_plans(world);
        result
    }

    /// Where the buyer's page for an invoice is, while it is open.
    pub(crate) fn bank_page_of(&self, invoice_id: &str) -> Option<String> {
        let open =
            self.sessions.iter().find(|(_, session)| session.invoice_id == invoice_id && session.result.is_none());
        open.map(|(id, _)| format!("/ccpayment/acs/{id}"))
    }

    fn show_bank_page(&self, world: &World, id: &str, again: bool) -> Answer {
        let Some(session) = self.sessions.get(id) else { return error_page(404, "Not Found") };
        let Some(order) = self.order(&session.invoice_id) else { return error_page(404, "Not Found") };
        let details = Details {
            merchant: "HALKÖDE Sandbox Mağazası",
            amount: format!("{:.2} {}", order.charged(), order.currency),
            card: mask_card(&order.card_number),
            at: world.now().stamp(),
        };
        page(&details, self.is_open(id).then_some(&session.challenge), again)
    }
}

/// What the bank makes of the buyer's visit.
fn authenticate(world: &mut World, order: &mut Order, verdict: Verdict) {
    let outcome = order.card.map_or(Outcome::Approve, |card| card.outcome);
    match (verdict, outcome) {
        (Verdict::Cancelled, _) => {
            order.md_status = Some(0);
            order.fail(world, "", "İşlem kart sahibi tarafından iptal edildi");
        }
        (Verdict::WrongCode, _) | (_, Outcome::NotAuthenticated) => {
            order.md_status = Some(0);
            order.fail(world, "", "3D Secure doğrulaması başarısız");
        }
        (Verdict::Approved, outcome) => {
            order.md_status = Some(if outcome == Outcome::HalfAuthenticated { 4 } else { 1 });
            if order.by_merchant {
                order.status = Status::Staged { until: world.now().plus(TO_COMPLETE) };
            } else if outcome == Outcome::HalfAuthenticated {
                order.fail(world, "", "Kart 3D Secure programına kayıtlı değil");
            } else {
                order.charge(world);
            }
        }
    }
}
