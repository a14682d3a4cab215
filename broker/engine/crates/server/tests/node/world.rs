//! A node in a temporary folder, and a client of a few lines.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use headrace_cluster::{HostPort, Listener, Node, NodeConfig};
use headrace_server::{ListenerConfig, Server, ServerConfig};
use headrace_wire::messages::{
    create_topics, fetch, produce, CreateTopicsRequest, FetchRequest, FetchResponse,
    ProduceRequest, ProduceResponse, RequestHeader, ResponseHeader,
};
use headrace_wire::records::{read_all, BatchBuilder, Record};
use headrace_wire::{api, Message, Reader, Records, Request, Str, Writer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Handle;

use crate::ports::free_port;

/// Nothing here takes longer on a healthy machine; a busy one gets this long.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running node; its folder goes with it.
pub struct World {
    pub node: Node,
    pub server: Server,
    pub address: SocketAddr,
    configs: (NodeConfig, ServerConfig),
    dir: tempfile::TempDir,
}

fn local(port: u16) -> HostPort {
    HostPort { host: "127.0.0.1".to_owned(), port }
}

impl World {
    pub async fn start() -> World {
        Self::start_with(ServerConfig::default()).await
    }

    /// Listeners of `config` come beside the one that clients here use; they are advertised as
    /// `outside.example:19092`.
    pub async fn start_with(config: ServerConfig) -> World {
        Self::start_at(0, &[local(free_port())], config).await
    }

    /// Two nodes of one cluster.
    pub async fn start_pair() -> (World, World) {
        let seeds = [local(free_port()), local(free_port())];
        let node = |place| Self::start_at(place, &seeds, ServerConfig::default());
        tokio::join!(node(0), node(1))
    }

    /// The node that has this place among the seeds.
    async fn start_at(place: usize, seeds: &[HostPort], config: ServerConfig) -> World {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let kafka = free_port();
        let name = "internal".to_owned();
        let host = "127.0.0.1".to_owned();
        let inside = Listener { name: name.clone(), host: host.clone(), port: kafka };
        let others = config.listeners.iter().map(|other| Listener {
            name: other.name.clone(),
            host: "outside.example".to_owned(),
            port: 19_092,
        });
        let node_config = NodeConfig {
            data_dir: dir.path().to_owned(),
            rpc_listen: seeds[place].clone(),
            rpc_advertised: seeds[place].clone(),
            kafka_advertised: [inside].into_iter().chain(others).collect(),
            seeds: seeds.to_vec(),
            shards: 1,
            election_timeout_ms: 200,
            heartbeat_ms: 30,
            journal_bytes: 8 << 20,
            ..NodeConfig::default()
        };
        let mut listeners = vec![ListenerConfig { name, host, port: kafka }];
        listeners.extend(config.listeners);
        Self::begin((node_config, ServerConfig { listeners, ..config }), dir).await
    }

    async fn begin(configs: (NodeConfig, ServerConfig), dir: tempfile::TempDir) -> World {
        let env = headrace_env::real();
        let node =
            Node::start(configs.0.clone(), env.clone(), Handle::current()).expect("a sound folder");
        node.wait_ready(PATIENCE).await.expect("a cluster");
        let server = Server::start(configs.1.clone(), node.clone(), env, Handle::current())
            .expect("a free port");
        let address = server.addresses()[0].1;
        World { node, server, address, configs, dir }
    }

    /// The same node again, from what it has on disk.
    pub async fn restart(self) -> World {
        self.server.shutdown().await;
        self.node.shutdown().await;
        Self::begin(self.configs, self.dir).await
    }

    pub async fn client(&self) -> Client {
        self.client_at(self.address).await
    }

    pub async fn client_at(&self, address: SocketAddr) -> Client {
        // the listener opens a moment after the node is ready
        let connect = async {
            loop {
                match TcpStream::connect(address).await {
                    Ok(stream) => return Client { stream },
                    Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
                }
            }
        };
        tokio::time::timeout(PATIENCE, connect).await.expect("listening")
    }

    pub async fn stop(self) {
        self.server.shutdown().await;
        self.node.shutdown().await;
    }
}

static NEXT: AtomicI32 = AtomicI32::new(1);

/// A connection.
pub struct Client {
    pub stream: TcpStream,
}

impl Client {
    /// Sends a request; returns its correlation id.
    pub async fn send<Q: Request>(&mut self, version: i16, request: &Q) -> i32 {
        let correlation_id = NEXT.fetch_add(1, Ordering::Relaxed);
        let header = RequestHeader {
            request_api_key: Q::KEY as i16,
            request_api_version: version,
            correlation_id,
            client_id: Some(Str::from("test")),
        };
        let mut out = Writer::new();
        header.encode(&mut out, api::request_header_version(Q::KEY, version)).expect("a header");
        request.encode(&mut out, version).expect("a request of this version");
        for chunk in out.into_frame().expect("short") {
            self.stream.write_all(&chunk).await.expect("open");
        }
        correlation_id
    }

    /// The next frame, or `None` when the server closed.
    pub async fn receive_bytes(&mut self) -> Option<Bytes> {
        let read = async {
            let length = self.stream.read_u32().await.ok()?;
            let mut body = vec![0; length as usize];
            self.stream.read_exact(&mut body).await.ok()?;
            Some(Bytes::from(body))
        };
        tokio::time::timeout(PATIENCE, read).await.expect("an answer in time")
    }

    pub async fn receive<Q: Request>(&mut self, version: i16) -> (i32, Q::Response) {
        let frame = self.receive_bytes().await.expect("an answer, not a closed connection");
        let mut body = Reader::new(frame);
        let header_version = api::response_header_version(Q::KEY, version);
        let header = ResponseHeader::decode(&mut body, header_version).expect("a header");
        let response = Q::Response::decode(&mut body, version).expect("a response");
        body.finish().expect("nothing follows");
        (header.correlation_id, response)
    }

    pub async fn call<Q: Request>(&mut self, version: i16, request: &Q) -> Q::Response {
        let sent = self.send(version, request).await;
        let (received, response) = self.receive::<Q>(version).await;
        assert_eq!(sent, received);
        response
    }

    pub async fn create_topic(&mut self, name: &str, partitions: i32, configs: &[(&str, &str)]) {
        let configs = configs.iter().map(|&(key, value)| create_topics::CreatableTopicConfig {
            name: Str::from(key),
            value: Some(Str::from(value)),
        });
        let topic = create_topics::CreatableTopic {
            name: Str::from(name),
            num_partitions: partitions,
            replication_factor: 1,
            configs: configs.collect(),
            ..Default::default()
        };
        let request = CreateTopicsRequest { topics: vec![topic], ..Default::default() };
        let response = self.call(5, &request).await;
        assert_eq!(response.topics[0].error_code, 0, "{response:?}");
    }

    /// Produces one batch to one partition with acks=all.
    pub async fn produce(&mut self, topic: &str, partition: i32, batch: Bytes) -> Produced {
        let response = self.call(9, &produce_request(topic, partition, batch, -1)).await;
        produced(&response)
    }

    pub async fn fetch(&mut self, topic: &str, offset: i64) -> fetch::PartitionData {
        let response = self.call(11, &fetch_request(topic, 0, offset)).await;
        fetched(response)
    }
}

pub type Produced = produce::PartitionProduceResponse;

pub fn produced(response: &ProduceResponse) -> Produced {
    response.responses[0].partition_responses[0].clone()
}

pub fn fetched(mut response: FetchResponse) -> fetch::PartitionData {
    assert_eq!(response.error_code, 0);
    response.responses.remove(0).partitions.remove(0)
}

pub fn produce_request(topic: &str, index: i32, batch: Bytes, acks: i16) -> ProduceRequest {
    let records = Some(Records::from(batch));
    let partition_data = vec![produce::PartitionProduceData { index, records }];
    let name = Str::from(topic);
    let data = produce::TopicProduceData { name, partition_data, ..Default::default() };
    ProduceRequest { acks, timeout_ms: 10_000, topic_data: vec![data], ..Default::default() }
}

/// A fetch that does not wait.
pub fn fetch_request(topic: &str, partition: i32, fetch_offset: i64) -> FetchRequest {
    let partition = fetch::FetchPartition {
        partition,
        fetch_offset,
        partition_max_bytes: 1 << 20,
        ..Default::default()
    };
    let partitions = vec![partition];
    let topic = fetch::FetchTopic { topic: Str::from(topic), partitions, ..Default::default() };
    FetchRequest { max_bytes: 10 << 20, min_bytes: 1, topics: vec![topic], ..Default::default() }
}

/// One batch with these values, stamped with now.
pub fn batch(values: &[&str]) -> Bytes {
    batch_at(headrace_env::real().clock.now_ms(), values)
}

/// One batch whose records are a millisecond apart.
pub fn batch_at(start_ms: i64, values: &[&str]) -> Bytes {
    let mut builder = BatchBuilder::new();
    for (value, time) in values.iter().zip(start_ms..) {
        builder.push(time, None, Some(value.as_bytes()), &[]);
    }
    builder.build().expect("records")
}

pub fn records(data: &fetch::PartitionData) -> Vec<Record> {
    let bytes = data.records.clone().unwrap_or_default().into_bytes();
    read_all(bytes).expect("sound records")
}

/// Offsets and values of fetched records.
pub fn values(data: &fetch::PartitionData) -> Vec<(i64, String)> {
    let text = |record: Record| {
        let value = record.value.expect("a value");
        (record.offset, String::from_utf8(value.to_vec()).expect("text"))
    };
    records(data).into_iter().map(text).collect()
}

/// The id of a topic.
pub async fn topic_id(client: &mut Client, name: &str) -> uuid::Uuid {
    use headrace_wire::messages::{metadata::MetadataRequestTopic, MetadataRequest};
    let topic = MetadataRequestTopic { name: Some(Str::from(name)), ..Default::default() };
    let request = MetadataRequest { topics: Some(vec![topic]), ..Default::default() };
    client.call(12, &request).await.topics[0].topic_id
}
