//! What the bank tells about orders: status, history, and the state of a plan.

use super::api::Reply;
use super::order::{Order, State, Transaction, minor};
use super::refusal::core;
use super::{Bank, MERCHANT_ID, TERMINAL};
use crate::clock::Time;
use crate::world::{Tamper, World};
use crate::xml::Node;

/// Fields of one transaction as `Extra` names them, in alphabetical order.
type Rows = Vec<(&'static str, String)>;

/// The names that `ORDERSTATUS` repeats, in its order.
const REPEATED: &[&str] = &[
    "ORD_ID",
    "CHARGE_TYPE_CD",
    "ORIG_TRANS_AMT",
    "CAPTURE_AMT",
    "TRANS_STAT",
    "AUTH_DTTM",
    "CAPTURE_DTTM",
    "AUTH_CODE",
    "TRANS_ID",
    "PLANNED_START_DTTM",
];

impl Order {
    fn rows(&self, transaction: &Transaction) -> Rows {
        let stamp = |at: Option<Time>| at.map(Time::stamp_millis).unwrap_or_default();
        let always = [
            ("CHARGE_TYPE_CD", transaction.charge_type().to_owned()),
            ("ORD_ID", self.oid.clone()),
            ("ORIG_TRANS_AMT", minor(transaction.amount)),
            ("PAN", self.payer.masked()),
            ("TRANS_STAT", transaction.word().to_owned()),
        ];
        let mut rows = always.to_vec();
        match transaction.state {
            State::Planned { at } => rows.push(("PLANNED_START_DTTM", at.stamp_millis())),
            State::Cancelled => {}
            _ => rows.extend([
                ("AUTH_CODE", transaction.auth_code.clone()),
                ("AUTH_DTTM", transaction.at.stamp_millis()),
                ("CAPTURE_AMT", transaction.captured_amount()),
                ("CAPTURE_DTTM", stamp(transaction.captured)),
                ("CAVV_3D", self.secure.cavv.clone()),
                ("ECI_3D", self.secure.eci.clone()),
                ("HOSTDATE", transaction.at.host_stamp()),
                ("HOST_REF_NUM", transaction.host_ref.clone()),
                ("MDSTATUS", self.secure.md_status.clone()),
                ("PROC_RET_CD", transaction.code.clone()),
                ("SETTLEID", transaction.settle_id()),
                ("TRANS_ID", transaction.trans_id.clone()),
                ("XID_3D", self.secure.xid.clone()),
            ]),
        }
        if transaction.voided.is_some() {
            rows.push(("VOID_DTTM", stamp(transaction.voided)));
        }
        let repeated = REPEATED.iter().filter_map(|name| {
            let (_, value) = rows.iter().find(|(own, _)| own == name)?;
            Some(format!("{name}:{value}"))
        });
        let repeated = repeated.collect::<Vec<_>>().join("\t");
        rows.push(("ORDERSTATUS", repeated));
        rows
    }
}

/// An answer to a query; its elements stand in the order seen live.
fn answered(
    message: String,
    verdict: Option<(&str, &str)>,
    ids: &[(&str, &str)],
    mut extra: Vec<(String, String)>,
) -> Node {
    extra.sort();
    let mut children = vec![Node::text("ErrMsg", message)];
    if let Some((code, word)) = verdict {
        children.extend([Node::text("ProcReturnCode", code), Node::text("Response", word)]);
    }
    children.extend(ids.iter().map(|(name, value)| Node::text(name, *value)));
    children.push(Node::parent("Extra", extra.iter().map(|(name, value)| Node::text(name, value)).collect()));
    Node::parent("CC5Response", children)
}

const FOUND: Option<(&str, &str)> = Some(("00", "Approved"));

impl Bank {
    pub(super) fn order_status(&self, world: &World, oid: &str) -> Node {
        let order = self.orders.iter().find(|order| order.oid == oid);
        let Some((order, transaction)) = order.and_then(|order| Some((order, order.reported()?))) else {
            let empty = REPEATED[..8].iter().map(|name| format!("{name}:")).collect::<Vec<_>>().join("\t");
            let extra = vec![("NUMCODE".to_owned(), "0".to_owned()), ("ORDERSTATUS".to_owned(), empty)];
            let message = format!("No record found for {oid}");
            return answered(message, Some(("99", "Declined")), &[("OrderId", ""), ("TransId", "")], extra);
        };
        let mut told = transaction.clone();
        if world.tamper == Some(Tamper::Amount) {
            told.amount += rust_decimal::Decimal::ONE;
        }
        let mut extra: Vec<_> = order.rows(&told).into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        extra.push(("NUMCODE".to_owned(), "0".to_owned()));
        let ids = [("OrderId", oid), ("TransId", &transaction.trans_id)];
        answered(format!("Record(s) found for {oid}"), FOUND, &ids, extra)
    }

    pub(super) fn order_history(&self, oid: &str) -> Node {
        let head = [("TERMINALID", TERMINAL), ("MERCHANTID", MERCHANT_ID), ("NUMCODE", "0")];
        let mut extra: Vec<Node> = head.into_iter().map(|(name, value)| Node::text(name, value)).collect();
        let order = self.orders.iter().find(|order| order.oid == oid);
        let transactions = order.map(|order| order.transactions.as_slice()).unwrap_or_default();
        for (n, transaction) in transactions.iter().rev().enumerate() {
            let stamp = |at: Option<Time>| at.map(Time::stamp_millis).unwrap_or_default();
            let mut columns = vec![
                transaction.charge_type().to_owned(),
                transaction.word().to_owned(),
                minor(transaction.amount),
                transaction.captured_amount(),
                transaction.at.stamp_millis(),
                stamp(transaction.captured),
                stamp(transaction.voided),
                transaction.host_ref.clone(),
                transaction.auth_code.clone(),
                transaction.code.clone(),
                transaction.trans_id.clone(),
            ];
            if !transaction.settle_id().is_empty() {
                columns.push(transaction.settle_id());
            }
            extra.push(Node::text(&format!("TRX{}", n + 1), columns.join("\t")));
        }
        extra.push(Node::text("TRXCOUNT", transactions.len().to_string()));
        let (message, code, word) = match transactions.is_empty() {
            false => (String::new(), "00", "Approved"),
            true => (format!("No record found for {oid}"), "05", "Declined"),
        };
        let top = [("ErrMsg", message.as_str()), ("ProcReturnCode", code), ("Response", word), ("OrderId", oid)];
        let mut children: Vec<Node> = top.into_iter().map(|(name, value)| Node::text(name, value)).collect();
        children.push(Node::parent("Extra", extra));
        Node::parent("CC5Response", children)
    }

    /// All payments of a plan, numbered; as seen live without `Response` and `ProcReturnCode`.
    pub(super) fn plan_status(&self, plan: &str) -> Reply {
        let orders: Vec<&Order> = self.orders.iter().filter(|order| order.plan.as_deref() == Some(plan)).collect();
        if orders.is_empty() {
            return Err(core(2020));
        }
        let mut extra = vec![
            ("NUMCODE".to_owned(), "0".to_owned()),
            ("RECURRINGCOUNT".to_owned(), orders.len().to_string()),
            ("RECURRINGID".to_owned(), plan.to_owned()),
        ];
        for order in orders {
            let Some(transaction) = order.reported() else { continue };
            let rows = order.rows(transaction).into_iter();
            extra.extend(rows.map(|(name, value)| (format!("{name}_{}", order.payment), value)));
        }
        Ok(answered(format!("Record(s) found for {plan}"), None, &[], extra))
    }
}
