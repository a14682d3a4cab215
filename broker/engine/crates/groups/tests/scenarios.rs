//! Runs the texts in `scenarios/`: commands at the line's start, expected effects indented below.
//!
//! After a change that is meant, `HEADRACE_RECORD=1 cargo test -p headrace-groups` writes what
//! happens now into the files; the diff is then read like code. `script/mod.rs` has the language.

mod script;

use std::fs;
use std::path::PathBuf;

use script::Script;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

/// The file as it would read if all its commands did what they do now.
fn replay(text: &str) -> String {
    let mut script = Script::new();
    let mut out = String::new();
    for line in text.lines() {
        if line.starts_with("  ") {
            continue;
        }
        out.push_str(line);
        out.push('\n');
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        for effect in script.run(line) {
            out.push_str("  ");
            out.push_str(&effect);
            out.push('\n');
        }
    }
    script.finish();
    out
}

#[test]
fn scenarios_read_as_recorded() {
    let record = std::env::var_os("HEADRACE_RECORD").is_some();
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder()).expect("folder").map(|entry| entry.expect("entry").path()).collect();
    files.sort();
    assert!(files.len() >= 8, "the scenarios are there");
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("text");
        let now = replay(&text);
        if now == text {
            continue;
        }
        if record {
            fs::write(&file, &now).expect("recorded");
        }
        let differs = text.lines().zip(now.lines()).position(|(was, is)| was != is);
        let at = differs.unwrap_or(text.lines().count().min(now.lines().count()));
        wrong.push(format!(
            "{}:{}\n  expected {:?}\n  found    {:?}",
            file.display(),
            at + 1,
            text.lines().nth(at),
            now.lines().nth(at)
        ));
    }
    assert!(record || wrong.is_empty(), "{}", wrong.join("\n"));
}
