//! x
#![allow(dead_code)]
mod clock; mod hash; mod json;
