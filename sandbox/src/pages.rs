//! What people see in a browser: one layout, plain HTML and CSS, Turkish first with English beside it.

use crate::halkbank;
use crate::halkode::CREDENTIALS;
use crate::halkode::cards::CARDS;
use crate::http::Answer;
use crate::world::World;

const STYLE: &str = include_str!("pages/style.css");
const SCRIPT: &str = include_str!("pages/start.js");

/// Text as it may stand in HTML, in quoted attributes too.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// A page.
pub(crate) fn layout(title: &str, english: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=tr><head><meta charset=utf-8><meta name=viewport content=\"width=device-width, initial-scale=1\">\
         <title>{title} · HALKÖDE Sandbox</title><style>{STYLE}</style></head><body>\
         <header><strong>HALKÖDE Sandbox</strong> <span>Deneme ortamı: gerçek para yoktur. <span lang=en>Test environment: no real money.</span></span></header>\
         <main><h1>{title} <span lang=en>{english}</span></h1>{body}</main></body></html>"
    )
}

/// A page that posts fields to an address by itself, and by a button where no script runs.
pub(crate) fn self_posting_form(url: &str, fields: &[(String, String)], title: &str, english: &str) -> String {
    let inputs: String = fields
        .iter()
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value)))
        .collect();
    let body = format!(
        "<form id=\"the-form\" method=\"post\" action=\"{}\">{inputs}<p>Yönlendirme başlamazsa düğmeye basın. \
         <span lang=en>Press the button if nothing happens.</span></p>\
         <button class=primary>Devam <span lang=en>Continue</span></button></form>\
         <script>document.getElementById('the-form').submit()</script>",
        escape(url)
    );
    layout(title, english, &body)
}

/// An input of a card page.
pub(crate) struct Input {
    name: &'static str,
    turkish: &'static str,
    english: &'static str,
    attributes: &'static str,
}

impl Input {
    pub(crate) const fn new(
        name: &'static str,
        turkish: &'static str,
        english: &'static str,
        attributes: &'static str,
    ) -> Self {
        Self { name, turkish, english, attributes }
    }
}

/// The page on which a bank asks for a card: `head` above the form, `more` and `buttons` in it, `samples` below.
pub(crate) fn card_page(
    head: &str,
    problem: &str,
    inputs: &[Input],
    more: &str,
    buttons: &str,
    samples: &str,
) -> Answer {
    let alert =
        if problem.is_empty() { String::new() } else { format!("<p role=alert class=alert>{}</p>", escape(problem)) };
    let inputs: String = inputs
        .iter()
        .map(|Input { name, turkish, english, attributes }| {
            format!("<label for={name}>{turkish} <span lang=en>{english}</span></label><input id={name} name={name} required {attributes}>")
        })
        .collect();
    let body = format!(
        "{head}{alert}<form method=post>{inputs}{more}\
         <div class=buttons><button class=primary>Öde <span lang=en>Pay</span></button>{buttons}</div></form>\
         <details><summary>Deneme kartları <span lang=en>Test cards</span></summary><div class=scroll><table>{samples}</table></div></details>"
    );
    Answer::html(layout("Ödeme", "Payment", &body))
}

/// The same page when there is nothing to pay any more.
pub(crate) fn used_page(head: &str, turkish: &str, english: &str) -> Answer {
    let body = format!("{head}<p role=status>{turkish} <span lang=en>{english}</span></p>");
    Answer::html(layout("Ödeme", "Payment", &body))
}

/// Row of a table of test cards: number, month and year, CVV, a column of the bank's own, what it is for.
pub(crate) fn sample_card(number: &str, expiry: (&str, &str), cvv: &str, own: &str, purpose: (&str, &str)) -> String {
    let ((month, year), (turkish, english)) = (expiry, purpose);
    format!("<tr><td><code>{number}</code><td>{month}/{year}<td>{cvv}{own}<td>{turkish} <span lang=en>{english}</span>")
}

/// An error page such as web servers send, which is no JSON.
pub(crate) fn error_page(status: u16, text: &str) -> Answer {
    let mut answer = Answer::html(format!(
        "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8><title>{status}</title></head><body><h1>{status}</h1><p>{}</p></body></html>",
        escape(text)
    ));
    answer.status = status;
    answer
}

/// What a shell needs to reach the sandbox.
pub(crate) fn exports(base: &str, ca_file: Option<&str>) -> String {
    // Halkbank's first: whoever reads along waits for HALKODE_BASE_URL.
    let bank = halkbank::CREDENTIALS;
    let variables = [
        ("HALKBANK_CLIENT_ID", bank.client_id.to_owned()),
        ("HALKBANK_STORE_KEY", bank.store_key.to_owned()),
        ("HALKBANK_API_USER", bank.api_user.to_owned()),
        ("HALKBANK_API_PASSWORD", bank.api_password.to_owned()),
        ("HALKBANK_BASE_URL", format!("{base}/fim")),
        ("HALKODE_APP_ID", CREDENTIALS.app_id.to_owned()),
        ("HALKODE_APP_SECRET", CREDENTIALS.app_secret.to_owned()),
        ("HALKODE_MERCHANT_KEY", CREDENTIALS.merchant_key.to_owned()),
        ("HALKODE_BASE_URL", format!("{base}/ccpayment")),
    ];
    let mut lines: String = variables.iter().map(|(name, value)| format!("export {name}='{value}'\n")).collect();
    if let Some(file) = ca_file {
        // A quote inside single quotes ends them, is escaped outside, and opens them again.
        let file = file.replace('\'', r"'\''");
        lines.push_str(&format!("export HALKODE_CA_FILE='{file}'\nexport HALKBANK_CA_FILE='{file}'\n"));
    }
    lines
}

/// The start page: how to connect, the cards, and what is going on.
pub(crate) fn start_page(world: &World) -> Answer {
    let cards: String = CARDS
        .iter()
        .map(|card| {
            let program = format!("<td>{}", card.program);
            let expiry = (card.expiry_month, card.expiry_year);
            sample_card(card.number, expiry, card.cvv, &program, (card.turkish, card.english))
        })
        .collect();
    let halkbank_cards: String = halkbank::cards::CARDS
        .iter()
        .map(|card| {
            let brand = format!("<td>{}", card.brand);
            let expiry = (card.expiry_month, card.expiry_year);
            sample_card(card.number, expiry, card.cvv, &brand, (card.turkish, card.english))
        })
        .collect();
    let faults: String = crate::fault::Fault::names()
        .split(", ")
        .map(|name| format!("<option>{}</option>", escape(&name.replace("MS", "3000"))))
        .collect();
    let body = format!(
        "<section><h2>Bağlanmak <span lang=en>Connect</span></h2><pre>{}</pre>\
         <p>Denetim adresi <span lang=en>Control API</span>: <code>{}/sandbox/state</code></p></section>\
         <section><h2>HALKÖDE: deneme kartları <span lang=en>test cards</span></h2><div class=scroll><table>\
         <tr><th>Kart <span lang=en>Number</span><th>S.K.T. <span lang=en>Expiry</span><th>CVV<th>Program<th>Sonuç <span lang=en>Outcome</span>{cards}</table></div></section>\
         <section><h2>Halkbank: deneme kartları <span lang=en>test cards</span></h2><div class=scroll><table>\
         <tr><th>Kart <span lang=en>Number</span><th>S.K.T. <span lang=en>Expiry</span><th>CVV<th>Marka <span lang=en>Brand</span><th>Sonuç <span lang=en>Outcome</span>{halkbank_cards}</table></div></section>\
         <section><h2>Saat ve arızalar <span lang=en>Clock and faults</span></h2>\
         <p>Saat <span lang=en>Clock</span>: <output id=clock></output> \
         <button data-advance=30>+30 s</button> <button data-advance=900>+15 dk <span lang=en>min</span></button> <button data-advance=7200>+2 sa <span lang=en>h</span></button> <button data-advance=86400>+1 gün <span lang=en>day</span></button> <button data-dayclose>Halkbank gün sonu <span lang=en>day-close</span></button> \
         <button data-reset>Sıfırla <span lang=en>Reset</span></button></p>\
         <form id=fault><label>Yol <span lang=en>Path</span> <input name=path value=paySmart2D required></label> \
         <label>Arıza <span lang=en>Fault</span> <select name=fault>{faults}</select></label> \
         <label>Kez <span lang=en>Times</span> <input name=times value=1 size=3></label> <button>Ekle <span lang=en>Add</span></button> \
         <button type=button data-clear>Kaldır <span lang=en>Clear</span></button></form><ul id=faults></ul></section>\
         <section><h2>HALKÖDE: siparişler <span lang=en>orders</span></h2><div class=scroll><table id=orders></table></div></section>\
         <section><h2>Halkbank: siparişler <span lang=en>orders</span></h2><div class=scroll><table id=halkbank-orders></table></div></section>\
         <section><h2>İstekler <span lang=en>Requests</span></h2><div class=scroll><table id=requests></table></div></section>\
         <section><h2>Web-hook</h2><div class=scroll><table id=webhooks></table></div></section><script>{SCRIPT}</script>",
        escape(&exports(&world.base, None)),
        escape(&world.base),
    );
    Answer::html(layout("Başlangıç", "Start", &body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_a_form() {
        let evil = "\"><script>alert('x')</script>&";
        let page = self_posting_form(evil, &[(evil.to_owned(), evil.to_owned())], "a", "b");
        assert!(!page.contains("<script>alert"), "{page}");
        assert_eq!(page.matches("&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;").count(), 3);
    }

    #[test]
    fn exported_values_survive_a_shell() {
        let lines = exports("http://127.0.0.1:1", Some("/tmp/it's"));
        assert!(lines.contains("export HALKODE_MERCHANT_KEY='$2y$10$"));
        assert!(lines.contains(r"export HALKODE_CA_FILE='/tmp/it'\''s'"));
    }
}
