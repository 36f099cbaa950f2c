//! A client on both sides of a fork: nobody gets another's answer, nobody waits for a lock that stayed behind.

#![allow(missing_docs)]

mod common;

use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use common::{Gateway, paid, token};
use halkode::{CheckStatus, Halkode};

const CHILDREN: usize = 4;
const CALLS: usize = 50;

fn main() {
    nobody_gets_anothers_answer();
    println!("test nobody_gets_anothers_answer ... ok");
    no_child_waits_for_a_lock_held_at_the_fork();
    println!("test no_child_waits_for_a_lock_held_at_the_fork ... ok");
    println!("\ntest result: ok. 2 passed; 0 failed");
}

/// Calls with invoices of this process alone; says how many answers were wrong.
fn wrong_answers(client: &Halkode, who: &str) -> usize {
    let mut wrong = 0;
    for call in 0..CALLS {
        let invoice_id = format!("{who}-{call}");
        let answer = client.check_status(&CheckStatus { invoice_id: invoice_id.clone(), ..Default::default() });
        match answer {
            Ok(status) if status.invoice_id.as_deref() == Some(&invoice_id) => {}
            other => {
                eprintln!("{who}: asked {invoice_id}, got {other:?}");
                wrong += 1;
            }
        }
    }
    wrong
}

/// Forks; the child runs `work` and ends without running destructors, as a worker that is killed does.
fn child(work: impl FnOnce() -> usize) -> libc::pid_t {
    // SAFETY: the child only uses the client under test and ends with _exit.
    match unsafe { libc::fork() } {
        0 => {
            let wrong = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or(99);
            // SAFETY: ends this process only.
            unsafe { libc::_exit(i32::try_from(wrong.min(100)).unwrap_or(100)) }
        }
        pid if pid > 0 => pid,
        _ => panic!("fork failed"),
    }
}

fn ended_well(pid: libc::pid_t) {
    let mut status = 0;
    // SAFETY: waits for a child of this process.
    assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "child {pid} ended with {status:#x}");
}

fn nobody_gets_anothers_answer() {
    let gateway = Gateway::start(|got| token(got).unwrap_or_else(|| paid(got)));
    let client = gateway.client();
    assert_eq!(wrong_answers(&client, "before"), 0);
    let before = gateway.connections();
    let pids: Vec<_> = (0..CHILDREN).map(|n| child(|| wrong_answers(&client, &format!("child{n}")))).collect();
    assert_eq!(wrong_answers(&client, "parent"), 0);
    pids.into_iter().for_each(ended_well);
    // A child that only ends, dropping what it inherited, must not disturb the parent either.
    let mut inherited = Some(client);
    let pid = child(|| {
        drop(inherited.take());
        0
    });
    ended_well(pid);
    assert_eq!(wrong_answers(&inherited.expect("only the child's was dropped"), "after"), 0);
    let own = gateway.connections() - before - CHILDREN;
    assert_eq!(own, 0, "the parent keeps its connection, and each child opens one of its own");
}

fn no_child_waits_for_a_lock_held_at_the_fork() {
    let (arrived, waits) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let (arrived, released) = (Mutex::new(arrived), Mutex::new(released));
    let gateway = Gateway::start(move |got| match token(got) {
        Some(answer) => {
            if got.earlier == 0 {
                arrived.lock().unwrap().send(()).unwrap();
                released.lock().unwrap().recv().unwrap();
            }
            answer
        }
        None => paid(got),
    });
    let client = Arc::new(gateway.client());
    let held = client.clone();
    let thread = std::thread::spawn(move || wrong_answers(&held, "thread"));
    // The thread is inside its token request now, and holds the token's lock.
    waits.recv().unwrap();
    let pid = child(|| wrong_answers(&client, "locked-child"));
    ended_well(pid);
    release.send(()).unwrap();
    assert_eq!(thread.join().unwrap(), 0);
    match gateway.requests("/api/token").len() {
        2 => {}
        n => panic!("{n} tokens fetched instead of one by parent and one by child"),
    }
}
