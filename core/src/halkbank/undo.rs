//! Giving an order's money back, whichever way the day allows.

use super::answer::gateway_code;
use super::client::Halkbank;
use super::payment::{BankPayment, BankRefund, VoidOrder, check_order_id};
use super::query::{GetOrderStatus, OrderState};
use crate::amount::Amount;
use crate::check;
use crate::error::HalkodeError;
use crate::halkode::Currency;
use crate::model::{choice, model};
use crate::operation::{Kind, Operation};

/// "Too late to void": the day-close has been.
const TOO_LATE_TO_VOID: &str = "CORE-2511";

model! {
    /// Gives an order's money back: voids it before the day-close, refunds it afterwards. The bank decides which (`CORE-2511`); never do
    /// both succeed (docs/protocol-halkbank.md#day-close).
    request CancelOrRefund {
        /// The order's number.
        order_id: String,
        /// How much, in lira. A part can only be refunded, so it has to wait for the day-close (`CORE-2508`); all of it when left out.
        amount: Option<Amount>,
        /// TRY when left out.
        currency: Option<Currency>,
    }
}

choice! {
    /// How an order's money was given back.
    UndoneBy {
        /// The transaction was voided: it will not appear on the card's statement.
        Void = "void",
        /// It was refunded.
        Refund = "refund",
        /// It had been before; nothing was done now.
        Before = "before",
    }
}

model! {
    /// An order whose money was given back.
    result Undone {
        /// How.
        by: UndoneBy,
        /// How much, in lira; left out when it had been before.
        amount: Option<Amount>,
        /// The bank's answer.
        payment: Option<BankPayment>,
    }
}

impl Operation for CancelOrRefund {
    type Client = Halkbank;
    type Reply = Undone;
    const KIND: Kind = Kind::Money;

    fn run(&self, client: &Halkbank) -> Result<Undone, HalkodeError> {
        check_order_id(&self.order_id)?;
        if let Some(amount) = self.amount {
            check::amount("amount", amount)?;
            return self.refund(client, amount);
        }
        let status = client.exchange(&GetOrderStatus { order_id: self.order_id.clone() })?;
        let amount = match status.state {
            OrderState::Voided => return Ok(Undone { by: UndoneBy::Before, ..Undone::default() }),
            OrderState::Paid | OrderState::Authorized => status.captured_amount.or(status.amount),
            state => {
                let mut error = HalkodeError::request(
                    "order_id",
                    format!(
                        "names an order whose state is {state}, so there is no payment that could be given back as a whole"
                    ),
                );
                error.failure_mut().invoice_id = Some(self.order_id.clone());
                return Err(error);
            }
        };
        if !status.settled {
            let void = VoidOrder { order_id: Some(self.order_id.clone()), transaction_id: None };
            match client.exchange(&void) {
                Ok(payment) => return Ok(Undone { by: UndoneBy::Void, amount, payment: Some(payment) }),
                // Only this answer says that a void has not happened and cannot happen any more; a lost one says nothing. What was
                // only held cannot be refunded.
                Err(HalkodeError::Declined(failure))
                    if status.state == OrderState::Paid && gateway_code(&failure) == Some(TOO_LATE_TO_VOID) => {}
                Err(error) => return Err(error),
            }
        }
        match amount {
            Some(amount) => self.refund(client, amount),
            None => Err(HalkodeError::request(
                "order_id",
                "names an order without a captured amount; nothing can be refunded",
            )),
        }
    }
}

impl CancelOrRefund {
    fn refund(&self, client: &Halkbank, amount: Amount) -> Result<Undone, HalkodeError> {
        let refund = BankRefund { order_id: self.order_id.clone(), amount, currency: self.currency };
        let payment = client.exchange(&refund)?;
        Ok(Undone { by: UndoneBy::Refund, amount: Some(amount), payment: Some(payment) })
    }
}
