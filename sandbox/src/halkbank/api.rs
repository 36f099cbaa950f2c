//! The XML API: reading a request, knowing who asks, the operation, and the answer with the irregularities that were asked for.

use super::order::{Order, Transaction};
use super::refusal::{Refusal, core};
use super::settings::HalkbankSettings;
use super::{API_PASSWORD, API_USER, Bank, MERCHANTS, REPORT_USER, TERMINAL};
use crate::charset::Charset;
use crate::http::{Answer, Call, form_bytes};
use crate::pages;
use crate::world::World;
use crate::xml::{self, Node};

/// An answer, or why there is none.
pub(super) type Reply = Result<Node, Refusal>;

/// An answer in XML.
pub(crate) fn xml_answer(status: u16, root: &Node, charset: Charset, entities: bool) -> Answer {
    Answer::new(status, &format!("text/xml;charset={}", charset.name()), xml::write(root, charset, entities))
}

/// The XML of a request: the form field `DATA`, or the body itself.
pub(crate) fn request_xml(call: &Call) -> Vec<u8> {
    let raw = call.body.trim_ascii_start();
    match raw.starts_with(b"<") || raw.starts_with(b"\xEF\xBB\xBF") {
        true => call.body.clone(),
        false => {
            form_bytes(&call.body).into_iter().find(|(name, _)| name == b"DATA").map(|(_, xml)| xml).unwrap_or_default()
        }
    }
}

/// An answer of an approved operation that made this transaction; `trans_id` is the operation's own number.
pub(super) fn approved(order: &Order, transaction: &Transaction, trans_id: &str, batch: u64) -> Node {
    let fields = [
        ("OrderId", order.oid.as_str()),
        ("GroupId", &order.oid),
        ("Response", "Approved"),
        ("AuthCode", &transaction.auth_code),
        ("HostRefNum", &transaction.host_ref),
        ("ProcReturnCode", "00"),
        ("TransId", trans_id),
        ("ErrMsg", ""),
    ];
    let mut extra = vec![
        ("SETTLEID", batch.to_string()),
        ("TRXDATE", transaction.at.dense_stamp()),
        ("ERRORCODE", String::new()),
        ("TERMINALID", TERMINAL.to_owned()),
        ("MERCHANTID", super::MERCHANT_ID.to_owned()),
        ("CARDBRAND", order.payer.known.brand.to_owned()),
        ("CARDISSUER", order.payer.known.issuer.to_owned()),
        ("AVSAPPROVE", "Y".to_owned()),
        ("HOSTDATE", transaction.at.host_stamp()),
        ("NUMCODE", "00".to_owned()),
    ];
    if let Some(plan) = order.plan.as_ref().filter(|_| order.payment == 1) {
        extra.push(("RECURRINGID", plan.clone()));
    }
    let mut children: Vec<Node> = fields.into_iter().map(|(name, value)| Node::text(name, value)).collect();
    children.push(Node::parent("Extra", extra.into_iter().map(|(name, value)| Node::text(name, value)).collect()));
    Node::parent("CC5Response", children)
}

impl Bank {
    /// Answers `POST /fim/api`.
    pub(super) fn api(&mut self, world: &mut World, call: &Call) -> Answer {
        if call.method != "POST" {
            return pages::error_page(405, "Method Not Allowed");
        }
        let settings = world.settings.halkbank;
        let document = xml::parse(&request_xml(call));
        let request = document.map(|document| document.root);
        let oid = request.as_ref().map(|request| request.text_of("OrderId")).unwrap_or_default();
        let reply = match request {
            Ok(request) if request.name == "CC5Request" => self.operate(world, &request),
            Ok(request) => Err(Refusal::message("BM-1001", format!("CC5Request bekleniyordu: {}", request.name))),
            Err(error) => Err(Refusal::message("BM-1001", format!("XML okunamadı: {error}"))),
        };
        let failed = reply.is_err();
        let mut root = reply.unwrap_or_else(|refusal| refusal.to_xml(&settings, world.now(), &oid));
        make_irregular(&mut root, &settings, failed);
        xml_answer(200, &root, if settings.utf8 { Charset::Utf8 } else { Charset::Iso8859_9 }, settings.entities)
    }

    fn operate(&mut self, world: &World, request: &Node) -> Reply {
        let [user, password, client_id] = ["Name", "Password", "ClientId"].map(|name| request.text_of(name));
        if password != API_PASSWORD || !MERCHANTS.iter().any(|(number, _)| *number == client_id) {
            return Err(core(2201));
        }
        match user.as_str() {
            API_USER => {}
            REPORT_USER => return Err(core(2202)),
            _ => return Err(core(2201)),
        }
        if !world.settings.halkbank.ip_allowed {
            return Err(core(2254));
        }
        if !matches!(request.text_of("Mode").as_str(), "" | "P" | "T") {
            return Err(core(1006));
        }
        if request.text_of("OrderId").chars().count() > 64 {
            return Err(core(1015));
        }
        match request.text_of("Type").as_str() {
            "Auth" => self.sale(world, request, false),
            "PreAuth" => self.sale(world, request, true),
            "PostAuth" => self.capture(world, request),
            "Void" => self.void(world, request),
            "Credit" => self.refund(world, request),
            "" => self.query(world, request),
            _ => Err(core(2001)),
        }
    }

    fn query(&mut self, world: &World, request: &Node) -> Reply {
        let nothing = Node::default();
        let extra = request.child("Extra").unwrap_or(&nothing);
        let oid = request.text_of("OrderId");
        let plan = extra.text_of("RECURRINGID");
        let asked = |name: &str| extra.text_of(name).eq_ignore_ascii_case("QUERY");
        if extra.child("RECURRINGOPERATION").is_some() {
            self.recurring_operation(world, extra)
        } else if asked("ORDERSTATUS") && !plan.is_empty() {
            self.plan_status(&plan)
        } else if asked("ORDERSTATUS") {
            Ok(self.order_status(world, &oid))
        } else if asked("ORDERHISTORY") {
            Ok(self.order_history(&oid))
        } else if extra.child("SETTLE").is_some() {
            Err(core(4000))
        } else {
            Err(core(2003))
        }
    }
}

/// Does to an answer what the settings ask for.
fn make_irregular(root: &mut Node, settings: &HalkbankSettings, failed: bool) {
    if settings.missing_fields && failed {
        root.children
            .retain(|child| !["AuthCode", "ProcReturnCode", "TransId", "GroupId"].contains(&child.name.as_str()));
    }
    let error_code = root.child("Extra").and_then(|extra| extra.child("ERRORCODE")).cloned();
    let wrong_order =
        if settings.other_order_id { Some("BASKA-SIPARIS") } else { (settings.empty_order_id && failed).then_some("") };
    for child in &mut root.children {
        match child.name.as_str() {
            "OrderId" => child.text = wrong_order.map_or(std::mem::take(&mut child.text), str::to_owned),
            "Extra" if settings.empty_extra => *child = Node::text("Extra", ""),
            "Extra" if settings.root_error_code => child.children.retain(|inner| inner.name != "ERRORCODE"),
            _ => {}
        }
    }
    if settings.root_error_code
        && let Some(code) = error_code
    {
        let at = root.children.iter().position(|child| child.name == "Extra").unwrap_or(root.children.len());
        root.children.insert(at, code);
    }
    if settings.no_extra {
        root.children.retain(|child| child.name != "Extra");
    }
}
