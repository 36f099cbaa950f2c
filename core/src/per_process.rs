//! What a process keeps for itself: a forked child starts anew, since a lock of its parent's may have been held by another thread at
//! the moment of the fork, and nobody would ever free it in the child.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

/// A value behind a lock, one for every process.
pub(crate) struct PerProcess<T>(ArcSwap<Stamped<T>>);

pub(crate) struct Stamped<T> {
    process: u32,
    value: Mutex<T>,
}

impl<T: Default> Stamped<T> {
    fn new() -> Self {
        Self { process: std::process::id(), value: Mutex::default() }
    }

    /// The value; a thread that panicked with it in hand does not make it worse.
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Default> PerProcess<T> {
    pub(crate) fn new() -> Self {
        Self(ArcSwap::from_pointee(Stamped::new()))
    }

    /// This process' own.
    pub(crate) fn here(&self) -> arc_swap::Guard<Arc<Stamped<T>>> {
        let kept = self.0.load();
        if kept.process == std::process::id() {
            return kept;
        }
        drop(kept);
        // Should another thread of this child do the same, one of the two is forgotten; nothing worse.
        self.0.store(Arc::new(Stamped::new()));
        self.0.load()
    }
}
