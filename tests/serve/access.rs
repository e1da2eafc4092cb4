//! Who may ask: foreign pages and host names, proxies, wrong tokens, signed URLs.

use std::io::Write;

use super::client::{Answer, Server, form, read_answer, request};

/// Every request with an unsafe method: method, path, media type and body. They would succeed, or
/// fail for a later reason than their origin.
fn unsafe_requests() -> Vec<(&'static str, &'static str, String, Vec<u8>)> {
    let json = "application/json".to_owned();
    let render = request("sample-dna").to_string().into_bytes();
    let batch = br#"{"items": []}"#.to_vec();
    let (multipart, files) = form(&[("w.xyz", b"1\n\nO 0 0 0\n")]);
    vec![
        ("POST", "/v1/render", json.clone(), render.clone()),
        // What a page can send without a preflight.
        ("POST", "/v1/render", "text/plain".into(), render.clone()),
        ("POST", "/v1/annotations", json.clone(), render),
        ("POST", "/v1/render/batch", json.clone(), batch),
        ("POST", "/v1/structures", multipart, files),
        ("DELETE", "/v1/structures/sample-dna", json.clone(), vec![]),
        ("PUT", "/v1/structures/sample-dna", json.clone(), vec![]),
        ("POST", "/nothing", json, vec![]),
    ]
}

fn is_cross_site(answer: &Answer) -> bool {
    answer.status == 403 && answer.problem().1 == "cross_site"
}

impl Server {
    fn ask(&self, sent: &(&str, &str, String, Vec<u8>), headers: &[(&str, &str)]) -> Answer {
        let (method, path, media_type, body) = sent;
        let headers = [&[("Content-Type", media_type.as_str())], headers].concat();
        self.send(method, path, &headers, body)
    }

    /// Sends a request without a body, with exactly these headers.
    fn ask_as(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        use std::fmt::Write as _;
        let mut stream = self.connect();
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        for (name, value) in headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head.push_str("Content-Length: 0\r\n\r\n");
        stream.write_all(head.as_bytes()).expect("it listens");
        read_answer(&mut stream, method == "HEAD").expect("an answer")
    }
}

#[test]
fn foreign_pages_are_refused_whatever_else_they_send() {
    for flags in [&[][..], &["--cors-origins", "https://a.example"]] {
        let server = Server::start("foreign", flags);
        let own = format!("http://{}", server.address);
        let other_port = format!("http://127.0.0.1:{}", server.address.port() ^ 1);
        let other_scheme = format!("https://{}", server.address);
        let looks_alike = format!("http://{}.evil.example", server.address);
        for sent in unsafe_requests() {
            assert!(!is_cross_site(&server.ask(&sent, &[])), "{sent:?}");
            for foreign in [
                "https://evil.example",
                "null",
                &other_port,
                &other_scheme,
                &looks_alike,
                "http://a.example",
                "",
            ] {
                for lie in ["same-origin", "none", "same-site", "cross-site"] {
                    let headers = [("Origin", foreign), ("Sec-Fetch-Site", lie)];
                    let refused = server.ask(&sent, &headers);
                    assert_eq!(refused.status, 403, "{foreign}, {lie}: {sent:?}");
                    assert_eq!(refused.problem().1, "cross_site", "{sent:?}");
                }
                let refused = server.ask(&sent, &[("Origin", foreign)]);
                assert_eq!(refused.problem().1, "cross_site", "{foreign}: {sent:?}");
            }
            // One good origin does not excuse another one.
            let two = [("Origin", own.as_str()), ("Origin", "https://evil.example")];
            assert_eq!(server.ask(&sent, &two).problem().1, "cross_site");
            // The server's own page, whatever the browser calls it.
            for site in ["same-origin", "cross-site"] {
                let headers = [("Origin", own.as_str()), ("Sec-Fetch-Site", site)];
                assert!(!is_cross_site(&server.ask(&sent, &headers)), "{sent:?}");
            }
            // A browser that sends no origin, if there is one.
            for site in ["cross-site", "same-site"] {
                let refused = server.ask(&sent, &[("Sec-Fetch-Site", site)]);
                assert_eq!(refused.problem().1, "cross_site", "{site}: {sent:?}");
            }
        }
        // Reading is not changed by the origin.
        let read = server.send("GET", "/livez", &[("Origin", "https://evil.example")], &[]);
        assert_eq!(read.status, 200);
        assert_eq!(read.header("access-control-allow-origin"), "");
        server.end();
    }
}

#[test]
fn allowed_pages_may_send_requests_and_read_errors() {
    let server = Server::start(
        "allowed",
        &["--cors-origins", "https://a.example, http://b:81"],
    );
    for origin in ["https://a.example", "http://b:81"] {
        for sent in unsafe_requests() {
            let headers = [("Origin", origin), ("Sec-Fetch-Site", "cross-site")];
            let answer = server.ask(&sent, &headers);
            assert_eq!(
                answer.header("access-control-allow-origin"),
                origin,
                "{sent:?}"
            );
            if sent.0 == "DELETE" {
                assert_eq!(answer.problem().1, "structure_read_only");
            } else {
                assert_ne!(answer.status, 403, "{sent:?}");
            }
        }
    }
    let preflight = |origin: &str, path: &str| {
        let headers = [
            ("Origin", origin),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "content-type"),
        ];
        server.send("OPTIONS", path, &headers, &[])
    };
    for path in ["/v1/structures", "/v1/render"] {
        let allowed = preflight("https://a.example", path);
        assert_eq!(allowed.status, 200);
        assert_eq!(
            allowed.header("access-control-allow-origin"),
            "https://a.example"
        );
        assert!(
            allowed
                .header("access-control-allow-methods")
                .contains("POST")
        );
        for foreign in ["https://evil.example", "null", "http://b"] {
            let refused = preflight(foreign, path);
            assert_eq!(refused.problem().1, "cross_site", "{foreign}");
            assert_eq!(refused.header("access-control-allow-origin"), "");
        }
    }
    server.end();
    let server = Server::start("every", &["--cors-origins", "*"]);
    for sent in unsafe_requests() {
        let answer = server.ask(&sent, &[("Origin", "https://evil.example")]);
        assert_eq!(
            answer.header("access-control-allow-origin"),
            "*",
            "{sent:?}"
        );
    }
    server.end();
}

#[test]
fn plain_host_names_have_their_own_origin() {
    let server = Server::start("names-of-hosts", &["--insecure-public"]);
    let delete = |host: &str, origin: &str| {
        let headers = [("Host", host), ("Origin", origin)];
        let answer = server.ask_as("DELETE", "/v1/structures/sample-dna", &headers);
        answer.problem().1
    };
    for (host, origin) in [
        ("molecules.lan:8000", "http://molecules.lan:8000"),
        ("MOLECULES.lan", "http://molecules.lan:80"),
        ("[::1]:8000", "http://[::1]:8000"),
    ] {
        assert_eq!(delete(host, origin), "structure_read_only", "{host}");
    }
    for (host, origin) in [
        ("molecules.lan:8000", "http://molecules.lan"),
        ("molecules.lan", "http://other.lan"),
        ("molecules.lan", "https://molecules.lan"),
        ("molecules.lan", "null"),
        ("null", "null"),
        ("?", "http://?"),
    ] {
        assert_eq!(delete(host, origin), "cross_site", "{host} {origin}");
    }
    server.end();
}

#[test]
fn foreign_host_names_are_refused() {
    let flags = [
        "--allowed-hosts",
        "molecules.example",
        "--trusted-proxies",
        "127.0.0.1",
    ];
    let server = Server::start("hosts", &flags);
    let ask = |host: &str| server.ask_as("GET", "/livez", &[("Host", host)]).status;
    for good in [
        "localhost",
        "localhost:8000",
        "127.0.0.1:1",
        "[::1]:80",
        "molecules.example:443",
    ] {
        assert_eq!(ask(good), 200, "{good}");
    }
    for bad in ["evil.example", "localhost.evil.example"] {
        assert_eq!(ask(bad), 403, "{bad}");
    }
    // A rebound page of this machine seems to be a proxy, and may add the header itself.
    for (host, forwarded, status) in [
        ("evil.example", "localhost", 403),
        ("localhost", "evil.example", 403),
        ("localhost", "molecules.example", 200),
    ] {
        let headers = [("Host", host), ("X-Forwarded-Host", forwarded)];
        let answer = server.ask_as("GET", "/livez", &headers);
        assert_eq!(answer.status, status, "{host} {forwarded}");
    }
    server.end();
}

#[test]
fn headers_of_trusted_proxies_are_believed_and_of_others_not() {
    let of_proxy = [
        ("X-Forwarded-For", "6.6.6.6, 192.0.2.9"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "outer.example"),
        ("X-Forwarded-Prefix", "/molecules/"),
        ("Origin", "https://outer.example"),
    ];
    let upload = |server: &Server| {
        let (media_type, body) = form(&[("w.xyz", b"1\n\nO 0 0 0\n")]);
        let headers = [&[("Content-Type", media_type.as_str())], &of_proxy[..]].concat();
        server.send("POST", "/v1/structures", &headers, &body)
    };
    let flags = ["--insecure-public", "--trusted-proxies", "127.0.0.0/8"];
    let server = Server::start("proxied", &flags);
    let stored = upload(&server);
    assert_eq!(stored.status, 201, "{stored:?}");
    let id = stored.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        stored.header("location"),
        format!("/molecules/v1/structures/{id}")
    );
    let document = server
        .send("GET", "/openapi.json", &of_proxy[..4], &[])
        .json();
    assert_eq!(document["servers"][0]["url"], "/molecules");
    server.wait_until("the client is logged", || {
        server.log().contains("192.0.2.9")
    });
    assert!(!server.log().contains("6.6.6.6"));
    server.end();

    let server = Server::start("direct", &["--insecure-public"]);
    assert_eq!(upload(&server).problem().1, "cross_site");
    let document = server
        .send("GET", "/openapi.json", &of_proxy[..4], &[])
        .json();
    assert_eq!(document["servers"][0]["url"], "/");
    assert!(!server.log().contains("192.0.2.9"));
    server.end();
}

#[test]
fn clients_behind_a_proxy_are_limited_one_by_one() {
    let flags = [
        "--trusted-proxies",
        "127.0.0.1",
        "--login-failures-max",
        "3",
    ];
    let variables = [("MOLSHOT_TOKENS", "alpha")];
    let folder = super::client::folder("logins");
    let server = Server::start_in(folder, &flags, &variables);
    let ask = |address: &str, token: &str| {
        let token = format!("Bearer {token}");
        let headers = [("X-Forwarded-For", address), ("Authorization", &token)];
        server.send("GET", "/v1/structures", &headers, &[])
    };
    assert_eq!(ask("192.0.2.1", "alpha").status, 200);
    for address in ["192.0.2.1", "192.0.2.2"] {
        for _ in 0..3 {
            assert_eq!(ask(address, "guess").problem().1, "token_missing");
        }
        let refused = ask(address, "guess");
        assert_eq!(refused.problem().1, "logins_too_many");
        let wait: u32 = refused.header("retry-after").parse().expect("seconds");
        assert!((1..=20).contains(&wait), "{wait}");
    }
    // A token that was accepted from this address before goes on working; a right guess does not.
    assert_eq!(ask("192.0.2.1", "alpha").status, 200);
    assert_eq!(ask("192.0.2.2", "alpha").status, 429);
    assert_eq!(ask("192.0.2.3", "alpha").status, 200);
    // Requests without a token are not guesses.
    for _ in 0..10 {
        assert_eq!(server.get("/v1/structures").status, 401);
    }
    let logged = || {
        server
            .log()
            .matches("login failed: wrong token address=192.0.2.2")
            .count()
    };
    server.wait_until("failures are logged", || logged() == 3);
    assert!(!server.log().contains("guess"));
    server.end_with(&["login failed"]);
}

#[test]
fn signed_urls_need_no_token() {
    // Signed with Python: hmac.digest(key, text, "sha256") in URL-safe base64.
    const KEY: &str = "a key of the test that is long enough";
    let variables = [("MOLSHOT_TOKENS", "alpha"), ("MOLSHOT_SIGNING_KEYS", KEY)];
    let server = Server::start_in(super::client::folder("signed"), &[], &variables);
    let image = "/v1/structures/sample-dna/image.png?size=32x32";
    for (url, status, code) in [
        (
            format!("{image}&signature=lxvLGmoWjwH1nn561A4JkEYahx21fWYbNBpx9mIw1T4"),
            200,
            "",
        ),
        (
            format!(
                "{image}&expires=4102444800&signature=87CnN6vhN5CZRikmBhxMkslTSUD_Rtad2jlf44ArwOY"
            ),
            200,
            "",
        ),
        (
            format!(
                "{image}&expires=1000000000&signature=vm1lsVclngZScyibUgfQk-rQkuEg6NVi6SQQFzwiFgk"
            ),
            403,
            "signature_expired",
        ),
        (
            format!(
                "{image}&expires=4102444801&signature=87CnN6vhN5CZRikmBhxMkslTSUD_Rtad2jlf44ArwOY"
            ),
            403,
            "signature_invalid",
        ),
        (
            image.replace("32x32", "33x32")
                + "&signature=lxvLGmoWjwH1nn561A4JkEYahx21fWYbNBpx9mIw1T4",
            403,
            "signature_invalid",
        ),
        (format!("{image}&signature="), 403, "signature_invalid"),
        (image.to_owned(), 401, "token_missing"),
        (
            "/v1/structures/sample-dna?signature=d40mn618I9fXDxSDyLPUoVIJvS7u6OgCaIpDvw2iJIU"
                .into(),
            200,
            "",
        ),
    ] {
        let answer = server.get(&url);
        assert_eq!(answer.status, status, "{url}");
        if !code.is_empty() {
            assert_eq!(answer.problem().1, code, "{url}");
        }
    }
    // A signature is for reading only.
    let signed = "/v1/structures/sample-dna?signature=d40mn618I9fXDxSDyLPUoVIJvS7u6OgCaIpDvw2iJIU";
    assert_eq!(server.send("HEAD", signed, &[], &[]).status, 200);
    assert_eq!(server.send("DELETE", signed, &[], &[]).status, 401);
    // The same image with a token has the same entity tag.
    let by_token = server.send("GET", image, &[("Authorization", "Bearer alpha")], &[]);
    let by_signature = server.get(&format!(
        "{image}&signature=lxvLGmoWjwH1nn561A4JkEYahx21fWYbNBpx9mIw1T4"
    ));
    assert_eq!(by_token.header("etag"), by_signature.header("etag"));
    assert!(by_signature.header("cache-control").starts_with("private"));
    assert!(
        !server
            .log()
            .contains("lxvLGmoWjwH1nn561A4JkEYahx21fWYbNBpx9mIw1T4")
    );
    server.end();
    let refused = super::client::program()
        .arg("serve")
        .env("MOLSHOT_SIGNING_KEYS", "short")
        .output()
        .expect("it runs");
    assert_eq!(refused.status.code(), Some(2));
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(text.contains("at least 16"), "{text}");
}
