//! The sandbox from the outside, over real connections.
#![allow(missing_docs, unreachable_pub)]

mod api;
mod client;
mod faults;
mod halkbank_after;
mod halkbank_api;
mod halkbank_gate;
mod halkbank_replay;
mod halkbank_returns;
mod inquiry;
mod nestpay;
mod pages;
mod program;
mod replay;
