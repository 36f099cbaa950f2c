//! What became of an order: its status, its history, and settling what is in doubt.

use super::answer::Answer;
use super::client::{Exchange, Halkbank, exchanges};
use super::payment::check_order_id;
use crate::amount::Amount;
use crate::delivery::settle;
use crate::error::HalkodeError;
use crate::json::{Json, Object};
use crate::model::{choice, model};
use crate::operation::{Kind, Operation};

choice! {
    /// What became of an order, judged by this library from `CHARGE_TYPE_CD`, `TRANS_STAT` and `PROC_RET_CD`.
    OrderState {
        /// Anything else: ask again, or look into the panel.
        Unknown = "unknown",
        /// The money was taken.
        Paid = "paid",
        /// The money is held: a pre-authorisation.
        Authorized = "authorized",
        /// It was refused, or failed.
        Failed = "failed",
        /// It was taken back on the day of the sale.
        Voided = "voided",
        /// The order's last success was a refund, in part or in full: `order_history` says how much.
        Refunded = "refunded",
        /// It is in progress, or planned for later.
        Pending = "pending",
        /// The bank has no such order.
        NotFound = "not_found",
    }
}

impl OrderState {
    /// Judges a transaction (docs/protocol-halkbank.md#order-status).
    pub(super) fn judge(charge_type: &str, status: &str, code: &str) -> Self {
        let succeeded = matches!(code, "00" | "");
        match (charge_type, status) {
            ("S" | "", "A") if succeeded => Self::Authorized,
            ("S", "C" | "S") if succeeded => Self::Paid,
            ("S" | "", "V") => Self::Voided,
            ("S" | "", "D" | "ERR") => Self::Failed,
            ("C", "A" | "C" | "S") if succeeded => Self::Refunded,
            (_, "PN" | "NW") => Self::Pending,
            (_, "CNCL") => Self::Voided,
            _ => Self::Unknown,
        }
    }
}

model! {
    /// Asks for an order's last successful transaction, or else its last failed one.
    request GetOrderStatus {
        /// The order's number.
        order_id: String,
    }
}

model! {
    /// An order's last transaction.
    reply OrderStatus {
        /// What it means.
        state: OrderState,
        /// Whether it has gone through the day-close: from then on a refund, not a void, gives the money back.
        settled: bool,
        /// The order's number.
        order_id: Option<String> = "ORD_ID",
        /// The bank's number of the transaction.
        transaction_id: Option<String> = "TRANS_ID",
        /// What was asked for, in lira.
        amount: Option<Amount>,
        /// What was taken (or given back), in lira.
        captured_amount: Option<Amount>,
        /// `S` for the side of the sale, `C` for a refund.
        charge_type: Option<String> = "CHARGE_TYPE_CD",
        /// `A` held, `C` taken, `S` settled, `V` voided, `D` refused, `PN` planned, …
        transaction_status: Option<String> = "TRANS_STAT",
        /// The code of the transaction itself; `00` is success.
        proc_return_code: Option<String> = "PROC_RET_CD",
        /// The authorisation code of the card's bank.
        auth_code: Option<String> = "AUTH_CODE",
        /// The reference number at the host.
        host_ref_num: Option<String> = "HOST_REF_NUM",
        /// When it was authorised, as `YYYY-MM-DD HH:MM:SS.mmm`, Turkish time.
        authorized_at: Option<String> = "AUTH_DTTM",
        /// When it was taken.
        captured_at: Option<String> = "CAPTURE_DTTM",
        /// When it was voided.
        voided_at: Option<String> = "VOID_DTTM",
        /// The masked card number.
        masked_pan: Option<String> = "PAN",
        /// The outcome of 3-D Secure.
        md_status: Option<String> = "MDSTATUS",
        /// The batch with which it was settled.
        settle_id: Option<String> = "SETTLEID",
        /// The bank's text about the question.
        error_message: Option<String> = "ErrMsg",
    }
}

/// An amount in minor units without a point, as queries write them: `101` is 1.01.
pub(super) fn from_minor(text: &str) -> Option<Amount> {
    match text.contains('.') {
        true => text.parse().ok(),
        false => text.parse().ok().map(Amount::from_minor),
    }
}

fn take_text(object: &mut Object, name: &str) -> Option<String> {
    object.take(name).and_then(|value| value.as_text().map(str::to_owned)).filter(|text| !text.is_empty())
}

impl Exchange for GetOrderStatus {
    type Reply = OrderStatus;
    const MONEY: bool = false;

    fn check(&self) -> Result<(), HalkodeError> {
        check_order_id(&self.order_id)
    }

    fn order(&self) -> Option<&str> {
        Some(&self.order_id)
    }

    fn document(&self, document: &mut Object) -> Result<(), HalkodeError> {
        document.set("OrderId", self.order_id.as_str());
        document.set("Extra", Object::from_iter([("ORDERSTATUS".to_owned(), Json::from("QUERY"))]));
        Ok(())
    }

    fn reply(&self, answer: Answer<'_>) -> Result<OrderStatus, HalkodeError> {
        // The same once more, as one text: it stands in where an element is missing.
        let summary: Vec<(String, String)> = answer
            .text("ORDERSTATUS")
            .map(|text| {
                let pairs = text.split('\t').filter_map(|pair| pair.split_once(':'));
                pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect()
            })
            .unwrap_or_default();
        let known = |name: &str| {
            let found = summary.iter().find(|(known, value)| known == name && !value.is_empty());
            answer.text(name).or_else(|| found.map(|(_, value)| value.as_str()))
        };
        if known("TRANS_STAT").is_none() {
            return match not_found(&answer) {
                true => Ok(OrderStatus {
                    state: OrderState::NotFound,
                    error_message: answer.text("ErrMsg").map(str::to_owned),
                    ..OrderStatus::default()
                }),
                false if answer.text("Response") == Some("Approved") => Err(answer.odd("the answer has no TRANS_STAT")),
                false => Err(answer.refused()),
            };
        }
        if known("ORD_ID").or_else(|| answer.text("OrderId")).is_some_and(|told| told != self.order_id) {
            return Err(answer.odd("the answer is about another order"));
        }
        let mut object = answer.flat();
        for name in [
            "Response",
            "ProcReturnCode",
            "AuthCode",
            "HostRefNum",
            "TransId",
            "OrderId",
            "ORDERSTATUS",
            "state",
            "settled",
        ] {
            object.take(name);
        }
        for (name, value) in summary.into_iter().filter(|(_, value)| !value.is_empty()) {
            if object.get(&name).is_none_or(Json::is_nothing) {
                object.set(name, value);
            }
        }
        let amounts = ["ORIG_TRANS_AMT", "CAPTURE_AMT"].map(|name| take_text(&mut object, name));
        let mut status = OrderStatus::from(object);
        [status.amount, status.captured_amount] = amounts.map(|text| text.as_deref().and_then(from_minor));
        let part = |text: &Option<String>| text.clone().unwrap_or_default();
        status.state = OrderState::judge(
            &part(&status.charge_type),
            &part(&status.transaction_status),
            &part(&status.proc_return_code),
        );
        status.settled = status.transaction_status.as_deref() == Some("S");
        Ok(status)
    }
}

/// Whether an answer says that there is no such order: refused, with no error code of its own and no transaction.
fn not_found(answer: &Answer<'_>) -> bool {
    finds_nothing(answer)
        && answer.text("ErrMsg").is_some_and(|text| text.to_ascii_lowercase().contains("no record found"))
}

/// Whether an answer refuses without an error code, as it does when it finds nothing.
fn finds_nothing(answer: &Answer<'_>) -> bool {
    answer.says_no() && answer.error_code().is_none()
}

model! {
    /// Asks for all transactions of an order.
    request GetOrderHistory {
        /// The order's number.
        order_id: String,
    }
}

model! {
    /// One transaction of an order.
    result OrderTransaction {
        /// What it means; for a refund `refunded`.
        state: OrderState,
        /// `S` for the side of the sale, `C` for a refund.
        charge_type: String,
        /// `A` held, `C` taken, `S` settled, `V` voided, `D` refused, …
        transaction_status: String,
        /// What was asked for, in lira.
        amount: Option<Amount>,
        /// What was taken (or given back), in lira.
        captured_amount: Option<Amount>,
        /// When it was authorised, as `YYYY-MM-DD HH:MM:SS.mmm`, Turkish time.
        authorized_at: Option<String>,
        /// When it was taken.
        captured_at: Option<String>,
        /// When it was voided.
        voided_at: Option<String>,
        /// The reference number at the host.
        host_ref_num: Option<String>,
        /// The authorisation code of the card's bank.
        auth_code: Option<String>,
        /// Its code; `00` is success.
        proc_return_code: Option<String>,
        /// The bank's number of the transaction.
        transaction_id: Option<String>,
        /// The batch with which it was settled.
        settle_id: Option<String>,
    }
}

model! {
    /// All transactions of an order.
    result OrderHistory {
        /// The order's number.
        order_id: String,
        /// Whether the bank knows the order.
        found: bool,
        /// The newest first.
        transactions: Vec<OrderTransaction>,
        /// What was taken and not voided, in lira.
        captured: Amount,
        /// What was given back, in lira.
        refunded: Amount,
    }
}

impl OrderTransaction {
    /// Reads a row of columns with tabs between them.
    fn read(row: &str) -> Self {
        let columns: Vec<&str> = row.split('\t').map(str::trim).collect();
        let at = |n: usize| columns.get(n).copied().unwrap_or_default();
        let text = |n: usize| Some(at(n)).filter(|text| !text.is_empty()).map(str::to_owned);
        Self {
            state: match (at(0), at(1)) {
                // A refund that failed or was voided is no news of the order, but of itself.
                ("C", "D" | "ERR") => OrderState::Failed,
                ("C", "V") => OrderState::Voided,
                (charge_type, status) => OrderState::judge(charge_type, status, at(9)),
            },
            charge_type: at(0).to_owned(),
            transaction_status: at(1).to_owned(),
            amount: from_minor(at(2)),
            captured_amount: from_minor(at(3)),
            authorized_at: text(4),
            captured_at: text(5),
            voided_at: text(6),
            host_ref_num: text(7),
            auth_code: text(8),
            proc_return_code: text(9),
            transaction_id: text(10),
            settle_id: text(11),
        }
    }
}

impl Exchange for GetOrderHistory {
    type Reply = OrderHistory;
    const MONEY: bool = false;

    fn check(&self) -> Result<(), HalkodeError> {
        check_order_id(&self.order_id)
    }

    fn order(&self) -> Option<&str> {
        Some(&self.order_id)
    }

    fn document(&self, document: &mut Object) -> Result<(), HalkodeError> {
        document.set("OrderId", self.order_id.as_str());
        document.set("Extra", Object::from_iter([("ORDERHISTORY".to_owned(), Json::from("QUERY"))]));
        Ok(())
    }

    fn reply(&self, answer: Answer<'_>) -> Result<OrderHistory, HalkodeError> {
        if answer.text("OrderId").is_some_and(|told| told != self.order_id) {
            return Err(answer.odd("the answer is about another order"));
        }
        let count = answer.text("TRXCOUNT").map(str::parse::<usize>);
        let rows: Vec<String> = (1..).map_while(|n| answer.text(&format!("TRX{n}")).map(str::to_owned)).collect();
        let history = OrderHistory { order_id: self.order_id.clone(), ..OrderHistory::default() };
        match count {
            Some(Ok(count)) if count == rows.len() && count > 0 => {}
            // Both ways in which the bank says that it has no such order.
            Some(Ok(0)) if rows.is_empty() && finds_nothing(&answer) => return Ok(history),
            None if rows.is_empty() && not_found(&answer) => return Ok(history),
            Some(Ok(0)) | None if rows.is_empty() => return Err(answer.refused()),
            _ => return Err(answer.odd("the answer has not as many transactions as it says")),
        }
        let transactions: Vec<OrderTransaction> = rows.iter().map(|row| OrderTransaction::read(row)).collect();
        let sum = |state: OrderState| -> Amount {
            let of_state = transactions.iter().filter(|transaction| transaction.state == state);
            of_state.filter_map(|transaction| transaction.captured_amount.or(transaction.amount)).sum()
        };
        let (captured, refunded) = (sum(OrderState::Paid), sum(OrderState::Refunded));
        Ok(OrderHistory { found: true, captured, refunded, transactions, ..history })
    }
}

model! {
    /// Asks until an order is known. For payments whose error says `in_doubt`.
    request SettleOrder {
        /// The order's number.
        order_id: String,
        /// How long to ask, in seconds, 0 (once) to 3600; 60 when left out. The last question may take the client's `timeout` longer.
        deadline: Option<u32>,
        /// Seconds between two questions, 2 to 300; 5 when left out.
        spacing: Option<u32>,
    }
}

model! {
    /// What became of an order that was in doubt.
    result OrderSettlement {
        /// `paid`, `authorized`, `failed`, …; `not_found` when the bank knew nothing of it until the deadline; `pending` or `unknown` when
        /// the deadline passed undecided.
        state: OrderState,
        /// Whether `state` is final: then, and only then, may the shop act on it.
        decided: bool,
        /// How often the bank was asked.
        asked: u32,
        /// The bank's last word.
        status: Option<OrderStatus>,
    }
}

impl Operation for SettleOrder {
    type Client = Halkbank;
    type Reply = OrderSettlement;
    const KIND: Kind = Kind::Query;

    fn run(&self, client: &Halkbank) -> Result<OrderSettlement, HalkodeError> {
        let question = GetOrderStatus { order_id: self.order_id.clone() };
        let found = settle(
            &self.order_id,
            self.deadline,
            self.spacing,
            || client.exchange(&question),
            |status| match status.state {
                OrderState::Pending | OrderState::Unknown => None,
                state => Some(state != OrderState::NotFound),
            },
        )?;
        Ok(OrderSettlement {
            state: found.answer.state,
            decided: found.decided,
            asked: found.asked,
            status: Some(found.answer),
        })
    }
}

exchanges!(GetOrderStatus -> OrderStatus, GetOrderHistory -> OrderHistory);
