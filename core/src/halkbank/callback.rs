//! What the gate posts back through the buyer's browser, or from server to server (docs/protocol-halkbank.md#callback).
//!
//! Its hash covers the value of every field and is made with the store key, so what fits it are values that the bank signed. That they
//! answer *this* order is another matter: order, amount, currency and merchant are compared with the shop's own. The names are not hashed
//! (only their order is), so a shop that delivers at once asks the bank too: [`ConfirmCallback`].

use super::client::{Halkbank, MdStatusPolicy};
use super::codes;
use super::payment::{check_order_id, currency_number};
use super::query::{GetOrderStatus, OrderState, OrderStatus};
use super::ver3::{self, Ver3Variant};
use crate::amount::Amount;
use crate::check;
use crate::error::{Failure, HalkodeError, Sent};
use crate::halkode::Currency;
use crate::html;
use crate::json::Object;
use crate::model::{choice, model};
use crate::operation::{Kind, Operation};
use crate::secret::{Secret, without_pans};

/// What the shop gives of a callback and of its own order, the same for both operations.
macro_rules! callback_request {
    ($(#[doc = $doc:expr])* $name:ident) => {
        model! {
            $(#[doc = $doc])*
            request $name {
                /// All fields of the posted form, names and values exactly as they came: nothing trimmed, no empty one made null, no dot turned
                /// into an underscore. Where a framework cannot promise that, give `body` instead.
                fields: Object,
                /// The body of the POST as it came, `name=value&…`; instead of `fields`.
                body: Option<String>,
                /// The shop's own number of the order.
                order_id: String,
                /// The order's own total in lira (or in `currency`).
                total: Amount,
                /// The order's currency; TRY when left out.
                currency: Option<Currency>,
            }
        }
    };
}

callback_request! {
    /// Reads what the gate posted to `ok_url`, `fail_url` or `callback_url`; nothing is sent.
    VerifyCallback
}

callback_request! {
    /// Reads what the gate posted, binds it to the shop's order, and asks the bank what it has of it. May be called again for the same
    /// callback.
    ConfirmCallback
}

choice! {
    /// What a callback means.
    CallbackOutcome {
        /// Nothing was paid; `error_message` and the explanation say why.
        NotPaid = "not_paid",
        /// The buyer was authenticated and nothing is paid yet: call `provision`.
        Authenticated = "authenticated",
        /// The bank has taken the money (or holds it, for a pre-authorisation).
        Paid = "paid",
        /// The bank has taken the money although 3-D Secure did not come out as the client's `md_status` demands: give it back with
        /// `cancel_or_refund`, or accept it knowingly.
        Unaccepted = "unaccepted",
    }
}

model! {
    /// A callback, read and bound to the shop's order.
    result Callback {
        /// What it means.
        outcome: CallbackOutcome,
        /// Whether its hash fits. Always so for anything but `not_paid`; a failure may come without one, and anybody may have posted it.
        signed: bool,
        /// By which documented variant the hash fits.
        hash_variant: Option<Ver3Variant>,
        /// The order's number.
        order_id: Option<String>,
        /// The amount in lira (or in `currency`).
        total: Option<Amount>,
        /// The currency's ISO 4217 number; 949 is TRY.
        currency: Option<String>,
        /// The model, as the form to the gate said.
        store_type: Option<String>,
        /// The outcome of 3-D Secure: 1 full, 2 to 4 half, anything else none (docs/protocol-halkbank.md#mdstatus).
        md_status: Option<String>,
        /// `Approved`, `Declined` or `Error`; none before the shop provisions.
        response: Option<String>,
        /// The code of the card's bank; `00` is success.
        proc_return_code: Option<String>,
        /// The gateway's own error code, for instance `3D-1004`.
        error_code: Option<String>,
        /// Why it failed, in the bank's words.
        error_message: Option<String>,
        /// The authorisation code of the card's bank.
        auth_code: Option<String>,
        /// The reference number at the host.
        host_ref_num: Option<String>,
        /// The bank's number of the transaction.
        transaction_id: Option<String>,
        /// The batch with which it is settled.
        settle_id: Option<String>,
        /// The masked card number.
        masked_pan: Option<String>,
        /// How many instalments, as text; empty for a single payment.
        installments: Option<String>,
        /// The number of the recurring order this payment began.
        recurring_id: Option<String>,
        /// For `provision`: stands in for the card.
        md: Option<Secret>,
        /// For `provision`: the number of the authentication.
        xid: Option<String>,
        /// For `provision`: the electronic commerce indicator.
        eci: Option<String>,
        /// For `provision`: the proof of authentication.
        cavv: Option<String>,
        /// What the code means, in English.
        explanation_en: Option<String>,
        /// What the code means, in Turkish; fit to show to a buyer when the card was declined.
        explanation_tr: Option<String>,
        /// What to do, in English.
        advice_en: Option<String>,
        /// What to do, in Turkish.
        advice_tr: Option<String>,
    }
}

model! {
    /// What the bank itself says of the order of a callback.
    result CallbackConfirmation {
        /// True when the bank has taken the order's amount (or holds it) and 3-D Secure came out as it should: the word to deliver on.
        paid: bool,
        /// True when the bank has taken the money (or holds it) although 3-D Secure did not come out as the client's `md_status` demands: give it
        /// back with `cancel_or_refund`, or accept it knowingly.
        unaccepted: bool,
        /// What became of the order. `pending` where the shop has yet to call `provision`: then nothing was asked.
        state: OrderState,
        /// What the callback says.
        callback: Callback,
        /// What the bank says.
        status: Option<OrderStatus>,
    }
}

/// Posted fields, found by name without regard to case, with a dot or what PHP makes of one.
struct Posted(Vec<(String, String)>);

impl Posted {
    fn get(&self, names: &[&str]) -> Option<String> {
        let same = |a: &str, b: &str| a.replace('.', "_").eq_ignore_ascii_case(&b.replace('.', "_"));
        let found = names.iter().find_map(|wanted| self.0.iter().find(|(name, _)| same(name, wanted)))?;
        Some(found.1.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// The values with their entities decoded.
    fn decoded(self) -> Self {
        Self(self.0.into_iter().map(|(name, value)| (name, ver3::decoded(&value))).collect())
    }
}

impl VerifyCallback {
    fn posted(&self) -> Result<Posted, HalkodeError> {
        let pairs = match (&self.body, self.fields.is_empty()) {
            (Some(body), true) => html::query(body),
            (None, false) => ver3::fields_of(&self.fields)?,
            _ => return Err(HalkodeError::request("fields", "or body must be given, one of them")),
        };
        if pairs.is_empty() {
            return Err(HalkodeError::request("fields", "are empty"));
        }
        Ok(Posted(pairs))
    }

    /// Which part of the shop's order the posted fields contradict. Early failures mask or leave out some.
    fn contradicted(&self, posted: &Posted, client_id: &str, all: bool) -> Option<&'static str> {
        let differs = |told: Option<String>, fits: &dyn Fn(&str) -> bool| match told {
            Some(told) => !fits(&told),
            None => all,
        };
        if differs(posted.get(&["oid", "ReturnOid"]), &|told| told == self.order_id) {
            return Some("order");
        }
        if !all {
            return None;
        }
        let amount = |told: &str| told.replace(',', ".").parse::<Amount>() == Ok(self.total);
        if differs(posted.get(&["amount"]), &amount) {
            return Some("amount");
        }
        if differs(posted.get(&["currency"]), &|told| told == currency_number(self.currency)) {
            return Some("currency");
        }
        differs(posted.get(&["clientid"]), &|told| told == client_id).then_some("merchant")
    }
}

fn refused(order_id: &str, reason: impl Into<String>) -> HalkodeError {
    HalkodeError::Signature(Box::new(Failure {
        reason: reason.into(),
        sent: Some(Sent::Yes),
        invoice_id: Some(order_id.to_owned()),
        ..Failure::default()
    }))
}

impl Operation for VerifyCallback {
    type Client = Halkbank;
    type Reply = Callback;
    const KIND: Kind = Kind::Pure;

    fn run(&self, client: &Halkbank) -> Result<Callback, HalkodeError> {
        check_order_id(&self.order_id)?;
        check::amount("total", self.total)?;
        let posted = self.posted()?;
        let keys = client.keys();
        let store_key = keys.store_key()?;
        let hash = posted.get(&["HASH"]);
        let hash_variant = hash.as_deref().and_then(|hash| ver3::verify(&posted.0, store_key, hash));
        // The values are those the hash is over: sent on as they came, xid and cavv would be others.
        let posted = if hash_variant == Some(Ver3Variant::DecodedEntities) { posted.decoded() } else { posted };

        let store_type = posted.get(&["storetype"]).unwrap_or_default().to_ascii_lowercase();
        let by_shop = matches!(store_type.as_str(), "3d" | "3d_host" | "3d_hosting");
        let (md_status, response) = (posted.get(&["mdStatus"]), posted.get(&["Response"]));
        let proc_return_code = posted.get(&["ProcReturnCode"]);
        // Only one model has no 3-D Secure at all.
        let accepted =
            md_status.as_deref().map_or(store_type == WITHOUT_3D, |md_status| accepts(keys.md_status, md_status));
        let approved = response.as_deref() == Some("Approved");
        let taken = !by_shop && approved && proc_return_code.as_deref() == Some("00");
        let outcome = match accepted {
            true if by_shop && (response.is_none() || approved) => CallbackOutcome::Authenticated,
            true if taken => CallbackOutcome::Paid,
            // Only the bank's own word for it counts: anybody may post a failure.
            false if taken && hash_variant.is_some() => CallbackOutcome::Unaccepted,
            _ => CallbackOutcome::NotPaid,
        };
        if outcome != CallbackOutcome::NotPaid && hash_variant.is_none() {
            return Err(refused(
                &self.order_id,
                match hash {
                    None => "the callback says success but has no HASH",
                    Some(_) => {
                        "the callback says success but its HASH does not fit its fields and this merchant's store key; explain_ver3 tells more"
                    }
                },
            ));
        }
        let all = outcome != CallbackOutcome::NotPaid;
        if let Some(part) = self.contradicted(&posted, keys.client_id.expose(), all) {
            return Err(refused(&self.order_id, format!("the callback is about another {part} than the shop's order")));
        }
        let by_provision = |name: &str| posted.get(&[name]).filter(|_| outcome == CallbackOutcome::Authenticated);
        let text = |names: &[&str]| posted.get(names).map(|text| without_pans(&text));
        let mut callback = Callback {
            outcome,
            signed: hash_variant.is_some(),
            hash_variant,
            order_id: text(&["oid", "ReturnOid"]),
            total: posted.get(&["amount"]).and_then(|amount| amount.replace(',', ".").parse().ok()),
            currency: text(&["currency"]),
            store_type: text(&["storetype"]),
            error_code: text(&["ErrorCode", "ErrCode", "ERRORCODE"]),
            error_message: text(&["ErrMsg"]).or_else(|| text(&["mdErrorMsg"]).filter(|_| !all)),
            auth_code: text(&["AuthCode"]),
            host_ref_num: text(&["HostRefNum"]),
            transaction_id: text(&["TransId"]),
            settle_id: text(&["SettleId"]),
            masked_pan: text(&["MaskedPan", "maskedCreditCard"]),
            installments: text(&["Instalment", "taksit"]),
            recurring_id: text(&["EXTRA.RECURRINGID"]),
            md: by_provision("md").map(Secret::from),
            xid: by_provision("xid"),
            eci: by_provision("eci"),
            cavv: by_provision("cavv"),
            md_status,
            response,
            proc_return_code,
            ..Callback::default()
        };
        if matches!(outcome, CallbackOutcome::NotPaid | CallbackOutcome::Unaccepted) {
            callback.explain(accepted);
        }
        Ok(callback)
    }
}

/// The model without 3-D Secure.
const WITHOUT_3D: &str = "pay_hosting";

/// Whether a shop goes on with an outcome of 3-D Secure.
fn accepts(policy: MdStatusPolicy, md_status: &str) -> bool {
    match md_status {
        "1" => true,
        "2" | "3" | "4" => policy == MdStatusPolicy::Half,
        _ => false,
    }
}

impl Operation for ConfirmCallback {
    type Client = Halkbank;
    type Reply = CallbackConfirmation;
    const KIND: Kind = Kind::Query;

    fn run(&self, client: &Halkbank) -> Result<CallbackConfirmation, HalkodeError> {
        let ConfirmCallback { fields, body, order_id, total, currency } = self.clone();
        let callback = VerifyCallback { fields, body, order_id, total, currency }.run(client)?;
        if callback.outcome == CallbackOutcome::Authenticated {
            return Ok(CallbackConfirmation {
                state: OrderState::Pending,
                callback,
                ..CallbackConfirmation::default()
            });
        }
        // After a failure too: the buyer may have tried again, and that attempt's callback may be the one that got lost.
        let status = client.exchange(&GetOrderStatus { order_id: self.order_id.clone() })?;
        let taken = matches!(status.state, OrderState::Paid | OrderState::Authorized);
        if taken && status.amount.or(status.captured_amount) != Some(self.total) {
            let has = status
                .amount
                .or(status.captured_amount)
                .map_or("an unknown amount".into(), |amount| amount.to_string());
            let total = self.total;
            return Err(refused(&self.order_id, format!("the bank took {has} for this order, whose total is {total}")));
        }
        // What the bank itself says of 3-D Secure counts as well: names in the callback are not hashed, and a failure need not be signed,
        // so a buyer could post one in the place of a callback that would not be accepted.
        let md_status = status.md_status.as_deref().map(|md_status| accepts(client.keys().md_status, md_status));
        let secure = match callback.outcome {
            CallbackOutcome::Paid => md_status != Some(false),
            CallbackOutcome::NotPaid => {
                md_status.unwrap_or_else(|| callback.signed && callback.store_type.as_deref() == Some(WITHOUT_3D))
            }
            CallbackOutcome::Unaccepted | CallbackOutcome::Authenticated => false,
        };
        Ok(CallbackConfirmation {
            paid: taken && secure,
            unaccepted: taken && !secure,
            state: status.state,
            callback,
            status: Some(status),
        })
    }
}

impl Callback {
    /// Why it is not simply paid: the gateway's own code says most, then the card's bank's, then the outcome of 3-D Secure.
    fn explain(&mut self, accepted: bool) {
        let md_status = self.md_status.as_deref().filter(|_| !accepted).and_then(codes::md_status);
        let code = self.error_code.as_deref().and_then(codes::lookup);
        let text = code.or(md_status).or_else(|| self.proc_return_code.as_deref().and_then(codes::lookup));
        if let Some(text) = text {
            self.explanation_en = Some(text.en.to_owned());
            self.explanation_tr = Some(text.tr.to_owned());
            self.advice_en = Some(text.advice_en.to_owned());
            self.advice_tr = Some(text.advice_tr.to_owned());
        }
    }
}
