//! Rules, quotas and credentials: what is stored, matched and refused.

use std::collections::BTreeMap;

use super::Cluster;
use crate::controller::access::{
    AccessCommand, AccessReply, Acl, AclFilter, QuotaChange, QuotaEntity, Rate, ScramChange,
    ScramCredential, ScramDeletion, Secret,
};
use crate::controller::{ControllerCommand, ControllerReply, State};

fn ask(cluster: &mut Cluster, command: AccessCommand) -> AccessReply {
    match cluster.ok(ControllerCommand::Access(command)) {
        ControllerReply::Access(reply) => reply,
        other => panic!("unexpected {other:?}"),
    }
}

/// The error codes of what was refused, 0 for the rest.
fn codes(cluster: &mut Cluster, command: AccessCommand) -> Vec<i16> {
    match ask(cluster, command) {
        AccessReply::Each(each) => {
            each.into_iter().map(|error| error.map_or(0, |error| error.code.0)).collect()
        }
        other => panic!("unexpected {other:?}"),
    }
}

fn acl(resource_name: &str, pattern_type: i8) -> Acl {
    Acl {
        resource_type: 2,
        resource_name: resource_name.into(),
        pattern_type,
        principal: "User:alice".into(),
        host: "*".into(),
        operation: 3,
        permission: 3,
    }
}

fn filter(resource_name: Option<&str>, pattern_type: i8) -> AclFilter {
    AclFilter {
        resource_type: 1,
        resource_name: resource_name.map(str::to_string),
        pattern_type,
        principal: None,
        host: None,
        operation: 1,
        permission: 1,
    }
}

#[test]
fn filters_match_as_kip_290_says() {
    let rules = [acl("orders", 3), acl("ord", 4), acl("*", 3), acl("other", 3)];
    for (filter, expected) in [
        (filter(None, 1), [true, true, true, true]),
        (filter(None, 4), [false, true, false, false]),
        (filter(Some("orders"), 1), [true, false, false, false]),
        (filter(Some("orders"), 2), [true, true, true, false]),
        (filter(Some("orders"), 3), [true, false, false, false]),
        (filter(Some("ord"), 4), [false, true, false, false]),
        (filter(Some("*"), 3), [false, false, true, false]),
    ] {
        let found: Vec<bool> = rules.iter().map(|acl| filter.matches(acl)).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
    let bob = AclFilter { principal: Some("User:bob".into()), ..filter(None, 1) };
    let write = AclFilter { operation: 4, ..filter(None, 1) };
    let deny = AclFilter { permission: 2, ..filter(None, 1) };
    assert!([bob, write, deny].iter().all(|filter| !filter.matches(&rules[0])));
    assert!(AclFilter { operation: 0, ..filter(None, 1) }.check().is_err());
    assert!(filter(None, 2).check().is_ok());
}

#[test]
fn rules_are_kept_once_and_deleted_by_filter() {
    let mut cluster = Cluster::with_racks(&["-"]);
    let bad = [
        Acl { resource_type: 1, ..acl("a", 3) },
        Acl { operation: 1, ..acl("a", 3) },
        Acl { permission: 1, ..acl("a", 3) },
        Acl { principal: "alice".into(), ..acl("a", 3) },
        Acl { resource_type: 4, ..acl("a", 3) },
        acl("a", 2),
        acl("", 3),
    ];
    let all = [acl("a", 3), acl("a", 3)].into_iter().chain(bad).collect();
    let found = codes(&mut cluster, AccessCommand::CreateAcls(all));
    assert_eq!(found, [0, 0, 42, 42, 42, 42, 42, 42, 42]);
    assert_eq!(cluster.state.image().acls().len(), 1);
    let restored = State::restore(&cluster.state.snapshot()).expect("sound");
    assert_eq!(restored.image().acls(), cluster.state.image().acls());
    let filters = vec![filter(Some("b"), 3), filter(None, 1)];
    let deleted = ask(&mut cluster, AccessCommand::DeleteAcls(filters));
    assert_eq!(deleted, AccessReply::Deleted(vec![vec![], vec![acl("a", 3)]]));
    assert!(cluster.state.image().acls().is_empty());
}

fn quota(entity: &[(&str, Option<&str>)], key: &str, value: Option<f64>) -> QuotaChange {
    let part = |(kind, name): &(&str, Option<&str>)| (kind.to_string(), name.map(str::to_string));
    let value = value.map(|value| Rate::new(value).expect("finite"));
    QuotaChange { entity: entity.iter().map(part).collect(), ops: vec![(key.into(), value)] }
}

#[test]
fn quotas_fit_their_entity() {
    let mut cluster = Cluster::with_racks(&["-"]);
    let alter = |changes| AccessCommand::AlterQuotas { changes, validate_only: false };
    let ok = vec![
        quota(&[("user", Some("a"))], "producer_byte_rate", Some(1e6)),
        quota(&[("user", None), ("client-id", Some("c"))], "request_percentage", Some(12.5)),
        quota(&[("ip", Some("10.0.0.1"))], "connection_creation_rate", Some(9.0)),
    ];
    assert_eq!(codes(&mut cluster, alter(ok)), [0, 0, 0]);
    let bad = vec![
        quota(&[], "producer_byte_rate", Some(1.0)),
        quota(&[("group", Some("g"))], "producer_byte_rate", Some(1.0)),
        quota(&[("user", Some(""))], "producer_byte_rate", Some(1.0)),
        quota(&[("ip", Some("a.b"))], "connection_creation_rate", Some(1.0)),
        quota(&[("ip", None), ("user", None)], "connection_creation_rate", Some(1.0)),
        quota(&[("ip", None)], "producer_byte_rate", Some(1.0)),
        quota(&[("user", Some("a"))], "producer_byte_rate", Some(1.5)),
        quota(&[("user", Some("a"))], "speed", Some(1.0)),
        quota(&[("user", Some("a"))], "producer_byte_rate", Some(0.0)),
        quota(&[("user", Some("a"))], "request_percentage", Some(-1.0)),
    ];
    let expected = vec![42; bad.len()];
    assert_eq!(codes(&mut cluster, alter(bad)), expected);
    let image = cluster.state.image();
    assert_eq!(image.quotas().len(), 3);
    let user = QuotaEntity::from([("user".to_string(), Some("a".to_string()))]);
    let rate = Rate::new(1e6).expect("finite");
    assert_eq!(image.quotas()[&user], BTreeMap::from([("producer_byte_rate".to_string(), rate)]));
    let restored = State::restore(&cluster.state.snapshot()).expect("sound");
    assert_eq!(restored.image().quotas(), image.quotas());
    let gone = vec![quota(&[("user", Some("a"))], "producer_byte_rate", None)];
    assert_eq!(codes(&mut cluster, alter(gone)), [0]);
    assert!(!cluster.state.image().quotas().contains_key(&user));
}

fn credential(user: &str, mechanism: i8, iterations: i32) -> ScramChange {
    let secret = || Secret(b"pssst".to_vec());
    let credential =
        ScramCredential { iterations, salt: secret(), stored_key: secret(), server_key: secret() };
    ScramChange { user: user.into(), mechanism, credential }
}

#[test]
fn credentials_are_checked_and_never_shown() {
    let mut cluster = Cluster::with_racks(&["-"]);
    let store = |upsertions| AccessCommand::AlterScram { deletions: vec![], upsertions };
    let all = vec![
        credential("a", 1, 4096),
        credential("few", 1, 4095),
        credential("many", 2, 16_385),
        credential("odd", 3, 4096),
        credential("", 1, 4096),
        credential("twice", 1, 4096),
        credential("twice", 2, 4096),
    ];
    let command = store(all);
    let shown = format!("{command:?}");
    assert!(shown.contains("[hidden]") && !shown.contains("112, 115"), "{shown}");
    assert_eq!(codes(&mut cluster, command), [0, 93, 93, 33, 93, 92, 92]);
    let image = cluster.state.image();
    assert_eq!(image.scram().len(), 1);
    let restored = State::restore(&cluster.state.snapshot()).expect("sound");
    assert_eq!(restored.image().scram(), image.scram());
    let delete = |user: &str| AccessCommand::AlterScram {
        deletions: vec![ScramDeletion { user: user.into(), mechanism: 1 }],
        upsertions: vec![],
    };
    assert_eq!(codes(&mut cluster, delete("b")), [91]);
    assert_eq!(codes(&mut cluster, delete("a")), [0]);
    assert!(cluster.state.image().scram().is_empty());
}
