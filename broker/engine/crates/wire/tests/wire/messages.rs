//! Every message in every version: there and back, and against an independent codec.

use crate::draw::{Draw, Sample};
use crate::samples::{for_each_api, for_each_message};
use bytes::{Bytes, BytesMut};
use headrace_wire::messages::*;
use headrace_wire::{Message, Request};
use kafka_protocol::messages as other;
use proptest::prelude::*;

/// Encodes a made-up message, decodes it and compares.
fn there_and_back<M: Message + Sample>(seed: &[u8]) -> Result<(), TestCaseError> {
    for version in M::MIN_VERSION..=M::MAX_VERSION {
        let message = M::sample(&mut Draw::new(seed.to_vec()), version);
        let data = message.to_bytes(version).expect("a sample fits its version");
        let back = M::from_bytes(data.clone(), version)
            .map_err(|error| TestCaseError::fail(format!("{} v{version}: {error}", M::NAME)))?;
        prop_assert_eq!(&back, &message, "{} v{}", M::NAME, version);
        for cut in 0..data.len() {
            let cut_short = M::from_bytes(data.slice(..cut), version);
            prop_assert!(cut_short.is_err(), "{} v{} cut at {}", M::NAME, version, cut);
        }
    }
    Ok(())
}

/// The highest version of an API that the other codec really has. Of three APIs it names one more
/// and then refuses it; `golden.rs` holds version 10 of the offset APIs.
fn other_max(key: other::ApiKey) -> i16 {
    match key {
        other::ApiKey::OffsetCommit | other::ApiKey::OffsetFetch => 9,
        other::ApiKey::InitProducerId => 5,
        key => key.valid_versions().max,
    }
}

/// What the other codec makes of our bytes must be the same bytes again. It knows fewer versions,
/// and not every API.
fn same_as_other<R: Request + Sample>(seed: &[u8]) -> Result<(), TestCaseError>
where
    R::Response: Sample,
{
    let Ok(key) = other::ApiKey::try_from(R::KEY as i16) else {
        return Ok(());
    };
    let lowest = R::MIN_VERSION.max(key.valid_versions().min);
    for version in lowest..=R::MAX_VERSION.min(other_max(key)) {
        let message = R::sample(&mut Draw::new(seed.to_vec()), version);
        let ours = message.to_bytes(version).expect("a sample fits its version");
        let mut left = ours.clone();
        let kind = other::RequestKind::decode(key, &mut left, version)
            .map_err(|error| TestCaseError::fail(format!("{} v{version}: {error}", R::NAME)))?;
        prop_assert_eq!(left.len(), 0, "{} v{}", R::NAME, version);
        let mut theirs = BytesMut::new();
        kind.encode(&mut theirs, version).expect("what it read it can write");
        prop_assert_eq!(&ours, &theirs.freeze(), "{} v{}", R::NAME, version);

        let message = R::Response::sample(&mut Draw::new(seed.to_vec()), version);
        let ours = message.to_bytes(version).expect("a sample fits its version");
        let mut left = ours.clone();
        let name = <R::Response as Message>::NAME;
        let kind = other::ResponseKind::decode(key, &mut left, version)
            .map_err(|error| TestCaseError::fail(format!("{name} v{version}: {error}")))?;
        prop_assert_eq!(left.len(), 0, "{} v{}", name, version);
        let mut theirs = BytesMut::new();
        kind.encode(&mut theirs, version).expect("what it read it can write");
        prop_assert_eq!(&ours, &theirs.freeze(), "{} v{}", name, version);
    }
    Ok(())
}

fn seeds() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..400)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_message_comes_back(seed in seeds()) {
        macro_rules! check { ($message:ident) => { there_and_back::<$message>(&seed)?; }; }
        for_each_message!(check);
    }

    #[test]
    fn another_codec_agrees(seed in seeds()) {
        macro_rules! check {
            ($request:ident, $response:ident) => { same_as_other::<$request>(&seed)?; };
        }
        for_each_api!(check);
    }
}

#[test]
fn a_default_message_fits_every_version() {
    fn check<M: Message>() {
        for version in M::MIN_VERSION..=M::MAX_VERSION {
            let data = match M::default().to_bytes(version) {
                Ok(data) => data,
                Err(error) => panic!("{} v{version}: {error}", M::NAME),
            };
            M::from_bytes(data, version).expect("what we wrote");
        }
    }
    macro_rules! check {
        ($message:ident) => {
            check::<$message>();
        };
    }
    for_each_message!(check);
}

#[test]
fn other_versions_are_refused_both_ways() {
    fn check<M: Message>() {
        for version in [M::MIN_VERSION - 1, M::MAX_VERSION + 1, i16::MIN, i16::MAX] {
            assert!(M::default().to_bytes(version).is_err(), "{} v{version}", M::NAME);
            let data = Bytes::from(vec![0; 256]);
            assert!(M::from_bytes(data, version).is_err(), "{} v{version}", M::NAME);
        }
    }
    macro_rules! check {
        ($message:ident) => {
            check::<$message>();
        };
    }
    for_each_message!(check);
}

#[test]
fn requests_and_responses_have_the_same_versions() {
    fn check<R: Request>() {
        let response = (R::Response::MIN_VERSION, R::Response::MAX_VERSION);
        assert_eq!((R::MIN_VERSION, R::MAX_VERSION), response, "{}", R::NAME);
        assert_eq!(R::KEY.kafka_versions(), response, "{}", R::NAME);
    }
    macro_rules! check {
        ($request:ident, $response:ident) => {
            check::<$request>();
        };
    }
    for_each_api!(check);
}

#[test]
fn every_served_api_has_messages() {
    let mut coded = Vec::new();
    macro_rules! check {
        ($request:ident, $response:ident) => {
            coded.push(<$request as Request>::KEY);
        };
    }
    for_each_api!(check);
    for entry in headrace_wire::api::SERVED {
        assert!(coded.contains(&entry.key), "{}", entry.key);
    }
}
