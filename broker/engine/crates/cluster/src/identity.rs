//! Whose data a folder holds: `identity.json` in the data folder.
//!
//! It is the first file that a node writes and the first that it reads. A folder that belongs to
//! another cluster or node is refused before anything in it is opened, as a replica that starts
//! under a wrong name would break promises that were made under the right one.
//!
//! The file is JSON with a format version and a CRC-32C over its fields, replaced whole: a
//! temporary file is synced, then renamed, then the folder is synced.

use std::io;
use std::path::{Path, PathBuf};

use headrace_env::{Disk, Env, OpenMode, Random};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::image::{HostPort, NodeId};

/// The file's name in the data folder.
pub const FILE_NAME: &str = "identity.json";
const TEMPORARY_NAME: &str = "identity.json.new";
const FORMAT: u32 = 1;
/// Far more than the file ever has; a larger one is not ours.
const MAX_FILE_BYTES: u64 = 64 * 1024;

/// One of group 0's first voters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Founder {
    /// Its node id.
    pub node_id: NodeId,
    /// Its data folder.
    pub node_uuid: Uuid,
    /// Where the other nodes reach it.
    pub rpc: HostPort,
}

/// Who a data folder belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The folder's own name, made when it was first used.
    pub node_uuid: Uuid,
    /// The node's id, once the controller gave it one.
    pub node_id: Option<NodeId>,
    /// The cluster, once the node belongs to one.
    pub cluster_uuid: Option<Uuid>,
    /// Group 0's first voters; empty until the node knows them.
    pub founders: Vec<Founder>,
}

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The disk said no.
    #[error("cannot use the data folder: {path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is not what this software wrote.
    #[error(
        "{path} is damaged ({why}); restore it from a copy, or empty the folder and let the \
         node join under a new id"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A newer release wrote it.
    #[error("{path} has format {found}, newer than {FORMAT}: this version cannot read it")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// The data belongs to another cluster.
    #[error(
        "the data folder belongs to cluster {found}, but the seeds answer for cluster {expected}; \
         set another data_directory or correct the seeds"
    )]
    OtherCluster {
        /// The folder's cluster.
        found: Uuid,
        /// The cluster that the node was about to join.
        expected: Uuid,
    },
    /// The data belongs to another node of the cluster.
    #[error(
        "the data folder belongs to node {found}, but this node shall be {expected}; \
         set another data_directory or correct node_id"
    )]
    OtherNode {
        /// The folder's node.
        found: NodeId,
        /// The node that was about to use it.
        expected: NodeId,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    node_uuid: Uuid,
    node_id: Option<NodeId>,
    cluster_uuid: Option<Uuid>,
    founders: Vec<Founder>,
    crc32c: u32,
}

#[derive(Deserialize)]
struct AnyFormat {
    format: u32,
}

impl Identity {
    /// A new folder's identity: a random name and nothing else yet.
    pub fn fresh(random: &dyn Random) -> Identity {
        Identity {
            node_uuid: random_uuid(random),
            node_id: None,
            cluster_uuid: None,
            founders: Vec::new(),
        }
    }

    /// This identity as a member of `cluster_uuid` under `node_id`.
    ///
    /// # Errors
    /// [`IdentityError::OtherCluster`] or [`IdentityError::OtherNode`] if it is one already, and
    /// of another.
    pub fn joined(self, cluster_uuid: Uuid, node_id: NodeId) -> Result<Identity, IdentityError> {
        self.check_cluster(cluster_uuid)?;
        self.check_node(node_id)?;
        Ok(Identity { cluster_uuid: Some(cluster_uuid), node_id: Some(node_id), ..self })
    }

    /// Refuses a folder of another cluster; one of none is welcome.
    ///
    /// # Errors
    /// [`IdentityError::OtherCluster`].
    pub fn check_cluster(&self, expected: Uuid) -> Result<(), IdentityError> {
        match self.cluster_uuid {
            Some(found) if found != expected => {
                Err(IdentityError::OtherCluster { found, expected })
            }
            _ => Ok(()),
        }
    }

    /// Refuses a folder of another node; one of none is welcome.
    ///
    /// # Errors
    /// [`IdentityError::OtherNode`].
    pub fn check_node(&self, expected: NodeId) -> Result<(), IdentityError> {
        match self.node_id {
            Some(found) if found != expected => Err(IdentityError::OtherNode { found, expected }),
            _ => Ok(()),
        }
    }

    fn checksum(&self) -> u32 {
        let mut text = format!(
            "{FORMAT}/{}/{}/{}",
            self.node_uuid,
            self.node_id.map_or("-".to_string(), |id| id.to_string()),
            self.cluster_uuid.map_or("-".to_string(), |uuid| uuid.to_string()),
        );
        for founder in &self.founders {
            text += &format!("/{}/{}/{}", founder.node_id, founder.node_uuid, founder.rpc);
        }
        crc32c::crc32c(text.as_bytes())
    }
}

/// A random (version 4) UUID from the environment's randomness.
pub fn random_uuid(random: &dyn Random) -> Uuid {
    let bits = (u128::from(random.next_u64()) << 64) | u128::from(random.next_u64());
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

/// The identity in `data_dir`, or `None` for a folder that was never used.
///
/// # Errors
/// See [`IdentityError`]; never for a missing folder.
pub fn read(disk: &dyn Disk, data_dir: &Path) -> Result<Option<Identity>, IdentityError> {
    let path = data_dir.join(FILE_NAME);
    if !disk.exists(&path) {
        return Ok(None);
    }
    let bytes = read_file(disk, &path)?;
    parse(&bytes, &path).map(Some)
}

fn read_file(disk: &dyn Disk, path: &Path) -> Result<Vec<u8>, IdentityError> {
    let io_error = |source| IdentityError::Io { path: path.to_path_buf(), source };
    let file = disk.open(path, OpenMode::Read).map_err(io_error)?;
    let len = file.len().map_err(io_error)?;
    if len > MAX_FILE_BYTES {
        let why = format!("{len} bytes are too many");
        return Err(IdentityError::Damaged { path: path.to_path_buf(), why });
    }
    let mut bytes = vec![0; usize::try_from(len).unwrap_or(0)];
    file.read_exact_at(&mut bytes, 0).map_err(io_error)?;
    Ok(bytes)
}

fn parse(bytes: &[u8], path: &Path) -> Result<Identity, IdentityError> {
    let damaged = |why: String| IdentityError::Damaged { path: path.to_path_buf(), why };
    let AnyFormat { format } = serde_json::from_slice(bytes).map_err(|e| damaged(e.to_string()))?;
    if format > FORMAT {
        return Err(IdentityError::Newer { path: path.to_path_buf(), found: format });
    }
    let file: File = serde_json::from_slice(bytes).map_err(|e| damaged(e.to_string()))?;
    let identity = Identity {
        node_uuid: file.node_uuid,
        node_id: file.node_id,
        cluster_uuid: file.cluster_uuid,
        founders: file.founders,
    };
    if identity.checksum() != file.crc32c {
        return Err(damaged("its checksum does not match".to_string()));
    }
    Ok(identity)
}

/// Writes the identity; it is durable when this returns.
///
/// # Errors
/// [`IdentityError::Io`]; the old identity is still there then.
pub fn write(disk: &dyn Disk, data_dir: &Path, identity: &Identity) -> Result<(), IdentityError> {
    let file = File {
        format: FORMAT,
        node_uuid: identity.node_uuid,
        node_id: identity.node_id,
        cluster_uuid: identity.cluster_uuid,
        founders: identity.founders.clone(),
        crc32c: identity.checksum(),
    };
    let temporary = data_dir.join(TEMPORARY_NAME);
    let write = || -> io::Result<()> {
        let mut bytes = serde_json::to_vec_pretty(&file)?;
        bytes.push(b'\n');
        if !disk.exists(data_dir) {
            disk.create_dir_all(data_dir)?;
            // The folder's own name must survive too, or the file in it is lost with it.
            if let Some(parent) = data_dir.parent().filter(|p| !p.as_os_str().is_empty()) {
                disk.sync_dir(parent)?;
            }
        }
        let handle = disk.open(&temporary, OpenMode::Create)?;
        handle.set_len(0)?;
        handle.write_all_at(&bytes, 0)?;
        handle.sync_data()?;
        disk.rename(&temporary, &data_dir.join(FILE_NAME))?;
        disk.sync_dir(data_dir)
    };
    write().map_err(|source| IdentityError::Io { path: temporary.clone(), source })
}

/// The folder's identity; a fresh one is written if it has none.
///
/// # Errors
/// See [`IdentityError`].
pub fn load_or_create(env: &Env, data_dir: &Path) -> Result<Identity, IdentityError> {
    if let Some(identity) = read(env.disk.as_ref(), data_dir)? {
        return Ok(identity);
    }
    let identity = Identity::fresh(env.random.as_ref());
    write(env.disk.as_ref(), data_dir, &identity)?;
    Ok(identity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use headrace_env::sim::SimEnv;

    fn dir() -> PathBuf {
        PathBuf::from("/data")
    }

    fn overwrite(disk: &dyn Disk, bytes: &[u8]) {
        let file = disk.open(&dir().join(FILE_NAME), OpenMode::ReadWrite).unwrap();
        file.set_len(0).unwrap();
        file.write_all_at(bytes, 0).unwrap();
    }

    #[test]
    fn a_folder_gets_a_name_once_and_keeps_it() {
        let sim = SimEnv::new(7);
        let first = load_or_create(&sim.env, &dir()).unwrap();
        assert_eq!(load_or_create(&sim.env, &dir()).unwrap(), first);
        let cluster = random_uuid(sim.env.random.as_ref());
        let mut member = first.clone().joined(cluster, 2).unwrap();
        let rpc = HostPort { host: "::1".into(), port: 33145 };
        member.founders = vec![Founder { node_id: 2, node_uuid: first.node_uuid, rpc }];
        write(sim.env.disk.as_ref(), &dir(), &member).unwrap();
        assert_eq!(load_or_create(&sim.env, &dir()).unwrap(), member);
        assert_ne!(Identity::fresh(sim.env.random.as_ref()).node_uuid, first.node_uuid);
    }

    #[test]
    fn another_cluster_and_another_node_are_refused() {
        let sim = SimEnv::new(1);
        let cluster = random_uuid(sim.env.random.as_ref());
        let member = Identity::fresh(sim.env.random.as_ref()).joined(cluster, 2).unwrap();
        let stranger = random_uuid(sim.env.random.as_ref());
        let message = member.clone().joined(stranger, 2).unwrap_err().to_string();
        assert!(message.contains(&cluster.to_string()), "{message}");
        assert!(message.contains(&stranger.to_string()), "{message}");
        assert!(matches!(
            member.clone().joined(cluster, 3),
            Err(IdentityError::OtherNode { found: 2, expected: 3 })
        ));
        assert_eq!(member.clone().joined(cluster, 2).unwrap(), member);
    }

    #[test]
    fn a_damaged_or_newer_file_is_refused() {
        let sim = SimEnv::new(3);
        let disk = sim.env.disk.as_ref();
        load_or_create(&sim.env, &dir()).unwrap();
        let good = String::from_utf8(read_file(disk, &dir().join(FILE_NAME)).unwrap()).unwrap();
        for bad in ["", "{}", "not json", &good[..good.len() / 2], &good.replace("null", "1")] {
            overwrite(disk, bad.as_bytes());
            let outcome = read(disk, &dir());
            assert!(matches!(outcome, Err(IdentityError::Damaged { .. })), "{bad}: {outcome:?}");
        }
        overwrite(disk, good.replace("\"format\": 1", "\"format\": 2").as_bytes());
        assert!(matches!(read(disk, &dir()), Err(IdentityError::Newer { found: 2, .. })));
        overwrite(disk, good.as_bytes());
        assert!(read(disk, &dir()).unwrap().is_some());
    }

    #[test]
    fn a_power_cut_leaves_the_old_identity_or_the_new_one() {
        for step in 0..12 {
            let sim = SimEnv::new(step);
            let old = load_or_create(&sim.env, &dir()).unwrap();
            let new = old.clone().joined(random_uuid(sim.env.random.as_ref()), 1).unwrap();
            sim.disk.cut_power_after(step);
            let written = write(sim.env.disk.as_ref(), &dir(), &new);
            sim.disk.crash(sim.env.random.as_ref());
            let found = read(sim.env.disk.as_ref(), &dir()).unwrap().unwrap();
            if written.is_ok() {
                assert_eq!(found, new, "step {step}");
            } else {
                assert!(found == old || found == new, "step {step}");
            }
        }
    }
}
