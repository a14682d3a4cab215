//! Access rules (KIP-11, KIP-290). The numbers are Apache Kafka's.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{invalid, too_many, MAX_NAME_BYTES, MAX_STORED};
use crate::controller::error::ControllerError;
use crate::controller::State;

const ANY: i8 = 1;
/// A filter's pattern: every rule that has an effect on the named resource.
const MATCH: i8 = 2;
const LITERAL: i8 = 3;
const PREFIXED: i8 = 4;
const CLUSTER: i8 = 4;
const RESOURCES: std::ops::RangeInclusive<i8> = 2..=7;
const OPERATIONS: std::ops::RangeInclusive<i8> = 2..=15;
const PERMISSIONS: std::ops::RangeInclusive<i8> = 2..=3;
const EVERY_NAME: &str = "*";

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Acl {
    /// Topic 2, group 3, cluster 4, transactional id 5, delegation token 6, user 7.
    pub resource_type: i8,
    /// The resource's name, or the first part of it.
    pub resource_name: String,
    /// The name is whole (3) or a first part (4).
    pub pattern_type: i8,
    /// `User:name`.
    pub principal: String,
    /// Where from; `*`: anywhere.
    pub host: String,
    /// All 2, read 3, write 4, …
    pub operation: i8,
    /// Deny 2, allow 3.
    pub permission: i8,
}

/// Which rules; 1 or `None` matches everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclFilter {
    /// As in [`Acl`].
    pub resource_type: i8,
    /// As in [`Acl`].
    pub resource_name: Option<String>,
    /// As in [`Acl`]; 2: whatever pattern applies to the name.
    pub pattern_type: i8,
    /// As in [`Acl`].
    pub principal: Option<String>,
    /// As in [`Acl`].
    pub host: Option<String>,
    /// As in [`Acl`].
    pub operation: i8,
    /// As in [`Acl`].
    pub permission: i8,
}

impl AclFilter {
    /// # Errors
    /// `INVALID_REQUEST` for numbers that mean nothing.
    pub fn check(&self) -> Result<(), ControllerError> {
        let known =
            |value: i8, range: std::ops::RangeInclusive<i8>| value == ANY || range.contains(&value);
        if !known(self.resource_type, RESOURCES) || !known(self.pattern_type, MATCH..=PREFIXED) {
            return Err(invalid("the filter names an unknown resource type or pattern type"));
        }
        if !known(self.operation, OPERATIONS) || !known(self.permission, PERMISSIONS) {
            return Err(invalid("the filter names an unknown operation or permission"));
        }
        Ok(())
    }

    /// Whether the filter takes `acl`.
    pub fn matches(&self, acl: &Acl) -> bool {
        let fits = |filter: i8, value: i8| filter == ANY || filter == value;
        let same = |filter: &Option<String>, value: &str| {
            filter.as_deref().is_none_or(|filter| filter == value)
        };
        fits(self.resource_type, acl.resource_type)
            && self.names(acl)
            && same(&self.principal, &acl.principal)
            && same(&self.host, &acl.host)
            && fits(self.operation, acl.operation)
            && fits(self.permission, acl.permission)
    }

    fn names(&self, acl: &Acl) -> bool {
        let exact = matches!(self.pattern_type, LITERAL | PREFIXED);
        if exact && self.pattern_type != acl.pattern_type {
            return false;
        }
        let Some(name) = &self.resource_name else { return true };
        match (self.pattern_type, acl.pattern_type) {
            (MATCH, PREFIXED) => name.starts_with(&acl.resource_name),
            (MATCH, _) => *name == acl.resource_name || acl.resource_name == EVERY_NAME,
            _ => *name == acl.resource_name,
        }
    }
}

fn check(acl: &Acl) -> Result<(), ControllerError> {
    if !RESOURCES.contains(&acl.resource_type) {
        return Err(invalid(format!("invalid resource type {}", acl.resource_type)));
    }
    if !(LITERAL..=PREFIXED).contains(&acl.pattern_type) {
        return Err(invalid(format!("invalid pattern type {}", acl.pattern_type)));
    }
    if !OPERATIONS.contains(&acl.operation) {
        return Err(invalid(format!("invalid operation {}", acl.operation)));
    }
    if !PERMISSIONS.contains(&acl.permission) {
        return Err(invalid(format!("invalid permission {}", acl.permission)));
    }
    if acl.resource_name.is_empty() {
        return Err(invalid("the resource's name is empty"));
    }
    if acl.resource_type == CLUSTER && acl.resource_name != "kafka-cluster" {
        return Err(invalid("the cluster's only name is kafka-cluster"));
    }
    if acl.principal.split_once(':').is_none_or(|(kind, name)| kind.is_empty() || name.is_empty()) {
        return Err(invalid("a principal is written <type>:<name>, as in User:alice"));
    }
    let names = [&acl.resource_name, &acl.principal, &acl.host];
    if names.iter().any(|name| name.len() > MAX_NAME_BYTES) {
        return Err(invalid(format!("a name is longer than {MAX_NAME_BYTES} bytes")));
    }
    Ok(())
}

impl State {
    pub(super) fn create_acls(&mut self, acls: Vec<Acl>) -> Vec<Option<ControllerError>> {
        let stored = Arc::make_mut(&mut self.image.acls);
        let mut store = |acl: Acl| -> Result<(), ControllerError> {
            check(&acl)?;
            if stored.len() >= MAX_STORED && !stored.contains(&acl) {
                return Err(too_many());
            }
            stored.insert(acl);
            Ok(())
        };
        acls.into_iter().map(|acl| store(acl).err()).collect()
    }

    pub(super) fn delete_acls(&mut self, filters: &[AclFilter]) -> Vec<Vec<Acl>> {
        // each filter answers for all that it matches, as if it were alone
        let before = self.image.acls.clone();
        let matching = |filter: &AclFilter| -> Vec<Acl> {
            before.iter().filter(|acl| filter.matches(acl)).cloned().collect()
        };
        let deleted: Vec<Vec<Acl>> = filters.iter().map(matching).collect();
        let stored = Arc::make_mut(&mut self.image.acls);
        deleted.iter().flatten().for_each(|acl| {
            stored.remove(acl);
        });
        deleted
    }
}
