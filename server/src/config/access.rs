//! Values of settings about who may ask: origins of web pages, and addresses of proxies.

use std::net::IpAddr;

use ipnet::IpNet;

use super::values::{List, Value, refuse};

/// The origin of a web page: scheme, host and port (RFC 6454).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebOrigin {
    scheme: String,
    host: String,
    port: Option<u16>,
}

impl WebOrigin {
    /// Parses an origin, such as `https://molecules.example:8443`; `None` if the text is not one.
    /// Of the opaque origin `null` there is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        Self::of_host(scheme, authority)
    }

    /// The origin of the pages of a host; `authority` is the value of a `Host` header.
    #[must_use]
    pub fn of_host(scheme: &str, authority: &str) -> Option<Self> {
        let (host, port) = split_port(authority)?;
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || ".-_[]:".contains(letter);
        let is_scheme = |letter: char| letter.is_ascii_alphanumeric() || "+-.".contains(letter);
        if host.is_empty() || !host.chars().all(is_name) || !scheme.chars().all(is_scheme) {
            return None;
        }
        let scheme = scheme.to_ascii_lowercase();
        let default_port = match scheme.as_str() {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        };
        Some(Self {
            scheme,
            host: host.to_ascii_lowercase(),
            port: port.filter(|port| Some(*port) != default_port),
        })
    }
}

/// Splits `host:port`; the host of an IPv6 address is in brackets.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let after_address = authority.rfind(']').map_or(0, |end| end + 1);
    match authority[after_address..].rfind(':') {
        Some(colon) => {
            let (host, port) = authority.split_at(after_address + colon);
            Some((host, Some(port[1..].parse().ok()?)))
        }
        None => Some((authority, None)),
    }
}

/// The origins whose pages may send requests.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CorsOrigins {
    /// All of them.
    Any,
    /// These.
    List(Vec<WebOrigin>),
}

impl CorsOrigins {
    /// Whether no foreign page may send requests.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::List(list) if list.is_empty())
    }

    /// Whether a page with this `Origin` header may send requests.
    #[must_use]
    pub fn allows(&self, header: &str) -> bool {
        match self {
            Self::Any => true,
            Self::List(list) => {
                WebOrigin::parse(header).is_some_and(|origin| list.contains(&origin))
            }
        }
    }
}

impl Value for CorsOrigins {
    fn read(text: &str, range: Option<(u64, u64)>) -> Result<Self, String> {
        let words = List::read(text, range)?;
        if words.iter().any(|word| word == "*") {
            return Ok(Self::Any);
        }
        let origins = words.iter().map(|word| {
            WebOrigin::parse(word).map_or_else(
                || {
                    refuse(
                        word,
                        "give origins without a path, such as https://a.example or http://b.example:8080, or *",
                    )
                },
                Ok,
            )
        });
        Ok(Self::List(origins.collect::<Result<_, _>>()?))
    }
}

/// The proxies whose headers about the client are believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Whether an address is that of a trusted proxy.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl Value for TrustedProxies {
    fn read(text: &str, range: Option<(u64, u64)>) -> Result<Self, String> {
        let words = List::read(text, range)?;
        let networks = words.iter().map(|word| {
            let address = word.parse::<IpAddr>().map(IpNet::from);
            let network = address.ok().or_else(|| word.parse::<IpNet>().ok());
            network.map_or_else(
                || {
                    refuse(
                        word,
                        "give addresses or networks, such as 127.0.0.1, 10.0.0.0/8 or fd00::/8",
                    )
                },
                Ok,
            )
        });
        Ok(Self(networks.collect::<Result<_, _>>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_compared_by_scheme_host_and_port() {
        let origin = |text| WebOrigin::parse(text).unwrap_or_else(|| panic!("{text}"));
        for (a, b) in [
            ("http://a.example", "http://A.example:80"),
            ("https://a.example:443", "HTTPS://a.example"),
            ("http://[::1]:80", "http://[::1]"),
        ] {
            assert_eq!(origin(a), origin(b));
        }
        for (a, b) in [
            ("http://a.example", "https://a.example"),
            ("http://a.example", "http://a.example:8080"),
            ("http://a.example", "http://b.example"),
            ("http://a.example", "http://a.example.evil.example"),
            ("http://[::1]:8000", "http://[::1]"),
        ] {
            assert_ne!(origin(a), origin(b));
        }
        for not_one in [
            "null",
            "",
            "a.example",
            "http://",
            "http://a/b",
            "http://a:b",
            "http://a:99999",
            "http://user@a",
            "http://a b",
            "http://a,http://b",
        ] {
            assert_eq!(WebOrigin::parse(not_one), None, "{not_one}");
        }
    }

    #[test]
    fn cors_origins_are_exact() {
        let read = |text| CorsOrigins::read(text, None);
        let two = read("https://a.example, http://b.example:8080").expect("valid");
        assert!(two.allows("https://a.example") && two.allows("https://a.example:443"));
        assert!(two.allows("http://b.example:8080"));
        for foreign in [
            "http://a.example",
            "http://b.example",
            "null",
            "https://a.example.c",
        ] {
            assert!(!two.allows(foreign), "{foreign}");
        }
        assert!(read("*").expect("valid").allows("null"));
        let none = read("").expect("valid");
        assert!(none.is_empty() && !none.allows("null"));
        for wrong in ["a.example", "https://a.example/", "null"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn proxies_are_addresses_and_networks() {
        let read = |text| TrustedProxies::read(text, None);
        let proxies = read("127.0.0.1, 10.0.0.0/8, fd00::/8").expect("valid");
        let contains = |text: &str| proxies.contains(text.parse().expect("an address"));
        for trusted in ["127.0.0.1", "10.1.2.3", "::ffff:10.1.2.3", "fd00::1"] {
            assert!(contains(trusted), "{trusted}");
        }
        for other in ["127.0.0.2", "11.0.0.1", "fe80::1"] {
            assert!(!contains(other), "{other}");
        }
        assert!(read("10.0.0.0/33").is_err() && read("proxy.example").is_err());
    }
}
