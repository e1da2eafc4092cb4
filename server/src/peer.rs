//! What is known about the sender of a request: its address, and the address under which it sees
//! the server. Both may come from headers of a trusted proxy.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap, header};

use crate::config::{TrustedProxies, WebOrigin};

/// Longest path prefix.
const MAX_PREFIX_BYTES: usize = 256;

/// The sender of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Peer {
    /// Address of the client: of the connection, or what trusted proxies report.
    pub(crate) address: IpAddr,
    /// The server's own origin as the client sees it; `None` without a valid `Host` header.
    pub(crate) own_origin: Option<WebOrigin>,
    /// Host name that a trusted proxy reports.
    pub(crate) forwarded_host: Option<String>,
    /// Path under which a trusted proxy offers the server: empty, or with a slash at the beginning
    /// and none at the end.
    pub(crate) prefix: String,
}

impl Peer {
    /// The sender of a request. Headers about the client are ignored unless the connection comes
    /// from a trusted proxy.
    pub(crate) fn of(
        headers: &HeaderMap,
        extensions: &Extensions,
        trusted: &TrustedProxies,
    ) -> Self {
        let connection = extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::from([0, 0, 0, 0]), |info| info.0.ip())
            .to_canonical();
        let is_trusted = trusted.contains(connection);
        let forwarded = |name: &str| last_value(headers, name).filter(|_| is_trusted);
        let forwarded_host = forwarded("x-forwarded-host").map(str::to_owned);
        // The server itself has no TLS.
        let scheme = forwarded("x-forwarded-proto").unwrap_or("http");
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        Self {
            address: if is_trusted {
                client_address(headers, connection, trusted)
            } else {
                connection
            },
            own_origin: forwarded_host
                .as_deref()
                .or(host)
                .and_then(|host| WebOrigin::of_host(scheme, host)),
            prefix: forwarded("x-forwarded-prefix")
                .and_then(prefix)
                .unwrap_or_default(),
            forwarded_host,
        }
    }
}

/// The last of the comma-separated values of a header: that of the nearest proxy. Earlier ones may
/// come from the client.
fn last_value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    let last = value.rsplit(',').next()?.trim();
    (!last.is_empty()).then_some(last)
}

/// The address of the client: the last one in `X-Forwarded-For` that is not of a trusted proxy.
/// What stands before it was sent by the client and proves nothing.
fn client_address(headers: &HeaderMap, connection: IpAddr, trusted: &TrustedProxies) -> IpAddr {
    let values: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .map(|value| value.to_str().unwrap_or("?"))
        .collect();
    let mut nearest = connection;
    for text in values.iter().rev().flat_map(|value| value.rsplit(',')) {
        let Some(address) = address_of(text.trim()) else {
            // A name or a mistake; the proxy that sent it is the last address that is known.
            return nearest;
        };
        nearest = address;
        if !trusted.contains(address) {
            return address;
        }
    }
    nearest
}

/// Parses an address, which may have a port.
fn address_of(text: &str) -> Option<IpAddr> {
    let address = text
        .parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()))
        .ok()
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok());
    address.map(|address| address.to_canonical())
}

/// A path prefix in its usual form; `None` if it cannot be part of a link.
fn prefix(text: &str) -> Option<String> {
    let path = text.trim_end_matches('/');
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/-._~%".contains(letter);
    let is_valid = path.starts_with('/')
        && path.len() <= MAX_PREFIX_BYTES
        && path.chars().all(is_plain)
        && path[1..]
            .split('/')
            .all(|part| !matches!(part, "" | "." | ".."));
    is_valid.then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;
    use crate::config::{Config, Layers};

    fn config(trusted: &str) -> Config {
        let flag = |setting: &crate::Setting| {
            (setting.name == "trusted-proxies").then(|| trusted.to_owned())
        };
        let layers = Layers::new(flag, |_| None, None).expect("valid");
        layers.config().expect("valid")
    }

    fn peer(connection: &str, list: &[(&'static str, &'static str)]) -> Peer {
        let mut headers = HeaderMap::new();
        for (name, value) in list {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        let mut extensions = Extensions::new();
        let address: IpAddr = connection.parse().expect("an address");
        extensions.insert(ConnectInfo(SocketAddr::from((address, 1))));
        let trusted = config("127.0.0.1, 10.0.0.0/8").trusted_proxies;
        Peer::of(&headers, &extensions, &trusted)
    }

    #[test]
    fn the_client_is_the_last_address_that_is_not_trusted() {
        let address = |connection, list: &[_]| peer(connection, list).address.to_string();
        let one = "x-forwarded-for";
        for (connection, list, wanted) in [
            ("127.0.0.1", &[(one, "9.9.9.9")][..], "9.9.9.9"),
            (
                "127.0.0.1",
                &[(one, "6.6.6.6, 9.9.9.9, 10.1.1.1")],
                "9.9.9.9",
            ),
            (
                "127.0.0.1",
                &[(one, "6.6.6.6"), (one, "9.9.9.9,10.0.0.1")],
                "9.9.9.9",
            ),
            ("127.0.0.1", &[(one, "9.9.9.9:1234")], "9.9.9.9"),
            ("127.0.0.1", &[(one, "[2001:db8::1]:80")], "2001:db8::1"),
            ("127.0.0.1", &[(one, "2001:db8::1")], "2001:db8::1"),
            (
                "127.0.0.1",
                &[(one, "6.6.6.6, unknown, 10.0.0.1")],
                "10.0.0.1",
            ),
            ("127.0.0.1", &[(one, "10.0.0.2, 10.0.0.1")], "10.0.0.2"),
            ("127.0.0.1", &[(one, "")], "127.0.0.1"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("::ffff:10.0.0.9", &[(one, "9.9.9.9")], "9.9.9.9"),
            // Not a trusted proxy.
            ("8.8.8.8", &[(one, "9.9.9.9")], "8.8.8.8"),
        ] {
            assert_eq!(address(connection, list), wanted, "{list:?}");
        }
    }

    #[test]
    fn the_own_origin_is_the_one_that_the_client_sees() {
        let host = ("host", "inner:8000");
        let list = [
            host,
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "forged.example, outer.example"),
            ("x-forwarded-prefix", "/molecules/"),
        ];
        let through = peer("10.0.0.1", &list);
        assert_eq!(
            through.own_origin,
            WebOrigin::parse("https://outer.example")
        );
        assert_eq!(through.prefix, "/molecules");
        let direct = peer("8.8.8.8", &list);
        assert_eq!(direct.own_origin, WebOrigin::parse("http://inner:8000"));
        assert_eq!(direct.prefix, "");
        let tls_only = peer("10.0.0.1", &[host, ("x-forwarded-proto", "https")]);
        assert_eq!(tls_only.own_origin, WebOrigin::parse("https://inner:8000"));
    }

    #[test]
    fn prefixes_are_plain_paths() {
        assert_eq!(prefix("/a/b-c%20").as_deref(), Some("/a/b-c%20"));
        for wrong in [
            "/",
            "",
            "a",
            "//evil.example",
            "/a//b",
            "/../a",
            "/a\"b",
            "/a?b",
            "/a\r\nb",
        ] {
            assert_eq!(prefix(wrong), None, "{wrong:?}");
        }
    }
}
