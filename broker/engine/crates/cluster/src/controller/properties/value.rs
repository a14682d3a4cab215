//! Checks one value against its property.

use std::collections::BTreeMap;

use super::{cluster_property, Honour, Kind, Property, MATCHES};

/// The value as it will be stored (trimmed), or why it is refused.
pub(super) fn check(property: &Property, value: &str) -> Result<String, String> {
    let value = value.trim();
    let normal = parse(property.kind, value).map_err(|why| {
        format!("invalid value '{}' for {}: {why}", shorten(value), property.name)
    })?;
    honoured(property, &normal)?;
    Ok(normal)
}

/// Whether a group property keeps within what the cluster allows: for example
/// `group.streams.min.session.timeout.ms` for `streams.session.timeout.ms`.
pub(super) fn within_limits(
    property: &Property,
    value: &str,
    cluster: &BTreeMap<String, String>,
) -> Result<(), String> {
    let (Some((kind, rest)), Ok(n)) = (property.name.split_once('.'), value.parse::<i64>()) else {
        return Ok(());
    };
    for end in ["min", "max"] {
        let key = format!("group.{kind}.{end}.{rest}");
        let Some(limit) = cluster_property(&key) else { continue };
        let limit = cluster.get(&key).map_or(limit.default, String::as_str);
        let (breaks, most) = match limit.parse::<i64>() {
            Ok(limit) if end == "min" => (n < limit, "least"),
            Ok(limit) => (n > limit, "most"),
            Err(_) => continue,
        };
        if breaks {
            return Err(format!(
                "invalid value '{value}' for {}: must be at {most} {limit}, which {key} says",
                property.name
            ));
        }
    }
    Ok(())
}

/// The value in its normal form, or what a value must look like.
fn parse(kind: Kind, value: &str) -> Result<String, String> {
    match kind {
        Kind::Bool => match value.to_ascii_lowercase().as_str() {
            v @ ("true" | "false") => Ok(v.to_string()),
            _ => Err("must be true or false".into()),
        },
        Kind::Int { min, max } | Kind::Long { min, max } => match value.parse::<i64>() {
            Ok(n) if n >= min && n <= max => Ok(n.to_string()),
            Ok(_) if max == i64::MAX => Err(format!("must be at least {min}")),
            Ok(_) => Err(format!("must be between {min} and {max}")),
            Err(_) => Err("must be a whole number".into()),
        },
        Kind::Level { min, max, default } => match value.parse::<i64>() {
            Ok(n) if n == default || (min..=max).contains(&n) => Ok(n.to_string()),
            _ => Err(format!("must be between {min} and {max} or equal to {default}")),
        },
        Kind::Double { min, max } => match value.parse::<f64>() {
            Ok(n) if n >= min && n <= max => Ok(value.to_string()),
            _ => Err(format!("must be a number between {min} and {max}")),
        },
        Kind::Choice(allowed) => match allowed.iter().find(|a| **a == value) {
            Some(found) => Ok((*found).to_string()),
            None => Err(format!("must be one of {}", allowed.join(", "))),
        },
        Kind::List => Ok(join(items(value))),
        Kind::Reset => match value.strip_prefix("by_duration:") {
            _ if matches!(value, "latest" | "earliest") => Ok(value.to_string()),
            Some(duration) if is_duration(duration) => Ok(value.to_string()),
            _ => Err("must be latest, earliest or by_duration:<ISO 8601 duration>".into()),
        },
        Kind::Matches => {
            let found = items(value);
            let sound = |item: &&str| {
                item.split_once('=').is_some_and(|(name, pattern)| {
                    MATCHES.contains(&name.trim()) && !pattern.contains('=')
                })
            };
            match found.iter().find(|item| !sound(item)) {
                Some(bad) => Err(format!("illegal client matching pattern {}", shorten(bad))),
                None => Ok(join(found)),
            }
        }
        Kind::ListOf(allowed) => {
            let found = items(value);
            if found.is_empty() || found.iter().any(|item| !allowed.contains(item)) {
                return Err(format!("must be a list of {}", allowed.join(", ")));
            }
            Ok(join(found))
        }
    }
}

/// Days, hours, minutes and seconds of ISO 8601, at least one and not negative: `P1DT2H3M4.5S`.
fn is_duration(text: &str) -> bool {
    let Some(text) = text.strip_prefix('P') else { return false };
    let (days, time) = match text.split_once('T') {
        Some((days, time)) if !time.is_empty() => (days, time),
        Some(_) => return false,
        None => (text, ""),
    };
    let parts = |mut rest: &str, units: &str| {
        let mut units = units.chars();
        while !rest.is_empty() {
            let Some(end) = rest.find(|c: char| c.is_ascii_alphabetic()) else { return false };
            let (number, unit) = (&rest[..end], rest[end..].chars().next());
            let fits = |n: &str| n.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            let sound = fits(number) && number.parse::<f64>().is_ok();
            if !sound || !units.any(|known| Some(known) == unit) {
                return false;
            }
            rest = &rest[end + 1..];
        }
        true
    };
    !(days.is_empty() && time.is_empty()) && parts(days, "D") && parts(time, "HMS")
}

fn honoured(property: &Property, value: &str) -> Result<(), String> {
    if value == property.default {
        return Ok(());
    }
    match property.honour {
        Honour::Yes => Ok(()),
        Honour::OnlyDefault(why) => {
            Err(format!("{}={} is refused: {why}", property.name, shorten(value)))
        }
    }
}

/// The items of a list value: no blanks, no empty ones, each once.
pub(super) fn items(value: &str) -> Vec<&str> {
    let mut out: Vec<&str> = Vec::new();
    for item in value.split(',').map(str::trim).filter(|i| !i.is_empty()) {
        if !out.contains(&item) {
            out.push(item);
        }
    }
    out
}

pub(super) fn join(items: Vec<&str>) -> String {
    items.join(",")
}

/// A client's text, cut to what belongs into an error message.
pub(super) fn shorten(text: &str) -> String {
    const LIMIT_CHARS: usize = 80;
    if text.chars().count() <= LIMIT_CHARS {
        return text.to_string();
    }
    text.chars().take(LIMIT_CHARS).chain("…".chars()).collect()
}

/// The key in `known` that `asked` was probably meant to be.
pub(super) fn nearest<'a>(asked: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST_KEY_BYTES: usize = 64;
    if asked.len() > LONGEST_KEY_BYTES {
        return None;
    }
    let limit = asked.len() / 3;
    known.map(|k| (distance(asked, k), k)).min().filter(|(d, _)| *d <= limit).map(|(_, k)| k)
}

/// Levenshtein's edit distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let substitution = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = substitution.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
