//! docs/protocol/api-versions.md says what `api::SERVED` says.
//!
//! `HEADRACE_WRITE_DOCS=1 cargo test -p headrace-wire document` writes the page anew.

use std::fmt::Write;
use std::path::Path;

use headrace_wire::api::{self, ApiKey, NEVER};

const PAGE: &str = "../../../../docs/protocol/api-versions.md";
const START: &str = "<!-- table: written by the wire crate's test `document`, do not edit -->\n";
const END: &str = "<!-- end of table -->\n";

fn range((min, max): (i16, i16)) -> String {
    if min == max {
        return min.to_string();
    }
    format!("{min}-{max}")
}

fn flexible(key: ApiKey) -> String {
    match key.first_flexible() {
        NEVER => "-".to_owned(),
        first => first.to_string(),
    }
}

fn table() -> String {
    let mut out = String::from(
        "| key | API | Headrace names | Headrace answers | Kafka 4.3.1 | flexible from |\n\
         |---:|---|---|---|---|---|\n",
    );
    for key in ApiKey::all() {
        let Some(kafka) = key.kafka_broker_versions() else { continue };
        let (named, answered) = match api::find(key) {
            Some(entry) => (range((entry.min, entry.max)), range((entry.min_answered, entry.max))),
            None => ("-".to_owned(), "-".to_owned()),
        };
        let (number, kafka) = (key as i16, range(kafka));
        writeln!(out, "| {number} | {key} | {named} | {answered} | {kafka} | {} |", flexible(key))
            .expect("a String takes everything");
    }
    out
}

#[test]
fn the_page_has_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = std::fs::read_to_string(&path).expect("docs/protocol/api-versions.md");
    let (before, rest) = page.split_once(START).expect("the mark before the table");
    let (found, after) = rest.split_once(END).expect("the mark after the table");
    if std::env::var_os("HEADRACE_WRITE_DOCS").is_some() {
        let whole = format!("{before}{START}{}{END}{after}", table());
        std::fs::write(&path, whole).expect("a writable checkout");
        return;
    }
    assert_eq!(found, table(), "run with HEADRACE_WRITE_DOCS=1 and commit the page");
}
