//! Token, code look-up, and the door for what this library does not know.

use super::answer::Answer;
use super::client::Halkode;
use crate::codes::{self, Resend};
use crate::config::Keys;
use crate::error::HalkodeError;
use crate::json::{Json, Object};
use crate::model::{choice, model};
use crate::operation::{Exchange, Kind, Operation};
use crate::secret::Secret;
use crate::transport::{HttpAnswer, HttpRequest};

model! {
    /// Asks for a token (docs/protocol-halkode.md#token).
    request GetToken {}
}

model! {
    /// A token.
    reply Token {
        /// 100.
        status_code: i64,
        /// The gateway's text.
        status_description: Option<String>,
        /// The token itself; the client caches it by itself.
        token: Secret,
        /// What the merchant may do: 0 only 2D, 1 2D or 3D, 2 only 3D, 4 (or 8, at siblings 3) hosted pages.
        is_3d: Option<i64>,
        /// When it expires, in Turkish time, `YYYY-MM-DD HH:MM:SS`.
        expires_at: Option<String>,
        /// For how many seconds it may be used, counted from the answer.
        lifetime: u32,
    }
}

/// What every member of the family grants (docs/protocol-halkode.md#token). The wall clock of `expires_at` is not trusted for this: it
/// has no time zone, and the shop's own clock may be wrong.
const TOKEN_LIFETIME: u32 = 7200;

impl Exchange for GetToken {
    type Reply = Token;
    const MONEY: bool = false;

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        let mut body = Object::new();
        body.set("app_id", keys.app_id.as_str());
        body.set("app_secret", keys.app_secret.clone());
        Ok(HttpRequest { bearer: false, ..HttpRequest::post("/api/token", body) })
    }

    fn reply(&self, _keys: &Keys, answer: &HttpAnswer) -> Result<Token, HalkodeError> {
        let object = Answer::read(answer)?.accept(&[100]).map_err(|error| match error {
            // Here the gateway says 2 or 30 for the same thing.
            HalkodeError::Declined(failure) if failure.status_code == Some(2) => HalkodeError::Credentials(failure),
            other => other,
        });
        let mut object = object?;
        for (name, value) in object.take("data").and_then(Json::into_object).unwrap_or_default() {
            object.set(name, value);
        }
        let mut token = Token::from(object);
        token.lifetime = TOKEN_LIFETIME;
        if token.token.is_empty() {
            return Err(HalkodeError::protocol("the answer says success but gives no token"));
        }
        Ok(token)
    }
}

choice! {
    /// Where a code stands.
    CodeKind {
        /// `status_code` in a body.
        Application = "application",
        /// The HTTP status.
        Server = "server",
        /// The bank's own code.
        Bank = "bank",
    }
}

choice! {
    /// Whether the same request may be sent again.
    Resending {
        /// The operation is done: do not send it again.
        Done = "done",
        /// No: it will fail again until something is changed.
        Never = "never",
        /// Yes, once the cause is mended.
        AfterFix = "after_fix",
        /// Yes, later.
        Later = "later",
        /// Ask `check_status` first.
        AskFirst = "ask_first",
    }
}

impl From<Resend> for Resending {
    fn from(resend: Resend) -> Self {
        match resend {
            Resend::Done => Self::Done,
            Resend::Never => Self::Never,
            Resend::AfterFix => Self::AfterFix,
            Resend::Later => Self::Later,
            Resend::AskFirst => Self::AskFirst,
        }
    }
}

model! {
    /// Asks what a code means (docs/protocol-halkode.md#status-codes).
    request LookUpStatusCode {
        /// The code, for instance `41`, or a bank's code such as `51`.
        code: String,
        /// `application` when left out.
        kind: Option<CodeKind>,
    }
}

model! {
    /// What a code means.
    result StatusCode {
        /// The code.
        code: String,
        /// Whether it is documented; an undocumented one has no texts.
        known: bool,
        /// Meaning in English.
        en: Option<String>,
        /// Meaning in Turkish.
        tr: Option<String>,
        /// What to do, in English.
        advice_en: Option<String>,
        /// What to do, in Turkish.
        advice_tr: Option<String>,
        /// Whether the same request may be sent again; absent for a bank's code.
        resend: Option<Resending>,
    }
}

impl Operation for LookUpStatusCode {
    type Client = Halkode;
    type Reply = StatusCode;
    const KIND: Kind = Kind::Pure;

    fn run(&self, _client: &Halkode) -> Result<StatusCode, HalkodeError> {
        let code = self.code.trim();
        let mut answer = StatusCode { code: code.to_owned(), ..StatusCode::default() };
        let kind = self.kind.unwrap_or_default();
        if kind == CodeKind::Bank {
            if let Some(bank) = codes::bank(code) {
                answer.known = true;
                (answer.en, answer.tr) = (Some(bank.en.to_owned()), Some(bank.tr.to_owned()));
            }
            return Ok(answer);
        }
        let Ok(number) = code.parse::<i64>() else {
            return Err(HalkodeError::request("code", "must be a number"));
        };
        let text = if kind == CodeKind::Server { codes::server(number) } else { codes::application(number) };
        if let Some(text) = text {
            answer.known = true;
            (answer.en, answer.tr) = (Some(text.en.to_owned()), Some(text.tr.to_owned()));
            (answer.advice_en, answer.advice_tr) = (Some(text.advice_en.to_owned()), Some(text.advice_tr.to_owned()));
            answer.resend = Some(text.resend.into());
        }
        Ok(answer)
    }
}

model! {
    /// A request this library does not know. It is treated like a payment: never sent twice, and in doubt when its answer is lost.
    request Raw {
        /// The path below the base address, for instance `/api/checkstatus`.
        path: String,
        /// The JSON body. `merchant_key` is added when it is not there.
        body: Object,
        /// Names of the body's fields to seal into `hash_key`, in order, for instance `["invoice_id", "merchant_key"]`; no hash when left out.
        hash: Vec<String>,
        /// What to seal with; the app secret when left out.
        hash_secret: Option<HashSecret>,
    }
}

choice! {
    /// What a hash is sealed with.
    HashSecret {
        /// The app secret, as everywhere but in transaction lists.
        AppSecret = "app_secret",
        /// The merchant key.
        MerchantKey = "merchant_key",
    }
}

model! {
    /// An answer as it came.
    result RawReply {
        /// The HTTP status.
        http_status: u32,
        /// The application code, where there is one.
        status_code: Option<i64>,
        /// The whole body.
        body: Object,
    }
}

/// Fields that hold a card's data wherever this platform uses them; they are handled as secrets.
pub(crate) const CARD_FIELDS: &[&str] = &["cc_no", "card_number", "credit_card", "cvv", "card_token"];

impl Exchange for Raw {
    type Reply = RawReply;
    const MONEY: bool = true;

    fn check(&self) -> Result<(), HalkodeError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~?=&%,:+".contains(&byte);
        if !self.path.starts_with('/') || self.path.starts_with("//") || !self.path.bytes().all(plain) {
            return Err(HalkodeError::request(
                "path",
                "must be a path below the base address, such as /api/checkstatus",
            ));
        }
        match self
            .hash
            .iter()
            .find(|name| *name != "merchant_key" && self.body.get(name).and_then(Json::as_text).is_none())
        {
            Some(name) => {
                Err(HalkodeError::request("hash", format!("names {name}, which is not a text or number in the body")))
            }
            None => Ok(()),
        }
    }

    fn invoice(&self) -> Option<&str> {
        self.body.get("invoice_id").and_then(Json::as_text)
    }

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        let mut body = self.body.clone();
        if !self.hash.is_empty() {
            let part = |name: &String| match body.get(name).and_then(Json::as_text) {
                Some(text) => text.to_owned(),
                None => keys.merchant_key.expose().to_owned(),
            };
            let parts: Vec<String> = self.hash.iter().map(part).collect();
            body.set("hash_key", keys.seal_parts(&parts, self.hash_secret == Some(HashSecret::MerchantKey)));
        }
        if body.get("merchant_key").is_none() {
            body.set("merchant_key", keys.merchant_key.clone());
        }
        for name in CARD_FIELDS {
            if let Some(text) = body.get(name).and_then(Json::as_text) {
                body.set(*name, Secret::from(text));
            }
        }
        Ok(HttpRequest::post(self.path.as_str(), body))
    }

    fn reply(&self, _keys: &Keys, answer: &HttpAnswer) -> Result<RawReply, HalkodeError> {
        let read = Answer::read(answer)?;
        if answer.status == 401 {
            return Err(read.declined());
        }
        Ok(RawReply { http_status: answer.status.into(), status_code: read.code, body: read.object })
    }
}
