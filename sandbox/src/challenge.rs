//! The bank's 3-D page with its one-time code, and the way back to the shop: the same for every bank.

use crate::hash::random_digits;
use crate::http::{Answer, url_with};
use crate::json::{Json, object};
use crate::pages::{self, escape};

/// Wrong one-time codes before the bank gives up.
const TRIES: u8 = 3;

/// What the buyer did at the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Approved,
    WrongCode,
    Cancelled,
}

impl Verdict {
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "approve" => Some(Self::Approved),
            "wrong_code" => Some(Self::WrongCode),
            "cancel" => Some(Self::Cancelled),
            _ => None,
        }
    }
}

/// The one-time code of a visit.
#[derive(Debug, Clone)]
pub(crate) struct Challenge {
    code: String,
    tries: u8,
}

impl Challenge {
    pub(crate) fn new() -> Self {
        Self { code: random_digits(6), tries: TRIES }
    }

    /// What a posted page decides; nothing where the buyer may try again.
    pub(crate) fn judge(&mut self, fields: &Json) -> Option<Verdict> {
        let verdict = Verdict::parse(&fields.text("action")).unwrap_or(Verdict::Cancelled);
        if verdict != Verdict::Approved || fields.text("code") == self.code {
            return Some(verdict);
        }
        self.tries = self.tries.saturating_sub(1);
        (self.tries == 0).then_some(Verdict::WrongCode)
    }
}

/// What the page says about the payment.
pub(crate) struct Details {
    pub merchant: &'static str,
    /// With its currency.
    pub amount: String,
    /// Masked.
    pub card: String,
    pub at: String,
}

/// The page: with a challenge while the buyer can decide, else saying that it is over. `again` after a wrong code.
pub(crate) fn page(details: &Details, challenge: Option<&Challenge>, again: bool) -> Answer {
    let details = format!(
        "<dl><dt>İşyeri <span lang=en>Merchant</span><dd>{}\
         <dt>Tutar <span lang=en>Amount</span><dd class=amount>{}\
         <dt>Kart <span lang=en>Card</span><dd>{}\
         <dt>Tarih <span lang=en>Date</span><dd>{}</dl>",
        details.merchant,
        escape(&details.amount),
        escape(&details.card),
        details.at
    );
    let body = match challenge {
        None => format!(
            "{details}<p role=status>Bu işlem sonuçlandı. <span lang=en>This transaction is over.</span></p>\
             <form method=post><button name=action value=cancel>İşyerine dön <span lang=en>Back to the shop</span></button></form>"
        ),
        Some(Challenge { code, .. }) => {
            let alert = if again {
                "<p role=alert class=alert>Şifre hatalı, yeniden deneyin. <span lang=en>Wrong code, please try again.</span></p>"
            } else {
                ""
            };
            format!(
                "{details}{alert}<form method=post>\
                 <p>Tek kullanımlık şifre: <strong class=code id=one-time-code>{code}</strong> <span lang=en>One-time code, which would reach your phone</span></p>\
                 <label for=code>Şifre <span lang=en>Code</span></label>\
                 <input id=code name=code inputmode=numeric autocomplete=one-time-code maxlength=6 autofocus>\
                 <div class=buttons><button name=action value=approve class=primary>Onayla <span lang=en>Approve</span></button>\
                 <button name=action value=wrong_code formnovalidate>Yanlış şifreyle bitir <span lang=en>Fail with a wrong code</span></button>\
                 <button name=action value=cancel formnovalidate>Vazgeç <span lang=en>Cancel</span></button></div></form>"
            )
        }
    };
    Answer::html(pages::layout("3D Secure doğrulama", "3D Secure authentication", &body))
}

/// The way back to the shop.
#[derive(Debug, Clone)]
pub(crate) struct Return {
    pub url: String,
    pub post: bool,
    pub fields: Vec<(String, String)>,
}

impl Return {
    /// As GET by redirect or as a form that posts itself.
    pub(crate) fn answer(&self) -> Answer {
        match self.post {
            false => Answer::see_other(url_with(&self.url, &self.fields)),
            true => back_to_shop(&self.url, &self.fields),
        }
    }

    pub(crate) fn to_json(&self) -> Json {
        object! {
            "url": self.url.as_str(), "method": if self.post { "POST" } else { "GET" },
            "fields": Json::of_pairs(self.fields.iter().cloned()),
            "location": if self.post { self.url.clone() } else { url_with(&self.url, &self.fields) },
        }
    }
}

/// The page that posts the buyer back to the shop.
pub(crate) fn back_to_shop(url: &str, fields: &[(String, String)]) -> Answer {
    Answer::html(pages::self_posting_form(url, fields, "İşyerine dönülüyor", "Returning to the shop"))
}

/// The page that posts the buyer on to the bank.
pub(crate) fn on_to_the_bank(url: &str, fields: &[(String, String)]) -> Answer {
    Answer::html(pages::self_posting_form(url, fields, "Bankanıza yönlendiriliyorsunuz", "Taking you to your bank"))
}

/// Whether a browser can be sent there.
pub(crate) fn is_web_address(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty()) && !url.contains(|c: char| c.is_control() || c.is_whitespace())
}

/// Text as it may stand in a path.
pub(crate) fn url_part(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}
