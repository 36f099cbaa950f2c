//! What a client is made of: keys, the place of the gateway, and the way there.

use std::time::Duration;

use crate::error::HalkodeError;
use crate::model::{choice, model};
use crate::secret::Secret;

choice! {
    /// Which of the operator's two hosts to speak to.
    Environment {
        /// `https://testapp.halkode.com.tr/ccpayment`
        Test = "test",
        /// `https://app.halkode.com.tr/ccpayment`: real money.
        Live = "live",
    }
}

model! {
    /// What a HALKÖDE client is made of. The keys come from the merchant panel (docs/protocol-halkode.md#credentials).
    ///
    /// The keys alone make a client for everything that needs no network; to speak to the gateway, say also `environment`
    /// or `base_url`.
    request Config {
        /// Application id ("Uygulama Anahtarı"), 32 hexadecimal digits.
        app_id: String,
        /// Application secret ("Uygulama Parolası"), 32 hexadecimal digits.
        app_secret: Secret,
        /// Merchant key ("Üye İşyeri Anahtarı"), 60 characters that begin with `$2y$10$`.
        merchant_key: Secret,
        /// `test` or `live`.
        environment: Option<Environment>,
        /// Another host of the same platform, for instance a sandbox or a sibling brand: everything before `/api/...`,
        /// usually ending in `/ccpayment`. Only https, except on this machine (loopback).
        base_url: Option<String>,
        /// Seconds to wait for a connection, 1 to 60; 10 when left out.
        connect_timeout: Option<u32>,
        /// Seconds for a whole call with all its steps, 1 to 300; 60 when left out. A name look-up that hangs may take longer: it
        /// ends when the system's own resolver gives up (`/etc/resolv.conf`), since no thread is started that could be abandoned.
        timeout: Option<u32>,
        /// A relay with a fixed address, as URL: `http://user:password@host:port` (HTTP CONNECT) or `socks5://user:password@host:port`.
        proxy: Option<Secret>,
        /// Certificates of further authorities to trust, in PEM, beside the usual public ones.
        ca_pem: Option<String>,
        /// Added to the user agent, for instance `my-shop/2.1`.
        user_agent: Option<String>,
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
        let optional = |name: &str| get(name).filter(|value| !value.is_empty());
        let required =
            |name: &str| optional(name).ok_or_else(|| HalkodeError::request(name, "is not set in the environment"));
        let seconds = |name: &str| match optional(name).map(|text| text.parse()) {
            None => Ok(None),
            Some(Ok(seconds)) => Ok(Some(seconds)),
            Some(Err(_)) => Err(HalkodeError::request(name, "must be a whole number of seconds")),
        };
        let environment = match optional("HALKODE_ENVIRONMENT").as_deref() {
            None => None,
            Some("test") => Some(Environment::Test),
            Some("live") => Some(Environment::Live),
            Some(_) => return Err(HalkodeError::request("HALKODE_ENVIRONMENT", "must be test or live")),
        };
        let ca_pem = match optional("HALKODE_CA_FILE") {
            None => None,
            Some(path) => Some(
                std::fs::read_to_string(&path)
                    .map_err(|e| HalkodeError::request("HALKODE_CA_FILE", format!("cannot be read: {e}")))?,
            ),
        };
        Ok(Self {
            app_id: required("HALKODE_APP_ID")?,
            app_secret: required("HALKODE_APP_SECRET")?.into(),
            merchant_key: required("HALKODE_MERCHANT_KEY")?.into(),
            environment,
            base_url: optional("HALKODE_BASE_URL"),
            connect_timeout: seconds("HALKODE_CONNECT_TIMEOUT")?,
            timeout: seconds("HALKODE_TIMEOUT")?,
            proxy: optional("HALKODE_PROXY").map(Secret::from),
            ca_pem,
            user_agent: optional("HALKODE_USER_AGENT"),
        })
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

    /// The address before `/api/...`, checked, without a slash at its end; `None` when the configuration names none.
    pub(crate) fn base(&self) -> Result<Option<String>, HalkodeError> {
        let base = match (self.environment, &self.base_url) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => {
                return Err(HalkodeError::request("base_url", "and environment exclude each other; give one of them"));
            }
            (Some(Environment::Test), None) => "https://testapp.halkode.com.tr/ccpayment",
            (Some(Environment::Live), None) => "https://app.halkode.com.tr/ccpayment",
            (None, Some(base)) => base.trim_end_matches('/'),
        };
        check_url("base_url", base, UrlUse::Gateway)?;
        if base.contains(['?', '#', '@']) {
            return Err(HalkodeError::request("base_url", "must be a plain address, without user, query or fragment"));
        }
        Ok(Some(base.to_owned()))
    }

    pub(crate) fn connect_limit(&self) -> Result<Duration, HalkodeError> {
        seconds("connect_timeout", self.connect_timeout, 10, 60)
    }

    pub(crate) fn total_limit(&self) -> Result<Duration, HalkodeError> {
        seconds("timeout", self.timeout, 60, 300)
    }
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
        let base = |url: &str| Config { base_url: Some(url.into()), ..config() }.base();
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
        assert_eq!(config().base().unwrap(), None);
    }

    #[test]
    fn the_environment_is_named_in_its_errors() {
        let error = Config::from_variables(|_| None).unwrap_err();
        assert_eq!(error.reason, "HALKODE_APP_ID is not set in the environment");
        let error =
            Config::from_variables(|name| Some(if name.ends_with("ENVIRONMENT") { "prod" } else { "7" }.into()));
        assert_eq!(error.unwrap_err().reason, "HALKODE_ENVIRONMENT must be test or live");
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
