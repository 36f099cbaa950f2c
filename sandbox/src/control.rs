//! The control API under `/sandbox`: what tests and the start page steer the bank with.

use std::time::Duration;

use crate::challenge::Verdict;
use crate::fault::FaultRule;
use crate::halkbank;
use crate::halkode::CREDENTIALS;
use crate::halkode::cards;
use crate::http::{Answer, Call};
use crate::json::{Json, object};
use crate::world::State;

/// Answers a control request. Errors are `{"error": …}` with HTTP 400, 404 or 409.
pub(crate) fn handle(state: &mut State, call: &Call) -> Answer {
    let text = String::from_utf8_lossy(&call.body);
    let body = if text.trim().is_empty() { Ok(object! {}) } else { Json::parse(&text) };
    let body = match body {
        Ok(body @ (Json::Object(_) | Json::List(_))) => body,
        Ok(_) => return problem(400, "the body is not a JSON object"),
        Err(error) => return problem(400, &format!("the body is not JSON: {error}")),
    };
    let path: Vec<String> =
        call.path.trim_start_matches("/sandbox").split('/').filter(|part| !part.is_empty()).map(decoded).collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    if let ["halkbank", rest @ ..] = &path[..] {
        let done = state.halkbank.control(&mut state.world, &call.method, rest, &body);
        return done.map_or_else(|(status, error)| problem(status, &error), |json| Answer::json(&json));
    }
    let done =
        |result: Result<Json, String>| result.map_or_else(|error| problem(400, &error), |json| Answer::json(&json));
    match (call.method.as_str(), &path[..]) {
        ("GET", ["state"]) => Answer::json(&summary(state)),
        ("GET", ["orders"]) => {
            state.halkode.settle(&mut state.world);
            Answer::json(&state.halkode.orders_json())
        }
        ("GET", ["orders", invoice_id]) => {
            state.halkode.settle(&mut state.world);
            let orders = state.halkode.orders_json();
            match orders.elements().iter().find(|order| order.text("invoice_id") == *invoice_id) {
                Some(order) => Answer::json(&order.clone().with("bank_page", state.halkode.bank_page_of(invoice_id))),
                None => problem(404, "there is no such order"),
            }
        }
        ("POST", ["orders", invoice_id, "3d"]) => match Verdict::parse(&body.text("outcome")) {
            None => problem(400, "\"outcome\" is approve, wrong_code or cancel"),
            Some(verdict) => match state.halkode.decide_for(&mut state.world, invoice_id, verdict) {
                Some(back) => Answer::json(&back.to_json()),
                None => problem(404, "no buyer is at the bank for this invoice"),
            },
        },
        ("GET", ["requests"]) => {
            let query = call.fields();
            Answer::json(&state.log.to_json(query.text("limit").parse().unwrap_or(usize::MAX)))
        }
        ("DELETE", ["requests"]) => {
            state.log.clear();
            Answer::json(&object! {})
        }
        ("GET", ["cards"]) => Answer::json(&cards::to_json()),
        ("POST", ["reset"]) => {
            state.reset();
            Answer::json(&object! {})
        }
        ("GET", ["clock"]) => Answer::json(&clock(state)),
        ("POST", ["clock"]) => match body.text("advance_seconds").parse() {
            // A century; further, dates would stop making sense.
            Ok(seconds @ 0..=3_155_760_000) => {
                state.world.clock.advance(Duration::from_secs(seconds));
                state.settle();
                Answer::json(&clock(state))
            }
            _ => problem(400, "\"advance_seconds\" is a number of seconds"),
        },
        ("GET", ["faults"]) => Answer::json(&state.faults.to_json()),
        ("POST", ["faults"]) => done(FaultRule::from_json(&body).map(|rule| {
            state.faults.add(rule);
            state.faults.to_json()
        })),
        ("DELETE", ["faults"]) => {
            state.faults.clear();
            Answer::json(&state.faults.to_json())
        }
        ("GET", ["webhooks"]) => Answer::json(&state.world.hooks.to_json()),
        ("POST", ["webhooks"]) => {
            let url = body.text("url");
            done(state.world.hooks.register(&body.text("key"), Some(&url)).map(|()| state.world.hooks.to_json()))
        }
        ("DELETE", ["webhooks"]) => {
            state.world.hooks.clear();
            Answer::json(&state.world.hooks.to_json())
        }
        ("GET", ["settings"]) => Answer::json(&state.world.settings.to_json()),
        ("POST", ["settings"]) => {
            let mut settings = state.world.settings;
            let set = body
                .members()
                .iter()
                .try_for_each(|(name, value)| settings.set(name, &value.scalar().unwrap_or_default()));
            done(set.map(|()| {
                state.world.settings = settings;
                settings.to_json()
            }))
        }
        ("POST", ["recurring", "charge"]) => {
            let [code, invoice_id] = ["plan_code", "invoice_id"].map(|name| body.text(name));
            let wanted = if code.is_empty() { invoice_id } else { code };
            match state.halkode.charge_plan(&mut state.world, &wanted, body.text("decline") == "true") {
                Ok(plan) => Answer::json(&plan),
                Err(error) => problem(409, &error),
            }
        }
        ("POST", ["replay"]) => done(state.replays.add(&state.world.base, &body)),
        ("GET", ["replay", id]) => state
            .replays
            .report(id)
            .map_or_else(|| problem(404, "there is no such replay"), |report| Answer::json(&report)),
        ("DELETE", ["replay", id]) => match state.replays.forget(id) {
            true => Answer::json(&object! {}),
            false => problem(404, "there is no such replay"),
        },
        _ => problem(404, &format!("there is no {} {}", call.method, call.path)),
    }
}

fn problem(status: u16, text: &str) -> Answer {
    Answer::json_status(status, &object! { "error": text })
}

fn clock(state: &State) -> Json {
    let world = &state.world;
    object! { "now": world.now().stamp(), "clock_offset_seconds": world.clock.offset().as_secs() }
}

fn summary(state: &mut State) -> Json {
    state.settle();
    let mut summary = clock(state);
    let base = &state.world.base;
    for (key, value) in [
        ("url", Json::from(base.as_str())),
        ("halkode_url", Json::from(format!("{base}/ccpayment"))),
        ("app_id", Json::from(CREDENTIALS.app_id)),
        ("settings", state.world.settings.to_json()),
        ("faults", state.faults.to_json()),
        ("orders", state.halkode.orders_json()),
        ("plans", state.halkode.plans_json()),
        ("halkbank_url", Json::from(format!("{base}/fim"))),
        ("halkbank_client_id", Json::from(halkbank::CREDENTIALS.client_id)),
        ("halkbank_orders", state.halkbank.orders_json()),
        ("halkbank_plans", state.halkbank.plans_json()),
    ] {
        summary.set(key, value);
    }
    summary
}

/// A part of a path with its escapes resolved.
fn decoded(part: &str) -> String {
    let escaped = part.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(escaped.as_bytes()).next().map(|(text, _)| text.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_parts_are_unescaped() {
        assert_eq!(decoded("A%2F1+x&y=z%C5%9F"), "A/1+x&y=zş");
    }
}
