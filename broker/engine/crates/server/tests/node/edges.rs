//! What a peer may send that is not a well-formed request of a served version.

use headrace_server::{ListenerConfig, ServerConfig};
use headrace_wire::messages::{
    ApiVersionsRequest, ApiVersionsResponse, DescribeClusterRequest, FindCoordinatorRequest,
    InitProducerIdRequest, MetadataRequest,
};
use headrace_wire::{api, ApiKey, Reader, Str};
use tokio::io::AsyncWriteExt;

use crate::world::World;

/// A frame of an API, version and correlation id 7, with nothing after them but a null client id.
fn bare(key: i16, version: i16) -> Vec<u8> {
    let mut frame = 10u32.to_be_bytes().to_vec();
    frame.extend_from_slice(&key.to_be_bytes());
    frame.extend_from_slice(&version.to_be_bytes());
    frame.extend_from_slice(&7i32.to_be_bytes());
    frame.extend_from_slice(&(-1i16).to_be_bytes());
    frame
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_served_ends_the_connection_only() {
    let world = World::start().await;
    let mut healthy = world.client().await;
    let mut random = vec![0u8; 64];
    let random_source = headrace_env::real().random;
    random.iter_mut().for_each(|byte| *byte = random_source.next_u64() as u8);
    random[..4].copy_from_slice(&60u32.to_be_bytes());
    for bad in [
        bare(ApiKey::Produce as i16, 2),
        bare(ApiKey::Metadata as i16, 99),
        bare(ApiKey::Metadata as i16, -1),
        bare(ApiKey::Vote as i16, 0),
        bare(9_999, 0),
        bare(-5, 0),
        // a Metadata request whose array claims 2^31 topics
        [&22u32.to_be_bytes()[..], &[0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0x7f], &[0xff; 11]]
            .concat(),
        // 200 MB
        (200u32 << 20).to_be_bytes().to_vec(),
        random,
    ] {
        let mut client = world.client().await;
        client.stream.write_all(&bad).await.expect("open");
        assert!(client.receive_bytes().await.is_none(), "{bad:?}");
    }
    let response = healthy.call(1, &MetadataRequest { topics: None, ..Default::default() }).await;
    assert_eq!(response.brokers.len(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn api_versions_answers_whoever_asks() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.stream.write_all(&bare(ApiKey::ApiVersions as i16, 99)).await.expect("open");
    let mut body = Reader::new(client.receive_bytes().await.expect("an answer"));
    assert_eq!(body.i32(), Ok(7));
    let response = ApiVersionsResponse::decode(&mut body, 0).expect("version 0");
    assert_eq!(response.error_code, 35);
    assert_eq!(response.api_keys.len(), 1);
    assert_eq!((response.api_keys[0].api_key, response.api_keys[0].max_version), (18, 4));

    // the same connection goes on with a version that both know
    let named = ApiVersionsRequest {
        client_software_name: Str::from("test"),
        client_software_version: Str::from("1"),
    };
    let response = client.call(4, &named).await;
    let answered = response.api_keys.iter().map(|k| (k.api_key, k.min_version, k.max_version));
    let served = api::SERVED.iter().map(|entry| (entry.key as i16, entry.min, entry.max));
    assert!(answered.eq(served));
    assert_eq!(client.call(3, &ApiVersionsRequest::default()).await.error_code, 42);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn producer_ids_are_unique_and_transactional_ids_have_a_coordinator() {
    let world = World::start().await;
    let mut client = world.client().await;
    let ask = InitProducerIdRequest { producer_epoch: -1, ..Default::default() };
    let mut ids = Vec::new();
    // more than one block of the controller's
    for _ in 0..1_100 {
        let response = client.call(4, &ask).await;
        assert_eq!((response.error_code, response.producer_epoch), (0, 0));
        ids.push(response.producer_id);
    }
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    let transactional = InitProducerIdRequest { transactional_id: Some(Str::from("tx")), ..ask };
    let refused = client.call(4, &transactional).await;
    assert_eq!((refused.error_code, refused.producer_epoch), (16, -1), "nobody looked for it");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_listener_tells_its_own_addresses() {
    let host = "127.0.0.1".to_owned();
    let outside = ListenerConfig { name: "outside".to_owned(), host, port: 0 };
    let config = ServerConfig { listeners: vec![outside], ..ServerConfig::default() };
    let world = World::start_with(config).await;
    let own = ("127.0.0.1".to_owned(), i32::from(world.address.port()));
    let advertised = ("outside.example".to_owned(), 19_092);
    let addresses = world.server.addresses();
    assert_eq!(addresses.len(), 2);
    for ((_, address), expected) in addresses.iter().zip([own, advertised]) {
        let mut client = world.client_at(*address).await;
        let metadata = client.call(12, &MetadataRequest::default()).await;
        let told = metadata.brokers.iter().map(|one| (one.host.to_string(), one.port));
        assert!(told.eq([expected.clone()]), "{metadata:?}");
        let cluster = client.call(1, &DescribeClusterRequest::default()).await;
        let told = cluster.brokers.iter().map(|one| (one.host.to_string(), one.port));
        assert!(told.eq([expected.clone()]), "{cluster:?}");
        let keys = vec![Str::from("g")];
        let find = FindCoordinatorRequest { coordinator_keys: keys, ..Default::default() };
        let found = loop {
            let found = client.call(4, &find).await.coordinators.remove(0);
            // the coordinator's topic is being made
            if found.error_code != 15 {
                break found;
            }
        };
        assert_eq!((found.host.to_string(), found.port), expected);
    }
    world.stop().await;
}
