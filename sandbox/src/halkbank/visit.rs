//! A buyer's visit to the bank: the hosted card page, the 3-D page, and what comes of it.

use std::time::Duration;

use rust_decimal::Decimal;

use super::cards::{CARDS, HalkbankCard, HalkbankOutcome, Payer};
use super::charge::{Charged, Sale};
use super::fields::Fields;
use super::gate::card_of;
use super::order::Secure;
use super::recurring::Terms;
use super::refusal::Refusal;
use super::{Bank, CREDENTIALS, unknown_visit};
use crate::challenge::{Challenge, Details, Return, Verdict, page};
use crate::clock::Time;
use crate::hash::{random_base64, random_digits, random_hex};
use crate::http::{Answer, Call};
use crate::pages::{self, Input, escape};
use crate::world::{Tamper, World};

/// How long a buyer may stay.
const LIFETIME: Duration = Duration::from_secs(15 * 60);
pub(super) const SHOP: &str = "Halkbank Sandbox Mağazası";

/// Who asks for the card, who authenticates, and who charges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Model {
    ThreeD,
    Pay,
    PayHosting,
    /// `3d_host`, or `3d_hosting` as Halkbank's document calls it.
    Hosting,
    /// `pay_hosting`: without 3-D Secure.
    PlainHosting,
}

impl Model {
    pub(super) fn parse(storetype: &str) -> Option<Self> {
        match storetype.to_ascii_lowercase().as_str() {
            "3d" => Some(Self::ThreeD),
            "3d_pay" => Some(Self::Pay),
            "3d_pay_hosting" => Some(Self::PayHosting),
            "3d_host" | "3d_hosting" => Some(Self::Hosting),
            "pay_hosting" => Some(Self::PlainHosting),
            _ => None,
        }
    }

    /// The bank asks for the card.
    pub(super) fn hosted(self) -> bool {
        matches!(self, Self::PayHosting | Self::Hosting | Self::PlainHosting)
    }

    /// The bank charges; otherwise the merchant does.
    pub(super) fn charges(self) -> bool {
        matches!(self, Self::Pay | Self::PayHosting | Self::PlainHosting)
    }

    pub(super) fn secure(self) -> bool {
        self != Self::PlainHosting
    }

    /// Its usual name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ThreeD => "3d",
            Self::Pay => "3d_pay",
            Self::PayHosting => "3d_pay_hosting",
            Self::Hosting => "3d_hosting",
            Self::PlainHosting => "pay_hosting",
        }
    }
}

/// What the shop asked for.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub oid: String,
    pub amount: Decimal,
    pub currency: String,
    pub installments: String,
    pub pre_auth: bool,
    pub terms: Option<Terms>,
}

/// One visit.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(super) id: String,
    pub(super) model: Model,
    pub(super) order: Asked,
    /// Nothing until the buyer has typed a card at the bank.
    pub(super) payer: Option<Payer>,
    /// What the shop sent and gets back.
    pub(super) echo: Vec<(String, String)>,
    pub(super) tamper: Option<Tamper>,
    /// Stands in the place of the card when the merchant provisions.
    pub(super) md: String,
    pub(super) secure: Secure,
    /// The token of the issuing bank's page, as `mdErrorMsg` shows it.
    pub(super) token: String,
    /// Whether it has been provisioned.
    pub(super) used: bool,
    pub(super) payment: Option<Result<Charged, Refusal>>,
    /// Where the buyer was sent when it was over; the same again for whoever comes back.
    pub(super) result: Option<Return>,
    challenge: Challenge,
    until: Time,
}

impl Visit {
    pub(super) fn new(
        now: Time,
        model: Model,
        order: Asked,
        payer: Option<Payer>,
        echo: Vec<(String, String)>,
        tamper: Option<Tamper>,
    ) -> Self {
        let mut visit = Self {
            id: random_hex(32),
            model,
            order,
            payer: None,
            echo,
            tamper,
            md: String::new(),
            secure: Secure { xid: random_base64(20), ..Secure::default() },
            token: format!("{}.{}.{}", random_digits(9), now.unix(), random_hex(11)),
            used: false,
            payment: None,
            result: None,
            challenge: Challenge::new(),
            until: now.plus(LIFETIME),
        };
        if let Some(payer) = payer {
            visit.take_card(payer);
        }
        visit
    }

    fn take_card(&mut self, payer: Payer) {
        let client_id = self.echo.iter().find(|(name, _)| name.eq_ignore_ascii_case("clientid"));
        let client_id = client_id.map_or(CREDENTIALS.client_id, |(_, value)| value);
        self.md = format!("{}:{}:{}:##{client_id}", payer.bin(), random_hex(64).to_uppercase(), random_digits(4));
        self.payer = Some(payer);
    }

    /// The page where the buyer goes on.
    pub(super) fn page(&self) -> String {
        match self.payer.is_none() || !self.model.secure() {
            true => format!("/fim/hosting/{}", self.id),
            false => format!("/fim/acs/{}", self.id),
        }
    }

    /// Whether what was authenticated is enough to be charged.
    pub(super) fn authenticated(&self, half_secure: bool) -> bool {
        matches!((self.secure.md_status.as_str(), half_secure), ("1", _) | ("2" | "3" | "4", true))
    }

    /// What 3-D Secure makes of the buyer's visit.
    fn authenticate(&mut self, verdict: Verdict) {
        let Some(payer) = &self.payer else { return };
        let status = match (verdict, payer.known.outcome) {
            (Verdict::Cancelled | Verdict::WrongCode, _) => 0,
            (_, HalkbankOutcome::HalfSecure(status) | HalkbankOutcome::NotAuthenticated(status)) => status,
            _ if payer.known.number.is_empty() => 8,
            _ => 1,
        };
        let visa = payer.known.brand == "VISA";
        let (eci, with_cavv) = match (status, visa) {
            (1, true) => ("05", true),
            (1, false) => ("02", true),
            (4, true) => ("06", true),
            (4, false) => ("01", true),
            (2 | 3, true) => ("07", false),
            (2 | 3, false) => ("00", false),
            _ => ("", false),
        };
        self.secure.md_status = status.to_string();
        self.secure.eci = eci.to_owned();
        if with_cavv {
            self.secure.cavv = random_base64(20);
        }
    }
}

impl Bank {
    /// The page with the one-time code.
    pub(super) fn acs_page(&mut self, world: &mut World, call: &Call, id: &str) -> Answer {
        let found = self.visits.iter().position(|visit| visit.id == id && visit.payer.is_some());
        let Some(n) = found else { return unknown_visit() };
        let visit = &mut self.visits[n];
        let open = visit.result.is_none() && visit.until > world.now();
        let mut again = false;
        if call.method == "POST" {
            let verdict = if open { visit.challenge.judge(&call.fields()) } else { Some(Verdict::Cancelled) };
            if let Some(verdict) = verdict {
                return self.decide(world, n, verdict).answer();
            }
            again = true;
        }
        let visit = &self.visits[n];
        let details = Details {
            merchant: SHOP,
            amount: visit.amount_shown(),
            card: visit.payer.as_ref().map(Payer::short_masked).unwrap_or_default(),
            at: world.now().stamp(),
        };
        page(&details, open.then_some(&visit.challenge), again)
    }

    /// The bank's own page for the card.
    pub(super) fn hosted_page(&mut self, world: &mut World, call: &Call, id: &str) -> Answer {
        let Some(n) = self.visits.iter().position(|visit| visit.id == id && visit.model.hosted()) else {
            return unknown_visit();
        };
        let visit = &mut self.visits[n];
        let open = visit.result.is_none() && visit.until > world.now();
        if call.method != "POST" {
            return visit.show_card_page(open, "");
        }
        let fields = Fields::read(call);
        if !open || fields.text(&["action"]) == "cancel" {
            return self.decide(world, n, Verdict::Cancelled).answer();
        }
        let Ok(payer) = card_of(world, &fields) else {
            return visit.show_card_page(open, "Kart bilgileri hatalı · The card's details are wrong");
        };
        visit.take_card(payer);
        match visit.model.secure() {
            true => Answer::see_other(format!("{}{}", world.base, visit.page())),
            false => self.decide(world, n, Verdict::Approved).answer(),
        }
    }

    /// Ends a visit, once; whoever comes back later is sent the same way again and nothing is charged again.
    fn decide(&mut self, world: &mut World, n: usize, verdict: Verdict) -> Return {
        if let Some(result) = &self.visits[n].result {
            return result.clone();
        }
        let mut visit = self.visits[n].clone();
        visit.tamper = world.tamper.or(visit.tamper);
        let cancelled = verdict != Verdict::Approved;
        if visit.model.secure() {
            visit.authenticate(verdict);
        }
        let may_charge = match visit.model.secure() {
            true => visit.authenticated(world.settings.halkbank.half_secure),
            false => !cancelled,
        };
        let payer = visit.payer.clone();
        visit.payment = match payer.filter(|_| visit.model.charges()) {
            Some(payer) if may_charge => Some(self.charge(world, visit.sale(payer))),
            // Nothing but 3-D fields come back from where 3-D Secure failed.
            Some(_) if visit.model.secure() => None,
            None if visit.payer.is_some() => None,
            _ => Some(Err(Refusal::bare("İşlem kart sahibi tarafından iptal edildi."))),
        };
        let good = match &visit.payment {
            Some(payment) => payment.is_ok(),
            None => may_charge,
        };
        let result = visit.back_to_shop(world, good);
        visit.result = Some(result.clone());
        self.visits[n] = visit;
        result
    }

    /// Ends the visit for an order, as the control API asks; on the bank's card page with this card.
    pub(super) fn decide_for(
        &mut self,
        world: &mut World,
        oid: &str,
        verdict: Verdict,
        card: &HalkbankCard,
    ) -> Option<Return> {
        let visits = self.visits.iter().enumerate().filter(|(_, visit)| visit.order.oid == oid);
        let (n, _) = visits.max_by_key(|(n, visit)| (visit.result.is_none(), *n))?;
        let visit = &mut self.visits[n];
        let late = visit.until <= world.now();
        if visit.payer.is_none() && verdict != Verdict::Cancelled && visit.result.is_none() {
            let typed = Payer::read(world.now(), card.number, card.expiry_month, card.expiry_year, card.cvv);
            visit.take_card(typed.ok()?);
        }
        Some(self.decide(world, n, if late { Verdict::Cancelled } else { verdict }))
    }
}

impl Visit {
    fn sale(&self, payer: Payer) -> Sale {
        let Asked { oid, amount, currency, installments, pre_auth, terms } = self.order.clone();
        Sale { oid, amount, currency, installments, pre_auth, payer, secure: self.secure.clone(), terms }
    }

    fn amount_shown(&self) -> String {
        let currency = match self.order.currency.as_str() {
            "840" => "USD",
            "978" => "EUR",
            _ => "TRY",
        };
        format!("{:.2} {currency}", self.order.amount)
    }

    fn show_card_page(&self, open: bool, problem: &str) -> Answer {
        let head = format!(
            "<dl><dt>İşyeri <span lang=en>Merchant</span><dd>{SHOP}<dt>Sipariş <span lang=en>Order</span><dd>{}\
             <dt>Tutar <span lang=en>Amount</span><dd class=amount>{}</dl>",
            escape(&self.order.oid),
            self.amount_shown()
        );
        if !open {
            return pages::used_page(&head, "Bu ödeme sonuçlandı.", "This payment is over.");
        }
        let inputs = [
            Input::new("pan", "Kart numarası", "Card number", "inputmode=numeric autocomplete=cc-number"),
            Input::new(
                "Ecom_Payment_Card_ExpDate_Month",
                "Ay",
                "Month",
                "inputmode=numeric autocomplete=cc-exp-month maxlength=2",
            ),
            Input::new(
                "Ecom_Payment_Card_ExpDate_Year",
                "Yıl",
                "Year",
                "inputmode=numeric autocomplete=cc-exp-year maxlength=4",
            ),
            Input::new("cv2", "CVV", "Security code", "inputmode=numeric autocomplete=cc-csc maxlength=4"),
        ];
        let cancel = "<button name=action value=cancel formnovalidate>Vazgeç <span lang=en>Cancel</span></button>";
        let samples: String = CARDS
            .iter()
            .map(|card| {
                let expiry = (card.expiry_month, card.expiry_year);
                pages::sample_card(card.number, expiry, card.cvv, "", (card.turkish, card.english))
            })
            .collect();
        pages::card_page(&head, problem, &inputs, "", cancel, &samples)
    }
}
