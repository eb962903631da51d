//! What the DNS says of a domain beyond addresses: services (RFC 2782) and who takes its mail.

use std::sync::{Arc, OnceLock};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hickory_resolver::TokioResolver;
use hickory_resolver::proto::rr::RData;

/// Longest list that is looked at.
const MOST: usize = 16;

/// Where a service is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The lower, the better.
    pub priority: u16,
    /// The host, without a dot at its end; empty: the service is not offered.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// A question to the DNS.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// SRV records of such a name.
    Services(String),
    /// MX records of a domain: priority and host, the port means nothing.
    Mail(String),
}

type Asked = BoxFuture<'static, Vec<Service>>;

/// Whoever answers. Cheap to clone.
#[derive(Clone)]
pub struct Names(Arc<dyn Fn(Question) -> Asked + Send + Sync>);

impl Names {
    /// The system's resolver, made when it is first asked; where there is none nothing is found.
    #[must_use]
    pub fn system() -> Self {
        let resolver: Arc<OnceLock<Option<TokioResolver>>> = Arc::default();
        Self(Arc::new(move |question| {
            let resolver = resolver.clone();
            async move {
                let made =
                    resolver.get_or_init(|| TokioResolver::builder_tokio().ok()?.build().ok());
                match made {
                    Some(resolver) => ask(resolver, question).await,
                    None => Vec::new(),
                }
            }
            .boxed()
        }))
    }

    /// Other answers, for tests.
    #[doc(hidden)]
    pub fn with(answer: impl Fn(Question) -> Vec<Service> + Send + Sync + 'static) -> Self {
        Self(Arc::new(move |question| std::future::ready(answer(question)).boxed()))
    }

    /// What is there, the best one first.
    pub async fn ask(&self, question: Question) -> Vec<Service> {
        let mut found = (self.0)(question).await;
        found.truncate(MOST);
        found.sort_by_key(|service| service.priority);
        found
    }
}

/// Silence and refusal are, to whoever only wants to know, the same as nothing.
async fn ask(resolver: &TokioResolver, question: Question) -> Vec<Service> {
    // With a dot at its end a name is looked up as it is, and in no search list.
    let answer = match question {
        Question::Services(name) => resolver.srv_lookup(format!("{name}.")).await,
        Question::Mail(domain) => resolver.mx_lookup(format!("{domain}.")).await,
    };
    let Ok(answer) = answer else { return Vec::new() };
    let read = |data: &RData| {
        let (priority, host, port) = match data {
            RData::SRV(srv) => (srv.priority, srv.target.to_ascii(), srv.port),
            RData::MX(mx) => (mx.preference, mx.exchange.to_ascii(), 25),
            _ => return None,
        };
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        Some(Service { priority, host, port })
    };
    answer.answers().iter().filter_map(|record| read(&record.data)).collect()
}

/// A host's name and the domains above it; a single label is nobody's.
pub(super) fn above<'a>(host: &'a str) -> impl Iterator<Item = &'a str> {
    let next = |domain: &&'a str| domain.split_once('.').map(|(_, above)| above);
    std::iter::successors(Some(host), next).take_while(|domain| domain.contains('.'))
}
