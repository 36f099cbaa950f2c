//! What can be asked about the merchant: instalments, prices, commissions and lists of transactions.

use rust_decimal::Decimal;

use super::cards::{INSTALLMENTS, by_prefix, commission_rate, two_decimals, with_commission};
use super::order::{Order, Status};
use super::sale::CURRENCIES;
use super::{Ask, Bank, CREDENTIALS, MERCHANT_ID, Refusal, Reply, decimal, part};
use crate::hash::{random_hex, seal};
use crate::http::Answer;
use crate::json::{Json, object};
use crate::log::mask_card;
use crate::settings::TransactionsShape;
use crate::world::World;

/// Rows of a page where the request does not say.
const PAGE: usize = 10;
/// Card programmes of the commission table with the largest count they are enabled for.
const PROGRAMS: &[(&str, u32)] =
    &[("PARAF", 6), ("BONUS", 6), ("CARD_FNS", 12), ("WORLD", 3), ("MAXIMUM", 1), ("AXESS", 1)];

/// alltransaction's refusal carries an empty list.
pub(super) fn refused_with_empty_list(refusal: &Refusal) -> Json {
    super::refused(refusal).with("data", Json::List(Vec::new()))
}

/// The bank's number for a state. 1 and 3 are published, the others are this sandbox's own.
fn state_id(order: &Order) -> u32 {
    match order.state_word() {
        "Completed" => 1,
        "Pending" => 3,
        "Partial Refund" => 17,
        "Refund" => 5,
        "Pre-Authorization" => 13,
        _ => 2,
    }
}

/// One page of a list: its number, the number of pages, and the rows on it.
struct Page<T> {
    number: usize,
    last: usize,
    total: usize,
    rows: Vec<T>,
}

fn page_of<T>(rows: Vec<T>, ask: &Ask, size: usize) -> Page<T> {
    let total = rows.len();
    let last = total.div_ceil(size).max(1);
    let number = ask.fields.text("page").parse().unwrap_or(1).max(1);
    Page { number, last, total, rows: rows.into_iter().skip((number - 1) * size).take(size).collect() }
}

/// A currency code, by default TRY.
fn currency(ask: &Ask) -> Result<(&'static str, u32), Refusal> {
    let code = ask.fields.text("currency_code");
    let wanted = if code.is_empty() { "TRY" } else { &code };
    CURRENCIES
        .iter()
        .find(|(code, _)| *code == wanted)
        .copied()
        .ok_or_else(|| Refusal::new(12, "Invalid Currency code"))
}

impl Bank {
    pub(super) fn installments(&mut self, _world: &mut World, ask: &Ask) -> Reply {
        ask.merchant()?;
        let counts = INSTALLMENTS.iter().map(|count| Json::from(*count)).collect::<Vec<_>>();
        Ok(Answer::json(
            &object! { "status_code": 100, "message": "Merchant Active Installment", "installments": counts },
        ))
    }

    pub(super) fn get_pos(&mut self, _world: &mut World, ask: &Ask) -> Reply {
        if ask.required("merchant_key")? != CREDENTIALS.merchant_key {
            return Err(Refusal::new(3, "Merchant not found"));
        }
        let digits: String = ask.required("credit_card")?.chars().filter(|c| !c.is_whitespace()).collect();
        if !(6..=19).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Refusal::new(1, "The credit card must be between 6 and 19 digits."));
        }
        let amount = ask.amount("amount")?;
        ask.required("currency_code")?;
        let (code, currency_id) = currency(ask)?;
        let card = by_prefix(&digits);
        let merchant_pays =
            ask.fields.text("commission_by") == "merchant" || ask.fields.text("is_comission_from_user") == "2";
        let single = card.debit || ask.fields.text("is_recurring") == "1";
        let asked = ask.fields.text("commission_for_installment");
        let rows = INSTALLMENTS
            .iter()
            .filter(|count| **count == 1 || (!single && **count <= card.max_installments))
            .filter(|count| asked.is_empty() || asked.split(',').any(|wanted| wanted.trim() == count.to_string()));
        let rows = rows.map(|count| {
            let payable = if merchant_pays { amount.normalize() } else { with_commission(amount, *count) };
            object! {
                "pos_id": 10 + count, "campaign_id": 0, "allocation_id": 0, "installments_number": *count,
                "card_type": if card.debit { "DEBIT CARD" } else { "CREDIT CARD" }, "card_program": card.program, "card_scheme": card.scheme,
                "payable_amount": payable, "hash_key": seal(&format!("{count}|{amount}"), &random_hex(32)),
                "amount_to_be_paid": two_decimals(payable).to_string(), "currency_code": code, "currency_id": currency_id,
                "title": if *count == 1 { Json::from("Single payment") } else { Json::from(*count) },
            }
        });
        Ok(Answer::json(
            &object! { "status_code": 100, "status_description": "Successful", "data": Json::List(rows.collect()) },
        ))
    }

    pub(super) fn commissions(&mut self, _world: &mut World, ask: &Ask) -> Reply {
        let (code, _) = currency(ask).map_err(|_| Refusal::new(0, "No Data Found"))?;
        let rows = |count: u32| {
            let rate = commission_rate(count) * Decimal::ONE_HUNDRED;
            let rows = PROGRAMS.iter().map(|(program, most)| {
                // As published: a count that a programme is not enabled for reads "x", one without a meaning "-".
                let [merchant, merchant_fixed, user, user_fixed] = match count {
                    _ if count > *most => ["x"; 4].map(Json::from),
                    1 => [Json::from("0.0000"), Json::from("0.0000"), Json::from("-"), Json::from("-")],
                    _ => [Json::from(format!("{rate:.4}")), Json::from("0.0000"), Json::from(rate.normalize()), Json::from(0)],
                };
                object! {
                    "title": "Regular", "card_program": *program, "merchant_commission_percentage": merchant, "merchant_commission_fixed": merchant_fixed,
                    "user_commission_percentage": user, "user_commission_fixed": user_fixed, "currency_code": code, "installment": count,
                    "pos_id": 10 + count, "getpos_card_program": *program,
                }
            });
            Json::List(rows.collect())
        };
        let table = INSTALLMENTS.iter().map(|count| (count.to_string(), rows(*count))).collect();
        Ok(Answer::json(
            &object! { "status_code": 100, "status_description": "Successful", "data": Json::Object(table) },
        ))
    }

    pub(super) fn transactions(&mut self, world: &mut World, ask: &Ask) -> Reply {
        ask.merchant()?;
        let fields = &ask.fields;
        let names =
            ["date", "invoiceid", "currency_id", "paymentmethodid", "minamount", "maxamount", "transactionState"];
        let parts = names.map(|name| part(name, fields.text(name)));
        // The one request that is sealed with the merchant key instead of the app secret.
        ask.hash(CREDENTIALS.merchant_key, &parts, |_| Refusal::new(90, "Invalid Hash key"))?;
        let [date, invoice_id, currency_id, method, ..] = names.map(|name| fields.text(name));
        let kind = fields.text("type");
        let stamp = |order: &Order| {
            if fields.text("order_by_option") == "2" { order.changed.stamp() } else { order.created.stamp() }
        };
        let (from, to) = (fields.text("from_date"), fields.text("to_date"));
        let in_time = |order: &Order| match kind.as_str() {
            "range" => (from.is_empty() || stamp(order) >= from) && (to.is_empty() || stamp(order) <= to),
            // A whole hour, from a date with a time.
            "hourly" => date.get(..13).is_some_and(|hour| stamp(order).starts_with(hour)),
            _ => date.is_empty() || date.get(..10).is_some_and(|day| stamp(order).starts_with(day)),
        };
        let within = amount_filter(fields)?;
        let mut found: Vec<&Order> = self.orders.iter().rev().filter(|order| in_time(order)).collect();
        found.retain(|order| {
            (invoice_id.is_empty() || order.invoice_id == invoice_id)
                && (currency_id.is_empty()
                    || CURRENCIES.iter().any(|(code, id)| *code == order.currency && id.to_string() == currency_id))
                && (method.is_empty() || method == "1")
                && within(order)
        });
        let page = page_of(found, ask, PAGE);
        let rows = Json::List(page.rows.iter().map(|order| transaction(order)).collect());
        let data = match world.settings.transactions {
            TransactionsShape::List => rows,
            TransactionsShape::Paginated => {
                let url = |number: usize| format!("{}/ccpayment/api/getTransactions?page={number}", world.base);
                object! {
                    "transactions": rows,
                    "paginate_data": object! {
                        "current_page": page.number, "total": page.total, "per_page": PAGE, "last_page": page.last,
                        "next_page_url": (page.number < page.last).then(|| url(page.number + 1)),
                        "previous_page_url": (page.number > 1).then(|| url(page.number - 1)),
                        "current_page_url": url(page.number), "last_page_url": url(page.last),
                    },
                }
            }
        };
        Ok(Answer::json(&object! { "status_code": 100, "status_description": "Successfull", "data": data }))
    }

    pub(super) fn all_transactions(&mut self, world: &mut World, ask: &Ask) -> Reply {
        let fields = &ask.fields;
        let is = |name: &str, value: &str| {
            let wanted = fields.text(name);
            wanted.is_empty() || wanted == value
        };
        let range = fields.text("date_range").replace('/', "-");
        let dates = match range.as_str() {
            "" => None,
            range => Some(range.split_once(" - ").ok_or_else(|| Refusal::new(99, "Unknown Error"))?),
        };
        let search = fields.text("search_key").to_lowercase();
        let within = amount_filter(fields)?;
        let exact = match fields.text("amount").as_str() {
            "" => None,
            _ => Some(ask.amount("amount")?),
        };
        let mut found: Vec<&Order> = self
            .orders
            .iter()
            .rev()
            .filter(|order| {
                let date = order.created.date();
                is("transaction_id", &order.transaction_id)
                    && is("invoice_id", &order.invoice_id)
                    && is("order_id", &order.order_id)
                    && is("payment_method", "1")
                    && is("currency_code", &order.currency)
                    && is("billing_phone", &order.buyer.phone)
                    && is("billing_email", &order.buyer.email)
                    && dates.is_none_or(|(from, to)| (from.trim()..=to.trim()).contains(&date.as_str()))
                    && exact.is_none_or(|amount| amount == order.total)
                    && (search.is_empty()
                        || [&order.invoice_id, &order.order_id, &order.buyer.name]
                            .iter()
                            .any(|text| text.to_lowercase().contains(&search)))
                    && within(order)
            })
            .collect();
        if fields.text("order") == "asc" {
            found.reverse();
        }
        let size = fields.text("page_limit").parse().ok().filter(|size| (1..=100).contains(size)).unwrap_or(PAGE);
        let page = page_of(found, ask, size);
        let path = format!("{}/ccpayment/api/alltransaction", world.base);
        let url = |number: usize| format!("{path}?page={number}");
        let first = (page.number - 1) * size + 1;
        let optional = |there: bool, number: usize| if there { url(number) } else { String::new() };
        let mut links = vec![
            object! { "url": optional(page.number > 1, page.number - 1), "label": "&laquo; Previous", "active": false },
        ];
        links.extend((1..=page.last).map(
            |number| object! { "url": url(number), "label": number.to_string(), "active": number == page.number },
        ));
        links.push(object! { "url": optional(page.number < page.last, page.number + 1), "label": "Next &raquo;", "active": false });
        // As with every empty value of this endpoint: "" where null is meant.
        let position = |there: bool, number: usize| if there { Json::from(number) } else { Json::from("") };
        let shown = page.rows.len();
        Ok(Answer::json(&object! {
            "status_code": 100, "status_description": "data fetched successfully",
            "data": object! {
                "current_page": page.number, "data": Json::List(page.rows.iter().map(|order| row(order)).collect()), "first_page_url": url(1),
                "from": position(shown > 0, first), "last_page": page.last, "last_page_url": url(page.last), "links": links,
                "next_page_url": optional(page.number < page.last, page.number + 1), "path": path.as_str(), "per_page": if fields.text("page_limit").is_empty() { Json::from(size) } else { Json::from(size.to_string()) },
                "prev_page_url": optional(page.number > 1, page.number - 1), "to": position(shown > 0, first + shown.max(1) - 1), "total": page.total,
            },
        }))
    }
}

/// What both lists filter by: amounts and state.
fn amount_filter(fields: &Json) -> Result<impl Fn(&Order) -> bool + use<>, Refusal> {
    let bound = |name: &str| match fields.text(name).as_str() {
        "" => Ok(None),
        text => decimal(text).map(Some).ok_or_else(|| Refusal::new(1, format!("The {name} must be a number."))),
    };
    let (low, high, state) = (bound("minamount")?, bound("maxamount")?, fields.text("transactionState"));
    Ok(move |order: &Order| {
        low.is_none_or(|low| order.total >= low)
            && high.is_none_or(|high| order.total <= high)
            && (state.is_empty() || state_id(order).to_string() == state)
    })
}

/// A transaction of getTransactions.
fn transaction(order: &Order) -> Json {
    let refunds = order
        .refunds
        .iter()
        .map(|refund| object! { "amount": refund.amount.normalize(), "created_at": refund.at.stamp() });
    object! {
        "id": order.n, "payment_id": order.transaction_id.as_str(), "invoice_id": order.invoice_id.as_str(), "order_id": order.order_id.as_str(),
        "merchant_id": MERCHANT_ID, "transaction_state_id": state_id(order), "transaction_state": order.state_word(), "gross": order.charged().normalize(),
        "product_price": order.total.normalize(), "net": (order.total - order.merchant_commission()).normalize(),
        "total_refunded_amount": order.refunded().normalize(), "merchant_commission": order.merchant_commission(), "user_commission": order.user_commission,
        "currency_id": CURRENCIES.iter().find(|(code, _)| *code == order.currency).map(|(_, id)| *id), "currency_code": order.currency.as_str(),
        "installment": order.installments, "payment_type_id": 1, "transaction_type": order.kind(), "credit_card_no": mask_card(&order.card_number),
        "created_at": order.created.stamp(), "updated_at": order.changed.stamp(),
        "refund_history": Json::List(refunds.collect()), "rolling_balance": object! {}, "merchant_sale": object! { "sale_id": order.n },
        "sale_billing": object! { "bill_email": order.buyer.email.as_str(), "bill_phone": order.buyer.phone.as_str() },
        "sale_recurring": order.plan.as_ref().map(|code| object! { "plan_code": code.as_str() }), "sale_integrator": Json::Null, "userdata": Json::Null,
        "merchant": object! { "id": MERCHANT_ID, "name": "HALKÖDE Sandbox Mağazası" },
    }
}

/// A row of alltransaction: amounts as texts, and the buyer's data in `json_data`.
fn row(order: &Order) -> Json {
    let text = |amount: Decimal| amount.normalize().to_string();
    let paid = order.status == Status::Completed;
    let raw = object! {
        "name": order.buyer.name.as_str(), "surname": order.buyer.surname.as_str(), "invoice_id": order.invoice_id.as_str(),
        "total": order.total_text.as_str(), "card": random_hex(64), "hash_key": seal("raw request", CREDENTIALS.app_id),
    };
    object! {
        "id": order.n, "payment_id": order.transaction_id.as_str(), "invoice_id": order.invoice_id.as_str(), "order_id": order.order_id.as_str(),
        "remote_order_id": order.order_id.trim_start_matches("VP"), "user_id": 1650, "end_user_id": 0,
        "user_name": format!("{} {}", order.buyer.name, order.buyer.surname).trim(), "merchant_id": MERCHANT_ID, "merchant_name": "HALKÖDE Sandbox Mağazası",
        "transaction_state_id": state_id(order), "purchase_id": 0, "gross": text(order.charged()), "refund_request_amount": "0",
        "total_refunded_amount": text(order.refunded()), "fee": text(order.merchant_commission()), "net": text(order.total - order.merchant_commission()),
        "pay_by_token_fee": "0", "cost": "0", "rolling_amount": "0", "product_price": text(order.total), "user_commission": text(order.user_commission),
        "merchant_commission": text(order.merchant_commission()), "gsm_number": order.buyer.phone.as_str(), "installment": order.installments,
        "settlement_date_bank": if paid { order.changed.later(1, 'D').stamp() } else { String::new() },
        "settlement_date_merchant": if paid { order.changed.later(1, 'D').stamp() } else { String::new() },
        "payment_type_id": 1, "operator": "", "issuer_name": "", "card_program": order.card.map_or("", |card| card.program),
        "card_issuer_name": "T. HALK BANKASI A.S.", "pos_name": "DUMMY BANK", "pos_id": 1, "allocation_id": 0, "currency_code": order.currency.as_str(),
        "credit_card_no": mask_card(&order.card_number), "auth_code": order.auth_code.as_str(), "json_data": raw.to_string(),
        "created_at": order.created.stamp(), "updated_at": order.changed.stamp(),
    }
}
