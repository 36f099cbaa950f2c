use std::collections::BTreeSet;

use super::*;
use crate::codes::Resend;

fn resend(code: &str) -> Option<Resend> {
    lookup(code).map(|text| text.resend)
}

#[test]
fn tables_are_sorted_unique_and_found() {
    for (table, found) in [(&CODES, lookup as fn(&str) -> _), (&MD_STATUS, md_status)] {
        let codes: Vec<&str> = table.texts().map(|row| row.code).collect();
        assert_eq!(codes.len(), table.rows.lines().count(), "every line is a row and names an advice");
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(table.texts().all(|row| found(row.code) == Some(row)));
    }
}

#[test]
fn every_text_is_a_sentence_in_its_language() {
    for text in CODES.texts().chain(MD_STATUS.texts()) {
        for (en, tr) in [(text.en, text.tr), (text.advice_en, text.advice_tr)] {
            assert_ne!(en, tr);
            for said in [en, tr] {
                assert!(said.len() > 5 && said.ends_with('.'), "{said}");
                assert_eq!(said, said.trim(), "{said}");
                assert!(!said.contains("  "), "{said}");
            }
            assert!(!en.contains(['ğ', 'ı', 'İ', 'ş', 'Ş']), "not English: {en}");
        }
    }
}

#[test]
fn no_advice_is_written_in_vain() {
    let named = |name: &str| {
        [CODES.rows, MD_STATUS.rows].iter().any(|rows| rows.lines().any(|row| row.split('\t').nth(1) == Some(name)))
    };
    for advice in ADVICE.lines() {
        let name = advice.split('\t').next().unwrap_or_default();
        assert!(named(name), "{name}");
    }
}

#[test]
fn every_documented_code_is_there() {
    let number = |codes: &[std::ops::RangeInclusive<u32>], prefix: &'static str, width: usize| -> Vec<String> {
        codes.iter().cloned().flatten().map(|code| format!("{prefix}{code:0width$}")).collect()
    };
    let bank = [
        0..=9,
        11..=15,
        19..=21,
        25..=30,
        32..=34,
        36..=38,
        41..=41,
        43..=43,
        51..=59,
        61..=63,
        65..=65,
        75..=77,
        80..=85,
        91..=93,
        96..=96,
        98..=99,
    ];
    let core = [
        1001..=1008,
        1010..=1015,
        1017..=1029,
        2001..=2003,
        2005..=2016,
        2020..=2026,
        2029..=2029,
        2034..=2034,
        2100..=2100,
        2104..=2106,
        2119..=2119,
        2121..=2121,
        2124..=2124,
        2126..=2127,
        2133..=2133,
        2201..=2202,
        2204..=2206,
        2208..=2208,
        2250..=2256,
        2301..=2302,
        2304..=2304,
        2311..=2316,
        2503..=2509,
        2511..=2513,
        2601..=2601,
        2603..=2603,
        4000..=4015,
    ];
    // From published error tables, not in the documents.
    let further = [
        1000..=1000,
        1016..=1016,
        2004..=2004,
        2027..=2028,
        2115..=2118,
        2120..=2120,
        2122..=2123,
        2125..=2125,
        2128..=2131,
        2207..=2207,
        2209..=2209,
        2400..=2400,
        2500..=2502,
        2510..=2510,
        2514..=2517,
        2700..=2700,
        2800..=2800,
        2900..=2900,
        3000..=3000,
        4201..=4202,
    ];
    let gateway = number(&core, "CORE-", 4).into_iter().chain(number(&further, "CORE-", 4));
    let others = number(&[1001..=1008, 9100..=9103], "BM-", 4)
        .into_iter()
        .chain(["HPP-1001", "3D-1004", "3D-1007", "215001", "215021"].map(str::to_owned));
    let networks = number(&bank, "", 2).into_iter().chain(["YK", "SF", "GK", "9998", "9999"].map(str::to_owned));
    let mut own = BTreeSet::new();
    for code in gateway.chain(others) {
        assert_eq!(lookup(&code).map(|text| text.code), Some(code.as_str()));
        own.insert(code);
    }
    for code in networks {
        assert_eq!(lookup(&code).map(|text| text.code), Some(code.as_str()));
        assert_eq!(lookup(&format!("ISO8583-{code}")), lookup(&code));
    }
    let undocumented: Vec<&str> =
        CODES.texts().map(|text| text.code).filter(|code| *code != "00" && !own.contains(*code)).collect();
    assert!(undocumented.is_empty(), "{undocumented:?}");
    for status in 0..=8 {
        assert!(md_status(&status.to_string()).is_some(), "{status}");
    }
}

#[test]
fn a_code_is_found_however_it_is_spelled() {
    for (spelled, code) in [
        ("51", "51"),
        (" iso8583-51 ", "51"),
        ("ISO8583-00", "00"),
        ("5", "05"),
        ("core-2508", "CORE-2508"),
        ("992508", "CORE-2508"),
        ("2508", "CORE-2508"),
        ("2100", "CORE-2100"),
        ("992104", "CORE-2104"),
        ("9999", "9999"),
        ("ISO8583-9998", "9998"),
        ("\tbm-9100\n", "BM-9100"),
        ("Hpp-1001", "HPP-1001"),
        ("3d-1004", "3D-1004"),
        ("gk", "GK"),
        ("215021", "215021"),
    ] {
        assert_eq!(lookup(spelled).map(|text| text.code), Some(code), "{spelled}");
    }
    assert_eq!(md_status(" 1 ").map(|text| text.resend), Some(Resend::Done));
}

#[test]
fn an_unknown_code_means_nothing() {
    for code in ["", " ", "0", "XX", "CORE-", "CORE-9999", "999999", "ISO8583-2508", "V004", "ISO8583-", "ğ", "9ı9ı"]
    {
        assert!(lookup(code).is_none(), "{code}");
    }
    for code in ["", "9", "01", "-1", "Y"] {
        assert!(md_status(code).is_none(), "{code}");
    }
}

#[test]
fn nothing_that_may_have_moved_money_is_sent_again_unasked() {
    let unknown = (1000..=1005).chain([2016, 2100, 2104, 2127, 2302, 2304, 2507]).map(|code| format!("CORE-{code}"));
    let unreached = (1001..=1008).chain(9100..=9103).map(|code| format!("BM-{code}"));
    for code in unknown.chain(unreached).chain(["92", "99", "9999", "08"].map(str::to_owned)) {
        assert_eq!(resend(&code), Some(Resend::AskFirst), "{code}");
    }
    let done: Vec<&str> = CODES.texts().filter(|row| row.resend == Resend::Done).map(|row| row.code).collect();
    assert_eq!(done, ["00"]);
    assert_eq!(resend("CORE-2508"), Some(Resend::Later));
    assert_eq!(resend("CORE-2511"), Some(Resend::Never));
}
