//! What comes back through the buyer's browser or as a web-hook, and how it becomes a fact
//! (docs/protocol-halkode.md#returns, docs/protocol-halkode.md#web-hooks).
//!
//! A return is never "paid". Its hash is encryption without a signature and passes through the buyer's hands, so what it says is
//! a claim. It is bound to the shop's own order here, and becomes a fact only when the gateway itself confirms it.

use super::Layout;
use super::answer::bank_code;
use super::client::Halkode;
use super::hash::Sealed;
use super::order::{CheckStatus, CompletePayment, PaymentState, Status};
use super::payment::Currency;
use super::three_d::CompletedBy;
use crate::amount::Amount;
use crate::check;
use crate::error::{Failure, HalkodeError, Sent};
use crate::json::{Json, Object};
use crate::model::{choice, model};
use crate::operation::{Kind, Operation};

/// The code with which `complete_payment` says that nothing is staged (any more).
const NOTHING_STAGED: i64 = 31;

model! {
    /// Reads what the buyer's browser brought back to `return_url` or `cancel_url`.
    request VerifyReturn {
        /// All fields that came, from query and form together.
        fields: Object,
        /// The shop's own invoice number of the order the buyer is paying; when given, the return must be about it.
        invoice_id: Option<String>,
        /// The order's total in lira; when given, the sealed amount must be equal.
        total: Option<Amount>,
        /// The order's currency; when given, the sealed one must be equal.
        currency: Option<Currency>,
    }
}

choice! {
    /// Which web-hook it is.
    WebhookKind {
        /// A payment, successful or failed.
        Sale = "sale",
        /// A later charge of a recurring plan.
        Recurring = "recurring",
        /// A refund.
        Refund = "refund",
    }
}

model! {
    /// Reads a web-hook (docs/protocol-halkode.md#web-hooks).
    request VerifyWebhook {
        /// Which hook it is; each has its own address in the merchant panel.
        kind: WebhookKind,
        /// All fields of the posted form.
        fields: Object,
        /// The shop's own invoice number; when given, the hook must be about it.
        invoice_id: Option<String>,
        /// The amount in lira (of the order, or of the refund); when given, the sealed amount must be equal.
        total: Option<Amount>,
        /// The order's currency; when given, the sealed one must be equal.
        currency: Option<Currency>,
    }
}

choice! {
    /// What a return or web-hook claims.
    ClaimedOutcome {
        /// The payment failed.
        Failed = "failed",
        /// The payment (or the authentication, when the merchant completes) succeeded.
        Succeeded = "succeeded",
    }
}

model! {
    /// What a return or web-hook claims. Never a proof: confirm it with `confirm_return` or `confirm_webhook`.
    result Claim {
        /// What it claims.
        outcome: ClaimedOutcome,
        /// True when its hash opened and every value given by the shop fits it. A failure may come without a hash.
        bound: bool,
        /// The merchant's own number. Look the order up by it, not by a session.
        invoice_id: Option<String>,
        /// The gateway's number; may be missing on failures.
        order_id: Option<String>,
        /// The sealed amount in lira.
        total: Option<Amount>,
        /// The sealed currency.
        currency: Option<String>,
        /// The outcome of 3-D Secure: 1 is authenticated.
        md_status: Option<i64>,
        /// The gateway's application code.
        status_code: Option<i64>,
        /// The gateway's text.
        status_description: Option<String>,
        /// The bank's code.
        bank_code: Option<String>,
        /// The bank's text.
        bank_description: Option<String>,
        /// The code of a recurring plan.
        plan_code: Option<String>,
        /// Which charge of a recurring plan.
        recurring_number: Option<i64>,
    }
}

/// What the shop expects, borrowed.
struct Own<'a> {
    invoice_id: Option<&'a str>,
    total: Option<Amount>,
    currency: Option<Currency>,
}

fn text(fields: &Object, names: &[&str]) -> Option<String> {
    // A documented payload spells `Hash_key`, so names are compared without case.
    names.iter().find_map(|wanted| {
        let (_, value) = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
        value.as_text().filter(|text| !text.is_empty()).map(str::to_owned)
    })
}

fn claim(client: &Halkode, fields: &Object, layout: Layout, own: &Own<'_>) -> Result<Claim, HalkodeError> {
    let number = |names: &[&str]| text(fields, names).and_then(|text| text.trim().parse().ok());
    let status_code: Option<i64> = number(&["status_code"]);
    let payment_status = text(fields, &["payment_status"]);
    let says_failed = payment_status.as_deref() == Some("0") || status_code.is_some_and(|code| code != 100);
    let sealed = match text(fields, &["hash_key"]) {
        Some(bundle) => Some(Sealed::open(client.keys(), layout, &bundle).ok_or_else(|| {
            HalkodeError::signature("the hash_key does not open with this merchant's secret or has not the right parts")
        })?),
        // A failure may come without a hash; a success may not.
        None if says_failed => None,
        None => return Err(HalkodeError::signature("there is no hash_key")),
    };
    let plain_invoice = text(fields, &["invoice_id"]);
    if let Some(sealed) = &sealed {
        if plain_invoice.as_deref().is_some_and(|invoice| invoice != sealed.invoice_id) {
            return Err(HalkodeError::signature("the hash_key is about another invoice than the fields beside it"));
        }
        if let Some(part) = sealed.mismatch(own.invoice_id, own.total, own.currency.map(Currency::as_str)) {
            return Err(HalkodeError::signature(format!(
                "the hash_key was made for another {part} than the shop's order"
            )));
        }
    } else if let (Some(own), Some(told)) = (own.invoice_id, &plain_invoice)
        && own != told
    {
        return Err(HalkodeError::signature("the return is about another invoice than the shop's order"));
    }
    // Both the sealed word and the words beside it must say so: a contradiction is read as a failure, and the gateway is asked anyway.
    let succeeded = sealed.as_ref().is_some_and(Sealed::succeeded) && !says_failed;
    Ok(Claim {
        outcome: if succeeded { ClaimedOutcome::Succeeded } else { ClaimedOutcome::Failed },
        bound: sealed.is_some(),
        invoice_id: sealed.as_ref().map(|sealed| sealed.invoice_id.clone()).or(plain_invoice),
        order_id: sealed
            .as_ref()
            .map(|sealed| sealed.order_id.clone())
            .filter(|order| !order.is_empty())
            .or_else(|| text(fields, &["order_id", "order_no"])),
        total: sealed.as_ref().and_then(|sealed| sealed.total.parse().ok()),
        currency: sealed.and_then(|sealed| sealed.currency),
        md_status: number(&["md_status"]),
        status_code,
        status_description: text(fields, &["status_description"]),
        bank_code: bank_code(|names| text(fields, names), status_code),
        bank_description: text(fields, &["original_bank_error_description", "error"]),
        plan_code: text(fields, &["plan_code"]),
        recurring_number: number(&["recurring_number"]),
    })
}

impl Operation for VerifyReturn {
    type Client = Halkode;
    type Reply = Claim;
    const KIND: Kind = Kind::Pure;

    fn run(&self, client: &Halkode) -> Result<Claim, HalkodeError> {
        let own = Own { invoice_id: self.invoice_id.as_deref(), total: self.total, currency: self.currency };
        claim(client, &self.fields, Layout::PaymentAnswer, &own)
    }
}

impl Operation for VerifyWebhook {
    type Client = Halkode;
    type Reply = Claim;
    const KIND: Kind = Kind::Pure;

    fn run(&self, client: &Halkode) -> Result<Claim, HalkodeError> {
        let own = Own { invoice_id: self.invoice_id.as_deref(), total: self.total, currency: self.currency };
        let mut fields = self.fields.clone();
        let layout = match self.kind {
            WebhookKind::Refund => {
                // This hook has a status word and nothing else that says how it went.
                fields.take("payment_status");
                fields.take("status_code");
                Layout::RefundHook
            }
            WebhookKind::Sale | WebhookKind::Recurring => Layout::PaymentAnswer,
        };
        claim(client, &fields, layout, &own)
    }
}

model! {
    /// Turns a browser return into a fact: reads it, binds it to the shop's order, and asks the gateway. May be called again for the
    /// same return (a reloaded page): a payment is completed once.
    request ConfirmReturn {
        /// All fields that came, from query and form together.
        fields: Object,
        /// The shop's own invoice number of the order the buyer is paying.
        invoice_id: String,
        /// The order's total in lira.
        total: Amount,
        /// The order's currency; TRY when left out.
        currency: Option<Currency>,
        /// Who completes the payment, as the payment request said; `merchant` when left out.
        completed_by: Option<CompletedBy>,
        /// Whether to complete a payment that was only half authenticated (md_status 2, 3 or 4), where the issuer may not bear the loss
        /// of a fraud; false when left out.
        accept_half_secure: Option<bool>,
    }
}

model! {
    /// Turns a web-hook into a fact: reads it, binds it to the shop's order, and asks the gateway.
    request ConfirmWebhook {
        /// Which hook it is.
        kind: WebhookKind,
        /// All fields of the posted form.
        fields: Object,
        /// The shop's own invoice number.
        invoice_id: String,
        /// The amount in lira: of the order, or of the refund.
        total: Amount,
        /// The order's currency; TRY when left out.
        currency: Option<Currency>,
    }
}

model! {
    /// What the gateway itself says of an order.
    result Confirmation {
        /// True when the money was taken (or, for a pre-authorisation, is held): the only word a shop may deliver on.
        paid: bool,
        /// What became of the payment.
        state: PaymentState,
        /// True when this very call completed it; false when it had been completed before, or the gateway completed it.
        completed_now: bool,
        /// The merchant's own number.
        invoice_id: String,
        /// The gateway's number.
        order_id: Option<String>,
        /// What the return or web-hook had claimed.
        claim: Claim,
        /// The gateway's answer, where it was asked for the state.
        status: Option<Status>,
        /// The authorisation code, where this call completed the payment.
        auth_code: Option<String>,
    }
}

/// Asks the gateway and holds its answer against the order.
fn ask(client: &Halkode, invoice_id: &str, total: Option<Amount>, claim: Claim) -> Result<Confirmation, HalkodeError> {
    let question = CheckStatus { invoice_id: invoice_id.to_owned(), include_pending_status: Some(true) };
    let status = client.exchange(&question)?;
    let paid = matches!(status.state, PaymentState::Paid | PaymentState::Authorized);
    if let Some(total) = total.filter(|total| paid && status.product_price != Some(*total)) {
        let price = status.product_price.map_or("an unknown amount".into(), |price| price.to_string());
        return Err(HalkodeError::Signature(Box::new(Failure {
            reason: format!("the gateway took {price} for this invoice, but the order's total is {total}"),
            sent: Some(Sent::Yes),
            invoice_id: Some(invoice_id.to_owned()),
            ..Failure::default()
        })));
    }
    Ok(Confirmation {
        paid,
        state: status.state,
        completed_now: false,
        invoice_id: invoice_id.to_owned(),
        order_id: status.order_id.clone().or_else(|| claim.order_id.clone()),
        claim,
        status: Some(status),
        auth_code: None,
    })
}

impl Operation for ConfirmReturn {
    type Client = Halkode;
    type Reply = Confirmation;
    const KIND: Kind = Kind::Money;

    fn run(&self, client: &Halkode) -> Result<Confirmation, HalkodeError> {
        check::invoice_id(&self.invoice_id)?;
        check::amount("total", self.total)?;
        let currency = self.currency.unwrap_or_default();
        let own = Own { invoice_id: Some(&self.invoice_id), total: Some(self.total), currency: Some(currency) };
        let claim = claim(client, &self.fields, Layout::PaymentAnswer, &own)?;
        let authenticated = match claim.md_status {
            Some(1) => true,
            Some(2..=4) => self.accept_half_secure == Some(true),
            Some(_) => false,
            // Not every return carries it; then the sealed success stands for it.
            None => true,
        };
        let complete = self.completed_by.unwrap_or_default() == CompletedBy::Merchant
            && claim.outcome == ClaimedOutcome::Succeeded
            && authenticated;
        let Some(order_id) = claim.order_id.clone().filter(|_| complete) else {
            return ask(client, &self.invoice_id, Some(self.total), claim);
        };
        let completion = CompletePayment {
            invoice_id: self.invoice_id.clone(),
            order_id: order_id.clone(),
            action: None,
            expected_total: Some(self.total),
            expected_currency: Some(currency),
        };
        match client.exchange(&completion) {
            // Completed, but the answer did not vouch for the amount: the state must.
            Ok(payment) if !payment.hash_verified => {
                let confirmation = ask(client, &self.invoice_id, Some(self.total), claim).map_err(|mut error| {
                    let failure = error.failure_mut();
                    (failure.sent, failure.in_doubt) = (Some(Sent::Unknown), true);
                    error
                })?;
                Ok(Confirmation { completed_now: true, auth_code: payment.auth_code, ..confirmation })
            }
            // Taken, or held where the payment began as a pre-authorisation.
            Ok(payment) => Ok(Confirmation {
                paid: true,
                state: match payment.transaction_type.as_deref() {
                    Some("Pre-Authorization" | "PreAuth") => PaymentState::Authorized,
                    _ => PaymentState::Paid,
                },
                completed_now: true,
                invoice_id: self.invoice_id.clone(),
                order_id: Some(order_id),
                claim,
                status: None,
                auth_code: payment.auth_code,
            }),
            // Completed before (the buyer came back twice), or timed out: the state says which.
            Err(HalkodeError::Declined(failure)) if failure.status_code == Some(NOTHING_STAGED) => {
                ask(client, &self.invoice_id, Some(self.total), claim)
            }
            Err(error) => Err(error),
        }
    }
}

impl Operation for ConfirmWebhook {
    type Client = Halkode;
    type Reply = Confirmation;
    const KIND: Kind = Kind::Query;

    fn run(&self, client: &Halkode) -> Result<Confirmation, HalkodeError> {
        check::invoice_id(&self.invoice_id)?;
        let verify = VerifyWebhook {
            kind: self.kind,
            fields: self.fields.clone(),
            invoice_id: Some(self.invoice_id.clone()),
            total: Some(self.total),
            currency: Some(self.currency.unwrap_or_default()),
        };
        let claim = verify.run(client)?;
        // A refund hook's amount is the refund's, and a plan's later charge may differ from the first; only a sale's is the order's.
        let total = (self.kind == WebhookKind::Sale).then_some(self.total);
        ask(client, &self.invoice_id, total, claim)
    }
}

/// Fields as a query string or form body has them, for callers whose framework does not take it apart.
pub fn fields_of(query: &str) -> Object {
    crate::html::query(query).into_iter().map(|(name, value)| (name, Json::from(value))).collect()
}
