//! The shop's records against the gateway's. HALKÖDE lists its transactions page by page; the bank has no list, so it is asked order by
//! order. Both go in steps: a reply has what one step found and where the next begins, so a long reconciliation shows its progress and
//! can be resumed, in another process too.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::amount::Amount;
use crate::check;
use crate::delivery::no_stray_pan;
use crate::error::HalkodeError;
use crate::halkbank::{GetOrderHistory, GetOrderStatus, Halkbank, OrderState, check_order_number};
use crate::halkode::{CheckStatus, GetAllTransactions, Halkode, PaymentState, SortOrder, Transaction};
use crate::model::{choice, model};
use crate::operation::{Kind, Operation};

choice! {
    /// What became of a payment, as a shop's books know it.
    RecordState {
        /// The money was taken.
        Paid = "paid",
        /// The money is held.
        Authorized = "authorized",
        /// It failed.
        Failed = "failed",
        /// It was taken back on the day of the sale.
        Voided = "voided",
        /// All of it was given back.
        Refunded = "refunded",
        /// A part of it was given back.
        PartiallyRefunded = "partially_refunded",
        /// It is in progress.
        Pending = "pending",
        /// It cannot be told.
        Unknown = "unknown",
    }
}

model! {
    /// A payment in the shop's books.
    part ShopRecord {
        /// The shop's own number: the invoice's, or the order's.
        invoice_id: String,
        /// What was to be paid, in lira (or in its currency), before any refund.
        amount: Amount,
        /// What became of it, as the shop knows; `paid` when left out.
        state: Option<RecordState>,
    }
}

choice! {
    /// How a payment stands in both books.
    ReconciledAs {
        /// Both say the same.
        Matched = "matched",
        /// The amounts differ.
        AmountDiffers = "amount_differs",
        /// The states differ.
        StateDiffers = "state_differs",
        /// Only the shop has it.
        OnlyHere = "only_here",
        /// Only the gateway has it.
        OnlyThere = "only_there",
    }
}

model! {
    /// One payment in both books.
    result ReconciledRow {
        /// How it stands.
        result: ReconciledAs,
        /// The shop's own number.
        invoice_id: String,
        /// The shop's amount, in lira.
        amount: Option<Amount>,
        /// The gateway's amount, in lira.
        gateway_amount: Option<Amount>,
        /// The shop's state.
        state: Option<RecordState>,
        /// The gateway's state.
        gateway_state: Option<RecordState>,
        /// The gateway's number of the transaction.
        gateway_id: Option<String>,
        /// What a person should know about it.
        note: Option<String>,
    }
}

model! {
    /// What one step of a reconciliation found.
    result Reconciliation {
        /// The payments of this step.
        rows: Vec<ReconciledRow>,
        /// The same as CSV (RFC 4180, UTF-8, point as decimal mark). The first step's has the header, so that all steps' texts one after
        /// another make one file.
        csv: String,
        /// How many of them match.
        matched: u32,
        /// How many do not.
        different: u32,
        /// Where the next step begins; give it as `cursor`. Left out when all is done.
        next: Option<String>,
        /// Whether all is done.
        done: bool,
    }
}

model! {
    /// Holds the shop's records against the gateway's list of transactions, some pages a step.
    request ReconcileTransactions {
        /// The first day, `YYYY-MM-DD`, in Turkish time.
        from_date: String,
        /// The last day, `YYYY-MM-DD`.
        to_date: String,
        /// Everything the shop has of these days; the same in every step. No number twice.
        records: Vec<ShopRecord>,
        /// How many pages this step reads, 1 to 100; 5 when left out.
        pages: Option<u32>,
        /// Where to begin, from the step before; left out for the first.
        cursor: Option<String>,
    }
}

model! {
    /// Holds the shop's records against the bank's, order by order. What only the bank has cannot be found this way: it has no list
    /// (docs/protocol-halkbank.md#reports).
    request ReconcileOrders {
        /// Everything the shop wants to compare; the same in every step. No number twice.
        records: Vec<ShopRecord>,
        /// How many orders this step asks about, 1 to 500; 50 when left out.
        limit: Option<u32>,
        /// Where to begin, from the step before; left out for the first.
        cursor: Option<String>,
    }
}

/// Transactions a page, the most the gateway gives.
const PAGE: u32 = 100;

/// Checks the records; gives their digest, by which a cursor knows them again.
fn check_records(records: &[ShopRecord]) -> Result<String, HalkodeError> {
    let mut numbers: Vec<&str> = records.iter().map(|record| record.invoice_id.as_str()).collect();
    numbers.sort_unstable();
    if let Some(twice) = numbers.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(HalkodeError::request("records", format!("have {} twice", crate::secret::without_pans(twice[0]))));
    }
    let mut digest = Sha256::new();
    for (i, record) in records.iter().enumerate() {
        let field = format!("records[{i}].invoice_id");
        no_stray_pan(&record.invoice_id.as_str().into(), &field, &[])?;
        check::text(&field, &record.invoice_id, 64)?;
        check::amount(&format!("records[{i}].amount"), record.amount)?;
        let state = record.state.unwrap_or_default();
        digest.update(format!("{}\t{}\t{state}\n", record.invoice_id, record.amount).as_bytes());
    }
    Ok(URL_SAFE_NO_PAD.encode(&digest.finalize()[..9]))
}

/// Where a step begins: a page or an order, and which records have been met.
struct Cursor {
    at: usize,
    met: Vec<bool>,
}

impl Cursor {
    fn read(text: Option<&str>, records: usize, digest: &str, first: usize) -> Result<Self, HalkodeError> {
        let Some(text) = text else { return Ok(Self { at: first, met: vec![false; records] }) };
        let wrong = |reason: &str| HalkodeError::request("cursor", reason);
        let parts: Vec<&str> = text.split('.').collect();
        let &[known, at, bits] = parts.as_slice() else { return Err(wrong("is not one that a step gave")) };
        if known != digest {
            return Err(wrong("is that of other records"));
        }
        let at = at.parse().map_err(|_| wrong("is not one that a step gave"))?;
        let bits = URL_SAFE_NO_PAD.decode(bits).map_err(|_| wrong("is not one that a step gave"))?;
        if bits.len() != records.div_ceil(8) {
            return Err(wrong("is not one that a step gave"));
        }
        Ok(Self { at, met: (0..records).map(|i| bits[i / 8] >> (i % 8) & 1 == 1).collect() })
    }

    fn write(&self, digest: &str) -> String {
        let mut bits = vec![0_u8; self.met.len().div_ceil(8)];
        for (i, _) in self.met.iter().enumerate().filter(|(_, met)| **met) {
            bits[i / 8] |= 1 << (i % 8);
        }
        format!("{digest}.{}.{}", self.at, URL_SAFE_NO_PAD.encode(bits))
    }
}

/// Holds one record against what the gateway has of it.
fn compare(record: &ShopRecord, amount: Option<Amount>, state: RecordState, id: Option<String>) -> ReconciledRow {
    let own = record.state.unwrap_or_default();
    // What was not taken has no amount worth comparing.
    let taken = !matches!(state, RecordState::Failed | RecordState::Unknown | RecordState::Pending);
    let result = if own != state {
        ReconciledAs::StateDiffers
    } else if taken && amount != Some(record.amount) {
        ReconciledAs::AmountDiffers
    } else {
        ReconciledAs::Matched
    };
    ReconciledRow {
        result,
        invoice_id: record.invoice_id.clone(),
        amount: Some(record.amount),
        gateway_amount: amount,
        state: Some(own),
        gateway_state: Some(state),
        gateway_id: id,
        note: None,
    }
}

fn only_here(record: &ShopRecord) -> ReconciledRow {
    ReconciledRow {
        result: ReconciledAs::OnlyHere,
        invoice_id: record.invoice_id.clone(),
        amount: Some(record.amount),
        state: Some(record.state.unwrap_or_default()),
        ..ReconciledRow::default()
    }
}

fn report(rows: Vec<ReconciledRow>, first: bool, next: Option<String>) -> Reconciliation {
    let matched = rows.iter().filter(|row| row.result == ReconciledAs::Matched).count();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Reconciliation {
        csv: csv(&rows, first),
        matched: count(matched),
        different: count(rows.len() - matched),
        done: next.is_none(),
        next,
        rows,
    }
}

fn csv(rows: &[ReconciledRow], header: bool) -> String {
    let mut text = String::new();
    if header {
        text.push_str("result,invoice_id,amount,gateway_amount,state,gateway_state,gateway_id,note\r\n");
    }
    for row in rows {
        let amount = |amount: Option<Amount>| amount.map(|amount| amount.to_string()).unwrap_or_default();
        let state = |state: Option<RecordState>| state.map(RecordState::as_str).unwrap_or_default();
        let quoted = |text: &str| {
            // A spreadsheet would take such a text for a formula.
            let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
            match guard.is_empty() && !text.contains([',', '"', '\r', '\n']) {
                true => text.to_owned(),
                false => format!("\"{guard}{}\"", text.replace('"', "\"\"")),
            }
        };
        let _ = write!(
            text,
            "{},{},{},{},{},{},{},{}\r\n",
            row.result,
            quoted(&row.invoice_id),
            amount(row.amount),
            amount(row.gateway_amount),
            state(row.state),
            state(row.gateway_state),
            quoted(row.gateway_id.as_deref().unwrap_or_default()),
            quoted(row.note.as_deref().unwrap_or_default()),
        );
    }
    text
}

/// What a row of the list says of its payment. The list tells refunds by their sum, and few states by name
/// (docs/protocol-halkode.md#gettransactions).
fn listed(transaction: &Transaction) -> (Option<Amount>, RecordState) {
    let amount = transaction.product_price.or(transaction.gross);
    let refunded = transaction.refund_request_amount.unwrap_or_default();
    let state = match transaction.transaction_state_id {
        Some(1) if refunded == Amount::ZERO => RecordState::Paid,
        Some(1) if amount.is_some_and(|amount| refunded >= amount) => RecordState::Refunded,
        Some(1) => RecordState::PartiallyRefunded,
        Some(3) => RecordState::Pending,
        _ => RecordState::Unknown,
    };
    (amount, state)
}

impl Operation for ReconcileTransactions {
    type Client = Halkode;
    type Reply = Reconciliation;
    const KIND: Kind = Kind::Query;

    fn run(&self, client: &Halkode) -> Result<Reconciliation, HalkodeError> {
        let digest = check_records(&self.records)?;
        let mut cursor = Cursor::read(self.cursor.as_deref(), self.records.len(), &digest, 1)?;
        let pages = self.pages.unwrap_or(5);
        if !(1..=100).contains(&pages) {
            return Err(HalkodeError::request("pages", "must be 1 to 100"));
        }
        let mut rows = Vec::new();
        for read in 0..pages {
            let question = GetAllTransactions {
                from_date: Some(self.from_date.clone()),
                to_date: Some(self.to_date.clone()),
                order: Some(SortOrder::Asc),
                page_limit: Some(PAGE),
                page: Some(u32::try_from(cursor.at).unwrap_or(u32::MAX)),
                ..GetAllTransactions::default()
            };
            let page = match client.exchange(&question) {
                Ok(page) => page,
                // What this step has found is not lost: the next one begins with this page.
                Err(HalkodeError::Transport(_) | HalkodeError::Protocol(_)) if read > 0 => break,
                Err(error) => return Err(error),
            };
            for transaction in &page.transactions {
                let (amount, state) = listed(transaction);
                let number = transaction.invoice_id.clone().unwrap_or_default();
                let at = self.records.iter().position(|record| record.invoice_id == number);
                let row = match at.map(|at| (at, std::mem::replace(&mut cursor.met[at], true))) {
                    Some((at, false)) => {
                        let record = &self.records[at];
                        let row = compare(record, amount, state, transaction.id.clone());
                        // The list is terse; what seems to differ is asked about by itself.
                        if row.result == ReconciledAs::Matched { row } else { invoice(client, record, transaction)? }
                    }
                    other => ReconciledRow {
                        result: ReconciledAs::OnlyThere,
                        invoice_id: number,
                        gateway_amount: amount,
                        gateway_state: Some(state),
                        gateway_id: transaction.id.clone(),
                        note: other.map(|_| {
                            "the gateway has this invoice more than once; look whether it was charged twice".into()
                        }),
                        ..ReconciledRow::default()
                    },
                };
                rows.push(row);
            }
            if !page.more {
                rows.extend(
                    self.records.iter().zip(&cursor.met).filter(|(_, met)| !**met).map(|(record, _)| only_here(record)),
                );
                return Ok(report(rows, self.cursor.is_none(), None));
            }
            cursor.at += 1;
        }
        Ok(report(rows, self.cursor.is_none(), Some(cursor.write(&digest))))
    }
}

/// What the gateway says of an invoice when it is asked for it alone.
fn invoice(client: &Halkode, record: &ShopRecord, transaction: &Transaction) -> Result<ReconciledRow, HalkodeError> {
    let question = CheckStatus { invoice_id: record.invoice_id.clone(), include_pending_status: Some(true) };
    let status = client.exchange(&question)?;
    let state = match status.state {
        PaymentState::Paid => RecordState::Paid,
        PaymentState::Authorized => RecordState::Authorized,
        PaymentState::Failed => RecordState::Failed,
        PaymentState::Refunded => RecordState::Refunded,
        PaymentState::PartiallyRefunded => RecordState::PartiallyRefunded,
        PaymentState::Pending => RecordState::Pending,
        PaymentState::NotFound | PaymentState::Unknown => RecordState::Unknown,
    };
    let amount = status.product_price.or(transaction.product_price).or(transaction.gross);
    Ok(compare(record, amount, state, transaction.id.clone()))
}

/// What the bank has of an order. Its status names only the last success; after a refund, the history tells how much is left.
fn order(client: &Halkbank, record: &ShopRecord) -> Result<ReconciledRow, HalkodeError> {
    let order_id = record.invoice_id.clone();
    let status = client.exchange(&GetOrderStatus { order_id: order_id.clone() })?;
    let mut amount = status.captured_amount.or(status.amount);
    let state = match status.state {
        OrderState::NotFound => return Ok(only_here(record)),
        OrderState::Paid => RecordState::Paid,
        OrderState::Authorized => RecordState::Authorized,
        OrderState::Failed => RecordState::Failed,
        OrderState::Voided => RecordState::Voided,
        OrderState::Pending => RecordState::Pending,
        OrderState::Unknown => RecordState::Unknown,
        OrderState::Refunded => {
            let history = client.exchange(&GetOrderHistory { order_id })?;
            amount = Some(history.captured);
            match history.refunded >= history.captured {
                true => RecordState::Refunded,
                false => RecordState::PartiallyRefunded,
            }
        }
    };
    Ok(compare(record, amount, state, status.transaction_id))
}

impl Operation for ReconcileOrders {
    type Client = Halkbank;
    type Reply = Reconciliation;
    const KIND: Kind = Kind::Query;

    fn run(&self, client: &Halkbank) -> Result<Reconciliation, HalkodeError> {
        let digest = check_records(&self.records)?;
        for (i, record) in self.records.iter().enumerate() {
            check_order_number(&format!("records[{i}].invoice_id"), &record.invoice_id)?;
        }
        let mut cursor = Cursor::read(self.cursor.as_deref(), self.records.len(), &digest, 0)?;
        let limit = self.limit.unwrap_or(50);
        if !(1..=500).contains(&limit) {
            return Err(HalkodeError::request("limit", "must be 1 to 500"));
        }
        let mut rows = Vec::new();
        for record in self.records.iter().skip(cursor.at).take(limit as usize) {
            match order(client, record) {
                Ok(row) => rows.push(row),
                // What this step has found is not lost: the next one begins with this order.
                Err(HalkodeError::Transport(_) | HalkodeError::Protocol(_)) if !rows.is_empty() => break,
                Err(error) => return Err(error),
            }
            cursor.met[cursor.at] = true;
            cursor.at += 1;
        }
        let next = (cursor.at < self.records.len()).then(|| cursor.write(&digest));
        Ok(report(rows, self.cursor.is_none(), next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(invoice_id: &str) -> ShopRecord {
        ShopRecord { invoice_id: invoice_id.into(), amount: Amount::from_minor(1250), state: None }
    }

    #[test]
    fn a_cursor_is_read_back_and_knows_its_records() {
        let records: Vec<ShopRecord> = (0..19).map(|i| record(&format!("A-{i}"))).collect();
        let digest = check_records(&records).unwrap();
        let mut cursor = Cursor::read(None, 19, &digest, 1).unwrap();
        cursor.at = 7;
        cursor.met[0] = true;
        cursor.met[18] = true;
        let read = Cursor::read(Some(&cursor.write(&digest)), 19, &digest, 1).unwrap();
        assert_eq!((read.at, read.met), (7, cursor.met.clone()));
        let other = check_records(&records[1..]).unwrap();
        assert!(Cursor::read(Some(&cursor.write(&digest)), 18, &other, 1).is_err());
        for odd in ["", "x", "a.b.c", &format!("{digest}.1.!"), &format!("{digest}.1.AAAAAAAA")] {
            assert!(Cursor::read(Some(odd), 19, &digest, 1).is_err(), "{odd}");
        }
        assert!(check_records(&[record("A"), record("A")]).is_err());
    }

    #[test]
    fn csv_is_safe_in_a_spreadsheet() {
        let mut row = only_here(&record("=1+1,\"x\""));
        row.note = Some("iki\nsatır".into());
        let text = csv(&[row], true);
        assert_eq!(
            text,
            "result,invoice_id,amount,gateway_amount,state,gateway_state,gateway_id,note\r\n\
             only_here,\"'=1+1,\"\"x\"\"\",12.50,,paid,,,\"iki\nsatır\"\r\n"
        );
    }
}
