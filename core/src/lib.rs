//! Card payments for Turkish shops, through HALKÖDE and Halkbank Sanal POS.
//!
//! A [`Halkode`] client speaks to the one gateway, a [`Halkbank`] client to the other; every operation is a method that takes a request struct and gives a reply
//! struct. Amounts are exact decimals, requests are checked before a byte is sent, and a payment whose answer is lost is
//! never sent twice: its error says [`in_doubt`](Failure::in_doubt), and [`Halkode::settle`] finds out what became of it.
//!
//! ```no_run
//! use halkode::{Card, Config, Halkode, Pay2d};
//!
//! let client = Halkode::new(Config::from_env()?)?;
//! let request = Pay2d {
//!     invoice_id: "A-1".into(),
//!     total: "149.90".parse().expect("an amount"),
//!     name: "Ayşe".into(),
//!     surname: "Yılmaz".into(),
//!     card: Card {
//!         holder_name: "Ayşe Yılmaz".into(),
//!         number: "4155650100416111".into(),
//!         expiry_month: "12".into(),
//!         expiry_year: "2040".into(),
//!         cvv: Some("555".into()),
//!     },
//!     ..Default::default()
//! };
//! match client.pay_2d(&request) {
//!     Ok(payment) => println!("paid, order {}", payment.order_id.unwrap_or_default()),
//!     Err(error) if error.in_doubt => println!("ask settle for {:?}", error.invoice_id),
//!     Err(error) => println!("{}", error.explanation_tr.as_deref().unwrap_or(&error.reason)),
//! }
//! # Ok::<(), halkode::HalkodeError>(())
//! ```
//!
//! Unofficial; not affiliated with either operator.

mod amount;
mod check;
mod codes;
mod config;
mod delivery;
mod door;
mod error;
mod halkbank;
mod halkode;
mod html;
mod json;
mod model;
mod operation;
mod per_process;
mod reconcile;
#[cfg(feature = "schema")]
mod schema;
mod secret;
mod transport;

pub use amount::{Amount, NotAnAmount};
pub use config::{Config, Environment, Keys};
pub use door::{Client, caught, guard, interruptible};
pub use error::{Failure, HalkodeError, Sent};
pub use halkbank::*;
pub use halkode::*;
pub use json::{Json, Object};
pub use model::{Model, Reading, Value, Wrong};
pub use operation::{Exchange, Kind, Operation};
pub use reconcile::*;
pub use secret::Secret;
pub use transport::{HttpAnswer, HttpRequest};

#[cfg(feature = "schema")]
pub use model::{ChoiceInfo, FieldInfo, ModelInfo, Shape};
#[cfg(feature = "schema")]
pub use operation::OperationInfo;
