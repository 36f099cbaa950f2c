//! The front pages: their C examples compile, and neither language says less than the other.

#![allow(missing_docs)]

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use halkode_tests::generate::root;

const PAGES: [&str; 2] = ["README.md", "README.tr.md"];

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

#[test]
fn the_c_examples_compile_against_the_header() {
    for name in PAGES {
        let page = page(name);
        let (_, rest) = page.split_once("```c\n").expect("a C example");
        let (code, _) = rest.split_once("```").expect("its end");
        let mut compiler = Command::new("cc")
            .args(["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c", "-", "-I"])
            .arg(root().join("include"))
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        compiler.stdin.take().unwrap().write_all(code.as_bytes()).unwrap();
        assert!(compiler.wait().unwrap().success(), "{name}");
    }
}

#[test]
fn both_languages_have_the_same_sections_and_operations() {
    let [english, turkish] = PAGES.map(page);
    let count = |page: &str, mark: &str| page.lines().filter(|line| line.starts_with(mark)).count();
    for mark in ["# ", "## ", "| ", "```", "- "] {
        assert_eq!(count(&english, mark), count(&turkish, mark), "lines that begin with {mark:?}");
    }
    for operation in halkode::Halkode::OPERATIONS.iter().chain(halkode::Halkbank::OPERATIONS) {
        let told = |page: &str| {
            page.contains(&format!("`{operation}`"))
                || page.contains("`pay_card_token_*`") && operation.starts_with("pay_card")
        };
        assert!(told(&english) && told(&turkish), "{operation}");
    }
}

#[test]
fn no_link_of_the_pages_is_dead() {
    let docs = [
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "sandbox/README.md",
        "docs/architecture.md",
        "docs/protocol-halkode.md",
        "docs/protocol-halkbank.md",
        "examples/README.md",
        "bindings-python/README.md",
        "bindings-node/README.md",
        "bindings-php/README.md",
        "bindings-kotlin/README.md",
    ];
    for name in PAGES.into_iter().chain(docs) {
        let page = page(name);
        for target in page.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (file, _) = target.split_once('#').unwrap_or((target, ""));
            if file.is_empty() || file.contains("://") {
                continue;
            }
            let path = root().join(name).parent().unwrap().join(file);
            assert!(path.exists(), "{name} links to {file}");
        }
    }
}
