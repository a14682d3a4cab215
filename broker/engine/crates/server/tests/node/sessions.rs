//! Fetch sessions (KIP-227), as a consumer uses them.

use headrace_wire::messages::{fetch, FetchRequest, FetchResponse};
use headrace_wire::Str;

use crate::world::{batch, fetch_request, values, World};

/// A request of a session: what changed, and nothing to wait for.
fn changes(session_id: i32, session_epoch: i32, topics: Vec<fetch::FetchTopic>) -> FetchRequest {
    FetchRequest {
        max_bytes: 10 << 20,
        min_bytes: 1,
        session_id,
        session_epoch,
        topics,
        ..Default::default()
    }
}

fn partitions(response: &FetchResponse) -> Vec<i32> {
    let all = response.responses.iter().flat_map(|topic| &topic.partitions);
    all.map(|data| data.partition_index).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_asks_and_hears_of_changes_only() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("t", 2, &[]).await;
    let mut first = fetch_request("t", 0, 0);
    first.session_epoch = 0;
    first.topics[0].partitions.push(fetch::FetchPartition {
        partition: 1,
        partition_max_bytes: 1 << 20,
        ..Default::default()
    });
    let begun = client.call(11, &first).await;
    assert_eq!((begun.error_code, partitions(&begun)), (0, vec![0, 1]));
    let id = begun.session_id;
    assert_ne!(id, 0);
    let quiet = client.call(11, &changes(id, 1, Vec::new())).await;
    assert_eq!((quiet.session_id, partitions(&quiet)), (id, vec![]));

    client.produce("t", 1, batch(&["x", "y"])).await;
    let news = client.call(11, &changes(id, 2, Vec::new())).await;
    assert_eq!(partitions(&news), [1]);
    assert_eq!(values(&news.responses[0].partitions[0]).len(), 2);
    let position = fetch::FetchPartition {
        partition: 1,
        fetch_offset: 2,
        partition_max_bytes: 1 << 20,
        ..Default::default()
    };
    let moved = fetch::FetchTopic {
        topic: Str::from("t"),
        partitions: vec![position],
        ..Default::default()
    };
    let read = client.call(11, &changes(id, 3, vec![moved])).await;
    assert!(partitions(&read).is_empty(), "its high watermark was told with the records");

    // another version names topics by id
    assert_eq!(client.call(13, &changes(id, 4, Vec::new())).await.error_code, 106);
    assert_eq!(client.call(11, &changes(id, 9, Vec::new())).await.error_code, 71);
    let forget = fetch::ForgottenTopic {
        topic: Str::from("t"),
        partitions: vec![0, 1],
        ..Default::default()
    };
    let last = FetchRequest { forgotten_topics_data: vec![forget], ..changes(id, 4, Vec::new()) };
    let closed = client.call(11, &last).await;
    assert_eq!((closed.error_code, closed.session_id), (0, 0), "nothing is left of it");
    assert_eq!(client.call(11, &changes(id, 5, Vec::new())).await.error_code, 70);
    world.stop().await;
}
