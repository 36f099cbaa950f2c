//! The command line of the sandbox.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use halkode_sandbox::{FaultRule, Options, Sandbox, Settings};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// Two banks on your own machine: HALKÖDE's and Halkbank's card payments on loopback, with 3-D pages, web-hooks, test cards and faults on demand.
///
/// Open the printed address in a browser for the test cards and everything that happens.
#[derive(Parser)]
#[command(version, after_help = AFTER_HELP)]
struct Arguments {
    /// Port on 127.0.0.1; 0 for any free one
    #[arg(long, default_value_t = 8321)]
    port: u16,

    /// Serve HTTPS with a throw-away authority
    #[arg(long, requires = "ca_file")]
    tls: bool,

    /// Where to write the authority's certificate (PEM), which clients have to trust
    #[arg(long, value_name = "PATH", requires = "tls")]
    ca_file: Option<PathBuf>,

    /// Let requests fail: PATH=FAULT[:TIMES], see below
    #[arg(long = "fault", value_name = "SPEC")]
    faults: Vec<FaultRule>,

    /// Deliver the web-hooks of a key name to this http:// address
    #[arg(long = "webhook", value_name = "KEY=URL", value_parser = pair)]
    webhooks: Vec<(String, String)>,

    /// Insist on a hash_key where the bank does not (refund, checkstatus); short for --setting strict_hash=true
    #[arg(long)]
    strict_hash: bool,

    /// Change a setting: NAME=VALUE, see below
    #[arg(long = "setting", value_name = "NAME=VALUE", value_parser = pair)]
    settings: Vec<(String, String)>,

    /// Write the lines to export to this file, once connections are accepted
    #[arg(long, value_name = "PATH")]
    export_file: Option<PathBuf>,

    /// Stop when standard input closes, so that no bank outlives the test that started it
    #[arg(long)]
    exit_with_stdin: bool,

    /// Do not print a line for every request; use it where nobody reads the output
    #[arg(long)]
    quiet: bool,
}

const AFTER_HELP: &str = "\
Faults: delay:MS hang cut reset refuse done_no_answer done_cut done_500 garbage empty html 401 429 500 502 503
        wrong_hash wrong_amount redirect huge
  --fault paySmart2D=done_no_answer      the next payment is made, its answer lost
  --fault checkstatus=delay:3000:2       the next two status queries are answered 3 seconds late
  --fault api=done_no_answer             the same for Halkbank's XML; its gate is est3Dgate
  --fault '*=503:*'                      every request is answered with HTTP 503
  done_* and delay carry the operation out, the others do not. refuse is for the next connection: '*=refuse'.

Settings, first value first:
  repeat_guard=money|off|all             the two-second rule against identical requests
  transactions=paginated|list            the shape of getTransactions
  three_d_failure=auto|json|form|redirect  a 3-D payment that cannot begin
  sparse_failure_return=true|false       a failed 3-D return carries few fields, as seen live
  pending_needs_flag=false|true          checkstatus says Pending only with include_pending_status
  partial_refunds=true|false  refund_registered=false|true  buyer_pays_commission=false|true
  strict_hash=false|true  is_3d=1|0|2|4
Settings of Halkbank:
  halkbank_one_model=false|true          a merchant number does only the model it was published for
  halkbank_half_secure=true|false        mdStatus 2, 3 and 4 can be charged
  halkbank_same_day_credit=false|true    refunds before day-close
  halkbank_ip_allowed=true|false         otherwise CORE-2254
  halkbank_collation=upper|lower         where _ stands under a hash
  halkbank_failure_word=auto|declined|error
 what comes back from 3-D: halkbank_return_hash=right|wrong|absent|absent_on_failure
  halkbank_national_id=absent|unhashed|hashed, and switches false|true halkbank_altered_amount halkbank_countdown
  halkbank_entity_values halkbank_trailing_newline
 what XML answers look like, switches false|true: halkbank_root_error_code halkbank_empty_extra halkbank_no_extra halkbank_missing_fields
  halkbank_empty_order_id halkbank_other_order_id halkbank_entities halkbank_utf8

Control API: GET /sandbox/state, /sandbox/orders, /sandbox/requests, /sandbox/webhooks, /sandbox/cards;
  POST /sandbox/clock {\"advance_seconds\":30}, /sandbox/faults, /sandbox/settings, /sandbox/reset,
  /sandbox/orders/<invoice_id>/3d {\"outcome\":\"approve\"}, /sandbox/recurring/charge {\"plan_code\":\"…\"}, /sandbox/replay;
  the same for Halkbank under /sandbox/halkbank: orders, orders/<oid>/3d, orders/<oid>/callback, cards, plans, dayclose,
  recurring/charge";

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("{text:?} is not NAME=VALUE")),
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("halkode-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), String> {
    let mut settings = Settings { strict_hash: arguments.strict_hash, ..Settings::default() };
    for (name, value) in &arguments.settings {
        settings.set(name, value)?;
    }
    // Signals are caught before anything is promised to anybody.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
    let (mut interrupt, mut terminate) = {
        let _context = runtime.enter();
        let catch = |kind| signal(kind).map_err(|e| format!("signals: {e}"));
        (catch(SignalKind::interrupt())?, catch(SignalKind::terminate())?)
    };
    let bank = Sandbox::start(Options {
        port: arguments.port,
        tls: arguments.tls,
        verbose: !arguments.quiet,
        settings,
        faults: arguments.faults,
        webhooks: arguments.webhooks,
    })
    .map_err(|e| format!("127.0.0.1:{}: {e}", arguments.port))?;

    if let (Some(path), Some(pem)) = (&arguments.ca_file, bank.ca_pem()) {
        write_whole(path, pem)?;
    }
    let ca_file =
        arguments.ca_file.as_deref().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
    let exports = bank.exports(ca_file.as_ref().map(|path| path.to_string_lossy()).as_deref());
    if let Some(path) = &arguments.export_file {
        write_whole(path, &exports)?;
    }
    // Last, so that whoever reads this finds the files written.
    print(&format!("HALKÖDE Sandbox: {}/\n\n{exports}\n", bank.url()))?;

    // Where standard input does not matter, the sender stays here to the end and the receiver never hears of it.
    let (closed, stdin_closed) = oneshot::channel::<()>();
    let mut closed = Some(closed);
    if arguments.exit_with_stdin {
        let closed = closed.take();
        std::thread::spawn(move || {
            let mut buffer = [0; 1024];
            while matches!(std::io::stdin().read(&mut buffer), Ok(1..)) {}
            drop(closed);
        });
    }
    runtime.block_on(async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = stdin_closed => {}
        }
    });
    drop(bank);
    Ok(())
}

fn print(text: &str) -> Result<(), String> {
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| format!("standard output: {e}"))
}

/// Writes a file so that whoever waits for it never sees half of it.
fn write_whole(path: &Path, text: &str) -> Result<(), String> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    std::fs::write(&partial, text)
        .and_then(|()| std::fs::rename(&partial, path))
        .map_err(|e| format!("{}: {e}", path.display()))
}
