//! Effects as the scenarios print them.

use headrace_groups::records::{parse_key, GroupValue, Key, OffsetValue, Record};
use headrace_groups::Response;
use headrace_wire::messages::{
    ConsumerGroupDescribeResponse, DeleteGroupsResponse, DescribeGroupsResponse, JoinGroupResponse,
    ListGroupsResponse, OffsetFetchResponse,
};
use headrace_wire::{ErrorCode, Message};

use super::consumers;

pub fn code(raw: i16) -> &'static str {
    ErrorCode::try_from(raw).expect("a known code").name()
}

/// Long member ids as `name#join`.
pub fn short(id: &str) -> String {
    const UUID_CHARS: usize = 36;
    let cut = id.len().checked_sub(UUID_CHARS + 1);
    match cut.and_then(|at| uuid::Uuid::parse_str(&id[at + 1..]).ok().map(|uuid| (at, uuid))) {
        Some((at, uuid)) => format!("{}#{}", &id[..at], uuid.as_u128()),
        None => id.to_owned(),
    }
}

/// Every answer must also be one that its version can carry.
fn check(encoded: Result<bytes::Bytes, headrace_wire::EncodeError>) {
    encoded.expect("the answer fits its version");
}

fn join(response: &JoinGroupResponse) -> String {
    if response.error_code != 0 {
        let id = short(&response.member_id);
        return format!("join {} member={id}", code(response.error_code));
    }
    let members: Vec<String> = response
        .members
        .iter()
        .map(|member| match &member.group_instance_id {
            Some(instance) => format!("{}@{instance}", short(&member.member_id)),
            None => short(&member.member_id),
        })
        .collect();
    format!(
        "join gen={} member={} leader={} protocol={} members=[{}]{}",
        response.generation_id,
        short(&response.member_id),
        short(&response.leader),
        response.protocol_name.as_deref().unwrap_or("null"),
        members.join(" "),
        if response.skip_assignment { " skip" } else { "" },
    )
}

pub fn response(response: &Response, version: i16) -> String {
    match response {
        Response::Join(join_response) => {
            check(join_response.to_bytes(version));
            join(join_response)
        }
        Response::Sync(sync) => {
            check(sync.to_bytes(version));
            let assignment = consumers::shown_assignment(&sync.assignment);
            format!("sync {} '{assignment}'", code(sync.error_code))
        }
        Response::Heartbeat(beat) => {
            check(beat.to_bytes(version));
            format!("beat {}", code(beat.error_code))
        }
        Response::Leave(leave) => {
            check(leave.to_bytes(version));
            let members = leave.members.iter().map(|member| {
                let instance = member.group_instance_id.as_deref();
                let instance = instance.map(|id| format!("@{id}")).unwrap_or_default();
                format!(" {}{instance}:{}", short(&member.member_id), code(member.error_code))
            });
            format!("leave {}{}", code(leave.error_code), members.collect::<String>())
        }
        Response::OffsetCommit(commit) => {
            check(commit.to_bytes(version));
            let partitions = commit.topics.iter().flat_map(|topic| {
                topic.partitions.iter().map(|partition| {
                    let index = partition.partition_index;
                    format!(" {}-{index}:{}", &*topic.name, code(partition.error_code))
                })
            });
            format!("commit{}", partitions.collect::<String>())
        }
        other => admin(other, version),
    }
}

fn admin(response: &Response, version: i16) -> String {
    match response {
        Response::OffsetFetch(fetch) => {
            let whole = OffsetFetchResponse { groups: vec![fetch.clone()], ..Default::default() };
            check(whole.to_bytes(version));
            let partitions = fetch.topics.iter().flat_map(|topic| {
                topic.partitions.iter().map(|p| {
                    let metadata = p.metadata.as_deref().unwrap_or("null");
                    let place = format!("{}-{}", &*topic.name, p.partition_index);
                    format!(
                        " {place}={}@{}/{metadata}",
                        p.committed_offset, p.committed_leader_epoch
                    )
                })
            });
            format!("fetch {}{}", code(fetch.error_code), partitions.collect::<String>())
        }
        Response::List(groups) => {
            let whole = ListGroupsResponse { groups: groups.clone(), ..Default::default() };
            check(whole.to_bytes(version));
            let groups = groups.iter().map(|group| {
                let (id, state) = (&*group.group_id, &*group.group_state);
                format!(" {id}:{}:{state}:{}", &*group.protocol_type, &*group.group_type)
            });
            format!("list{}", groups.collect::<String>())
        }
        Response::Describe(group) => {
            let whole =
                DescribeGroupsResponse { groups: vec![group.clone()], ..Default::default() };
            check(whole.to_bytes(version));
            let members = group.members.iter().map(|member| {
                let instance = member.group_instance_id.as_deref();
                let instance = instance.map(|id| format!("@{id}")).unwrap_or_default();
                let metadata = String::from_utf8_lossy(&member.member_metadata);
                let assignment = String::from_utf8_lossy(&member.member_assignment);
                let (client, host) = (&*member.client_id, &*member.client_host);
                let id = short(&member.member_id);
                format!(" {id}{instance}({client}{host} '{metadata}' '{assignment}')")
            });
            format!(
                "describe {} {} type={} protocol={}{}",
                code(group.error_code),
                &*group.group_state,
                &*group.protocol_type,
                &*group.protocol_data,
                members.collect::<String>()
            )
        }
        Response::Delete(result) => {
            let whole =
                DeleteGroupsResponse { results: vec![result.clone()], ..Default::default() };
            check(whole.to_bytes(version));
            format!("delete {}:{}", &*result.group_id, code(result.error_code))
        }
        other => consumer_response(other, version),
    }
}

fn consumer_response(response: &Response, version: i16) -> String {
    match response {
        Response::ConsumerHeartbeat(beat) => {
            check(beat.to_bytes(version));
            consumers::heartbeat(beat)
        }
        Response::DescribeConsumers(group) => {
            let whole =
                ConsumerGroupDescribeResponse { groups: vec![group.clone()], ..Default::default() };
            check(whole.to_bytes(version));
            consumers::described(group)
        }
        Response::DeleteOffsets(deleted) => {
            check(deleted.to_bytes(version));
            let partitions = deleted.topics.iter().flat_map(|topic| {
                topic.partitions.iter().map(|p| {
                    let place = format!("{}-{}", &*topic.name, p.partition_index);
                    format!(" {place}:{}", code(p.error_code))
                })
            });
            format!("forget {}{}", code(deleted.error_code), partitions.collect::<String>())
        }
        other => panic!("shown above: {other:?}"),
    }
}

pub fn record(record: &Record) -> String {
    match (parse_key(&record.key).expect("our own key"), &record.value) {
        (Key::Offset { group, topic, partition }, Some(value)) => {
            let value = OffsetValue::parse(value).expect("our own value");
            let expires = value.expire_timestamp_ms.map(|at| format!(" until {at}"));
            let expires = expires.unwrap_or_default();
            format!(
                "log {group}/{topic}-{partition} = {}/{}{expires}",
                value.offset, value.metadata
            )
        }
        (Key::Offset { group, topic, partition }, None) => {
            format!("log {group}/{topic}-{partition} deleted")
        }
        (Key::Group { group }, Some(value)) => {
            let value = GroupValue::parse(value).expect("our own value");
            let members = value.members.iter().map(|member| {
                let assignment = consumers::shown_assignment(&member.assignment);
                format!(" {}'{assignment}'", short(&member.member_id))
            });
            let leader = value.leader.as_deref().map(short).unwrap_or_default();
            let protocol = value.protocol.as_deref().unwrap_or("none");
            let members = members.collect::<String>();
            format!("log {group} gen={} leader={leader} {protocol}{members}", value.generation)
        }
        (Key::Group { group }, None) => format!("log {group} deleted"),
        (Key::Consumers(_), _) => consumers::record(record),
        (Key::Streams(entry), _) => panic!("no script has a streams group: {entry:?}"),
        (Key::Other(version), _) => panic!("key version {version} is not ours"),
    }
}
