//! Halkbank Sanal POS (NestPay / EST v3): every request and reply, defined once (docs/protocol-halkbank.md).

mod answer;
mod callback;
mod client;
mod codes;
mod explain;
mod gate;
mod info;
mod payment;
mod plan;
mod query;
mod recurring;
mod undo;
mod ver3;
mod xml;

pub(crate) use payment::check_order_number;

pub use callback::{Callback, CallbackConfirmation, CallbackOutcome, ConfirmCallback, VerifyCallback};
pub use client::{BankKeys, Halkbank, HalkbankConfig, MdStatusPolicy};
pub use explain::{ExplainVer3, MakeVer3Hash, Ver3Explanation, Ver3Hash, Ver3Mistake};
pub use gate::{MakeGateForm, PageLanguage, StoreType};
pub use info::{BankRaw, BankRawReply, LookUpResponseCode, ResponseCode};
pub use payment::{
    BankCard, BankPayment, BankPreAuth, BankRefund, BankSale, Capture, OrderCycle, Provision, RecurringOrder, VoidOrder,
};
pub use plan::{InstallmentPlan, InstallmentRate, MakeInstallmentPlan, PlanRow};
pub use query::{
    GetOrderHistory, GetOrderStatus, OrderHistory, OrderSettlement, OrderState, OrderStatus, OrderTransaction,
    SettleOrder,
};
pub use recurring::{
    CancelRecurring, CancelRecurringOrder, GetRecurringOrders, RecurringChange, RecurringOrderRow, RecurringOrders,
    UpdateRecurringOrder,
};
pub use undo::{CancelOrRefund, Undone, UndoneBy};
pub use ver3::Ver3Variant;
