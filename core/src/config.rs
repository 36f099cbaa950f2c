//! What a client is made of: keys, the place of the gateway, and the way there.

use std::time::Duration;

use crate::error::HalkodeError;
use crate::model::{Reading, Value, choice};
use crate::secret::Secret;

choice! {
    /// Which of the operator's two hosts to speak to.
    Environment {
        /// The host for tests; no real money.
        Test = "test",
        /// The live host: real money.
        Live = "live",
    }
}

/// A configuration: the fields of one gateway, and those of the way to it, which are the same for every gateway.
macro_rules! config {
    ($(#[doc = $doc:expr])* $name:ident { $($own:tt)* }) => {
        $crate::model::model! {
            $(#[doc = $doc])*
            request $name {
                $($own)*
                /// `test` or `live`.
                environment: Option<$crate::config::Environment>,
                /// Another host of the same platform, for instance a sandbox or a sibling brand: everything before the paths this
                /// library adds. Only https, except on this machine (loopback).
                base_url: Option<String>,
                /// Seconds to wait for a connection, 1 to 60; 10 when left out.
                connect_timeout: Option<u32>,
                /// Seconds for a whole call with all its steps, 1 to 300; 60 when left out. A name look-up that hangs may take longer: it
                /// ends when the system's own resolver gives up (`/etc/resolv.conf`), since no thread is started that could be abandoned.
                timeout: Option<u32>,
                /// A relay with a fixed address, as URL: `http://user:password@host:port` (HTTP CONNECT) or `socks5://user:password@host:port`.
                proxy: Option<$crate::secret::Secret>,
                /// Certificates of further authorities to trust, in PEM, beside the usual public ones.
                ca_pem: Option<String>,
                /// Added to the user agent, for instance `my-shop/2.1`.
                user_agent: Option<String>,
            }
        }

        impl $name {
            /// The way to the gateway, checked.
            pub(crate) fn way(&self, hosts: $crate::config::Hosts) -> Result<$crate::config::Way, HalkodeError> {
                $crate::config::Way::new(
                    $crate::config::base(self.environment, self.base_url.as_deref(), hosts)?,
                    (self.connect_timeout, self.timeout),
                    self.proxy.as_ref(),
                    self.ca_pem.as_deref(),
                    self.user_agent.as_deref(),
                )
            }

            /// Fills in the way from the environment's variables.
            fn with_way(self, variables: &$crate::config::Variables<'_>) -> Result<Self, HalkodeError> {
                Ok(Self {
                    environment: variables.word("ENVIRONMENT")?,
                    base_url: variables.optional("BASE_URL"),
                    connect_timeout: variables.seconds("CONNECT_TIMEOUT")?,
                    timeout: variables.seconds("TIMEOUT")?,
                    proxy: variables.optional("PROXY").map($crate::secret::Secret::from),
                    ca_pem: variables.file("CA_FILE")?,
                    user_agent: variables.optional("USER_AGENT"),
                    ..self
                })
            }
        }
    };
}
pub(crate) use config;

config! {
    /// What a HALKÖDE client is made of. The keys come from the merchant panel (docs/protocol-halkode.md#credentials).
    ///
    /// The keys alone make a client for everything that needs no network; to speak to the gateway, say also `environment`
    /// or `base_url` (usually ending in `/ccpayment`).
    Config {
        /// Application id ("Uygulama Anahtarı"), 32 hexadecimal digits.
        app_id: String,
        /// Application secret ("Uygulama Parolası"), 32 hexadecimal digits.
        app_secret: Secret,
        /// Merchant key ("Üye İşyeri Anahtarı"), 60 characters that begin with `$2y$10$`.
        merchant_key: Secret,
    }
}

/// The operator's two hosts, everything before the paths this library adds.
#[derive(Clone, Copy)]
pub(crate) struct Hosts {
    pub test: &'static str,
    pub live: &'static str,
}

/// HALKÖDE's (docs/protocol-halkode.md#environments).
pub(crate) const HALKODE: Hosts =
    Hosts { test: "https://testapp.halkode.com.tr/ccpayment", live: "https://app.halkode.com.tr/ccpayment" };

/// The way to a gateway.
pub(crate) struct Way {
    /// The address before every path, without a slash at its end; `None` when the configuration names none.
    pub base: Option<String>,
    pub connect: Duration,
    pub total: Duration,
    pub proxy: Option<Secret>,
    pub ca_pem: Option<String>,
    pub user_agent: Option<String>,
}

impl Way {
    pub(crate) fn new(
        base: Option<String>,
        (connect, total): (Option<u32>, Option<u32>),
        proxy: Option<&Secret>,
        ca_pem: Option<&str>,
        user_agent: Option<&str>,
    ) -> Result<Self, HalkodeError> {
        Ok(Self {
            base,
            connect: seconds("connect_timeout", connect, 10, 60)?,
            total: seconds("timeout", total, 60, 300)?,
            proxy: proxy.cloned(),
            ca_pem: ca_pem.map(str::to_owned),
            user_agent: user_agent.map(str::to_owned),
        })
    }
}

/// Variables of the environment that begin with a gateway's name.
pub(crate) struct Variables<'a> {
    pub prefix: &'static str,
    pub get: &'a dyn Fn(&str) -> Option<String>,
}

impl Variables<'_> {
    fn wrong<T>(&self, name: &str, reason: impl Into<String>) -> Result<T, HalkodeError> {
        Err(HalkodeError::request(format!("{}_{name}", self.prefix), reason))
    }

    pub(crate) fn optional(&self, name: &str) -> Option<String> {
        (self.get)(&format!("{}_{name}", self.prefix)).filter(|value| !value.is_empty())
    }

    pub(crate) fn required(&self, name: &str) -> Result<String, HalkodeError> {
        self.optional(name).map_or_else(|| self.wrong(name, "is not set in the environment"), Ok)
    }

    /// One word of a closed set.
    pub(crate) fn word<T: Value>(&self, name: &str) -> Result<Option<T>, HalkodeError> {
        match self.optional(name).map(|word| T::read(word.into(), Reading::Strict)) {
            None => Ok(None),
            Some(Ok(word)) => Ok(Some(word)),
            Some(Err(wrong)) => self.wrong(name, wrong.reason),
        }
    }

    pub(crate) fn seconds(&self, name: &str) -> Result<Option<u32>, HalkodeError> {
        match self.optional(name).map(|text| text.parse()) {
            None => Ok(None),
            Some(Ok(seconds)) => Ok(Some(seconds)),
            Some(Err(_)) => self.wrong(name, "must be a whole number of seconds"),
        }
    }

    pub(crate) fn file(&self, name: &str) -> Result<Option<String>, HalkodeError> {
        match self.optional(name).map(std::fs::read_to_string) {
            None => Ok(None),
            Some(Ok(text)) => Ok(Some(text)),
            Some(Err(error)) => self.wrong(name, format!("cannot be read: {error}")),
        }
    }
}

/// Keys of a merchant; what hashes are made with.
#[derive(Clone)]
pub struct Keys {
    pub(crate) app_id: String,
    pub(crate) app_secret: Secret,
    pub(crate) merchant_key: Secret,
}

const MERCHANT_KEY_LENGTH: usize = 60;

impl Config {
    /// Reads the configuration from the environment: `HALKODE_APP_ID`, `HALKODE_APP_SECRET`, `HALKODE_MERCHANT_KEY`,
    /// `HALKODE_ENVIRONMENT` (`test` or `live`) or `HALKODE_BASE_URL`, and where wanted `HALKODE_CONNECT_TIMEOUT`,
    /// `HALKODE_TIMEOUT` (seconds), `HALKODE_PROXY`, `HALKODE_CA_FILE` (path of a PEM file), `HALKODE_USER_AGENT`.
    pub fn from_env() -> Result<Self, HalkodeError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// The same from variables that the host keeps, where that is not the environment of the process.
    pub fn from_variables(get: impl Fn(&str) -> Option<String>) -> Result<Self, HalkodeError> {
        let variables = Variables { prefix: "HALKODE", get: &get };
        let keys = Self {
            app_id: variables.required("APP_ID")?,
            app_secret: variables.required("APP_SECRET")?.into(),
            merchant_key: variables.required("MERCHANT_KEY")?.into(),
            ..Self::default()
        };
        keys.with_way(&variables)
    }

    /// The keys alone, checked: what building and reading exchanges without a client takes.
    pub fn keys(&self) -> Result<Keys, HalkodeError> {
        let wrong = |field: &str, reason: &str| HalkodeError::request(field, reason);
        for (name, value) in [
            ("app_id", self.app_id.as_str()),
            ("app_secret", self.app_secret.expose()),
            ("merchant_key", self.merchant_key.expose()),
        ] {
            if value.is_empty() {
                return Err(wrong(name, "is empty"));
            }
            if value.chars().any(|c| c.is_whitespace() || c.is_control()) {
                return Err(wrong(name, "has white space in it; copy it again from the merchant panel"));
            }
        }
        let length = self.merchant_key.expose().chars().count();
        if length > MERCHANT_KEY_LENGTH {
            return Err(wrong(
                "merchant_key",
                &format!("has {length} characters where merchant keys have {MERCHANT_KEY_LENGTH}"),
            ));
        }
        if length < MERCHANT_KEY_LENGTH {
            return Err(wrong(
                "merchant_key",
                &format!(
                    "has {length} characters where merchant keys have {MERCHANT_KEY_LENGTH} and begin with $2y$10$: it looks cut \
                     by a shell, a .env file or a double-quoted PHP string that expanded the $ signs; put it in single quotes"
                ),
            ));
        }
        Ok(Keys {
            app_id: self.app_id.clone(),
            app_secret: self.app_secret.clone(),
            merchant_key: self.merchant_key.clone(),
        })
    }
}

/// The address before every path, checked, without a slash at its end; `None` when the configuration names none.
pub(crate) fn base(
    environment: Option<Environment>,
    base_url: Option<&str>,
    hosts: Hosts,
) -> Result<Option<String>, HalkodeError> {
    let base = match (environment, base_url) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(HalkodeError::request("base_url", "and environment exclude each other; give one of them"));
        }
        (Some(Environment::Test), None) => hosts.test,
        (Some(Environment::Live), None) => hosts.live,
        (None, Some(base)) => base.trim_end_matches('/'),
    };
    check_url("base_url", base, UrlUse::Gateway)?;
    if base.contains(['?', '#', '@']) {
        return Err(HalkodeError::request("base_url", "must be a plain address, without user, query or fragment"));
    }
    Ok(Some(base.to_owned()))
}

fn seconds(field: &str, given: Option<u32>, default: u32, most: u32) -> Result<Duration, HalkodeError> {
    match given.unwrap_or(default) {
        seconds if (1..=most).contains(&seconds) => Ok(Duration::from_secs(seconds.into())),
        _ => Err(HalkodeError::request(field, format!("must be 1 to {most} seconds"))),
    }
}

/// What an address is for: secrets go to the gateway, so plain http is for loopback only; a shop's own page may be http
/// while it is being developed.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum UrlUse {
    Gateway,
    Shop,
}

pub(crate) fn check_url(field: &str, url: &str, purpose: UrlUse) -> Result<(), HalkodeError> {
    let wrong = |reason: &str| Err(HalkodeError::request(field, reason));
    if url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return wrong("has white space in it");
    }
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme @ ("https" | "http"), rest)) => (scheme, rest),
        _ => return wrong("must be an absolute https:// address"),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host_port = authority.rsplit('@').next().unwrap_or_default();
    let host = match host_port.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host_port.split(':').next().unwrap_or_default(),
    };
    if host.is_empty() {
        return wrong("has no host");
    }
    let loopback = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if scheme == "http" && purpose == UrlUse::Gateway && !loopback {
        return wrong("must be https; plain http is for this machine (loopback) only");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config {
            app_id: "a2a7cb8131890a35353629182274c756".into(),
            app_secret: "a9b5c28211388c7a6a705122a24e6f46".into(),
            merchant_key: "$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72".into(),
            ..Config::default()
        }
    }

    #[test]
    fn a_merchant_key_cut_by_a_shell_is_refused_with_the_reason() {
        // What sh, docker compose, a double-quoted PHP string and dotenv-expand leave of the published test key.
        for cut in [
            "y0.efxdERBrbaVZNaJ3AwlmZriYNrygSH72",
            "$2y$10.efxdERBrbaVZNaJ3AwlmZriYNrygSH72",
            ".efxdERBrbaVZNaJ3AwlmZriYNrygSH72",
        ] {
            let error = Config { merchant_key: cut.into(), ..config() }.keys().err().unwrap();
            assert_eq!((error.kind(), error.field.as_deref()), ("request", Some("merchant_key")));
            assert!(error.reason.contains("expanded the $ signs; put it in single quotes"), "{error}");
            assert!(!error.reason.contains("efxd"), "{error}");
        }
        assert!(config().keys().is_ok());
    }

    #[test]
    fn only_https_except_on_loopback() {
        let base = |url: &str| super::base(None, Some(url), HALKODE);
        for url in [
            "https://app.halkode.com.tr/ccpayment/",
            "http://127.0.0.1:8321/ccpayment",
            "http://localhost/x",
            "http://[::1]:80/x",
        ] {
            assert!(base(url).is_ok(), "{url}");
        }
        for url in [
            "http://app.halkode.com.tr/ccpayment",
            "ftp://x",
            "app.halkode.com.tr",
            "https://",
            "https://a b",
            "https://u:p@h/",
            "http://127.0.0.1@evil.example/",
            "https://h/?a=b",
        ] {
            assert!(base(url).is_err(), "{url}");
        }
        assert_eq!(base("https://h/ccpayment/").unwrap().as_deref(), Some("https://h/ccpayment"));
        assert_eq!(config().way(HALKODE).unwrap().base, None);
    }

    #[test]
    fn the_environment_is_named_in_its_errors() {
        let error = Config::from_variables(|_| None).unwrap_err();
        assert_eq!(error.reason, "HALKODE_APP_ID is not set in the environment");
        let error =
            Config::from_variables(|name| Some(if name.ends_with("ENVIRONMENT") { "prod" } else { "7" }.into()));
        assert_eq!(error.unwrap_err().reason, "HALKODE_ENVIRONMENT must be one of test, live");
        let config = Config::from_variables(|name| match name {
            "HALKODE_APP_ID" | "HALKODE_APP_SECRET" | "HALKODE_MERCHANT_KEY" => Some("k".into()),
            "HALKODE_TIMEOUT" => Some("30".into()),
            "HALKODE_ENVIRONMENT" => Some("live".into()),
            _ => None,
        })
        .unwrap();
        assert_eq!((config.timeout, config.environment), (Some(30), Some(Environment::Live)));
    }
}
