//! How often somebody may ask.

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    sync::Arc,
};

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap},
};
use governor::{DefaultKeyedRateLimiter, Quota};

use crate::domain::people::Actor;

/// Whoever asks, as far as pace goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Asker {
    Known(String),
    Somebody(IpAddr),
}

/// Requests per second and at once: an office behind one address, a page that loads.
const SOMEBODY: (u32, u32) = (20, 200);
/// Programs and staff: nothing but a program that runs wild.
const KNOWN: (u32, u32) = (10_000, 30_000);
/// Askers that are remembered before those who asked long ago are forgotten.
const REMEMBERED: usize = 10_000;

/// The paces of all who ask now.
#[derive(Clone)]
pub struct Pace {
    somebody: Arc<DefaultKeyedRateLimiter<Asker>>,
    known: Arc<DefaultKeyedRateLimiter<Asker>>,
    trusted_proxies: Arc<[IpAddr]>,
}

impl Pace {
    #[must_use]
    pub fn new(trusted_proxies: &[IpAddr]) -> Self {
        let limiter = |(per_second, burst)| Arc::new(DefaultKeyedRateLimiter::keyed(quota(per_second, burst)));
        Self { somebody: limiter(SOMEBODY), known: limiter(KNOWN), trusted_proxies: trusted_proxies.into() }
    }

    /// Whether the request may go on.
    #[must_use]
    pub fn admits(&self, actor: &Actor, headers: &HeaderMap, extensions: &Extensions) -> bool {
        let (limiter, asker) = if *actor == Actor::resident() {
            let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
            // Without a socket there is nobody to hold up others.
            let Some(peer) = peer else { return true };
            (&self.somebody, Asker::Somebody(self.client(peer, headers)))
        } else {
            (&self.known, Asker::Known(actor.name.clone()))
        };
        if limiter.len() > REMEMBERED {
            limiter.retain_recent();
        }
        limiter.check_key(&asker).is_ok()
    }

    /// The last address that a trusted proxy did not make up: what stands before it may be anybody's invention.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let is_trusted = |address: &IpAddr| self.trusted_proxies.contains(address);
        if !is_trusted(&peer) {
            return peer;
        }
        let forwarded = headers.get_all("X-Forwarded-For").iter().filter_map(|value| value.to_str().ok());
        let addresses: Vec<IpAddr> =
            forwarded.flat_map(|value| value.split(',')).filter_map(|address| address.trim().parse().ok()).collect();
        addresses.into_iter().rev().find(|address| !is_trusted(address)).unwrap_or(peer)
    }
}

fn quota(per_second: u32, burst: u32) -> Quota {
    let at_least_one = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
    Quota::per_second(at_least_one(per_second)).allow_burst(at_least_one(burst))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_say_whom_they_speak_for() {
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        let pace = Pace::new(&[ip("10.0.0.1"), ip("10.0.0.2")]);
        let mut headers = HeaderMap::new();
        headers.insert("X-Forwarded-For", "1.1.1.1, 2.2.2.2, 10.0.0.2".parse().expect("ASCII"));
        assert_eq!(pace.client(ip("10.0.0.1"), &headers), ip("2.2.2.2"));
        assert_eq!(pace.client(ip("3.3.3.3"), &headers), ip("3.3.3.3"), "a client that lies");
        assert_eq!(pace.client(ip("10.0.0.1"), &HeaderMap::new()), ip("10.0.0.1"));
    }
}
