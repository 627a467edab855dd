use super::*;
use crate::domain::catalogue::{
    Api, InputLimit, LocalText, OutputLimit, RequiredField, Shape, Success,
};

#[track_caller]
fn refused(text: &str) -> String {
    match Config::from_toml(text) {
        Ok(config) => panic!("accepted: {config:?}"),
        Err(error) => error.to_string(),
    }
}

const API: &str = r#"
[[api]]
name = "one"
path = "/one"
free_calls = 10
"#;

#[test]
fn the_example_is_the_default() {
    let example = include_str!("../../../allowance.example.toml");
    assert_eq!(Config::from_toml(example), Ok(Config::default()));
    assert_eq!(Config::from_toml(""), Ok(Config::default()));
}

#[test]
fn every_setting_is_read() {
    let config = Config::from_toml(
        r#"
        listen = "[::]:8080"
        public_url = "https://quota.example.org/"
        database_url = "sqlite:/var/lib/allowance/a.db"
        max_connections = 7
        idle_timeout_ms = 8
        trusted_proxies = ["10.0.0.0/8", "192.0.2.1"]
        hsts_days = 365
        [support]
        max_calls = 11
        [gateway]
        upstream = "http://10.0.0.7:8000/api/openmem/v1/"
        upstream_authorization = "Token abc"
        timeout_ms = 1
        connect_timeout_ms = 2
        max_body_bytes = 1024
        max_buffered_bytes = 1048577
        body_timeout_ms = 9
        max_answer_bytes = 1025
        stream_timeout_ms = 4
        stream_silence_ms = 5
        max_stream_bytes = 1026
        client_stall_ms = 6
        errors = "http"
        error_codes = "2026"
        max_in_flight = 3
        max_per_second = 7
        [meter]
        remember_hours = 168
        reservation_ms = 1000
        [contact]
        wechat = "https://u.wechat.com/kAbc"
        discord = "https://discord.gg/abc"
        [accounts]
        sign_up = "open"
        [mail]
        host = "smtp.example.org"
        security = "tls"
        user = "allowance"
        password = "abc"
        from = "Allowance <no-reply@example.org>"
        [webhooks]
        allow_private = true
        "#,
    )
    .unwrap();
    assert_eq!(
        config,
        Config {
            listen: "[::]:8080".parse().unwrap(),
            public_url: Some("https://quota.example.org".into()),
            database_url: "sqlite:/var/lib/allowance/a.db".into(),
            max_connections: 7,
            idle_timeout_ms: 8,
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap(), "192.0.2.1".parse().unwrap()],
            hsts_days: 365,
            support_max_calls: 11,
            gateway: GatewayConfig {
                upstream: Some("http://10.0.0.7:8000/api/openmem/v1".into()),
                upstream_authorization: Some(Secret::new("Token abc")),
                timeout_ms: 1,
                connect_timeout_ms: 2,
                max_body_bytes: 1_024,
                max_buffered_bytes: 1_048_577,
                body_timeout_ms: 9,
                max_answer_bytes: 1_025,
                stream_timeout_ms: 4,
                stream_silence_ms: 5,
                max_stream_bytes: 1_026,
                client_stall_ms: 6,
                errors: ErrorStyle::Http,
                error_codes: ErrorCodes::Y2026,
                max_in_flight: 3,
                max_per_second: Some(7),
            },
            meter: MeterConfig {
                remember_hours: 168,
                reservation_ms: 1_000,
            },
            contact: ContactConfig {
                wechat: Some("https://u.wechat.com/kAbc".into()),
                discord: Some("https://discord.gg/abc".into()),
            },
            sign_up: SignUp::Open,
            openid: None,
            mail: Some(MailConfig {
                host: "smtp.example.org".into(),
                port: 465,
                security: MailSecurity::Tls,
                credentials: Some(("allowance".into(), Secret::new("abc"))),
                from: "Allowance <no-reply@example.org>".into(),
            }),
            webhooks: WebhooksConfig {
                allow_private: true,
            },
            catalogue: Catalogue::default(),
            api_upstreams: Upstreams::new(),
        }
    );
}

#[test]
fn a_proxy_that_is_no_network_is_refused() {
    let error = refused("\ntrusted_proxies = ['10.0.0.0/8', 'proxy.example']");
    assert!(
        error.contains("line 2") && error.contains("proxy.example"),
        "{error}"
    );
}

#[test]
fn mail_that_makes_no_sense_is_refused_with_its_line() {
    let said = |table: &str| {
        let text = format!("\n[mail]\n{table}");
        let error = Config::from_toml(&text).unwrap_err();
        assert!(error.line().is_some_and(|line| line >= 2), "{error}");
        error.to_string()
    };
    assert!(said("").contains("needs the host"));
    assert!(said("host = 'a.example'").contains("needs `from`"));
    assert!(said("host = 'smtp://a.example'").contains("name or address"));
    assert!(said("host = 'a.example'\nfrom = 'nobody'").contains("mail.from"));
    assert!(said("host = 'a.example'\nuser = 'x'").contains("go together"));
    assert!(said("host = 'a.example'\nport = 0").contains("from 1 to 65535"));
    let plain = Config::from_toml("[mail]\nhost = 'a.example'\nfrom = 'a@b.c'").unwrap();
    assert_eq!(plain.mail.unwrap().port, 587);
}

#[test]
fn the_public_url_follows_the_address_unless_it_is_set() {
    let url = |text| Config::from_toml(text).unwrap().public_url();
    assert_eq!(url(""), "http://127.0.0.1:3000");
    assert_eq!(url("listen = '0.0.0.0:80'"), "http://0.0.0.0:80");
    assert_eq!(
        url("public_url = 'https://a.example/'"),
        "https://a.example"
    );
}

#[test]
fn one_api_is_enough_to_replace_the_catalogue() {
    let catalogue = Config::from_toml(API).unwrap().catalogue;
    let names: Vec<_> = catalogue
        .iter()
        .map(|api| (api.name.as_str(), api.free_calls))
        .collect();
    assert_eq!(names, [("one", 10)]);
    let api = catalogue.by_path("/one").unwrap();
    assert_eq!(
        (api.title.en.as_str(), api.title.zh.as_str()),
        ("one", "one")
    );
    assert_eq!(api.failure_data, serde_json::json!({}));
    assert!(api.required.is_empty() && api.input.is_none() && api.output.is_none());
}

#[test]
fn every_field_of_an_api_is_read() {
    let config = Config::from_toml(&format!(
        "{API}
        title = {{ en = 'One', zh = '一' }}
        input = {{ max_tokens = 7, fields = ['a.b', 'c[].d'] }}
        output = {{ most = 3, request_field = 'page.size', response_list = 'items', noun = 'items' }}
        end_user = 'caller.id'
        success = 'status'
        upstream = 'https://one.example.org/v1/'
        upstream_authorization = 'Bearer s3cr3t'
        required = [{{ field = 'ids', shape = 'list' }}]
        failure_data = {{ ok = false }}
        "
    ))
    .unwrap();
    let path = |text: &str| text.parse().unwrap();
    assert_eq!(
        config.catalogue.by_name("one").unwrap(),
        &Api {
            name: "one".into(),
            title: LocalText {
                en: "One".into(),
                zh: "一".into()
            },
            path: "/one".into(),
            free_calls: 10,
            input: Some(InputLimit {
                max_tokens: 7,
                fields: vec![path("a.b"), path("c[].d")],
            }),
            output: Some(OutputLimit {
                most: 3,
                request_field: path("page.size"),
                response_list: path("items"),
                noun: "items".into(),
            }),
            end_user: path("caller.id"),
            success: Success::Status,
            stream: false,
            required: vec![RequiredField {
                name: "ids".into(),
                shape: Shape::List
            }],
            failure_data: serde_json::json!({ "ok": false }),
        }
    );
    let upstream = &config.api_upstreams["one"];
    assert_eq!(upstream.base_url, "https://one.example.org/v1");
    assert!(!format!("{config:?}").contains("s3cr3t"));
}

#[test]
fn a_fault_names_its_line() {
    let again = format!("{API}{API}");
    let table = [
        (
            format!("{API}surprise = 1"),
            6,
            "unknown field `surprise`, expected one of `name`",
        ),
        (
            API.replace("10", "-1"),
            5,
            "API `one`: free_calls is -1, but a quota cannot be negative",
        ),
        (
            again.replacen("\"one\"", "\"two\"", 1),
            9,
            "the API `two` has the path `/one` already",
        ),
        (again, 8, "API `one`: another API has this name"),
        (
            API.replace("/one", "one"),
            4,
            "the path `one` must start with `/`",
        ),
        (
            API.replace("10", "\"10\""),
            5,
            "invalid type: string \"10\", expected i64",
        ),
        (
            format!("{API}input = {{ max_tokens = 0, fields = ['a'] }}"),
            6,
            "at least 1",
        ),
        (
            format!("{API}input = {{ max_tokens = 1, fields = ['a..b'] }}"),
            6,
            "`a..b` names no field",
        ),
        (
            format!("{API}input = {{ max_tokens = -1, fields = ['a'] }}"),
            6,
            "-1",
        ),
        (
            format!("{API}required = [{{ field = 'a', shape = 'x' }}]"),
            6,
            "unknown variant `x`",
        ),
        (
            format!("{API}title = {{ en = ' ' }}"),
            6,
            "the title is empty",
        ),
        (
            API.replace("path = \"/one\"\n", ""),
            2,
            "missing field `path`",
        ),
        (
            format!(
                "{API}output = {{ most = 1, request_field = 'a', response_list = 'b', noun = 'c' }}\nstream = true"
            ),
            7,
            "a stream cannot be cut to an output limit",
        ),
        (
            format!("{API}stream = 'yes'"),
            6,
            "invalid type: string \"yes\", expected a boolean",
        ),
        (
            format!("{API}end_user = 'users[].id'"),
            6,
            "`users[].id` must name one field",
        ),
        (
            format!("{API}success = 'always'"),
            6,
            "unknown variant `always`",
        ),
        (
            format!("{API}upstream = 'one.example.org'"),
            6,
            "the URL must start with http",
        ),
        (
            format!("{API}upstream_authorization = 'Token a'"),
            6,
            "needs an upstream beside it",
        ),
        (
            "[gateway]\nerror_codes = '2025'".into(),
            2,
            "unknown variant `2025`, expected `seed` or `2026`",
        ),
        ("api = []".into(), 1, "the catalogue has no API"),
        (
            "\n\nlisen = '127.0.0.1:1'".into(),
            3,
            "unknown field `lisen`",
        ),
        (
            "listen = 'localhost'".into(),
            1,
            "`localhost` is no address with a port",
        ),
        ("listen = 5".into(), 1, "invalid type: integer `5`"),
        ("listen = ".into(), 1, ""),
        (
            "[gateway]\ntimeout_ms = 0".into(),
            2,
            "timeout_ms is 0, but must be from 1 to 600000",
        ),
        (
            "[gateway]\nerrors = 'json'".into(),
            2,
            "unknown variant `json`",
        ),
        (
            "[gateway]\nmax_in_flight = 1e3".into(),
            2,
            "invalid type: floating point",
        ),
        (
            "listen = '127.0.0.1:1'\nlisten = '127.0.0.1:2'".into(),
            2,
            "duplicate key",
        ),
    ];
    for (text, line, sentence) in table {
        let error = refused(&text);
        assert!(
            error.starts_with(&format!("allowance.toml, line {line}: ")),
            "{error}\n{text}"
        );
        assert!(error.contains(sentence), "{error}\n{text}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn numbers_outside_their_range_are_refused() {
    for (name, least, most) in [
        ("timeout_ms", 1, 600_000),
        ("connect_timeout_ms", 1, 60_000),
        ("max_body_bytes", 1_024, 67_108_864),
        ("max_buffered_bytes", 1_048_576, 1_099_511_627_776),
        ("body_timeout_ms", 1, 600_000),
        ("max_answer_bytes", 1_024, 1_073_741_824),
        ("stream_timeout_ms", 1, 86_400_000),
        ("stream_silence_ms", 1, 86_400_000),
        ("max_stream_bytes", 1_024, 1_099_511_627_776),
        ("client_stall_ms", 1, 600_000),
        ("max_in_flight", 1, 1_000_000),
        ("max_per_second", 1, 1_000_000),
    ] {
        let gateway = |value: i64| format!("[gateway]\n{name} = {value}");
        for fine in [least, most] {
            assert!(Config::from_toml(&gateway(fine)).is_ok(), "{name} = {fine}");
        }
        for wrong in [least - 1, most + 1, i64::MIN, i64::MAX] {
            let error = refused(&gateway(wrong));
            assert!(
                error.ends_with(&format!("must be from {least} to {most}")),
                "{error}"
            );
        }
    }
}

#[test]
fn numbers_of_connections_are_checked_too() {
    for (name, most) in [("max_connections", 1_000_000), ("idle_timeout_ms", 600_000)] {
        for wrong in [0, most + 1] {
            let error = refused(&format!("{name} = {wrong}"));
            assert!(
                error.ends_with(&format!("must be from 1 to {most}")),
                "{error}"
            );
        }
    }
}

#[test]
fn an_address_must_be_one() {
    for url in [
        "",
        "example.org",
        "/path",
        "ftp://example.org",
        "https://",
        "https://a b",
        "https://user:hunter2@example.org",
        "https://example.org/?a=1",
        "https://example.org/#a",
    ] {
        for setting in ["public_url = ", "[gateway]\nupstream = "] {
            let error = refused(&format!("{setting}'{url}'"));
            assert!(!error.contains(":pass"), "{error}");
        }
    }
    for url in [
        "",
        "sqlite:",
        "sqlite://",
        "postgres://u:hunter2@h/d",
        "data/a.db",
    ] {
        let error = refused(&format!("database_url = '{url}'"));
        assert!(error.contains("database_url must be `sqlite:`") && !error.contains(":pass"));
    }
}

#[test]
fn a_contact_link_opens_something_harmless() {
    let long = format!("https://example.org/{}", "a".repeat(LONG));
    for link in [
        "",
        "discord.gg/a",
        "javascript:alert(1)",
        "https://",
        "https://a b",
        &long,
    ] {
        assert!(refused(&format!("[contact]\ndiscord = '{link}'")).contains("line 2: the link"));
    }
    assert!(Config::from_toml("[contact]\nwechat = 'weixin://dl/add?id=a'").is_ok());
}

const LONG: usize = 500;

#[test]
fn a_provider_has_an_issuer_that_is_kept_as_it_is_written() {
    let text = "
        [openid]
        issuer = 'https://id.example.org/'
        client_id = 'site'
        client_secret = 's3cr3t'
        allowed_domains = ['Example.ORG']";
    let config = Config::from_toml(text).unwrap();
    assert!(!format!("{config:?}").contains("s3cr3t"));
    let openid = config.openid.unwrap();
    assert_eq!(openid.issuer, "https://id.example.org/");
    assert_eq!(openid.label, "id.example.org");
    assert_eq!(openid.allowed_domains, ["example.org"]);
    let here = "[openid]\nissuer = 'http://[::1]:5000'\nclient_id = 'site'\nlabel = ' Us '";
    assert_eq!(Config::from_toml(here).unwrap().openid.unwrap().label, "Us");
    for (text, said) in [
        ("client_id = 'site'", "line 1: [openid] needs the issuer"),
        (
            "issuer = 'https://a.example'",
            "line 1: [openid] needs the client_id",
        ),
        ("issuer = 'http://a.example'", "line 2: openid.issuer must"),
        ("issuer = 'https://a.example?b'", "line 2: the URL must end"),
        (
            "issuer = 'https://a.example'\nclient_id = ' '",
            "line 3: openid.client_id",
        ),
        (
            "issuer = 'https://a.example'\nclient_id = 'a'\nlabel = ''",
            "line 4: openid.label",
        ),
        (
            "issuer = 'https://a.example'\nclient_id = 'a'\nallowed_domains = ['@a.b']",
            "line 4: `@a.b` is no domain",
        ),
    ] {
        let found = refused(&format!("[openid]\n{text}"));
        assert!(found.contains(said), "{found}");
    }
}

#[test]
fn the_secret_is_never_printed() {
    let secret = "Token s3cr3t";
    let config =
        Config::from_toml(&format!("[gateway]\nupstream_authorization = '{secret}'")).unwrap();
    let gateway = &config.gateway;
    assert_eq!(
        gateway.upstream_authorization.as_ref().map(Secret::expose),
        Some(secret)
    );
    assert!(!format!("{config:?}").contains("s3cr3t"));
    for text in [
        "[gateway]\nupstream_authorization = 's3cr3t\u{7f}'",
        "[gateway]\nupstream_authorization = 's3cr3t' x",
        "[gateway]\nupstream_authorization = 's3cr3t",
        "[gateway]\nupstream_authorization = ['s3cr3t']",
        "[gateway]\nupstream_authorisation = 's3cr3t'",
    ] {
        let error = refused(text);
        assert!(!error.contains("s3cr3t"), "{error}");
    }
}

#[test]
fn the_fault_names_the_file_that_was_read() {
    let error = Config::from_toml("\nx = 1")
        .unwrap_err()
        .in_file("/etc/allowance.toml");
    assert!(
        error
            .to_string()
            .starts_with("/etc/allowance.toml, line 2: ")
    );
    assert_eq!(error.line(), Some(2));
}
