//! DescribeAcls, CreateAcls and DeleteAcls: rules are stored and shown. What enforces them is
//! whatever stands behind [`Session::authorize`](crate::session::Session::authorize).

use std::collections::BTreeMap;

use headrace_cluster::controller::access::{AccessCommand, AccessReply, Acl, AclFilter};
use headrace_wire::messages::create_acls::{AclCreation, AclCreationResult};
use headrace_wire::messages::delete_acls::{
    DeleteAclsFilter, DeleteAclsFilterResult, DeleteAclsMatchingAcl,
};
use headrace_wire::messages::describe_acls::{AclDescription, DescribeAclsResource};
use headrace_wire::messages::{
    CreateAclsRequest, CreateAclsResponse, DeleteAclsRequest, DeleteAclsResponse,
    DescribeAclsRequest, DescribeAclsResponse,
};
use headrace_wire::{ErrorCode, Str};

use super::access;
use crate::context::{code_of, Context, Refusal};
use crate::session::{Operation, Resource};

fn text(name: &Option<Str>) -> Option<String> {
    name.as_ref().map(|name| name.to_string())
}

pub(crate) async fn describe_acls(
    cx: Context,
    request: DescribeAclsRequest,
) -> DescribeAclsResponse {
    let filter = AclFilter {
        resource_type: request.resource_type_filter,
        resource_name: text(&request.resource_name_filter),
        pattern_type: request.pattern_type_filter,
        principal: text(&request.principal_filter),
        host: text(&request.host_filter),
        operation: request.operation,
        permission: request.permission_type,
    };
    let allowed = cx.authorize(Operation::Describe, Resource::Cluster).map_err(Refusal::from);
    if let Err(refusal) = allowed.and_then(|()| check(&filter)) {
        return DescribeAclsResponse {
            error_code: cx.code(refusal.code),
            error_message: refusal.text(),
            ..Default::default()
        };
    }
    let mut resources: BTreeMap<(i8, String, i8), Vec<AclDescription>> = BTreeMap::new();
    for acl in cx.image().acls().iter().filter(|acl| filter.matches(acl)) {
        let resource = (acl.resource_type, acl.resource_name.clone(), acl.pattern_type);
        resources.entry(resource).or_default().push(AclDescription {
            principal: Str::from(&acl.principal),
            host: Str::from(&acl.host),
            operation: acl.operation,
            permission_type: acl.permission,
        });
    }
    let resources = resources.into_iter().map(|((resource_type, name, pattern_type), acls)| {
        DescribeAclsResource { resource_type, resource_name: Str::from(name), pattern_type, acls }
    });
    DescribeAclsResponse { resources: resources.collect(), ..Default::default() }
}

fn check(filter: &AclFilter) -> Result<(), Refusal> {
    filter.check().map_err(|error| Refusal::new(code_of(error.code), error.message))
}

pub(crate) async fn create_acls(cx: Context, request: CreateAclsRequest) -> CreateAclsResponse {
    let acl = |creation: &AclCreation| Acl {
        resource_type: creation.resource_type,
        resource_name: creation.resource_name.to_string(),
        pattern_type: creation.resource_pattern_type,
        principal: creation.principal.to_string(),
        host: creation.host.to_string(),
        operation: creation.operation,
        permission: creation.permission_type,
    };
    let acls: Vec<Acl> = request.creations.iter().map(acl).collect();
    let count = acls.len();
    let outcomes = match cx.authorize(Operation::Alter, Resource::Cluster) {
        Ok(()) => access::each(&cx, AccessCommand::CreateAcls(acls), count).await,
        Err(error) => (0..count).map(|_| Err(Refusal::from(error))).collect(),
    };
    let result = |outcome: Result<(), Refusal>| {
        let refusal = outcome.err();
        AclCreationResult {
            error_code: refusal.as_ref().map_or(0, |refusal| cx.code(refusal.code)),
            error_message: refusal.and_then(|refusal| refusal.text()),
        }
    };
    let results = outcomes.into_iter().map(result).collect();
    CreateAclsResponse { results, ..Default::default() }
}

pub(crate) async fn delete_acls(cx: Context, request: DeleteAclsRequest) -> DeleteAclsResponse {
    let filter = |filter: &DeleteAclsFilter| AclFilter {
        resource_type: filter.resource_type_filter,
        resource_name: text(&filter.resource_name_filter),
        pattern_type: filter.pattern_type_filter,
        principal: text(&filter.principal_filter),
        host: text(&filter.host_filter),
        operation: filter.operation,
        permission: filter.permission_type,
    };
    let filters: Vec<AclFilter> = request.filters.iter().map(filter).collect();
    let checks: Vec<Result<(), Refusal>> = filters.iter().map(check).collect();
    let sound = filters.into_iter().zip(&checks).filter(|(_, check)| check.is_ok());
    let sound: Vec<AclFilter> = sound.map(|(filter, _)| filter).collect();
    let mut deleted = match delete(&cx, sound).await {
        Ok(deleted) => deleted.into_iter(),
        Err(refusal) => {
            let failed = |_: &DeleteAclsFilter| DeleteAclsFilterResult {
                error_code: cx.code(refusal.code),
                error_message: refusal.text(),
                ..Default::default()
            };
            let filter_results = request.filters.iter().map(failed).collect();
            return DeleteAclsResponse { filter_results, ..Default::default() };
        }
    };
    let result = |check: Result<(), Refusal>| match check {
        Ok(()) => DeleteAclsFilterResult {
            matching_acls: deleted.next().unwrap_or_default().into_iter().map(matching).collect(),
            ..Default::default()
        },
        Err(refusal) => DeleteAclsFilterResult {
            error_code: cx.code(refusal.code),
            error_message: refusal.text(),
            ..Default::default()
        },
    };
    let filter_results = checks.into_iter().map(result).collect();
    DeleteAclsResponse { filter_results, ..Default::default() }
}

async fn delete(cx: &Context, filters: Vec<AclFilter>) -> Result<Vec<Vec<Acl>>, Refusal> {
    cx.authorize(Operation::Alter, Resource::Cluster)?;
    match access::ask(cx, AccessCommand::DeleteAcls(filters)).await? {
        AccessReply::Deleted(deleted) => Ok(deleted),
        AccessReply::Each(_) => Err(ErrorCode::UnknownServerError.into()),
    }
}

fn matching(acl: Acl) -> DeleteAclsMatchingAcl {
    DeleteAclsMatchingAcl {
        resource_type: acl.resource_type,
        resource_name: Str::from(acl.resource_name),
        pattern_type: acl.pattern_type,
        principal: Str::from(acl.principal),
        host: Str::from(acl.host),
        operation: acl.operation,
        permission_type: acl.permission,
        ..Default::default()
    }
}
