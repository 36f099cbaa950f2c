//! What people see in a browser: one layout, plain HTML and CSS, Turkish first with English beside it.

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
    let mut lines = format!(
        "export HALKODE_APP_ID='{}'\nexport HALKODE_APP_SECRET='{}'\nexport HALKODE_MERCHANT_KEY='{}'\nexport HALKODE_BASE_URL='{base}/ccpayment'\n",
        CREDENTIALS.app_id, CREDENTIALS.app_secret, CREDENTIALS.merchant_key
    );
    if let Some(file) = ca_file {
        // A quote inside single quotes ends them, is escaped outside, and opens them again.
        lines.push_str(&format!("export HALKODE_CA_FILE='{}'\n", file.replace('\'', r"'\''")));
    }
    lines
}

/// The start page: how to connect, the cards, and what is going on.
pub(crate) fn start_page(world: &World) -> Answer {
    let cards: String = CARDS
        .iter()
        .map(|card| {
            format!(
                "<tr><td><code>{}</code><td>{}/{}<td>{}<td>{}<td>{} <span lang=en>{}</span>",
                card.number, card.expiry_month, card.expiry_year, card.cvv, card.program, card.turkish, card.english
            )
        })
        .collect();
    let faults: String = crate::fault::Fault::names()
        .split(", ")
        .map(|name| format!("<option>{}</option>", escape(&name.replace("MS", "3000"))))
        .collect();
    let body = format!(
        "<section><h2>Bağlanmak <span lang=en>Connect</span></h2><pre>{}</pre>\
         <p>Denetim adresi <span lang=en>Control API</span>: <code>{}/sandbox/state</code></p></section>\
         <section><h2>Deneme kartları <span lang=en>Test cards</span></h2><div class=scroll><table>\
         <tr><th>Kart <span lang=en>Number</span><th>S.K.T. <span lang=en>Expiry</span><th>CVV<th>Program<th>Sonuç <span lang=en>Outcome</span>{cards}</table></div></section>\
         <section><h2>Saat ve arızalar <span lang=en>Clock and faults</span></h2>\
         <p>Saat <span lang=en>Clock</span>: <output id=clock></output> \
         <button data-advance=30>+30 s</button> <button data-advance=900>+15 dk <span lang=en>min</span></button> <button data-advance=7200>+2 sa <span lang=en>h</span></button> \
         <button data-reset>Sıfırla <span lang=en>Reset</span></button></p>\
         <form id=fault><label>Yol <span lang=en>Path</span> <input name=path value=paySmart2D required></label> \
         <label>Arıza <span lang=en>Fault</span> <select name=fault>{faults}</select></label> \
         <label>Kez <span lang=en>Times</span> <input name=times value=1 size=3></label> <button>Ekle <span lang=en>Add</span></button> \
         <button type=button data-clear>Kaldır <span lang=en>Clear</span></button></form><ul id=faults></ul></section>\
         <section><h2>Siparişler <span lang=en>Orders</span></h2><div class=scroll><table id=orders></table></div></section>\
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
