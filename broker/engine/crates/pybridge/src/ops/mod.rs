//! Operations that the control plane may ask for: JSON in, JSON out.
//!
//! To add one: a row in the macro below, a struct for its arguments, a method that runs it, a
//! model in `headrace/admin/models.py`.

mod changes;
mod views;

use headrace_cluster::Node;
use headrace_env::Env;
use serde::de::DeserializeOwned;
use serde::Serialize;

use crate::errors::{Code, Failure};

/// What an operation works with.
pub struct Context {
    /// This node.
    pub node: Node,
    /// Time and randomness.
    pub env: Env,
}

/// The result of an operation, as JSON.
pub type Outcome = Result<String, Failure>;

macro_rules! operations {
    ($($name:literal = $variant:ident($args:ty): $run:path;)*) => {
        /// Every operation's name.
        pub const NAMES: &[&str] = &[$($name,)*];

        /// A checked request.
        pub enum Operation {
            $(#[doc = $name] $variant($args),)*
        }

        impl Operation {
            /// Reads a request; no argument is silently ignored.
            pub fn parse(name: &str, args: &str) -> Result<Operation, Failure> {
                match name {
                    $($name => Ok(Operation::$variant(parse_args(name, args)?)),)*
                    _ => Err(Failure::new(
                        Code::UnknownOperation,
                        format!("there is no operation '{name}'"),
                    )),
                }
            }

            /// Runs it.
            pub async fn run(self, context: &Context) -> Outcome {
                match self {
                    $(Operation::$variant(args) => $run(context, args).await,)*
                }
            }
        }
    };
}

operations! {
    "wait_ready" = WaitReady(views::WaitReady): views::wait_ready;
    "brokers" = Brokers(views::Nothing): views::brokers;
    "partitions" = Partitions(views::Partitions): views::partitions;
    "replicas" = Replicas(views::Nothing): views::replicas;
    "topics" = Topics(views::Nothing): views::topics;
    "topic" = Topic(views::Topic): views::topic;
    "health_overview" = Health(views::Limit): views::health;
    "restart_probe" = RestartProbe(views::Probe): views::restart_probe;
    "cluster_info" = ClusterInfo(views::Nothing): views::cluster_info;
    "cluster_config" = ClusterConfig(views::Nothing): views::cluster_config;
    "set_cluster_config" = SetClusterConfig(changes::SetConfig): changes::set_cluster_config;
    "set_topic_config" = SetTopicConfig(changes::SetTopicConfig): changes::set_topic_config;
    "create_topics" = CreateTopics(changes::CreateTopics): changes::create_topics;
    "delete_topics" = DeleteTopics(changes::DeleteTopics): changes::delete_topics;
    "maintenance" = Maintenance(changes::Maintenance): changes::maintenance;
    "transfer_leadership" = Transfer(changes::Transfer): changes::transfer_leadership;
}

fn parse_args<T: DeserializeOwned>(name: &str, args: &str) -> Result<T, Failure> {
    let text = if args.is_empty() { "{}" } else { args };
    serde_json::from_str(text)
        .map_err(|e| Failure::new(Code::InvalidArgument, format!("{name}: {e}")))
}

fn to_json(value: &impl Serialize) -> Outcome {
    serde_json::to_string(value)
        .map_err(|e| Failure::new(Code::Internal, format!("cannot write the answer: {e}")))
}
