//! docs/protocol/configuration-keys.md says what the tables of properties say.
//!
//! `HEADRACE_WRITE_DOCS=1 cargo test -p headrace-cluster document` writes the page anew.

use std::fmt::Write;
use std::path::Path;

use crate::controller::properties::{
    table::{NODE_FILE_KEYS, OTHER_SPELLINGS, WHOLE_CLUSTER},
    Honour, Kind, Property, CLIENT_METRICS, CLUSTER, GROUP, MATCHES, TOPIC,
};

const PAGE: &str = "../../../../docs/protocol/configuration-keys.md";
const START: &str = "<!-- written by the cluster crate's test `document`, do not edit below -->\n";

fn values(kind: Kind) -> String {
    match kind {
        Kind::Bool => "true, false".to_owned(),
        Kind::Int { min, max: 0x7fff_ffff } | Kind::Long { min, max: i64::MAX } => {
            format!("{min} or more")
        }
        Kind::Int { min, max } | Kind::Long { min, max } => format!("{min} to {max}"),
        Kind::Level { min, max, default } => format!("{min} to {max}, or {default}"),
        Kind::Double { min, max } => format!("{min} to {max}"),
        Kind::Choice(words) => {
            let words = words.iter().map(|word| if word.is_empty() { "empty" } else { word });
            format!("one of {}", words.collect::<Vec<_>>().join(", "))
        }
        Kind::List => "a list".to_owned(),
        Kind::ListOf(words) => format!("some of {}", words.join(", ")),
        Kind::Reset => "latest, earliest, by_duration:DURATION".to_owned(),
        Kind::Matches => format!("a list of NAME=PATTERN; NAME: {}", MATCHES.join(", ")),
    }
}

fn default_of(property: &Property) -> String {
    match property.default {
        "" => "empty".to_owned(),
        "9223372036854775807" | "2147483647" => "no limit".to_owned(),
        value => value.to_owned(),
    }
}

/// A table; the column of the cluster's keys only where some have one.
fn rows(out: &mut String, properties: &[Property]) {
    let inherits = properties.iter().any(|p| p.broker_key.is_some());
    out.push_str(if inherits {
        "| key | default from | values | default | what it does |\n|---|---|---|---|---|\n"
    } else {
        "| key | values | default | what it does |\n|---|---|---|---|\n"
    });
    for p in properties {
        let from = match p.broker_key {
            _ if !inherits => String::new(),
            Some(key) => format!(" `{key}` |"),
            None => " |".to_owned(),
        };
        let (values, not_here) = match p.honour {
            Honour::Yes => (values(p.kind), String::new()),
            Honour::OnlyDefault(why) => {
                ("only the default".to_owned(), format!(" Not here: {why}."))
            }
        };
        let (name, default, doc) = (p.name, default_of(p), p.doc);
        writeln!(out, "| `{name}` |{from} {values} | {default} | {doc}{not_here} |")
            .expect("a String");
    }
}

fn page() -> String {
    let mut out = String::new();
    for (title, properties) in [
        ("Topics", TOPIC),
        ("The cluster", CLUSTER),
        ("Groups", GROUP),
        ("Subscriptions to clients' metrics", CLIENT_METRICS),
    ] {
        writeln!(out, "\n## {title}\n").expect("a String");
        rows(&mut out, properties);
    }
    let listed =
        |keys: &[&str]| keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    out.push_str("\n## One broker\n\nNot for one broker alone, here as in Apache Kafka: ");
    writeln!(out, "{}.", listed(WHOLE_CLUSTER)).expect("a String");
    out.push_str("\n## Other spellings\n\n| Kafka's key | set this one |\n|---|---|\n");
    for (other, ours) in OTHER_SPELLINGS {
        writeln!(out, "| `{other}` | `{ours}` |").expect("a String");
    }
    out.push_str("\n## Settings of one node\n\nSet in its configuration file, headrace.yaml: ");
    writeln!(out, "{}.", listed(NODE_FILE_KEYS)).expect("a String");
    out
}

#[test]
fn the_page_has_every_key() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let found = std::fs::read_to_string(&path).expect("docs/protocol/configuration-keys.md");
    let (before, rest) = found.split_once(START).expect("the mark before the tables");
    if std::env::var_os("HEADRACE_WRITE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{START}{}", page())).expect("a writable checkout");
        return;
    }
    assert_eq!(rest, page(), "run with HEADRACE_WRITE_DOCS=1 and commit the page");
}
