//! The HALKÖDE gateway: every request and reply, defined once (docs/protocol-halkode.md).

mod answer;
mod cards;
mod client;
mod explain;
mod hash;
mod info;
mod link;
mod order;
mod payment;
mod pricing;
mod recurring;
mod reports;
mod returns;
mod three_d;

pub(crate) use info::CARD_FIELDS;

pub use cards::{DeleteCard, Done, EditCard, GetSavedCards, SaveCard, SavedCard, SavedCardToken, SavedCards};
pub use client::Halkode;
pub use explain::{ComparedPart, ExplainHash, HashExplanation, HashMistake};
pub use hash::{HashKey, HashPart, Layout, MakeHash, OpenHash, OpenedHash};
pub use info::{CodeKind, GetToken, HashSecret, LookUpStatusCode, Raw, RawReply, Resending, StatusCode, Token};
pub use link::{MakePurchaseLink, PurchaseLink};
pub use order::{
    CheckStatus, CompleteAction, CompletePayment, ConfirmAction, ConfirmPayment, Confirmed, PaymentState, Refund,
    Refunded, Settle, Settlement, Status,
};
pub use payment::{
    Billing, Card, CommissionBy, Currency, Item, Pay2d, PayCardToken2d, Payment, Recurring, RecurringCycle,
    TransactionType,
};
pub use pricing::{
    CommissionRate, Commissions, GetCommissions, GetInstallments, GetPos, InstallmentRow, InstallmentTable,
    Installments, MakeInstallmentTable, Pos, PosList,
};
pub use recurring::{
    DeleteRecurringPlan, GetRecurringPlan, PlanStatus, RecurringCharge, RecurringPlan, UpdateRecurringPlan,
};
pub use reports::{
    GetAllTransactions, GetTransactions, OrderBy, ReportType, SortOrder, Transaction, TransactionPage, Transactions,
};
pub use returns::{
    Claim, ClaimedOutcome, ConfirmReturn, ConfirmWebhook, Confirmation, VerifyReturn, VerifyWebhook, WebhookKind,
    fields_of,
};
pub use three_d::{
    BankPage, BrowserForm, CompletedBy, FormField, Pay3d, Pay3dForm, PayCardToken3dForm, ResponseMethod,
};
