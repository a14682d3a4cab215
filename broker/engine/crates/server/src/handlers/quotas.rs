//! DescribeClientQuotas and AlterClientQuotas (KIP-546): stored and shown, not enforced yet.

use std::collections::BTreeMap;

use headrace_cluster::controller::access::{
    AccessCommand, QuotaChange, QuotaEntity, Rate, CLIENT_ID, IP, USER,
};
use headrace_wire::messages::alter_client_quotas as alter;
use headrace_wire::messages::describe_client_quotas::{
    ComponentData, EntityData, EntryData, ValueData,
};
use headrace_wire::messages::{
    AlterClientQuotasRequest, AlterClientQuotasResponse, DescribeClientQuotasRequest,
    DescribeClientQuotasResponse,
};
use headrace_wire::{ErrorCode, Str};

use super::access;
use crate::context::{Context, Refusal};
use crate::session::{Operation, Resource};

const EXACT: i8 = 0;
const DEFAULT: i8 = 1;
const SPECIFIED: i8 = 2;

/// What an entity's part must be.
enum Part {
    Named(Option<String>),
    Any,
}

type Filter = BTreeMap<String, Part>;

pub(crate) async fn describe_client_quotas(
    cx: Context,
    request: DescribeClientQuotasRequest,
) -> DescribeClientQuotasResponse {
    let allowed = cx.authorize(Operation::DescribeConfigs, Resource::Cluster);
    let filter = match allowed.map_err(Refusal::from).and_then(|()| filter(&request.components)) {
        Ok(filter) => filter,
        Err(refusal) => {
            return DescribeClientQuotasResponse {
                error_code: cx.code(refusal.code),
                error_message: refusal.text(),
                entries: None,
                ..Default::default()
            }
        }
    };
    let image = cx.image();
    let wanted =
        image.quotas().iter().filter(|(entity, _)| matches(&filter, request.strict, entity));
    let entries = wanted.map(|(entity, values)| entry(entity, values)).collect();
    DescribeClientQuotasResponse { entries: Some(entries), ..Default::default() }
}

fn filter(components: &[ComponentData]) -> Result<Filter, Refusal> {
    let invalid = |why: String| Err(Refusal::new(ErrorCode::InvalidRequest, why));
    let mut filter = Filter::new();
    for one in components {
        let kind = &*one.entity_type;
        if kind.is_empty() {
            return invalid("a component names no entity type".to_owned());
        }
        if ![USER, CLIENT_ID, IP].contains(&kind) {
            let why = format!("there are no quotas for a {kind:.40}");
            return Err(Refusal::new(ErrorCode::UnsupportedVersion, why));
        }
        let part = match (one.match_type, &one.r#match) {
            (EXACT, Some(name)) => Part::Named(Some(name.to_string())),
            (DEFAULT, None) => Part::Named(None),
            (SPECIFIED, None) => Part::Any,
            (EXACT..=SPECIFIED, _) => {
                return invalid(format!("only an exact match of a {kind} has a name, and needs it"))
            }
            (other, _) => return invalid(format!("there is no match type {other}")),
        };
        if filter.insert(kind.to_owned(), part).is_some() {
            return invalid(format!("{kind} appears more than once in the filter"));
        }
    }
    if filter.contains_key(IP) && filter.len() > 1 {
        return invalid("an ip stands alone, without user or client-id".to_owned());
    }
    Ok(filter)
}

fn matches(filter: &Filter, strict: bool, entity: &QuotaEntity) -> bool {
    let fits = |(kind, part): (&String, &Part)| match (entity.get(kind), part) {
        (Some(name), Part::Named(wanted)) => name == wanted,
        (found, Part::Any) => found.is_some(),
        (None, Part::Named(_)) => false,
    };
    filter.iter().all(fits) && (!strict || entity.len() == filter.len())
}

fn entry(entity: &QuotaEntity, values: &BTreeMap<String, Rate>) -> EntryData {
    let part = |(kind, name): (&String, &Option<String>)| EntityData {
        entity_type: Str::from(kind),
        entity_name: name.as_ref().map(Str::from),
    };
    let value =
        |(key, rate): (&String, &Rate)| ValueData { key: Str::from(key), value: rate.value() };
    EntryData {
        entity: entity.iter().map(part).collect(),
        values: values.iter().map(value).collect(),
    }
}

pub(crate) async fn alter_client_quotas(
    cx: Context,
    request: AlterClientQuotasRequest,
) -> AlterClientQuotasResponse {
    let allowed = cx.authorize(Operation::AlterConfigs, Resource::Cluster);
    let changes: Vec<Result<QuotaChange, Refusal>> = request
        .entries
        .iter()
        .map(|entry| allowed.map_err(Refusal::from).and_then(|()| change(entry)))
        .collect();
    let sound: Vec<QuotaChange> = changes.iter().filter_map(|c| c.as_ref().ok()).cloned().collect();
    let count = sound.len();
    let command =
        AccessCommand::AlterQuotas { changes: sound, validate_only: request.validate_only };
    let mut outcomes = access::each(&cx, command, count).await.into_iter();
    let result = |(asked, change): (&alter::EntryData, Result<QuotaChange, Refusal>)| {
        let outcome = change.and_then(|_| outcomes.next().unwrap_or(Ok(())));
        let refusal = outcome.err();
        let part = |part: &alter::EntityData| alter::AlterClientQuotasResponseEntityData {
            entity_type: part.entity_type.clone(),
            entity_name: part.entity_name.clone(),
        };
        alter::AlterClientQuotasResponseEntryData {
            error_code: refusal.as_ref().map_or(0, |refusal| cx.code(refusal.code)),
            error_message: refusal.and_then(|refusal| refusal.text()),
            entity: asked.entity.iter().map(part).collect(),
        }
    };
    let entries = request.entries.iter().zip(changes).map(result).collect();
    AlterClientQuotasResponse { entries, ..Default::default() }
}

fn change(entry: &alter::EntryData) -> Result<QuotaChange, Refusal> {
    let invalid = |why: String| Err(Refusal::new(ErrorCode::InvalidRequest, why));
    let mut entity = QuotaEntity::new();
    for part in &entry.entity {
        let name = part.entity_name.as_ref().map(|name| name.to_string());
        if entity.insert(part.entity_type.to_string(), name).is_some() {
            return invalid(format!("{:.40} appears twice in the entity", &*part.entity_type));
        }
    }
    let mut ops = Vec::with_capacity(entry.ops.len());
    for op in &entry.ops {
        let rate = Rate::new(op.value).filter(|_| !op.remove);
        if rate.is_none() && !op.remove {
            return invalid(format!("{:.80} must be a finite number", &*op.key));
        }
        ops.push((op.key.to_string(), rate));
    }
    Ok(QuotaChange { entity, ops })
}
