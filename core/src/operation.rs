//! What an operation is, and the one list of them.

use crate::config::Keys;
use crate::error::HalkodeError;
use crate::halkbank::Halkbank;
use crate::halkode::Halkode;
use crate::json::Json;
use crate::model::{Model, Reading, Value};
use crate::transport::{Care, HttpAnswer, HttpRequest};

/// What a call does to the world; how it may be repeated follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Calculates; touches no network.
    Pure,
    /// Asks; safe to repeat, so it is retried.
    Query,
    /// May move money or change what is stored; never sent twice once a byte has left.
    Money,
}

/// A request that can be answered, alone or in several steps.
pub trait Operation: Model {
    /// The client that carries it out.
    type Client;
    /// What comes back.
    type Reply: Model;
    /// What it does to the world.
    const KIND: Kind;

    /// Carries the operation out.
    fn run(&self, client: &Self::Client) -> Result<Self::Reply, HalkodeError>;
}

/// An operation of HALKÖDE that is one HTTP request and one answer, both sides as pure functions.
pub trait Exchange: Model {
    /// What comes back.
    type Reply: Model;
    /// Whether it may move money or change what is stored.
    const MONEY: bool;

    /// Checks the values before anything is sent.
    fn check(&self) -> Result<(), HalkodeError> {
        Ok(())
    }

    /// The invoice it is about, for errors.
    fn invoice(&self) -> Option<&str> {
        None
    }

    /// The request, complete but for the host and the token.
    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError>;

    /// Reads the answer.
    fn reply(&self, keys: &Keys, answer: &HttpAnswer) -> Result<Self::Reply, HalkodeError>;
}

impl<E: Exchange> Operation for E {
    type Client = Halkode;
    type Reply = E::Reply;
    const KIND: Kind = if E::MONEY { Kind::Money } else { Kind::Query };

    fn run(&self, client: &Halkode) -> Result<Self::Reply, HalkodeError> {
        client.exchange(self)
    }
}

pub(crate) fn care<E: Exchange>() -> Care {
    if E::MONEY { Care::Money } else { Care::Query }
}

/// What is known of an operation at run time, for generators and tests.
#[cfg(feature = "schema")]
pub struct OperationInfo {
    /// Its name in snake case.
    pub name: &'static str,
    /// Its documentation.
    pub doc: String,
    /// What it does to the world.
    pub kind: Kind,
    /// The request's definition.
    pub request: fn() -> crate::model::ModelInfo,
    /// The reply's definition.
    pub reply: fn() -> crate::model::ModelInfo,
}

/// Makes the methods of a client from its list of operations, one line each.
macro_rules! operations { ($client:ident: $($(#[doc = $doc:expr])* $name:ident($request:ident) -> $reply:ident;)*) => {
    impl $client {
        /// The names of all operations.
        pub const OPERATIONS: &'static [&'static str] = &[$(stringify!($name)),*];

        $($(#[doc = $doc])*
        pub fn $name(&self, request: &crate::$request) -> Result<crate::$reply, HalkodeError> {
            request.run(self).map_err(|error| named(error, stringify!($name)))
        })*

        /// The definitions of all operations, in the order of the list.
        #[cfg(feature = "schema")]
        pub fn operations() -> Vec<OperationInfo> {
            vec![$(OperationInfo {
                name: stringify!($name),
                doc: crate::model::doc(&[$($doc),*]),
                kind: <crate::$request as Operation>::KIND,
                request: <crate::$request as Model>::info,
                reply: <crate::$reply as Model>::info,
            }),*]
        }
    }

    impl CallByName for $client {
        fn call_named(&self, operation: &str, request: Json, how: Reading) -> Result<Json, HalkodeError> {
            match operation {
                $(stringify!($name) => run_read::<crate::$request>(self, request, how),)*
                _ => Err(HalkodeError::request("operation", format!("is unknown; the operations are {}", Self::OPERATIONS.join(", ")))),
            }
        }
    }
} }

/// A client whose operations can be called by name, with the request and the reply as JSON.
pub(crate) trait CallByName {
    fn call_named(&self, operation: &str, request: Json, how: Reading) -> Result<Json, HalkodeError>;
}

fn run_read<O: Operation>(client: &O::Client, request: Json, how: Reading) -> Result<Json, HalkodeError> {
    let reply = O::read(request, how)?.run(client)?;
    Ok(reply.write().unwrap_or_default())
}

/// The error with the operation it befell.
pub(crate) fn named(mut error: HalkodeError, operation: &str) -> HalkodeError {
    error.failure_mut().operation.get_or_insert_with(|| operation.to_owned());
    error
}

operations! { Halkode:
    /// Fetches a token. Only to test the keys or to learn `is_3d`: every other operation fetches, caches and renews its token by itself.
    token(GetToken) -> Token;
    /// Charges a card without 3-D Secure.
    pay_2d(Pay2d) -> Payment;
    /// Makes the form with which the buyer's browser starts a 3-D Secure payment; nothing is sent.
    pay_3d_form(Pay3dForm) -> BrowserForm;
    /// Starts a 3-D Secure payment from the server; the answer is the page to show to the buyer.
    pay_3d(Pay3d) -> BankPage;
    /// Completes (or cancels) a 3-D Secure payment that the merchant completes; within 15 minutes.
    complete_payment(CompletePayment) -> Payment;
    /// Captures a pre-authorisation, in full or in part, or releases it.
    confirm_payment(ConfirmPayment) -> Confirmed;
    /// Gives money back: a part, or all that is left. On the day of the sale a full refund is a cancellation.
    refund(Refund) -> Refunded;
    /// Asks what became of an invoice.
    check_status(CheckStatus) -> Status;
    /// Asks until an invoice whose outcome is in doubt is known, or a deadline passes.
    settle(Settle) -> Settlement;
    /// Lists the instalment counts the merchant may offer.
    installments(GetInstallments) -> Installments;
    /// Lists what a card can be charged with: instalment counts, programme and totals for an amount. Doubles as BIN look-up.
    get_pos(GetPos) -> PosList;
    /// Lists the merchant's and the buyer's commissions per instalment count and card programme.
    commissions(GetCommissions) -> Commissions;
    /// Makes a table of totals and instalments, exact to the kuruş, from a `get_pos` reply; nothing is sent.
    installment_table(MakeInstallmentTable) -> InstallmentTable;
    /// Lists a day's transactions, an hour's, or those of a range, a page at a time.
    transactions(GetTransactions) -> TransactionPage;
    /// Lists all transactions that fit the filters, a page at a time.
    all_transactions(GetAllTransactions) -> TransactionPage;
    /// Holds the shop's records against the gateway's list of transactions: what matches, what differs, what only one of them has.
    reconcile(ReconcileTransactions) -> Reconciliation;
    /// Makes a link to a payment page hosted by the gateway.
    purchase_link(MakePurchaseLink) -> PurchaseLink;
    /// Saves a card at the gateway for later payments.
    save_card(SaveCard) -> SavedCardToken;
    /// Lists the cards saved for a customer.
    saved_cards(GetSavedCards) -> SavedCards;
    /// Changes the expiry or the holder of a saved card.
    edit_card(EditCard) -> SavedCardToken;
    /// Deletes a saved card.
    delete_card(DeleteCard) -> Done;
    /// Charges a saved card without 3-D Secure.
    pay_card_token_2d(PayCardToken2d) -> Payment;
    /// Makes the form with which the buyer's browser starts a 3-D Secure payment with a saved card; nothing is sent.
    pay_card_token_3d_form(PayCardToken3dForm) -> BrowserForm;
    /// Asks about a recurring plan and its charges.
    recurring_plan(GetRecurringPlan) -> RecurringPlan;
    /// Changes the amount, the number of charges or the state of a recurring plan.
    update_recurring_plan(UpdateRecurringPlan) -> Done;
    /// Deletes a recurring plan: no further charge is made.
    delete_recurring_plan(DeleteRecurringPlan) -> Done;
    /// Reads what the buyer's browser brought back from 3-D Secure. An unconfirmed claim, never a proof of payment; nothing is sent.
    verify_return(VerifyReturn) -> Claim;
    /// Reads a browser return, binds it to the shop's order and asks the gateway: only this makes it paid.
    confirm_return(ConfirmReturn) -> Confirmation;
    /// Reads a web-hook. An unconfirmed claim, never a proof of payment; nothing is sent.
    verify_webhook(VerifyWebhook) -> Claim;
    /// Reads a web-hook, binds it to the shop's order and asks the gateway: only this makes it paid.
    confirm_webhook(ConfirmWebhook) -> Confirmation;
    /// Seals a `hash_key`, for requests this library does not make; nothing is sent.
    hash(MakeHash) -> HashKey;
    /// Opens a `hash_key`; nothing is sent.
    open_hash(OpenHash) -> OpenedHash;
    /// Explains why the gateway refuses a `hash_key`: which part differs and which known mistake it looks like; nothing is sent.
    explain_hash(ExplainHash) -> HashExplanation;
    /// Looks up a code of the gateway: meaning and advice in Turkish and English, and whether to send again; nothing is sent.
    status_code(LookUpStatusCode) -> StatusCode;
    /// Sends a request this library does not know yet.
    raw(Raw) -> RawReply;
}

operations! { Halkbank:
    /// Makes the form with which the buyer's browser goes to the 3-D gate or to the bank's payment page; nothing is sent.
    gate_form(MakeGateForm) -> BrowserForm;
    /// Reads what the gate posted back and binds it to the shop's order; nothing is sent.
    verify_callback(VerifyCallback) -> Callback;
    /// Reads what the gate posted back, binds it to the shop's order and asks the bank: the word to deliver on.
    confirm_callback(ConfirmCallback) -> CallbackConfirmation;
    /// Takes the money of a payment that 3-D Secure authenticated; never twice for one authentication.
    provision(Provision) -> BankPayment;
    /// Charges a card without 3-D Secure.
    sale(BankSale) -> BankPayment;
    /// Holds an amount on a card without 3-D Secure.
    pre_auth(BankPreAuth) -> BankPayment;
    /// Captures a pre-authorisation, in full, in part, or above it.
    post_auth(Capture) -> BankPayment;
    /// Takes back a transaction of today as if it had never been.
    void(VoidOrder) -> BankPayment;
    /// Gives money back after the day-close, in full or in part.
    refund(BankRefund) -> BankPayment;
    /// Gives an order's money back: voids it before the day-close, refunds it afterwards.
    cancel_or_refund(CancelOrRefund) -> Undone;
    /// Asks what became of an order.
    order_status(GetOrderStatus) -> OrderStatus;
    /// Asks for all transactions of an order.
    order_history(GetOrderHistory) -> OrderHistory;
    /// Asks until an order whose outcome is in doubt is known, or a deadline passes.
    settle(SettleOrder) -> OrderSettlement;
    /// Holds the shop's records against the bank's, order by order: what matches, what differs, what the bank does not have.
    reconcile(ReconcileOrders) -> Reconciliation;
    /// Asks about a recurring order and all its charges.
    recurring_orders(GetRecurringOrders) -> RecurringOrders;
    /// Cancels one charge of a recurring order that is still to come.
    cancel_recurring_order(CancelRecurringOrder) -> RecurringChange;
    /// Cancels all charges of a recurring order that are still to come.
    cancel_recurring(CancelRecurring) -> RecurringChange;
    /// Changes the amount or the day of one charge that is still to come.
    update_recurring_order(UpdateRecurringOrder) -> RecurringChange;
    /// Makes a table of totals and instalments, exact to the kuruş, from the merchant's own rates; nothing is sent.
    installment_plan(MakeInstallmentPlan) -> InstallmentPlan;
    /// Reckons the ver3 hash of fields; nothing is sent.
    ver3_hash(MakeVer3Hash) -> Ver3Hash;
    /// Explains why a ver3 hash is refused: which known mistake it looks like, and about which field; nothing is sent.
    explain_ver3(ExplainVer3) -> Ver3Explanation;
    /// Looks up a code of the bank: meaning and advice in Turkish and English; nothing is sent.
    response_code(LookUpResponseCode) -> ResponseCode;
    /// Sends a document this library does not know yet.
    raw(BankRaw) -> BankRawReply;
}
