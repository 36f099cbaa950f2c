//! The client of Halkbank Sanal POS: its keys, the way to the bank, and how the bank's answers are read.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::answer::{Answer, leaves_in_doubt};
use super::xml;
use crate::config::{Hosts, Variables, config};
use crate::delivery::{About, deliver, finish, no_stray_pan, secrets_of};
use crate::error::HalkodeError;
use crate::json::{Json, Object};
use crate::model::{Model, choice};
use crate::per_process::PerProcess;
use crate::secret::Secret;
use crate::transport::{Care, HttpAnswer, Lost, Parcel, Transport};

choice! {
    /// Which outcomes of 3-D Secure a shop goes on with (docs/protocol-halkbank.md#mdstatus).
    MdStatusPolicy {
        /// Only full authentication (mdStatus 1).
        Full = "full",
        /// Also half authentication (mdStatus 2, 3, 4), where the issuer may not bear the loss of a fraud.
        Half = "half",
    }
}

config! {
    /// What a Halkbank client is made of. The values come from the bank's panel (docs/protocol-halkbank.md#credentials).
    ///
    /// The gate needs `store_key`, the XML API `api_user` and `api_password`; to speak to the bank, say also `environment` or `base_url`
    /// (usually ending in `/fim`).
    HalkbankConfig {
        /// Merchant number ("Üye işyeri numarası"), up to 15 digits.
        client_id: Secret,
        /// Store key ("3D anahtarı"), with which forms to the gate and its callbacks are hashed. It never travels.
        store_key: Option<Secret>,
        /// Name of a user with the API role.
        api_user: Option<Secret>,
        /// Password of that user.
        api_password: Option<Secret>,
        /// Which outcomes of 3-D Secure to go on with; `full` when left out.
        md_status: Option<MdStatusPolicy>,
    }
}

/// The bank's two hosts (docs/protocol-halkbank.md#environments).
const HOSTS: Hosts =
    Hosts { test: "https://entegrasyon.asseco-see.com.tr/fim", live: "https://sanalpos.halkbank.com.tr/fim" };

/// A merchant's keys, checked.
#[derive(Clone)]
pub struct BankKeys {
    pub(crate) client_id: Secret,
    store_key: Option<Secret>,
    api_user: Option<Secret>,
    api_password: Option<Secret>,
    pub(crate) md_status: MdStatusPolicy,
}

impl BankKeys {
    /// The store key, where the configuration has one.
    pub(crate) fn store_key(&self) -> Result<&Secret, HalkodeError> {
        self.store_key.as_ref().ok_or_else(|| HalkodeError::request("store_key", "is missing from the configuration"))
    }

    /// The beginning of every document: who asks.
    fn document(&self) -> Result<Object, HalkodeError> {
        let missing = |name| HalkodeError::request(name, "is missing from the configuration");
        let mut document = Object::new();
        document.set("Name", self.api_user.clone().ok_or_else(|| missing("api_user"))?);
        document.set("Password", self.api_password.clone().ok_or_else(|| missing("api_password"))?);
        document.set("ClientId", self.client_id.clone());
        Ok(document)
    }

    fn all(&self) -> Vec<Secret> {
        [Some(&self.client_id), self.store_key.as_ref(), self.api_user.as_ref(), self.api_password.as_ref()]
            .into_iter()
            .flatten()
            .cloned()
            .collect()
    }
}

impl HalkbankConfig {
    /// Reads the configuration from the environment: `HALKBANK_CLIENT_ID`, `HALKBANK_STORE_KEY`, `HALKBANK_API_USER`,
    /// `HALKBANK_API_PASSWORD`, `HALKBANK_ENVIRONMENT` (`test` or `live`) or `HALKBANK_BASE_URL`, and where wanted
    /// `HALKBANK_MD_STATUS` (`full` or `half`), `HALKBANK_CONNECT_TIMEOUT`, `HALKBANK_TIMEOUT` (seconds), `HALKBANK_PROXY`,
    /// `HALKBANK_CA_FILE` (path of a PEM file), `HALKBANK_USER_AGENT`.
    pub fn from_env() -> Result<Self, HalkodeError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// The same from variables that the host keeps, where that is not the environment of the process.
    pub fn from_variables(get: impl Fn(&str) -> Option<String>) -> Result<Self, HalkodeError> {
        let variables = Variables { prefix: "HALKBANK", get: &get };
        let keys = Self {
            client_id: variables.required("CLIENT_ID")?.into(),
            store_key: variables.optional("STORE_KEY").map(Secret::from),
            api_user: variables.optional("API_USER").map(Secret::from),
            api_password: variables.optional("API_PASSWORD").map(Secret::from),
            md_status: variables.word("MD_STATUS")?,
            ..Self::default()
        };
        keys.with_way(&variables)
    }

    /// The keys alone, checked.
    pub fn keys(&self) -> Result<BankKeys, HalkodeError> {
        let number = self.client_id.expose();
        if !(1..=15).contains(&number.len()) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(HalkodeError::request("client_id", "must be a merchant number of up to 15 digits"));
        }
        for (name, value) in
            [("store_key", &self.store_key), ("api_user", &self.api_user), ("api_password", &self.api_password)]
        {
            let Some(value) = value.as_ref().map(Secret::expose) else { continue };
            if value.is_empty() {
                return Err(HalkodeError::request(name, "is empty"));
            }
            if value.trim() != value || value.chars().any(char::is_control) {
                return Err(HalkodeError::request(name, "has white space around it or a control character in it"));
            }
        }
        Ok(BankKeys {
            client_id: self.client_id.clone(),
            store_key: self.store_key.clone(),
            api_user: self.api_user.clone(),
            api_password: self.api_password.clone(),
            md_status: self.md_status.unwrap_or_default(),
        })
    }
}

/// A client of Halkbank Sanal POS.
///
/// One client may be used from many threads and on both sides of a fork; it starts no threads of its own and costs nothing while it
/// is idle. Every operation is a method.
///
/// ```no_run
/// use halkode::{GetOrderStatus, Halkbank, HalkbankConfig};
/// let client = Halkbank::new(HalkbankConfig::from_env()?)?;
/// let status = client.order_status(&GetOrderStatus { order_id: "A-1".into() })?;
/// println!("{}", status.state);
/// # Ok::<(), halkode::HalkodeError>(())
/// ```
pub struct Halkbank {
    keys: BankKeys,
    base: Option<String>,
    total: Duration,
    transport: Transport,
    /// The authentications (xid) that this process has provisioned, so that none is provisioned twice; the newest last.
    provisioned: PerProcess<VecDeque<String>>,
}

/// How many authentications are remembered; they are good for minutes.
const REMEMBERED: usize = 4096;

/// The address alone; the keys stay hidden.
impl std::fmt::Debug for Halkbank {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Halkbank {{ base: {:?} }}", self.base)
    }
}

/// An operation that is one document and one answer, both sides as pure functions.
pub(crate) trait Exchange: Model {
    type Reply: Model;
    /// Whether it may move money or change what is stored.
    const MONEY: bool;

    /// Checks the values before anything is sent.
    fn check(&self) -> Result<(), HalkodeError>;

    /// The order it is about, for errors.
    fn order(&self) -> Option<&str>;

    /// Adds what it says to a document that begins with the merchant's keys.
    fn document(&self, document: &mut Object) -> Result<(), HalkodeError>;

    /// Reads the answer.
    fn reply(&self, answer: Answer<'_>) -> Result<Self::Reply, HalkodeError>;
}

/// Makes operations of exchanges.
macro_rules! exchanges { ($($request:ident -> $reply:ident),* $(,)?) => { $(
    impl $crate::operation::Operation for $request {
        type Client = $crate::halkbank::Halkbank;
        type Reply = $reply;
        const KIND: $crate::operation::Kind = match <Self as $crate::halkbank::client::Exchange>::MONEY {
            true => $crate::operation::Kind::Money,
            false => $crate::operation::Kind::Query,
        };

        fn run(&self, client: &$crate::halkbank::Halkbank) -> Result<$reply, $crate::error::HalkodeError> {
            client.exchange(self)
        }
    }
)* } }
pub(super) use exchanges;

/// Fields that hold a card's data; they are handled as secrets.
pub(crate) const CARD_FIELDS: &[&str] = &["number", "cvv", "pan", "cv2", "Number", "Cvv2Val", "md"];

impl Halkbank {
    /// Makes a client; nothing is sent.
    pub fn new(config: HalkbankConfig) -> Result<Self, HalkodeError> {
        let way = config.way(HOSTS)?;
        Ok(Self {
            keys: config.keys()?,
            transport: Transport::new(&way)?,
            base: way.base,
            total: way.total,
            provisioned: PerProcess::new(),
        })
    }

    pub(crate) fn keys(&self) -> &BankKeys {
        &self.keys
    }

    /// The bank's address.
    pub(crate) fn base(&self) -> Result<&str, HalkodeError> {
        self.base.as_deref().ok_or_else(|| {
            HalkodeError::request("environment", "is missing: say \"test\", \"live\", or give a base_url")
        })
    }

    /// One exchange with the bank, repeated only as its kind allows.
    pub(crate) fn exchange<E: Exchange>(&self, exchange: &E) -> Result<E::Reply, HalkodeError> {
        no_stray_pan(&exchange.write().unwrap_or_default(), "", CARD_FIELDS)?;
        exchange.check()?;
        let mut document = self.keys.document()?;
        exchange.document(&mut document)?;
        let care = if E::MONEY { Care::Money } else { Care::Query };
        let answer = self.carry(&document, care);
        answer
            .and_then(|answer| exchange.reply(Answer::read(&answer)?))
            .map_err(|error| self.finish(error, &document, exchange.order(), care))
    }

    /// Sends a document and brings back an answer worth reading.
    fn carry(&self, document: &Object, care: Care) -> Result<HttpAnswer, HalkodeError> {
        let url = format!("{}/api", self.base()?);
        let text = xml::write("CC5Request", document);
        let body = form_field("DATA", &text);
        let deadline = Instant::now() + self.total;
        deliver(care, deadline, &mut || Ok(self.post(&url, &body, care, deadline)))
    }

    fn post(&self, url: &str, body: &str, care: Care, deadline: Instant) -> Result<HttpAnswer, Lost> {
        let parcel = Parcel {
            url,
            accept: "text/xml, application/xml",
            content_type: "application/x-www-form-urlencoded",
            bearer: None,
            body: body.as_bytes(),
        };
        self.transport.send(&parcel, care, deadline)
    }

    fn finish(&self, error: HalkodeError, document: &Object, order: Option<&str>, care: Care) -> HalkodeError {
        let mut secrets = self.keys.all();
        secrets_of(&Json::from(document.clone()), &mut secrets);
        finish(error, &About { invoice: order, care, secrets, uncertain: leaves_in_doubt })
    }

    /// Notes that an authentication is being provisioned; false when this process did so before.
    pub(crate) fn begin_provision(&self, xid: &str) -> bool {
        let provisioned = self.provisioned.here();
        let mut xids = provisioned.lock();
        if xids.iter().any(|known| known == xid) {
            return false;
        }
        if xids.len() == REMEMBERED {
            xids.pop_front();
        }
        xids.push_back(xid.to_owned());
        true
    }

    /// Forgets an authentication whose provision certainly did not leave this machine.
    pub(crate) fn provision_not_sent(&self, xid: &str) {
        self.provisioned.here().lock().retain(|known| known != xid);
    }
}

/// A form's one field, url-encoded.
fn form_field(name: &str, value: &str) -> Zeroizing<String> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut body = Zeroizing::new(String::with_capacity(name.len() + 1 + value.len() * 3));
    body.push_str(name);
    body.push('=');
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            body.push(char::from(byte));
        } else {
            body.push('%');
            body.push(char::from(HEX[usize::from(byte >> 4)]));
            body.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    body
}
