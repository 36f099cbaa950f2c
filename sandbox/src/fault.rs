//! Faults on demand: what can go wrong between a shop and its bank, per path and a counted number of times.

use std::fmt;
use std::str::FromStr;

use crate::json::{Json, object};

/// A way in which one request fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The operation is carried out at once, its answer sent after this many milliseconds.
    Delay(u64),
    /// The request is read and never answered, until the client goes away; nothing is carried out.
    Hang,
    /// The answer's head promises more bytes than follow before the connection closes; nothing is carried out.
    Cut,
    /// The request is read, then the connection is reset (TCP RST) without an answer; nothing is carried out.
    Reset,
    /// The next connection, whatever it is for, is closed before a byte is read.
    Refuse,
    /// The operation is carried out, then the connection is reset without an answer.
    DoneNoAnswer,
    /// The operation is carried out, its answer cut in the middle.
    DoneCut,
    /// The operation is carried out, then answered with HTTP 500 and an HTML page.
    Done500,
    /// HTTP 200 with binary junk; nothing is carried out.
    Garbage,
    /// HTTP 200 with an empty body; nothing is carried out.
    Empty,
    /// HTTP 200 with an HTML error page; nothing is carried out.
    Html,
    /// This HTTP status (401, 429, 500, 502 or 503) without anything being carried out.
    Status(u16),
    /// The operation is carried out; the `hash_key` that the bank returns for it is sealed with a wrong secret.
    WrongHash,
    /// The operation is carried out; the `hash_key` that the bank returns for it names another amount.
    WrongAmount,
    /// HTTP 302 to another address of the sandbox, which nobody should follow; nothing is carried out.
    Redirect,
    /// HTTP 200 with 64 MiB of body; nothing is carried out.
    Huge,
}

/// Name of each fault but the two with a number, as the command line and the control API write it.
const NAMES: &[(&str, Fault)] = &[
    ("hang", Fault::Hang),
    ("cut", Fault::Cut),
    ("reset", Fault::Reset),
    ("refuse", Fault::Refuse),
    ("done_no_answer", Fault::DoneNoAnswer),
    ("done_cut", Fault::DoneCut),
    ("done_500", Fault::Done500),
    ("garbage", Fault::Garbage),
    ("empty", Fault::Empty),
    ("html", Fault::Html),
    ("wrong_hash", Fault::WrongHash),
    ("wrong_amount", Fault::WrongAmount),
    ("redirect", Fault::Redirect),
    ("huge", Fault::Huge),
];

/// The HTTP statuses that can be asked for.
const STATUSES: &[u16] = &[401, 429, 500, 502, 503];

impl Fault {
    /// Every name, for help texts and the start page.
    pub(crate) fn names() -> String {
        let statuses = STATUSES.iter().map(u16::to_string);
        NAMES
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .chain(["delay:MS".to_owned()])
            .chain(statuses)
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Whether the operation is carried out all the same.
    pub(crate) fn carries_out(&self) -> bool {
        matches!(
            self,
            Self::Delay(_) | Self::DoneNoAnswer | Self::DoneCut | Self::Done500 | Self::WrongHash | Self::WrongAmount
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delay(milliseconds) => write!(f, "delay:{milliseconds}"),
            Self::Status(status) => write!(f, "{status}"),
            named => f.write_str(NAMES.iter().find(|(_, fault)| fault == named).map_or("", |(name, _)| name)),
        }
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(milliseconds) = text.strip_prefix("delay:") {
            return milliseconds
                .parse()
                .map(Self::Delay)
                .map_err(|_| format!("{text}: delay takes milliseconds, as in delay:1500"));
        }
        if let Some(status) = text.parse().ok().filter(|status| STATUSES.contains(status)) {
            return Ok(Self::Status(status));
        }
        let named = NAMES.iter().find(|(name, _)| *name == text);
        named
            .map(|(_, fault)| fault.clone())
            .ok_or_else(|| format!("unknown fault {text:?}; there are {}", Self::names()))
    }
}

/// A fault waiting for its requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultRule {
    /// The end of the path it is for, such as `paySmart2D` or `api/refund`; `*` for every path of the bank.
    pub path: String,
    /// What goes wrong.
    pub fault: Fault,
    /// How many requests it still is for; nothing for all of them.
    pub times: Option<u32>,
}

impl FaultRule {
    fn matches(&self, path: &str) -> bool {
        // Halkbank's gate is known in two spellings.
        let (wanted, path) = (self.path.trim_matches('/').to_ascii_lowercase(), path.to_ascii_lowercase());
        wanted == "*" || path.trim_matches('/') == wanted || path.trim_end_matches('/').ends_with(&format!("/{wanted}"))
    }

    pub(crate) fn to_json(&self) -> Json {
        let times = self.times.map_or(Json::from("*"), Json::from);
        object! { "path": self.path.as_str(), "fault": self.fault.to_string(), "times": times }
    }

    /// Reads `{"path":"paySmart2D","fault":"done_no_answer","times":1}`; `times` may be `"*"` and is 1 where it is absent.
    pub(crate) fn from_json(json: &Json) -> Result<Self, String> {
        let (path, times) = (json.text("path"), json.text("times"));
        if path.is_empty() {
            return Err("\"path\" is missing".into());
        }
        Ok(Self {
            path,
            fault: json.text("fault").parse()?,
            times: times_from(if times.is_empty() { "1" } else { &times })?,
        })
    }
}

fn times_from(text: &str) -> Result<Option<u32>, String> {
    match text {
        "*" => Ok(None),
        number => match number.parse() {
            Ok(0) | Err(_) => Err(format!("{number:?} is not how often a fault can happen: a number from 1, or *")),
            Ok(times) => Ok(Some(times)),
        },
    }
}

impl FromStr for FaultRule {
    type Err = String;

    /// Reads `PATH=FAULT[:TIMES]`, for instance `paySmart2D=done_no_answer:2` or `checkstatus=delay:1500:*`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (path, rest) = text.split_once('=').ok_or_else(|| format!("{text:?} is not PATH=FAULT[:TIMES]"))?;
        let parts: Vec<&str> = rest.split(':').collect();
        let (fault, times) = match parts[..] {
            ["delay", milliseconds] => (format!("delay:{milliseconds}"), "1"),
            ["delay", milliseconds, times] => (format!("delay:{milliseconds}"), times),
            [fault] => (fault.to_owned(), "1"),
            [fault, times] => (fault.to_owned(), times),
            _ => return Err(format!("{text:?} is not PATH=FAULT[:TIMES]")),
        };
        if path.is_empty() {
            return Err(format!("{text:?} names no path"));
        }
        Ok(Self { path: path.to_owned(), fault: fault.parse()?, times: times_from(times)? })
    }
}

/// The faults that are waiting, first come first served.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    waiting: Vec<FaultRule>,
}

impl Faults {
    pub(crate) fn add(&mut self, rule: FaultRule) {
        self.waiting.push(rule);
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    pub(crate) fn to_json(&self) -> Json {
        Json::List(self.waiting.iter().map(FaultRule::to_json).collect())
    }

    /// The fault that a request to this path meets, if any; counted.
    pub(crate) fn for_path(&mut self, path: &str) -> Option<Fault> {
        self.take(|rule| rule.fault != Fault::Refuse && rule.matches(path))
    }

    /// Whether a new connection is to be closed unread; counted.
    pub(crate) fn refuses_connection(&mut self) -> bool {
        self.take(|rule| rule.fault == Fault::Refuse).is_some()
    }

    fn take(&mut self, wanted: impl Fn(&FaultRule) -> bool) -> Option<Fault> {
        let at = self.waiting.iter().position(wanted)?;
        let rule = &mut self.waiting[at];
        let fault = rule.fault.clone();
        if let Some(times) = &mut rule.times {
            *times -= 1;
            if *times == 0 {
                self.waiting.remove(at);
            }
        }
        Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs_read_and_refuse() {
        let rule: FaultRule = "checkstatus=delay:1500:*".parse().unwrap();
        assert_eq!(rule, FaultRule { path: "checkstatus".into(), fault: Fault::Delay(1500), times: None });
        assert_eq!("api/refund=503".parse::<FaultRule>().unwrap().fault, Fault::Status(503));
        for (_, fault) in NAMES {
            assert_eq!(fault.to_string().parse::<Fault>().unwrap(), *fault);
        }
        for wrong in
            ["paySmart2D", "=cut", "a=bend", "a=cut:0", "a=cut:x", "a=delay", "a=delay:soon", "a=404", "a=cut:1:2:3"]
        {
            assert!(wrong.parse::<FaultRule>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn paths_match_whole_segments_and_faults_are_counted() {
        let mut faults = Faults::default();
        for spec in ["refund=cut:2", "*=500", "api/token=401"] {
            faults.add(spec.parse().unwrap());
        }
        assert_eq!(faults.for_path("/ccpayment/api/refund"), Some(Fault::Cut));
        assert_eq!(faults.for_path("/ccpayment/api/prerefund"), Some(Fault::Status(500)), "only * is for it");
        assert_eq!(faults.for_path("/ccpayment/api/refund"), Some(Fault::Cut));
        assert_eq!(faults.for_path("/ccpayment/api/refund"), None);
        assert_eq!(faults.for_path("/ccpayment/api/token"), Some(Fault::Status(401)));
        assert_eq!(faults.to_json().to_string(), "[]");
    }
}
