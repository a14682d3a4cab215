//! Rules, quotas and credentials, as admin clients see them.

use headrace_wire::messages::*;
use headrace_wire::Str;

use crate::world::{batch, fetch_request, fetched, produce_request, produced, World};

fn creation(name: &str, principal: &str) -> create_acls::AclCreation {
    create_acls::AclCreation {
        resource_type: 2,
        resource_name: Str::from(name),
        resource_pattern_type: 3,
        principal: Str::from(principal),
        host: Str::from("*"),
        operation: 3,
        permission_type: 3,
    }
}

fn filter(name: Option<&str>, operation: i8) -> DescribeAclsRequest {
    DescribeAclsRequest {
        resource_type_filter: 2,
        resource_name_filter: name.map(Str::from),
        pattern_type_filter: 1,
        operation,
        permission_type: 1,
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_are_created_described_and_deleted() {
    let world = World::start().await;
    let mut client = world.client().await;
    let creations = vec![
        creation("a", "User:x"),
        creation("a", "User:y"),
        creation("b", "User:x"),
        creation("b", "nobody"),
    ];
    let response = client.call(3, &CreateAclsRequest { creations }).await;
    let codes: Vec<i16> = response.results.iter().map(|result| result.error_code).collect();
    assert_eq!(codes, [0, 0, 0, 42]);
    let found = client.call(3, &filter(Some("a"), 1)).await;
    assert_eq!((found.error_code, found.resources.len()), (0, 1));
    let principals: Vec<&str> = found.resources[0].acls.iter().map(|acl| &*acl.principal).collect();
    assert_eq!(principals, ["User:x", "User:y"]);
    assert_eq!(client.call(3, &filter(None, 0)).await.error_code, 42);
    let by_principal = |principal: &str, operation| delete_acls::DeleteAclsFilter {
        resource_type_filter: 1,
        pattern_type_filter: 1,
        principal_filter: Some(Str::from(principal)),
        operation,
        permission_type: 1,
        ..Default::default()
    };
    let filters = vec![by_principal("User:x", 0), by_principal("User:x", 1)];
    let deleted = client.call(3, &DeleteAclsRequest { filters }).await.filter_results;
    assert_eq!(deleted[0].error_code, 42);
    assert_eq!((deleted[1].error_code, deleted[1].matching_acls.len()), (0, 2));
    assert_eq!(client.call(3, &filter(None, 1)).await.resources.len(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quotas_are_altered_and_found_by_their_entities() {
    let world = World::start().await;
    let mut client = world.client().await;
    let entry = |parts: &[(&str, Option<&str>)], key: &str, value| alter_client_quotas::EntryData {
        entity: parts
            .iter()
            .map(|(kind, name)| alter_client_quotas::EntityData {
                entity_type: Str::from(*kind),
                entity_name: name.map(Str::from),
            })
            .collect(),
        ops: vec![alter_client_quotas::OpData { key: Str::from(key), value, remove: false }],
    };
    let entries = vec![
        entry(&[("user", Some("a"))], "producer_byte_rate", 1024.0),
        entry(&[("user", Some("a")), ("client-id", None)], "request_percentage", 50.5),
        entry(&[("user", Some("a")), ("user", None)], "request_percentage", 50.5),
        entry(&[("client-id", Some("c"))], "producer_byte_rate", f64::NAN),
    ];
    let request = AlterClientQuotasRequest { entries, validate_only: false };
    let response = client.call(1, &request).await;
    let codes: Vec<i16> = response.entries.iter().map(|entry| entry.error_code).collect();
    assert_eq!(codes, [0, 0, 42, 42]);
    let describe = |parts: &[(&str, i8, Option<&str>)], strict| DescribeClientQuotasRequest {
        components: parts
            .iter()
            .map(|(kind, match_type, name)| describe_client_quotas::ComponentData {
                entity_type: Str::from(*kind),
                match_type: *match_type,
                r#match: name.map(Str::from),
            })
            .collect(),
        strict,
    };
    for (request, expected) in [
        (describe(&[], false), Ok(2)),
        (describe(&[("user", 0, Some("a"))], false), Ok(2)),
        (describe(&[("user", 0, Some("a"))], true), Ok(1)),
        (describe(&[("client-id", 1, None)], false), Ok(1)),
        (describe(&[("client-id", 2, None), ("user", 2, None)], true), Ok(1)),
        (describe(&[("user", 0, Some("b"))], false), Ok(0)),
        (describe(&[("user", 0, None)], false), Err(42)),
        (describe(&[("user", 2, None), ("user", 1, None)], false), Err(42)),
        (describe(&[("colour", 2, None)], false), Err(35)),
    ] {
        let response = client.call(1, &request).await;
        let found = match response.error_code {
            0 => Ok(response.entries.map_or(0, |entries| entries.len())),
            code => Err(code),
        };
        assert_eq!(found, expected, "{request:?}");
    }
    let strict = client.call(1, &describe(&[("user", 0, Some("a"))], true)).await;
    let values = &strict.entries.expect("found")[0].values;
    assert_eq!((&*values[0].key, values[0].value), ("producer_byte_rate", 1024.0));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_are_stored_and_tokens_need_a_login() {
    let world = World::start().await;
    let mut client = world.client().await;
    let upsert = |name: &str, iterations| alter_user_scram_credentials::ScramCredentialUpsertion {
        name: Str::from(name),
        mechanism: 1,
        iterations,
        salt: b"salt".as_slice().into(),
        salted_password: b"salted".as_slice().into(),
    };
    let request = AlterUserScramCredentialsRequest {
        deletions: Vec::new(),
        upsertions: vec![upsert("a", 4096), upsert("b", 8192), upsert("weak", 1)],
    };
    let response = client.call(0, &request).await;
    let codes: Vec<i16> = response.results.iter().map(|result| result.error_code).collect();
    assert_eq!(codes, [0, 0, 93]);
    let describe = |names: Option<&[&str]>| DescribeUserScramCredentialsRequest {
        users: names.map(|names| {
            let user =
                |name: &&str| describe_user_scram_credentials::UserName { name: Str::from(*name) };
            names.iter().map(user).collect()
        }),
    };
    let all = client.call(0, &describe(None)).await;
    let found: Vec<(&str, i32)> =
        all.results.iter().map(|one| (&*one.user, one.credential_infos[0].iterations)).collect();
    assert_eq!(found, [("a", 4096), ("b", 8192)]);
    let some = client.call(0, &describe(Some(&["a", "a", "nobody"]))).await;
    let codes: Vec<i16> = some.results.iter().map(|result| result.error_code).collect();
    assert_eq!(codes, [92, 91]);
    assert_eq!(client.call(3, &CreateDelegationTokenRequest::default()).await.error_code, 64);
    assert_eq!(client.call(3, &DescribeDelegationTokenRequest::default()).await.error_code, 64);
    assert_eq!(client.call(2, &SaslAuthenticateRequest::default()).await.error_code, 34);
    world.stop().await;
}

/// They are stored and described; what enforces them comes with logging in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quotas_throttle_nobody_yet() {
    let world = World::start().await;
    let mut client = world.client().await;
    client.create_topic("t", 1, &[]).await;
    let everybody =
        alter_client_quotas::EntityData { entity_type: "client-id".into(), entity_name: None };
    let ops = ["producer_byte_rate", "consumer_byte_rate", "request_percentage"]
        .map(|key| alter_client_quotas::OpData { key: key.into(), value: 1.0, remove: false });
    let entry = alter_client_quotas::EntryData { entity: vec![everybody], ops: ops.to_vec() };
    let request = AlterClientQuotasRequest { entries: vec![entry], validate_only: false };
    assert_eq!(client.call(1, &request).await.entries[0].error_code, 0);
    let large = batch(&["x".repeat(100_000).as_str()]);
    for offset in 0..5 {
        let response = client.call(9, &produce_request("t", 0, large.clone(), -1)).await;
        assert_eq!((produced(&response).base_offset, response.throttle_time_ms), (offset, 0));
        let response = client.call(11, &fetch_request("t", 0, offset)).await;
        assert_eq!(response.throttle_time_ms, 0);
        assert!(fetched(response).records.is_some_and(|records| records.len() > 100_000));
    }
    world.stop().await;
}
