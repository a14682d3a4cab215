//! The engine's log lines, on standard error, as text or as JSON; and panics among them.

use std::io::{self, IsTerminal};
use std::sync::Once;

use serde::Deserialize;
use tracing_subscriber::EnvFilter;

/// How to log.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// `error`, `warn`, `info`, `debug` or `trace`.
    pub level: String,
    /// `text` or `json`.
    pub format: String,
}

impl Default for LogConfig {
    fn default() -> Self {
        LogConfig { level: "info".into(), format: "text".into() }
    }
}

impl LogConfig {
    /// Refuses a level or format that does not exist; says which setting is wrong.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        if !["error", "warn", "info", "debug", "trace"].contains(&self.level.as_str()) {
            return Err(("log_level", format!("log_level: there is no level '{}'", self.level)));
        }
        if !["text", "json"].contains(&self.format.as_str()) {
            return Err((
                "log_format",
                format!("log_format: there is no format '{}'", self.format),
            ));
        }
        Ok(())
    }
}

/// Starts logging. A process has one log: the first engine in it decides.
pub fn start(config: &LogConfig) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let filter = EnvFilter::new(&config.level);
        let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
        // A test process may have its own subscriber; then that one keeps the log.
        let _ = if config.format == "json" {
            builder.json().flatten_event(true).try_init()
        } else {
            builder.with_ansi(io::stderr().is_terminal()).try_init()
        };
        log_panics();
    });
}

/// A panic in one group is caught where the group is run; that it happened must be in the log.
fn log_panics() {
    std::panic::set_hook(Box::new(|info| {
        let payload = info.payload();
        let text = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no message");
        let at = info.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current().name().unwrap_or("unnamed").to_string();
        let backtrace = std::backtrace::Backtrace::capture();
        tracing::error!(%at, %thread, %backtrace, "panic: {text}");
    }));
}
