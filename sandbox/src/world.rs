//! Everything the sandbox remembers, and the way from a request to the part that answers it.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::clock::{Clock, Time};
use crate::control;
use crate::fault::{Fault, Faults};
use crate::halkbank;
use crate::halkode::Bank;
use crate::hooks::{Delivery, Hooks, deliver};
use crate::http::{Answer, Call};
use crate::log::Log;
use crate::pages;
use crate::replay::Replays;
use crate::settings::Settings;

/// What the banks share.
#[derive(Debug)]
pub(crate) struct World {
    pub clock: Clock,
    pub settings: Settings,
    pub hooks: Hooks,
    /// The sandbox's own address, without a slash at the end.
    pub base: String,
    /// What is to be wrong with the hash of the answer being made.
    pub tamper: Option<Tamper>,
}

impl World {
    pub(crate) fn now(&self) -> Time {
        self.clock.now()
    }
}

/// What is wrong with a returned hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tamper {
    Secret,
    Amount,
}

/// The whole state, behind one lock that is never held across a wait.
#[derive(Debug)]
pub(crate) struct State {
    pub world: World,
    pub halkode: Bank,
    pub halkbank: halkbank::Bank,
    pub faults: Faults,
    pub log: Log,
    pub replays: Replays,
}

impl State {
    /// Lets time decide what it has decided, at every bank.
    pub(crate) fn settle(&mut self) {
        self.halkode.settle(&mut self.world);
        self.halkbank.settle(self.world.now());
    }

    /// Forgets orders, cards, tokens, faults, logs, replays and the moved clock; settings and web-hook addresses stay.
    pub(crate) fn reset(&mut self) {
        self.world.clock = Clock::default();
        self.world.hooks.clear();
        self.halkode = Bank::default();
        self.halkbank = halkbank::Bank::default();
        self.faults.clear();
        self.log.clear();
        self.replays = Replays::default();
    }
}

/// One running sandbox.
#[derive(Debug)]
pub(crate) struct App {
    pub base: String,
    /// Whether somebody reads the lines it prints.
    watched: AtomicBool,
    state: Mutex<State>,
    idle: Condvar,
    idle_async: Notify,
}

impl App {
    pub(crate) fn new(base: String, verbose: bool, settings: Settings, hooks: Hooks) -> Self {
        let world = World { clock: Clock::default(), settings, hooks, base: base.clone(), tamper: None };
        let state = State {
            world,
            halkode: Bank::default(),
            halkbank: halkbank::Bank::default(),
            faults: Faults::default(),
            log: Log::default(),
            replays: Replays::default(),
        };
        Self {
            base,
            watched: AtomicBool::new(verbose),
            state: Mutex::new(state),
            idle: Condvar::new(),
            idle_async: Notify::new(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // After a panic in one request the others still deserve their answers.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request.
    pub(crate) fn handle(&self, call: &Call, fault: Option<&Fault>) -> Answer {
        let mut state = self.state();
        let State { world, halkode, halkbank, replays, .. } = &mut *state;
        world.tamper = match fault {
            Some(Fault::WrongHash) => Some(Tamper::Secret),
            Some(Fault::WrongAmount) => Some(Tamper::Amount),
            _ => None,
        };
        let first = call.path.trim_start_matches('/').split('/').next().unwrap_or_default();
        match first {
            "" => pages::start_page(world),
            "ccpayment" => halkode.serve(world, call),
            "fim" => halkbank.serve(world, call),
            "replay" => replays.serve(call),
            "sandbox" => control::handle(&mut state, call),
            _ => pages::error_page(404, "Not Found"),
        }
    }

    /// Writes a request of the bank into the log.
    pub(crate) fn record(&self, call: &Call, answer: Option<&Answer>, fault: Option<&Fault>, took: Duration) {
        if !call.is_for_a_bank() && !call.path.starts_with("/replay/") {
            return;
        }
        let at = self.state().world.now().stamp();
        let fault = fault.map(Fault::to_string);
        self.note(format!(
            "{at} {} {} {}{}",
            call.method,
            call.path,
            answer.map_or("---".to_owned(), |answer| answer.status.to_string()),
            fault.as_deref().map(|fault| format!(" [{fault}]")).unwrap_or_default()
        ));
        self.state().log.add(&at, call, answer, fault, took.as_millis() as u64);
    }

    /// A line for whoever watches the terminal.
    pub(crate) fn note(&self, line: String) {
        if self.watched.load(Ordering::Relaxed) && writeln!(std::io::stdout(), "{line}").is_err() {
            // Whoever watched has left; the bank goes on for the others.
            self.watched.store(false, Ordering::Relaxed);
        }
    }

    /// Sends web-hooks out, each on its own, for as long as it is polled.
    pub(crate) async fn deliver_hooks(self: Arc<Self>, mut inbox: UnboundedReceiver<Delivery>) {
        while let Some(delivery) = inbox.recv().await {
            let app = self.clone();
            tokio::spawn(async move {
                let result = deliver(&delivery).await;
                app.note(format!("web-hook {} {result}", delivery.url));
                app.state().world.hooks.delivered(delivery.n, result);
                app.idle.notify_all();
                app.idle_async.notify_waiters();
            });
        }
    }

    /// Waits until no web-hook is on its way.
    pub(crate) async fn hooks_idle(&self) {
        loop {
            let notified = self.idle_async.notified();
            tokio::pin!(notified);
            notified.as_mut().enable();
            if self.state().world.hooks.in_flight == 0 {
                return;
            }
            notified.await;
        }
    }

    /// The same for a thread.
    pub(crate) fn hooks_idle_blocking(&self) -> MutexGuard<'_, State> {
        self.idle
            .wait_while(self.state(), |state| state.world.hooks.in_flight > 0)
            .unwrap_or_else(PoisonError::into_inner)
    }
}
