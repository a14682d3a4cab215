//! Users' SCRAM credentials (KIP-554), delegation tokens (KIP-48) and SaslAuthenticate, on
//! listeners that nobody logs in at.

use std::collections::{BTreeMap, BTreeSet};

use headrace_cluster::controller::access::{
    AccessCommand, ScramChange, ScramCredential, ScramDeletion, Secret,
};
use headrace_wire::messages::alter_user_scram_credentials::{
    AlterUserScramCredentialsResult, ScramCredentialUpsertion,
};
use headrace_wire::messages::describe_user_scram_credentials::{
    CredentialInfo, DescribeUserScramCredentialsResult,
};
use headrace_wire::messages::{
    AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse,
    CreateDelegationTokenRequest, CreateDelegationTokenResponse, DescribeDelegationTokenRequest,
    DescribeDelegationTokenResponse, DescribeUserScramCredentialsRequest,
    DescribeUserScramCredentialsResponse, ExpireDelegationTokenRequest,
    ExpireDelegationTokenResponse, RenewDelegationTokenRequest, RenewDelegationTokenResponse,
    SaslAuthenticateRequest, SaslAuthenticateResponse,
};
use headrace_wire::{ErrorCode, Str};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256, Sha512};

use super::access;
use crate::context::{Context, Refusal};
use crate::session::{Operation, Resource};

const SCRAM_SHA_512: i8 = 2;

pub(crate) async fn describe_user_scram_credentials(
    cx: Context,
    request: DescribeUserScramCredentialsRequest,
) -> DescribeUserScramCredentialsResponse {
    if let Err(error) = cx.authorize(Operation::Describe, Resource::Cluster) {
        let error_code = cx.code(error);
        return DescribeUserScramCredentialsResponse { error_code, ..Default::default() };
    }
    let image = cx.image();
    let mut known: BTreeMap<&str, Vec<CredentialInfo>> = BTreeMap::new();
    for ((user, mechanism), credential) in image.scram() {
        let (mechanism, iterations) = (*mechanism, credential.iterations);
        known.entry(user).or_default().push(CredentialInfo { mechanism, iterations });
    }
    let named = request.users.unwrap_or_default();
    let mut once = BTreeSet::new();
    let twice: BTreeSet<&str> =
        named.iter().map(|user| &*user.name).filter(|name| !once.insert(*name)).collect();
    let users: Vec<&str> =
        if named.is_empty() { known.keys().copied().collect() } else { once.into_iter().collect() };
    let result = |user: &str| {
        let refusal = match known.get(user) {
            _ if twice.contains(user) => Some(Refusal::new(
                ErrorCode::DuplicateResource,
                "a user's credentials cannot be described twice in one request",
            )),
            Some(_) => None,
            None => Some(Refusal::new(ErrorCode::ResourceNotFound, "the user has no credentials")),
        };
        DescribeUserScramCredentialsResult {
            user: Str::from(user),
            error_code: refusal.as_ref().map_or(0, |refusal| cx.code(refusal.code)),
            credential_infos: match refusal {
                None => known.get(user).cloned().unwrap_or_default(),
                Some(_) => Vec::new(),
            },
            error_message: refusal.and_then(|refusal| refusal.text()),
        }
    };
    let results = users.into_iter().map(result).collect();
    DescribeUserScramCredentialsResponse { results, ..Default::default() }
}

pub(crate) async fn alter_user_scram_credentials(
    cx: Context,
    request: AlterUserScramCredentialsRequest,
) -> AlterUserScramCredentialsResponse {
    let deletions: Vec<ScramDeletion> = request
        .deletions
        .iter()
        .map(|one| ScramDeletion { user: one.name.to_string(), mechanism: one.mechanism })
        .collect();
    let upsertions: Vec<ScramChange> = request.upsertions.iter().map(credential).collect();
    let names = request.deletions.iter().map(|one| &one.name);
    let names: Vec<&Str> = names.chain(request.upsertions.iter().map(|one| &one.name)).collect();
    let outcomes = match cx.authorize(Operation::Alter, Resource::Cluster) {
        Ok(()) => {
            let command = AccessCommand::AlterScram { deletions, upsertions };
            access::each(&cx, command, names.len()).await
        }
        Err(error) => names.iter().map(|_| Err(Refusal::from(error))).collect(),
    };
    // a user has one result, whatever was asked
    let mut results: BTreeMap<Str, Result<(), Refusal>> = BTreeMap::new();
    for (name, outcome) in names.into_iter().zip(outcomes) {
        results.insert(name.clone(), outcome);
    }
    let result = |(user, outcome): (Str, Result<(), Refusal>)| {
        let refusal = outcome.err();
        AlterUserScramCredentialsResult {
            user,
            error_code: refusal.as_ref().map_or(0, |refusal| cx.code(refusal.code)),
            error_message: refusal.and_then(|refusal| refusal.text()),
        }
    };
    let results = results.into_iter().map(result).collect();
    AlterUserScramCredentialsResponse { results, ..Default::default() }
}

/// What is stored of a salted password (RFC 5802): with it nobody can log in.
fn credential(asked: &ScramCredentialUpsertion) -> ScramChange {
    let salted = &asked.salted_password;
    let (stored_key, server_key) = match asked.mechanism {
        SCRAM_SHA_512 => (
            Sha512::digest(keyed::<Hmac<Sha512>>(salted, b"Client Key")).to_vec(),
            keyed::<Hmac<Sha512>>(salted, b"Server Key"),
        ),
        // an unknown mechanism is refused by the controller
        _ => (
            Sha256::digest(keyed::<Hmac<Sha256>>(salted, b"Client Key")).to_vec(),
            keyed::<Hmac<Sha256>>(salted, b"Server Key"),
        ),
    };
    ScramChange {
        user: asked.name.to_string(),
        mechanism: asked.mechanism,
        credential: ScramCredential {
            iterations: asked.iterations,
            salt: Secret(asked.salt.to_vec()),
            stored_key: Secret(stored_key),
            server_key: Secret(server_key),
        },
    }
}

fn keyed<M: Mac + hmac::digest::KeyInit>(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = <M as Mac>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// From this version on a token may be asked for on behalf of somebody else (KIP-373).
const REQUESTER_FROM: i16 = 3;
/// Tokens are for those who have logged in, which nobody can at a plaintext listener.
const NO_TOKENS: ErrorCode = ErrorCode::DelegationTokenRequestNotAllowed;

pub(crate) async fn create_delegation_token(
    cx: Context,
    request: CreateDelegationTokenRequest,
) -> CreateDelegationTokenResponse {
    let tells_requester = cx.version >= REQUESTER_FROM;
    let caller = cx.session.principal();
    let (kind, name) = (Str::from_static(caller.kind), Str::from(&*caller.name));
    let named = request.owner_principal_name.filter(|name| !name.is_empty());
    let owner = match (request.owner_principal_type, named) {
        (Some(kind), Some(name)) => (kind, name),
        _ => (kind.clone(), name.clone()),
    };
    CreateDelegationTokenResponse {
        principal_type: owner.0,
        principal_name: owner.1,
        token_requester_principal_type: if tells_requester { kind } else { Str::default() },
        token_requester_principal_name: if tells_requester { name } else { Str::default() },
        error_code: cx.code(NO_TOKENS),
        issue_timestamp_ms: -1,
        expiry_timestamp_ms: -1,
        max_timestamp_ms: -1,
        ..Default::default()
    }
}

pub(crate) async fn renew_delegation_token(
    cx: Context,
    _request: RenewDelegationTokenRequest,
) -> RenewDelegationTokenResponse {
    let error_code = cx.code(NO_TOKENS);
    RenewDelegationTokenResponse { error_code, expiry_timestamp_ms: -1, ..Default::default() }
}

pub(crate) async fn expire_delegation_token(
    cx: Context,
    _request: ExpireDelegationTokenRequest,
) -> ExpireDelegationTokenResponse {
    let error_code = cx.code(NO_TOKENS);
    ExpireDelegationTokenResponse { error_code, expiry_timestamp_ms: -1, ..Default::default() }
}

pub(crate) async fn describe_delegation_token(
    cx: Context,
    _request: DescribeDelegationTokenRequest,
) -> DescribeDelegationTokenResponse {
    DescribeDelegationTokenResponse { error_code: cx.code(NO_TOKENS), ..Default::default() }
}

/// As Apache Kafka answers where there is nothing to log in at.
pub(crate) async fn sasl_authenticate(
    cx: Context,
    _request: SaslAuthenticateRequest,
) -> SaslAuthenticateResponse {
    let refusal = Refusal::new(ErrorCode::IllegalSaslState, "this listener takes no logins");
    SaslAuthenticateResponse {
        error_code: cx.code(refusal.code),
        error_message: refusal.text(),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7677: user `user`, password `pencil`.
    #[test]
    fn keys_are_those_of_rfc_7677() {
        let salted = [
            0xc4, 0xa4, 0x95, 0x10, 0x32, 0x3a, 0xb4, 0xf9, 0x52, 0xca, 0xc1, 0xfa, 0x99, 0x44,
            0x19, 0x39, 0xe7, 0x8e, 0xa7, 0x4d, 0x6b, 0xe8, 0x1d, 0xdf, 0x70, 0x96, 0xe8, 0x75,
            0x13, 0xdc, 0x61, 0x5d,
        ];
        let asked = ScramCredentialUpsertion {
            mechanism: 1,
            iterations: 4096,
            salted_password: salted.to_vec().into(),
            ..Default::default()
        };
        let made = credential(&asked).credential;
        // the server's proof in the RFC's exchange is made with the server key
        let message = b"n=user,r=rOprNGfwEbeRWgbNEkqO,\
            r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
            s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,\
            c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let proof = keyed::<Hmac<Sha256>>(&made.server_key.0, message);
        let expected = [
            0xea, 0xba, 0xe2, 0x4d, 0x10, 0x62, 0xdb, 0x75, 0xa9, 0x45, 0x1f, 0xf0, 0xb6, 0xea,
            0x7e, 0x98,
        ];
        assert_eq!((made.stored_key.0.len(), proof.len()), (32, 32));
        assert_eq!(proof[..16], expected);
    }
}
