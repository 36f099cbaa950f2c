//! The binary: what it prints and writes, and that it stops when it should.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::client::*;

fn scratch(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    if path.exists() {
        std::fs::remove_file(&path).unwrap();
    }
    path
}

fn start(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_halkode-sandbox"))
        .args(["--port", "0", "--exit-with-stdin"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What is printed up to the first line of requests, with the address in it.
fn greeting(child: &mut Child) -> (String, BufReader<std::process::ChildStdout>) {
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    while !text.contains("HALKODE_BASE_URL") {
        assert_ne!(lines.read_line(&mut text).unwrap(), 0, "{text}");
    }
    (text, lines)
}

#[test]
fn it_says_how_to_connect_and_stops_with_its_standard_input() {
    let file = scratch("exports");
    let mut child =
        start(&["--export-file", file.to_str().unwrap(), "--fault", "api/token=503:2", "--setting", "is_3d=4"]);
    let (text, mut lines) = greeting(&mut child);
    let url = text
        .lines()
        .find_map(|line| line.strip_prefix("export HALKODE_BASE_URL='"))
        .unwrap()
        .trim_end_matches("/ccpayment'")
        .to_owned();
    let got = exchange(&mut connect(&url), "POST", "/ccpayment/api/token", &[], b"{}");
    assert_eq!(got.status, 503);
    let mut line = String::new();
    while !line.contains("/ccpayment/api/token") {
        line.clear();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0);
    }
    assert!(line.contains("503 [503]"), "{line}");
    let exports = std::fs::read_to_string(&file).unwrap();
    assert!(
        exports.contains(&format!("export HALKODE_MERCHANT_KEY='{MERCHANT_KEY}'\n")) && text.contains(&exports),
        "{exports}"
    );
    for line in [
        "HALKBANK_CLIENT_ID='500100000'".to_owned(),
        "HALKBANK_STORE_KEY='123456'".to_owned(),
        "HALKBANK_API_USER='sandboxapi'".to_owned(),
        "HALKBANK_API_PASSWORD='SANDBOX19'".to_owned(),
        format!("HALKBANK_BASE_URL='{url}/fim'"),
    ] {
        assert!(exports.contains(&format!("export {line}\n")), "{line}");
    }
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    std::fs::remove_file(file).unwrap();
}

#[test]
fn it_stops_at_a_signal_and_writes_its_authority() {
    let file = scratch("ca");
    let mut child = start(&["--tls", "--ca-file", file.to_str().unwrap(), "--quiet"]);
    let (text, _lines) = greeting(&mut child);
    assert!(text.contains("https://127.0.0.1:"));
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    std::fs::remove_file(file).unwrap();
}

#[test]
fn it_refuses_what_it_does_not_understand() {
    for arguments in [
        &["--fault", "a=bend"][..],
        &["--setting", "color=red"],
        &["--tls"],
        &["--webhook", "key"],
        &["--webhook", "key=ftp://x/"],
    ] {
        let child = start(arguments);
        let output = child.wait_with_output().unwrap();
        assert!(!output.status.success(), "{arguments:?}");
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut child = Command::new(env!("CARGO_BIN_EXE_halkode-sandbox"))
        .args(["--port", &port])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    assert!(!child.wait().unwrap().success());
    let help = Command::new(env!("CARGO_BIN_EXE_halkode-sandbox")).arg("--help").output().unwrap();
    std::io::stdout().flush().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for word in
        ["--export-file", "done_no_answer", "three_d_failure", "--exit-with-stdin", "halkbank_return_hash", "dayclose"]
    {
        assert!(help.contains(word), "{word}");
    }
}
