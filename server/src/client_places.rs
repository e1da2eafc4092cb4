//! How many connections each address has.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::admission::Client;

/// Numbers of connections by address.
#[derive(Debug, Default)]
pub(crate) struct ClientPlaces(Mutex<HashMap<Client, usize>>);

/// The place of one connection; dropping it frees the place.
#[derive(Debug)]
pub(crate) struct ClientPlace {
    places: Arc<ClientPlaces>,
    client: Client,
}

impl ClientPlaces {
    /// Takes a place of an address; `None` if it has `max` already. The addresses of an IPv6
    /// network count as one, because a client has as many of them as it wants.
    pub(crate) fn take(this: &Arc<Self>, address: IpAddr, max: usize) -> Option<ClientPlace> {
        let client = Client::of_address(address);
        let mut counts = this.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(client).or_insert(0);
        if *count >= max {
            return None;
        }
        *count += 1;
        drop(counts);
        Some(ClientPlace {
            places: Arc::clone(this),
            client,
        })
    }
}

impl Drop for ClientPlace {
    fn drop(&mut self) {
        let mut counts = self.places.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_network_has_its_own_places() {
        let places = Arc::new(ClientPlaces::default());
        let take = |text: &str| {
            let address = text.parse().expect("an address");
            ClientPlaces::take(&places, address, 2)
        };
        let first = take("10.0.0.1").expect("a place");
        let second = take("10.0.0.1").expect("a place");
        assert!(take("10.0.0.1").is_none());
        assert!(take("10.0.0.2").is_some());
        drop(first);
        let third = take("10.0.0.1").expect("the place that was freed");
        assert!(take("10.0.0.1").is_none());
        let _network = [take("2001:db8::1"), take("2001:db8::2")];
        assert!(take("2001:db8::3").is_none());
        assert!(take("2001:db8:0:1::3").is_some());
        drop((second, third));
        let counts = places.0.lock().expect("no panic");
        assert_eq!(
            counts.len(),
            1,
            "an address without connections is forgotten"
        );
    }
}
