//! Why the gateway refuses a `hash_key`: which part differs, and which known mistake it looks like
//! (docs/protocol-halkode.md#hash).

use zeroize::Zeroizing;

use super::Layout;
use super::client::Halkode;
use super::hash::{MERCHANT_KEY, decrypt, digest, key, parts_of, redacted, split, text};
use crate::amount::Amount;
use crate::config::Keys;
use crate::error::HalkodeError;
use crate::json::Object;
use crate::model::{choice, model};
use crate::operation::{Kind, Operation};
use crate::secret::Secret;

model! {
    /// Asks why the gateway refuses a `hash_key` (codes 68 and 90 to 97).
    request ExplainHash {
        /// The bundle that was refused.
        hash_key: String,
        /// What it was meant to be.
        layout: Layout,
        /// The parts it was meant to hold, by name, as they stand in the request's body; the merchant key is the client's.
        parts: Object,
    }
}

choice! {
    /// A mistake other implementations of this hash are known to make (docs/protocol-halkode.md#hash).
    HashMistake {
        /// The text is not a bundle of the form `iv:salt:base64`.
        NotABundle = "not_a_bundle",
        /// `/` was replaced by one `_` instead of two, or other characters of the base64 were changed.
        DamagedBase64 = "damaged_base64",
        /// The SHA-256 was decoded from hexadecimal; its first 32 characters are the key.
        HexDecodedKey = "hex_decoded_key",
        /// Sealed with the merchant key instead of the app secret.
        SealedWithMerchantKey = "sealed_with_merchant_key",
        /// Sealed with the app secret instead of the merchant key.
        SealedWithAppSecret = "sealed_with_app_secret",
        /// Sealed with the app id instead of the app secret.
        SealedWithAppId = "sealed_with_app_id",
        /// Sealed with a secret that is none of this client's: another merchant's, or the other environment's.
        WrongSecret = "wrong_secret",
        /// The parts are those of another layout, for instance a refund with the payment layout.
        WrongLayout = "wrong_layout",
        /// There are more or fewer parts than the layout has.
        WrongNumberOfParts = "wrong_number_of_parts",
        /// The merchant key in it is cut, as by a shell that expanded its `$` signs.
        MerchantKeyCut = "merchant_key_cut",
        /// The merchant key in it is another merchant's.
        OtherMerchantKey = "other_merchant_key",
        /// An amount has a decimal comma.
        CommaAmount = "comma_amount",
        /// A currency is given by its number (949) instead of its letters (TRY).
        NumericCurrency = "numeric_currency",
        /// A part differs from the body only by white space or letter case.
        WhiteSpaceOrCase = "white_space_or_case",
        /// Text was not UTF-8 when it was sealed.
        NotUtf8 = "not_utf8",
    }
}

model! {
    /// Why a `hash_key` does not fit.
    result HashExplanation {
        /// Whether it fits: it opens with the right secret and every part means the same.
        fits: bool,
        /// Every known mistake it looks like.
        mistakes: Vec<HashMistake>,
        /// Every part, what was meant and what is sealed; empty when the bundle does not open.
        parts: Vec<ComparedPart>,
        /// The whole in one sentence, in English.
        explanation_en: String,
        /// The whole in one sentence, in Turkish.
        explanation_tr: String,
    }
}

model! {
    /// A part of a bundle beside what was meant.
    result ComparedPart {
        /// Its name.
        name: String,
        /// What was meant; secrets redacted.
        meant: String,
        /// What is sealed; secrets redacted.
        sealed: String,
        /// Whether the gateway takes the two for the same: texts are compared as they are, amounts as numbers.
        same: bool,
    }
}

/// How a bundle opened: the plaintext, and the mistake it took to open it.
fn open_somehow(
    bundle: &str,
    layout: Layout,
    keys: &Keys,
) -> Result<(Zeroizing<String>, Option<HashMistake>), HashMistake> {
    let Some((random, sealed)) = split(bundle) else {
        let repaired = bundle.replace("__", "/").replace('_', "/");
        let damaged = bundle.matches(':').count() >= 2 && bundle.find(':') == Some(16);
        return match split(&repaired) {
            Some(_) => Err(HashMistake::DamagedBase64),
            None if damaged => Err(HashMistake::DamagedBase64),
            None => Err(HashMistake::NotABundle),
        };
    };
    let right = layout.secret(keys);
    let with = |secret: &str| text(decrypt(&key(secret, &random.salt), &random.iv, &sealed)?);
    if let Some(plain) = with(right.expose()) {
        return Ok((plain, None));
    }
    let others = [
        (keys.merchant_key.expose(), HashMistake::SealedWithMerchantKey),
        (keys.app_secret.expose(), HashMistake::SealedWithAppSecret),
        (keys.app_id.as_str(), HashMistake::SealedWithAppId),
    ];
    for (secret, mistake) in others.into_iter().filter(|(secret, _)| *secret != right.expose()) {
        if let Some(plain) = with(secret) {
            return Ok((plain, Some(mistake)));
        }
    }
    if let Some(plain) = decrypt(&digest(right.expose(), &random.salt), &random.iv, &sealed).and_then(text) {
        return Ok((plain, Some(HashMistake::HexDecodedKey)));
    }
    match decrypt(&key(right.expose(), &random.salt), &random.iv, &sealed) {
        // Right key, but what was sealed is not UTF-8: it looks like text of another encoding.
        Some(bytes) if bytes.iter().filter(|byte| byte.is_ascii_graphic()).count() * 2 > bytes.len() => {
            Err(HashMistake::NotUtf8)
        }
        _ => Err(HashMistake::WrongSecret),
    }
}

fn same(name: &str, meant: &str, sealed: &str) -> bool {
    let amount = |text: &str| text.parse::<Amount>().ok();
    match name {
        "total" | "amount" | "minamount" | "maxamount" => {
            meant == sealed || matches!((amount(meant), amount(sealed)), (Some(a), Some(b)) if a == b)
        }
        _ => meant == sealed,
    }
}

impl Operation for ExplainHash {
    type Client = Halkode;
    type Reply = HashExplanation;
    const KIND: Kind = Kind::Pure;

    fn run(&self, client: &Halkode) -> Result<HashExplanation, HalkodeError> {
        let keys = client.keys();
        let meant = parts_of(self.layout, &self.parts, keys)?;
        let mut mistakes = Vec::new();
        let plain = match open_somehow(&self.hash_key, self.layout, keys) {
            Ok((plain, mistake)) => {
                mistakes.extend(mistake);
                plain
            }
            Err(mistake) => return Ok(explanation(vec![mistake], Vec::new())),
        };
        let sealed: Vec<&str> = plain.split('|').collect();
        let names = self.layout.parts();
        let as_in = |layout: Layout| {
            let key = layout.parts().iter().position(|name| *name == MERCHANT_KEY);
            layout.parts().len() == sealed.len()
                && key.is_none_or(|at| sealed[at].starts_with("$2") || sealed[at] == keys.merchant_key.expose())
        };
        if !as_in(self.layout) && Layout::ALL.iter().any(|other| as_in(*other) && *other != Layout::RefundHook) {
            mistakes.push(HashMistake::WrongLayout);
        } else if sealed.len() != names.len() {
            mistakes.push(HashMistake::WrongNumberOfParts);
        }
        let mut parts = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let found = sealed.get(at).copied().unwrap_or_default();
            let same = same(name, &meant[at], found);
            if !same {
                mistakes.extend(mistake_in(name, &meant[at], found, &mistakes));
            }
            let show = |value: &str| {
                if value.starts_with("$2") { Secret::REDACTED.to_owned() } else { redacted(self.layout, name, value) }
            };
            parts.push(ComparedPart { name: (*name).to_owned(), meant: show(&meant[at]), sealed: show(found), same });
        }
        mistakes.dedup();
        Ok(explanation(mistakes, parts))
    }
}

fn mistake_in(name: &str, meant: &str, found: &str, known: &[HashMistake]) -> Option<HashMistake> {
    let folded = |text: &str| text.split_whitespace().collect::<String>().to_ascii_lowercase();
    if known.iter().any(|mistake| matches!(mistake, HashMistake::WrongLayout | HashMistake::WrongNumberOfParts)) {
        // Parts that stand in the wrong place tell nothing.
        return None;
    }
    match name {
        MERCHANT_KEY if found.len() < meant.len() => Some(HashMistake::MerchantKeyCut),
        MERCHANT_KEY => Some(HashMistake::OtherMerchantKey),
        "total" | "amount" | "minamount" | "maxamount" if found.contains(',') => Some(HashMistake::CommaAmount),
        "currency_code" if matches!(found, "949" | "840" | "978") => Some(HashMistake::NumericCurrency),
        _ if folded(meant) == folded(found) => Some(HashMistake::WhiteSpaceOrCase),
        _ => None,
    }
}

fn explanation(mistakes: Vec<HashMistake>, parts: Vec<ComparedPart>) -> HashExplanation {
    let different: Vec<_> = parts.iter().filter(|part| !part.same).map(|part| part.name.as_str()).collect();
    let fits = mistakes.is_empty() && different.is_empty() && !parts.is_empty();
    let (mut en, mut tr) = (Vec::new(), Vec::new());
    for mistake in &mistakes {
        let (english, turkish) = mistake_texts(*mistake);
        en.push(english.to_owned());
        tr.push(turkish.to_owned());
    }
    if !different.is_empty() {
        en.push(format!("These parts differ: {}.", different.join(", ")));
        tr.push(format!("Şu parçalar farklı: {}.", different.join(", ")));
    }
    if fits {
        en.push("The bundle is right for these values; if the gateway still refuses it, the body differs from what was given here.".into());
        tr.push(
            "Paket bu değerler için doğru; geçit yine de reddediyorsa gönderilen gövde burada verilenden farklıdır."
                .into(),
        );
    }
    HashExplanation { fits, mistakes, parts, explanation_en: en.join(" "), explanation_tr: tr.join(" ") }
}

fn mistake_texts(mistake: HashMistake) -> (&'static str, &'static str) {
    match mistake {
        HashMistake::NotABundle => (
            "This is not a bundle of the form iv:salt:base64 with an iv of 16 characters.",
            "Bu, 16 karakterlik iv ile iv:salt:base64 biçiminde bir paket değil.",
        ),
        HashMistake::DamagedBase64 => (
            "The base64 is damaged: every / becomes two underscores, not one, and + must not become a blank.",
            "Base64 bozulmuş: her / iki alt çizgiye dönüşür, bire değil; + işareti boşluğa dönüşmemeli.",
        ),
        HashMistake::HexDecodedKey => (
            "The key was decoded from hexadecimal; the key is the first 32 characters of the hexadecimal text itself.",
            "Anahtar onaltılık metinden çözülmüş; anahtar, onaltılık metnin kendisinin ilk 32 karakteridir.",
        ),
        HashMistake::SealedWithMerchantKey => (
            "Sealed with the merchant key; this layout wants the app secret.",
            "Üye işyeri anahtarıyla mühürlenmiş; bu düzen uygulama parolasını ister.",
        ),
        HashMistake::SealedWithAppSecret => (
            "Sealed with the app secret; this layout wants the merchant key.",
            "Uygulama parolasıyla mühürlenmiş; bu düzen üye işyeri anahtarını ister.",
        ),
        HashMistake::SealedWithAppId => (
            "Sealed with the app id; it must be the app secret.",
            "Uygulama anahtarıyla mühürlenmiş; uygulama parolası olmalı.",
        ),
        HashMistake::WrongSecret => (
            "It does not open with any key of this client: another merchant's secret, or the other environment's.",
            "Bu istemcinin hiçbir anahtarıyla açılmıyor: başka bir işyerinin ya da öbür ortamın parolası.",
        ),
        HashMistake::WrongLayout => (
            "The parts are those of another layout; a refund, for instance, must not use the payment layout.",
            "Parçalar başka bir düzenin parçaları; örneğin iade, ödeme düzenini kullanmamalı.",
        ),
        HashMistake::WrongNumberOfParts => (
            "The number of parts is not that of the layout; a value with a | in it also does this.",
            "Parça sayısı düzeninkiyle aynı değil; içinde | olan bir değer de buna yol açar.",
        ),
        HashMistake::MerchantKeyCut => (
            "The merchant key in it is cut, as by a shell, a .env file or a double-quoted PHP string that expanded its $ signs.",
            "İçindeki üye işyeri anahtarı kesilmiş: kabuk, .env dosyası ya da çift tırnaklı PHP metni $ işaretlerini genişletmiş olmalı.",
        ),
        HashMistake::OtherMerchantKey => {
            ("The merchant key in it is not this client's.", "İçindeki üye işyeri anahtarı bu istemcininki değil.")
        }
        HashMistake::CommaAmount => {
            ("An amount has a decimal comma; write a point.", "Tutarda ondalık virgül var; nokta yazılmalı.")
        }
        HashMistake::NumericCurrency => (
            "The currency is a number; write its letters, for instance TRY.",
            "Para birimi sayıyla yazılmış; harfleriyle yazılmalı, örneğin TRY.",
        ),
        HashMistake::WhiteSpaceOrCase => (
            "A part differs from the body only by white space or letter case.",
            "Bir parça gövdeden yalnızca boşluk ya da büyük-küçük harf bakımından farklı.",
        ),
        HashMistake::NotUtf8 => (
            "It opens, but its text is not UTF-8: letters such as ş or ğ were sealed in another encoding.",
            "Açılıyor ama metni UTF-8 değil: ş, ğ gibi harfler başka bir kodlamayla mühürlenmiş.",
        ),
    }
}
