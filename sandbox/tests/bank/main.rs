//! The sandbox from the outside, over real connections.
#![allow(missing_docs, unreachable_pub)]

mod api;
mod client;
mod faults;
mod inquiry;
mod pages;
mod program;
mod replay;
