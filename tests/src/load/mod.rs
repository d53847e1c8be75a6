//! A load on a real server: phones are enrolled, and their batches written and sealed, before the clock starts, so
//! that it sees the server alone. What `cargo xtask load` and `cargo xtask bench` measure.

mod batches;
mod ceiling;
mod fleet;
mod folding;
pub mod goals;
mod overload;
mod phones;
mod push;
mod slow;
mod throughput;
mod verify;

use std::{
    future::Future,
    net::{IpAddr, Ipv4Addr},
    thread,
    time::Duration,
};

pub use batches::{
    DAY_FIXES, Happened, Loaded, Push, anchored, batches_of_fixes, fix, fixes, local_ms, minutes, pushes_of, workdays,
};
pub use ceiling::raw_ceiling_per_s;
pub use fleet::{Fleet, Ground};
pub use folding::folding;
pub use goals::Goal;
pub use overload::overload;
pub use phones::phones;
pub use push::{LoadReport, push_all};
pub use slow::slow;
pub use throughput::{Throughput, throughput};
pub use verify::verify;

pub(crate) use fleet::{enrol, rep_name};

/// Phones, or connections, of one address: the server lets 60 enrol at once and 64 be open.
const FROM_ONE_ADDRESS: usize = 50;

/// The address that the nth of many calls from, fifty from each, in one of this machine's networks.
fn address(network: u8, n: usize) -> Ipv4Addr {
    let n = n / FROM_ONE_ADDRESS;
    Ipv4Addr::new(127, network, (n / 250) as u8, (1 + n % 250) as u8)
}

/// A client without proxies; each has connections of its own.
pub fn client() -> reqwest::Client {
    // Well before the server closes a connection on which nothing is asked: who asks in that moment hears nothing.
    built(reqwest::Client::builder().pool_idle_timeout(Duration::from_secs(3)))
}

/// As [`client`], but calling from one of this machine's many addresses, since the server bounds what one may do, and
/// over a new connection each time.
fn client_from(address: Ipv4Addr) -> reqwest::Client {
    let builder = reqwest::Client::builder().pool_max_idle_per_host(0);
    built(builder.local_address(IpAddr::V4(address)))
}

fn built(builder: reqwest::ClientBuilder) -> reqwest::Client {
    // Only plain HTTP to this machine, but the client wants to know who would do its cryptography.
    let _ = rustls::crypto::ring::default_provider().install_default();
    builder
        .no_proxy()
        .build()
        .expect("a client without TLS roots of its own")
}

/// The time within which a share of all sorted times lies; zero of none.
pub fn quantile(sorted: &[Duration], share: f64) -> Duration {
    let at = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or_default()
}

/// Makes something of each, in order, on all cores.
pub(crate) fn on_all_cores<T: Send, U: Send>(items: Vec<T>, one: impl Fn(T) -> U + Sync) -> Vec<U> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(cores).max(1);
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    let all = |part: &mut [Option<T>]| part.iter_mut().filter_map(Option::take).map(&one).collect::<Vec<_>>();
    thread::scope(|scope| {
        let parts: Vec<_> = items.chunks_mut(share).map(|part| scope.spawn(|| all(part))).collect();
        let joined = parts.into_iter().map(|part| part.join().expect("it does not panic"));
        joined.flatten().collect()
    })
}

/// Does something with each, so many at a time; what came of it, in order.
async fn each<T, F>(items: impl IntoIterator<Item = T>, at_once: usize, act: impl Fn(T) -> F) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let (mut items, mut results) = (items.into_iter().peekable(), Vec::new());
    while items.peek().is_some() {
        let tasks: Vec<_> = items
            .by_ref()
            .take(at_once)
            .map(|item| tokio::spawn(act(item)))
            .collect();
        for task in tasks {
            results.push(task.await.expect("it does not panic"));
        }
    }
    results
}
