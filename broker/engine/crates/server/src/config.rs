//! What the Kafka listener can be told; the names are Apache Kafka's, with underscores.

use serde::Deserialize;

/// One address that the listener accepts connections on.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ListenerConfig {
    /// Name that ties this socket to the advertised address of the same name.
    pub name: String,
    /// Address to bind.
    pub host: String,
    /// Port to bind; 0 takes a free one (tests).
    pub port: u16,
}

/// Settings of the Kafka server of one node.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Sockets to listen on.
    pub listeners: Vec<ListenerConfig>,
    /// Largest request, in bytes; a larger length closes the connection before any allocation.
    pub socket_request_max_bytes: usize,
    /// Memory for requests being read or answered, over all connections.
    pub queued_max_request_bytes: usize,
    /// Memory for fetched records that wait to be written, over all connections.
    pub queued_max_response_bytes: usize,
    /// Connections over all listeners; one more is closed at once.
    pub max_connections: usize,
    /// Connections from one address.
    pub max_connections_per_ip: usize,
    /// Requests of one connection that may run at once (produce only; the rest run alone).
    pub max_in_flight_requests_per_connection: usize,
    /// A connection without requests is closed after this long.
    pub connections_max_idle_ms: u64,
    /// A frame or an answer that makes no progress for this long closes the connection.
    pub socket_stall_timeout_ms: u64,
    /// Most record bytes in one fetch response.
    pub fetch_max_bytes: usize,
    /// Fetch sessions that are remembered (`max.incremental.fetch.session.cache.slots`).
    pub max_fetch_sessions: usize,
    /// How long `shutdown` waits for requests in progress.
    pub shutdown_grace_ms: u64,
}

impl Default for ServerConfig {
    fn default() -> Self {
        ServerConfig {
            listeners: Vec::new(),
            socket_request_max_bytes: 100 << 20,
            queued_max_request_bytes: 256 << 20,
            queued_max_response_bytes: 256 << 20,
            max_connections: 10_000,
            max_connections_per_ip: usize::MAX,
            max_in_flight_requests_per_connection: 32,
            connections_max_idle_ms: 600_000,
            socket_stall_timeout_ms: 30_000,
            fetch_max_bytes: 55 << 20,
            max_fetch_sessions: 1_000,
            shutdown_grace_ms: 5_000,
        }
    }
}

impl ServerConfig {
    /// Checks that the bounds leave room for each other.
    ///
    /// # Errors
    /// The setting and what it must be, in words.
    pub fn validate(&self) -> Result<(), String> {
        const SMALLEST: usize = 64 << 10;
        if self.listeners.is_empty() {
            return Err("listeners: at least one is needed".to_owned());
        }
        for (at, one) in self.listeners.iter().enumerate() {
            if self.listeners[..at].iter().any(|other| other.name == one.name) {
                return Err(format!("listeners: the name {:?} is used twice", one.name));
            }
        }
        if !(SMALLEST..=i32::MAX as usize).contains(&self.socket_request_max_bytes) {
            return Err("socket_request_max_bytes must be 64 KiB to 2 GiB".to_owned());
        }
        if self.queued_max_request_bytes < self.socket_request_max_bytes
            || u32::try_from(self.queued_max_request_bytes).is_err()
        {
            return Err(
                "queued_max_request_bytes must be socket_request_max_bytes to 4 GiB".to_owned()
            );
        }
        if u32::try_from(self.queued_max_response_bytes).is_err()
            || self.queued_max_response_bytes < self.fetch_max_bytes
        {
            return Err("queued_max_response_bytes must be fetch_max_bytes to 4 GiB".to_owned());
        }
        if self.max_connections == 0 || self.max_in_flight_requests_per_connection == 0 {
            return Err("max_connections and max_in_flight_requests_per_connection must be \
                        at least 1"
                .to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_listener() -> ServerConfig {
        let listener = ListenerConfig { name: "a".into(), host: "127.0.0.1".into(), port: 0 };
        ServerConfig { listeners: vec![listener], ..ServerConfig::default() }
    }

    #[test]
    fn defaults_are_sound() {
        one_listener().validate().expect("defaults fit each other");
    }

    #[test]
    fn a_listener_name_is_used_once() {
        let mut config = one_listener();
        config.listeners.push(config.listeners[0].clone());
        assert!(config.validate().expect_err("twice").contains("used twice"));
    }

    #[test]
    fn the_request_budget_holds_the_largest_request() {
        let config = ServerConfig { queued_max_request_bytes: 1 << 20, ..one_listener() };
        assert!(config.validate().expect_err("too small").contains("queued_max_request_bytes"));
    }
}
