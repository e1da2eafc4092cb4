//! Wrong tokens are limited per address, so that tokens cannot be guessed.
//!
//! Each address may send a number of wrong tokens per minute. An address that has used them up is
//! refused before its token is compared, unless the token was accepted from that address before:
//! other clients behind the same address go on working.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::admission::Client;

/// Time in which all failures of an address are forgotten.
const WINDOW: Duration = Duration::from_mins(1);
/// Addresses that are remembered.
const MAX_ADDRESSES: usize = 16_384;
/// Accepted tokens that are remembered per address.
const MAX_ACCEPTED: usize = 64;

/// What is known about an address.
#[derive(Debug)]
struct Record {
    /// Failures that are not forgotten yet.
    failures: f64,
    updated: Instant,
    /// Hashes of tokens that were accepted from this address.
    accepted: Vec<[u8; 32]>,
}

/// The outcome of a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Login {
    /// The token is accepted; its index.
    Accepted(usize),
    /// The token is wrong.
    Wrong,
    /// Too many wrong tokens came from the address; seconds until the next one is looked at.
    Limited(u32),
}

/// Failed and successful logins by address.
#[derive(Debug, Default)]
pub(crate) struct Logins(Mutex<HashMap<IpAddr, Record>>);

impl Logins {
    /// Decides about a token. `found` is its index if it is one of the accepted tokens, and `hash`
    /// its hash.
    pub(crate) fn check(
        &self,
        address: IpAddr,
        max_failures: u64,
        hash: [u8; 32],
        found: Option<usize>,
    ) -> Login {
        self.check_at(Instant::now(), address, max_failures, hash, found)
    }

    fn check_at(
        &self,
        now: Instant,
        address: IpAddr,
        max_failures: u64,
        hash: [u8; 32],
        found: Option<usize>,
    ) -> Login {
        // IPv6 addresses of one customer are one client, as for the other limits.
        let Client::Address(address) = Client::of_address(address) else {
            return Login::Wrong;
        };
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !records.contains_key(&address) && records.len() >= MAX_ADDRESSES {
            forget_half(&mut records);
        }
        let record = records.entry(address).or_insert_with(|| Record {
            failures: 0.0,
            updated: now,
            accepted: Vec::new(),
        });
        let per_second = max_failures as f64 / WINDOW.as_secs_f64();
        let passed = now.duration_since(record.updated).as_secs_f64();
        record.failures = (record.failures - passed * per_second).max(0.0);
        record.updated = now;
        let is_known = record.accepted.contains(&hash);
        let excess = record.failures + 1.0 - max_failures as f64;
        if excess > 0.0 && !(is_known && found.is_some()) {
            return Login::Limited((excess / per_second).ceil() as u32);
        }
        let Some(index) = found else {
            record.failures += 1.0;
            return Login::Wrong;
        };
        if !is_known {
            if record.accepted.len() >= MAX_ACCEPTED {
                record.accepted.remove(0);
            }
            record.accepted.push(hash);
        }
        Login::Accepted(index)
    }
}

/// Forgets the half of the addresses that were seen longest ago.
fn forget_half(records: &mut HashMap<IpAddr, Record>) {
    let mut times: Vec<Instant> = records.values().map(|record| record.updated).collect();
    let middle = times.len() / 2;
    let (_, median, _) = times.select_nth_unstable(middle);
    let median = *median;
    records.retain(|_, record| record.updated > median);
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: u64 = 10;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn wrong_tokens_are_limited_by_address_and_forgotten_in_time() {
        let logins = Logins::default();
        let start = Instant::now();
        let wrong = |seconds, last| {
            let now = start + Duration::from_secs(seconds);
            logins.check_at(now, address(last), MAX, [0; 32], None)
        };
        for _ in 0..MAX {
            assert_eq!(wrong(0, 1), Login::Wrong);
        }
        assert_eq!(wrong(0, 1), Login::Limited(6));
        // The right token is refused, too: otherwise guessing would go on.
        let right = |seconds, last| {
            let now = start + Duration::from_secs(seconds);
            logins.check_at(now, address(last), MAX, [1; 32], Some(3))
        };
        assert_eq!(right(0, 1), Login::Limited(6));
        // Another address is not affected.
        assert_eq!(right(0, 2), Login::Accepted(3));
        assert_eq!(wrong(5, 1), Login::Limited(1));
        assert_eq!(wrong(6, 1), Login::Wrong);
        assert_eq!(right(60, 1), Login::Accepted(3));
    }

    #[test]
    fn a_client_that_was_accepted_before_goes_on_working() {
        let logins = Logins::default();
        let now = Instant::now();
        let right = || logins.check_at(now, address(1), MAX, [1; 32], Some(0));
        assert_eq!(right(), Login::Accepted(0));
        for _ in 0..MAX {
            logins.check_at(now, address(1), MAX, [9; 32], None);
        }
        assert_eq!(right(), Login::Accepted(0));
        let other = logins.check_at(now, address(1), MAX, [2; 32], Some(1));
        assert!(matches!(other, Login::Limited(_)), "{other:?}");
        // A token that was removed meanwhile is not accepted because it was once.
        let removed = logins.check_at(now, address(1), MAX, [1; 32], None);
        assert!(matches!(removed, Login::Limited(_)), "{removed:?}");
    }

    #[test]
    fn few_addresses_are_remembered() {
        let logins = Logins::default();
        let start = Instant::now();
        for number in 0..40_000_u32 {
            let now = start + Duration::from_micros(number.into());
            logins.check_at(now, IpAddr::from(number.to_be_bytes()), MAX, [0; 32], None);
        }
        assert!(logins.0.lock().expect("no panic").len() <= MAX_ADDRESSES);
    }
}
