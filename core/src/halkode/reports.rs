//! Lists of transactions (docs/protocol-halkode.md#gettransactions, docs/protocol-halkode.md#alltransaction).

use super::Layout;
use super::answer::Answer;
use super::client::Halkode;
use super::payment::Currency;
use crate::amount::Amount;
use crate::check::{self, Time};
use crate::config::Keys;
use crate::error::HalkodeError;
use crate::json::{Json, Object};
use crate::model::{Model, choice, model};
use crate::operation::Exchange;
use crate::transport::{HttpAnswer, HttpRequest};

choice! {
    /// Over what time transactions are listed.
    ReportType {
        /// One day: `date`.
        Daily = "daily",
        /// One hour: `date` with its time.
        Hourly = "hourly",
        /// From `from_date` to `to_date`.
        Range = "range",
    }
}

choice! {
    /// By which time transactions are taken and ordered.
    OrderBy {
        /// When they were made.
        Created = "created",
        /// When they last changed.
        Modified = "modified",
    }
}

model! {
    /// Asks for a day's transactions, an hour's, or those of a range.
    request GetTransactions {
        /// The day `YYYY-MM-DD`, or the hour `YYYY-MM-DD HH:MM:SS`, in Turkish time.
        date: Option<String>,
        /// Only this invoice.
        invoice_id: Option<String> = "invoiceid",
        /// Only this currency, by the gateway's own number.
        currency_id: Option<u32>,
        /// Only this method: 1 card, 2 mobile, 3 wallet.
        payment_method_id: Option<u32> = "paymentmethodid",
        /// Only this amount or more, in lira.
        min_amount: Option<Amount> = "minamount",
        /// Only this amount or less, in lira.
        max_amount: Option<Amount> = "maxamount",
        /// Only this state, by the gateway's number: 1 completed, 3 pending.
        transaction_state: Option<u32> = "transactionState",
        /// `daily` when left out.
        report_type: Option<ReportType> = "type",
        /// `created` when left out.
        order_by: Option<OrderBy> = "order_by_option",
        /// Begin of the range, `YYYY-MM-DD HH:MM:SS`.
        from_date: Option<String>,
        /// End of the range, `YYYY-MM-DD HH:MM:SS`.
        to_date: Option<String>,
        /// The page, from 1; 1 when left out.
        page: Option<u32>,
    }
}

choice! {
    /// The direction of a list.
    SortOrder {
        /// Oldest first.
        Asc = "asc",
        /// Newest first.
        Desc = "desc",
    }
}

model! {
    /// Asks for all transactions that fit the filters; all filters are optional.
    request GetAllTransactions {
        /// Only this transaction.
        transaction_id: Option<String>,
        /// Only this invoice.
        invoice_id: Option<String>,
        /// Only this order.
        order_id: Option<String>,
        /// Only this method: 1 card, 2 mobile, 3 wallet.
        payment_method: Option<u32>,
        /// Only this state, by the gateway's number: 1 completed, 3 pending.
        transaction_state: Option<u32> = "transactionState",
        /// From this day on, `YYYY-MM-DD`; needs `to_date`.
        from_date: Option<String>,
        /// To this day, `YYYY-MM-DD`; needs `from_date`.
        to_date: Option<String>,
        /// Only this currency.
        currency: Option<Currency> = "currency_code",
        /// Only this amount, in lira.
        amount: Option<Amount>,
        /// Only this amount or more, in lira.
        min_amount: Option<Amount> = "minamount",
        /// Only this amount or less, in lira.
        max_amount: Option<Amount> = "maxamount",
        /// Only this telephone number.
        billing_phone: Option<String>,
        /// Only this e-mail address.
        billing_email: Option<String>,
        /// Only where this text occurs.
        search_key: Option<String>,
        /// Newest first when left out.
        order: Option<SortOrder>,
        /// Transactions a page, 1 to 100; the gateway's own number when left out.
        page_limit: Option<u32>,
        /// The page, from 1; 1 when left out.
        page: Option<u32>,
    }
}

model! {
    /// A page of transactions.
    result TransactionPage {
        /// The gateway's application code, 100.
        status_code: i64,
        /// The gateway's text.
        status_description: Option<String>,
        /// The transactions of this page.
        transactions: Vec<Transaction>,
        /// This page's number.
        page: u32,
        /// The last page's number, where the gateway tells it.
        last_page: Option<u32>,
        /// How many transactions there are in all, where the gateway tells it.
        total: Option<u32>,
        /// Whether there is a further page.
        more: bool,
    }
}

model! {
    /// A transaction as the lists show it. The two lists and the gateway's versions differ in their fields; those that only some have
    /// are in `extra`. The raw request that the gateway stores with it (`json_data`: names, addresses, encrypted card) is left out.
    reply Transaction {
        /// The gateway's number of the row.
        id: Option<String>,
        /// The gateway's number of the payment.
        payment_id: Option<String>,
        /// The merchant's own number.
        invoice_id: Option<String>,
        /// The gateway's number of the order.
        order_id: Option<String>,
        /// The gateway's number of the merchant.
        merchant_id: Option<String>,
        /// The state by the gateway's number: 1 completed, 3 pending, 11 charged back.
        transaction_state_id: Option<i64>,
        /// What was charged, in lira.
        gross: Option<Amount>,
        /// The commission, in lira.
        fee: Option<Amount>,
        /// What the merchant gets, in lira.
        net: Option<Amount>,
        /// The order's total, in lira.
        product_price: Option<Amount>,
        /// What was given back, in lira.
        refund_request_amount: Option<Amount>,
        /// The merchant's commission, in lira.
        merchant_commission: Option<Amount>,
        /// The buyer's commission, in lira.
        user_commission: Option<Amount>,
        /// How many instalments.
        installment: Option<i64>,
        /// The currency's letters.
        currency_code: Option<String>,
        /// The card programme.
        card_program: Option<String>,
        /// The bank that issued the card.
        card_issuer_name: Option<String>,
        /// The masked card number.
        credit_card_no: Option<String>,
        /// When the bank settles, in Turkish time.
        settlement_date_bank: Option<String>,
        /// When the merchant is paid, in Turkish time.
        settlement_date_merchant: Option<String>,
        /// When it was made, in Turkish time.
        created_at: Option<String>,
        /// When it last changed, in Turkish time.
        updated_at: Option<String>,
    }
}

fn path(base: &str, page: Option<u32>) -> String {
    match page {
        None | Some(1) => base.to_owned(),
        Some(page) => format!("{base}?page={page}"),
    }
}

fn check_page(page: Option<u32>) -> Result<(), HalkodeError> {
    if page == Some(0) { Err(HalkodeError::request("page", "counts from 1")) } else { Ok(()) }
}

/// Reads a page in any of the three forms in which lists come: with `transactions` and `paginate_data`, as a paginator with `data`, or
/// as a bare array.
fn read_page(answer: &HttpAnswer, asked: Option<u32>) -> Result<TransactionPage, HalkodeError> {
    let mut object = Answer::read(answer)?.accept(&[100])?;
    let (rows, paging) = match object.take("data") {
        Some(Json::List(rows)) => (rows, Object::new()),
        Some(Json::Object(mut data)) => {
            let rows = data.take("transactions").or_else(|| data.take("data"));
            let paging = data.take("paginate_data").and_then(Json::into_object).unwrap_or(data);
            match rows {
                Some(Json::List(rows)) => (rows, paging),
                Some(rows) if rows.is_nothing() => (Vec::new(), paging),
                _ => return Err(HalkodeError::protocol("the answer has no list of transactions")),
            }
        }
        Some(nothing) if nothing.is_nothing() => (Vec::new(), Object::new()),
        _ => return Err(HalkodeError::protocol("the answer has no list of transactions")),
    };
    let number = |name: &str| paging.get(name).and_then(Json::as_int).and_then(|n| u32::try_from(n).ok());
    let page = number("current_page").or(asked).unwrap_or(1);
    let last_page = number("last_page");
    let next = paging.get("next_page_url").is_some_and(|url| !url.is_nothing());
    let transactions = rows.into_iter().filter_map(Json::into_object).map(|mut row| {
        row.take("json_data");
        Transaction::from(row)
    });
    Ok(TransactionPage {
        status_code: object.get("status_code").and_then(Json::as_int).unwrap_or_default(),
        status_description: object.get("status_description").and_then(Json::as_text).map(str::to_owned),
        transactions: transactions.collect(),
        page,
        last_page,
        total: number("total"),
        more: next || last_page.is_some_and(|last| page < last),
    })
}

impl Exchange for GetTransactions {
    type Reply = TransactionPage;
    const MONEY: bool = false;

    fn check(&self) -> Result<(), HalkodeError> {
        let hourly = self.report_type == Some(ReportType::Hourly);
        check::date("date", self.date.as_deref(), if hourly { Time::Required } else { Time::Optional })?;
        check::date("from_date", self.from_date.as_deref(), Time::Required)?;
        check::date("to_date", self.to_date.as_deref(), Time::Required)?;
        if let Some(invoice) = &self.invoice_id {
            check::invoice_id(invoice)?;
        }
        if self.report_type == Some(ReportType::Range) {
            if self.from_date.is_none() || self.to_date.is_none() {
                return Err(HalkodeError::request("from_date", "and to_date are required for a range"));
            }
        } else if self.date.is_none() {
            return Err(HalkodeError::request("date", "is required for a daily or hourly list"));
        }
        check_page(self.page)
    }

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        let mut body = self.body();
        body.take("page");
        if let Some(order) = self.order_by {
            body.set("order_by_option", i64::from(order == OrderBy::Modified) + 1);
        }
        let hashed: Vec<(&str, String)> =
            ["date", "invoiceid", "currency_id", "paymentmethodid", "minamount", "maxamount", "transactionState"]
                .into_iter()
                .map(|name| (name, body.get(name).and_then(Json::as_text).unwrap_or_default().to_owned()))
                .collect();
        let parts: Vec<(&str, &str)> = hashed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        body.set("merchant_key", keys.merchant_key.clone());
        body.set("hash_key", keys.seal(Layout::Transactions, &parts));
        Ok(HttpRequest::post(path("/api/getTransactions", self.page), body))
    }

    fn reply(&self, _keys: &Keys, answer: &HttpAnswer) -> Result<TransactionPage, HalkodeError> {
        read_page(answer, self.page)
    }
}

impl Exchange for GetAllTransactions {
    type Reply = TransactionPage;
    const MONEY: bool = false;

    fn check(&self) -> Result<(), HalkodeError> {
        check::date("from_date", self.from_date.as_deref(), Time::Optional)?;
        check::date("to_date", self.to_date.as_deref(), Time::Optional)?;
        if self.from_date.is_some() != self.to_date.is_some() {
            return Err(HalkodeError::request("from_date", "and to_date go together"));
        }
        if self.page_limit.is_some_and(|limit| !(1..=100).contains(&limit)) {
            return Err(HalkodeError::request("page_limit", "must be 1 to 100"));
        }
        check_page(self.page)
    }

    fn request(&self, keys: &Keys) -> Result<HttpRequest, HalkodeError> {
        let mut body = self.body();
        body.take("page");
        if let (Some(from), Some(to)) = (&self.from_date, &self.to_date) {
            body.take("from_date");
            body.take("to_date");
            let slashes = |day: &str| day.chars().take(10).collect::<String>().replace('-', "/");
            body.set("date_range", format!("{} - {}", slashes(from), slashes(to)));
        }
        body.set("merchant_key", keys.merchant_key.clone());
        Ok(HttpRequest::post(path("/api/alltransaction", self.page), body))
    }

    fn reply(&self, _keys: &Keys, answer: &HttpAnswer) -> Result<TransactionPage, HalkodeError> {
        read_page(answer, self.page)
    }
}

/// Walks a list page by page; made by [`Halkode::transactions_iter`] and [`Halkode::all_transactions_iter`].
pub struct Transactions<'a> {
    fetch: Box<dyn FnMut(u32) -> Result<TransactionPage, HalkodeError> + 'a>,
    page: std::vec::IntoIter<Transaction>,
    next: Option<u32>,
}

impl Iterator for Transactions<'_> {
    type Item = Result<Transaction, HalkodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(transaction) = self.page.next() {
                return Some(Ok(transaction));
            }
            let number = self.next.take()?;
            match (self.fetch)(number) {
                Ok(page) => {
                    self.next = page.more.then(|| number + 1);
                    self.page = page.transactions.into_iter();
                }
                // The list ends with its first error; whoever wants to go on asks for the page again.
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl Halkode {
    /// Like [`Halkode::transactions`], over all pages from the first on.
    pub fn transactions_iter(&self, request: &GetTransactions) -> Transactions<'_> {
        let request = request.clone();
        let fetch = move |page| self.transactions(&GetTransactions { page: Some(page), ..request.clone() });
        Transactions { next: Some(1), fetch: Box::new(fetch), page: Vec::new().into_iter() }
    }

    /// Like [`Halkode::all_transactions`], over all pages from the first on.
    pub fn all_transactions_iter(&self, request: &GetAllTransactions) -> Transactions<'_> {
        let request = request.clone();
        let fetch = move |page| self.all_transactions(&GetAllTransactions { page: Some(page), ..request.clone() });
        Transactions { next: Some(1), fetch: Box::new(fetch), page: Vec::new().into_iter() }
    }
}
