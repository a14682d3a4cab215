//! What holds for a share group, by Apache Kafka's names.

use headrace_cluster::image::Image;
use headrace_cluster::Isolation;
use headrace_groups::share::{GroupsConfig, Limits};

/// Where a share group begins that has no offsets yet (`share.auto.offset.reset`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reset {
    /// After what is there.
    Latest,
    /// At the first record.
    Earliest,
    /// At the first record that is no older.
    ByDuration {
        /// How old, ms.
        age_ms: i64,
    },
}

/// Settings of one share group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ShareConfig {
    pub limits: Limits,
    pub reset: Reset,
    pub isolation: Isolation,
    /// Members may ask for more time (`share.renew.acknowledge.enable`).
    pub renew: bool,
    pub group: GroupsConfig,
}

impl ShareConfig {
    /// The settings of `group` now.
    pub fn of(image: &Image, group: &str) -> Self {
        let text = |key| image.group_property(group, key).unwrap_or_default();
        // what is stored was validated
        let int = |key| text(key).parse::<i32>().unwrap_or(i32::MAX);
        let size = |number: i32| usize::try_from(number).unwrap_or(0);
        ShareConfig {
            limits: Limits {
                deliveries: i16::try_from(int("share.delivery.count.limit")).unwrap_or(i16::MAX),
                window: size(int("share.partition.max.record.locks")),
                lock_ms: i64::from(int("share.record.lock.duration.ms")),
            },
            reset: reset(text("share.auto.offset.reset")),
            isolation: match text("share.isolation.level") {
                "read_committed" => Isolation::ReadCommitted,
                _ => Isolation::ReadUncommitted,
            },
            renew: text("share.renew.acknowledge.enable") != "false",
            group: GroupsConfig {
                session_timeout_ms: int("share.session.timeout.ms"),
                heartbeat_interval_ms: int("share.heartbeat.interval.ms"),
                max_members: size(image.here().share_group_max_size),
            },
        }
    }
}

fn reset(text: &str) -> Reset {
    match text.strip_prefix("by_duration:") {
        Some(duration) => Reset::ByDuration { age_ms: duration_ms(duration) },
        None if text == "earliest" => Reset::Earliest,
        None => Reset::Latest,
    }
}

/// An ISO 8601 duration of days, hours, minutes and seconds, which was validated.
fn duration_ms(text: &str) -> i64 {
    let units = [('D', 86_400_000.0), ('H', 3_600_000.0), ('M', 60_000.0), ('S', 1_000.0)];
    let text = text.trim_start_matches('P').replace('T', "");
    let mut rest = text.as_str();
    let mut total_ms = 0.0;
    while let Some(at) = rest.find(|c: char| c.is_ascii_alphabetic()) {
        let unit = units.iter().find(|(unit, _)| rest[at..].starts_with(*unit));
        let number: f64 = rest[..at].parse().unwrap_or(0.0);
        total_ms += number * unit.map_or(0.0, |(_, ms)| *ms);
        rest = &rest[at + 1..];
    }
    // a float becomes the nearest whole number that there is
    total_ms as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resets_are_read() {
        assert_eq!(reset("latest"), Reset::Latest);
        assert_eq!(reset("earliest"), Reset::Earliest);
        for (text, age_ms) in [
            ("by_duration:PT1H", 3_600_000),
            ("by_duration:P1DT2H3M4.5S", 93_784_500),
            ("by_duration:P2D", 172_800_000),
        ] {
            assert_eq!(reset(text), Reset::ByDuration { age_ms }, "{text}");
        }
    }
}
