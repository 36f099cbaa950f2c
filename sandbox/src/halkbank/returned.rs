//! What goes back to the shop: the fields of a return, their hash, and everything that can be wrong with them on demand.

use super::fields::Fields;
use super::gate::Early;
use super::settings::{NationalId, ReturnHash};
use super::visit::{SHOP, Visit};
use super::{CREDENTIALS, MERCHANT_ID, STORE_KEY, TERMINAL, ver3};
use crate::challenge::Return;
use crate::hash::random_base64;
use crate::pages::escape;
use crate::world::{Tamper, World};

/// Sets a field: in the place of one of this name, in whatever letter case the shop sent it, or at the end.
pub(super) fn put(fields: &mut Vec<(String, String)>, name: &str, value: impl AsRef<str>) {
    let value = value.as_ref().to_owned();
    match fields.iter_mut().find(|(own, _)| own.eq_ignore_ascii_case(name)) {
        Some((_, old)) => *old = value,
        None => fields.push((name.to_owned(), value)),
    }
}

/// A failure before anything began.
pub(super) fn early_failure(world: &World, fields: &Fields, early: Early, url: String) -> Return {
    let turkish = !fields.text(&["lang"]).eq_ignore_ascii_case("en");
    let word = |tr: &'static str, en: &'static str| if turkish { tr } else { en };
    let mut back =
        fields.without(&["pan", "cv2", "hash", "Ecom_Payment_Card_ExpDate_Month", "Ecom_Payment_Card_ExpDate_Year"]);
    let mut set = |name: &str, value: &str| put(&mut back, name, value);
    set("Response", "Error");
    match &early {
        Early::Hash => {
            set("ErrMsg", word("Güvenlik kodu hatalı", "Wrong security code"));
            set("ErrorCode", "3D-1004");
            set("ProcReturnCode", "99");
        }
        Early::Card => {
            set("ErrMsg", word("Kart numarası formatı hatalı", "Card number format is not valid"));
            set("ErrorCode", "HPP-1001");
        }
        Early::Model => {
            set("mdStatus", "7");
            set("mdErrorMsg", word("Desteklenmeyen üye işyeri kullanım tipi", "Store usage type is not supported"));
            set("ErrMsg", word("Desteklenmeyen üye işyeri kullanım tipi", "Store usage type is not supported"));
            set("ErrorCode", "3D-1007");
            set("ProcReturnCode", "99");
        }
        Early::Other(refusal) => {
            set("ErrMsg", &refusal.text);
            set("ErrorCode", &refusal.error_code());
            set("ProcReturnCode", refusal.proc_return_code().unwrap_or_default());
        }
    }
    set("clientIp", "127.0.0.1");
    let fields = match early {
        Early::Hash => back,
        _ => signed(world, back, world.tamper, true),
    };
    Return { url, post: true, fields }
}

impl Visit {
    /// The way back to the shop.
    pub(super) fn back_to_shop(&self, world: &World, good: bool) -> Return {
        let url = self.echoed(if good { "okUrl" } else { "failUrl" }).trim().to_owned();
        Return { url, post: true, fields: signed(world, self.facts(world), self.tamper, !good) }
    }

    /// What the bank's own server posts to `callbackUrl`: the same, but not byte for byte.
    pub(super) fn callback(&self, world: &World) -> Vec<(String, String)> {
        let mut facts = self.facts(world);
        for (name, value) in &mut facts {
            if name == "mdErrorMsg" {
                // As seen live.
                *value = value.replace("creq?token=", "creq;token=");
            }
        }
        let failed = !matches!(
            (&self.payment, self.secure.md_status.as_str()),
            (Some(Ok(_)), _) | (None, "1" | "2" | "3" | "4")
        );
        signed(world, facts, self.tamper, failed)
    }

    /// A field as the shop sent it.
    pub(super) fn echoed(&self, name: &str) -> &str {
        self.echo
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .unwrap_or_default()
    }

    /// Everything but the hash.
    fn facts(&self, world: &World) -> Vec<(String, String)> {
        let mut back = self.echo.clone();
        let mut set = |name: &str, value: &str| put(&mut back, name, value);
        set("clientIp", "127.0.0.1");
        set("callbackCall", "true");
        set("TRANID", "");
        if self.echoed("encoding").is_empty() {
            set("encoding", "utf-8");
        }
        if let Some(payer) = &self.payer {
            set("maskedCreditCard", &payer.masked());
            set("MaskedPan", &payer.short_masked());
            set("Ecom_Payment_Card_ExpDate_Month", &payer.month);
            set("Ecom_Payment_Card_ExpDate_Year", &payer.year);
        }
        if self.model.hosted() {
            for (name, value) in
                [("panFirst6", ""), ("panLast4", ""), ("tcknvkn", ""), ("pbirimsembol", "TL "), ("MAXTIPLIMIT", "0.00")]
            {
                set(name, value);
            }
            if self.echoed("refreshTime").is_empty() {
                set("refreshTime", "300");
            }
            // Their names end in "hash", and they are hashed like any other field.
            set("querydcchash", &random_base64(64));
            set("checkisonushash", &random_base64(64));
        }
        if self.model.secure() && self.payer.is_some() {
            self.secure_facts(&mut set);
        }
        self.payment_facts(world, &mut set);
        back
    }

    fn secure_facts(&self, set: &mut impl FnMut(&str, &str)) {
        let acs = format!("https://acs.sandbox.invalid/mdpayacs/creq?token={}", self.token);
        let (txstatus, message) = match self.secure.md_status.as_str() {
            "1" => ("Y", format!("Y-status/Challenge authentication via ACS: {acs}")),
            "2" => ("", "Card not enrolled".to_owned()),
            "3" => ("", "Issuer not enrolled".to_owned()),
            "4" => ("A", format!("A-status/Attempted authentication via ACS: {acs}")),
            "5" => ("U", "Authentication unavailable".to_owned()),
            "6" => ("", "3D Secure error".to_owned()),
            "7" => ("", "System error".to_owned()),
            "8" => ("", "Unknown card".to_owned()),
            _ => ("N", format!("N-status/Challenge authentication via ACS: {acs}")),
        };
        set("mdStatus", &self.secure.md_status);
        set("txstatus", txstatus);
        set("mdErrorMsg", &message);
        set("md", &self.md);
        set("xid", &self.secure.xid);
        // Absent where nothing was authenticated, as seen live.
        for (name, value) in [("eci", &self.secure.eci), ("cavv", &self.secure.cavv)] {
            if !value.is_empty() {
                set(name, value);
            }
        }
        for (name, value) in [
            ("PAResSyntaxOK", "true"),
            ("PAResVerified", "true"),
            ("version", "2.0"),
            ("dsId", "1"),
            ("sID", "1"),
            ("digest", "digest"),
            ("ACQBIN", "415514"),
            ("merchantName", SHOP),
            ("merchantID", CREDENTIALS.client_id),
            ("iReqCode", ""),
            ("iReqDetail", ""),
            ("vendorCode", ""),
        ] {
            set(name, value);
        }
    }

    fn payment_facts(&self, world: &World, set: &mut impl FnMut(&str, &str)) {
        match &self.payment {
            None => {}
            Some(Ok(charged)) => {
                let (order, transaction) = (&charged.order, &charged.transaction);
                for (name, value) in [
                    ("Response", "Approved"),
                    ("ProcReturnCode", "00"),
                    ("AuthCode", &transaction.auth_code),
                    ("HostRefNum", &transaction.host_ref),
                    ("TransId", &transaction.trans_id),
                    ("ErrMsg", ""),
                    ("ReturnOid", &order.oid),
                    ("SettleId", &charged.batch.to_string()),
                    ("acqStan", &transaction.host_ref[transaction.host_ref.len() - 6..]),
                    ("payResults.dsId", "1"),
                    ("EXTRA.TRXDATE", &transaction.at.dense_stamp()),
                    ("EXTRA.HOSTDATE", &transaction.at.host_stamp()),
                    ("EXTRA.CARDBRAND", order.payer.known.brand),
                    ("EXTRA.CARDISSUER", order.payer.known.issuer),
                    ("EXTRA.TERMINALID", TERMINAL),
                    ("EXTRA.MERCHANTID", MERCHANT_ID),
                    ("EXTRA.KAZANILANPUAN", "000000010.00"),
                ] {
                    set(name, value);
                }
                if let Some(plan) = &order.plan {
                    set("EXTRA.RECURRINGID", plan);
                }
            }
            Some(Err(refusal)) => {
                set("Response", refusal.word(&world.settings.halkbank));
                if let Some(code) = refusal.proc_return_code() {
                    set("ProcReturnCode", code);
                }
                set("AuthCode", "");
                set("ErrMsg", &refusal.text);
                set("ErrorCode", &refusal.error_code());
                set("ReturnOid", &self.order.oid);
                set("EXTRA.TRXDATE", &world.now().dense_stamp());
            }
        }
    }
}

/// The fields with their hash, and with what is to be wrong about them.
fn signed(
    world: &World,
    mut fields: Vec<(String, String)>,
    tamper: Option<Tamper>,
    failed: bool,
) -> Vec<(String, String)> {
    let settings = world.settings.halkbank;
    let one_more = |fields: &mut Vec<(String, String)>| {
        for (name, value) in fields {
            if name.eq_ignore_ascii_case("amount") {
                // Only its first digit, so that any way of writing amounts stays one.
                value.insert(0, '1');
            }
        }
    };
    if tamper == Some(Tamper::Amount) {
        one_more(&mut fields);
    }
    if settings.national_id == NationalId::Hashed {
        put(&mut fields, "NATIONALIDNO", "");
    }
    let wrong = settings.return_hash == ReturnHash::Wrong || tamper == Some(Tamper::Secret);
    let hash = ver3::hash(&fields, settings.collation, if wrong { "another store key" } else { STORE_KEY });
    if settings.altered_amount {
        one_more(&mut fields);
    }
    for (_, value) in &mut fields {
        if settings.entity_values {
            *value = escape(value);
        }
        if settings.trailing_newline {
            value.push('\n');
        }
    }
    if settings.national_id == NationalId::Unhashed {
        put(&mut fields, "NATIONALIDNO", "10000000146");
    }
    if settings.countdown {
        put(&mut fields, "countdown", "10");
    }
    let absent =
        settings.return_hash == ReturnHash::Absent || (settings.return_hash == ReturnHash::AbsentOnFailure && failed);
    if !absent {
        put(&mut fields, "HASH", hash);
    }
    fields
}
