//! The checks of `docs/WEBHOOKS.md` take what is ours, and nothing else.

use allowance::clock::{Clock, SystemClock};
use allowance::domain::webhooks::Secret;
use std::io::Write;
use std::process::{Command, Stdio};

const BODY: &str = r#"{"type":"test","data":{"answer":"祝好"}}"#;

/// The part of the document in that language.
fn example(language: &str) -> &'static str {
    let document = include_str!("../../../docs/WEBHOOKS.md");
    let start = format!("```{language}\n");
    let rest = document.split(&start).nth(1).unwrap();
    rest.split("```").next().unwrap()
}

/// Headers and bodies, of which the first two alone are ours.
fn messages(secret: &Secret) -> Vec<(i64, String, String)> {
    let now = SystemClock.now() / 1_000;
    let sign = |at, body| secret.sign("evt_1", at, body);
    let other = Secret(vec![7; 32]).sign("evt_1", now, BODY);
    vec![
        (now, sign(now, BODY), BODY.into()),
        (now, format!("{other} {}", sign(now, BODY)), BODY.into()),
        (now, other, BODY.into()),
        (now, sign(now, BODY), BODY.replace("test", "best")),
        (now - 60, sign(now, BODY), BODY.into()),
        (now - 400, sign(now - 400, BODY), BODY.into()),
        (now + 400, sign(now + 400, BODY), BODY.into()),
        (now, "v1,".into(), BODY.into()),
    ]
}

fn said(program: &str, args: &[&str], code: &str, call: impl Fn(&str) -> String) -> Vec<String> {
    let secret = Secret((0..32).collect());
    let mut script = code.to_owned();
    for (at, signature, body) in messages(&secret) {
        let headers = serde_json::json!({
            "webhook-id": "evt_1", "webhook-timestamp": at.to_string(),
            "webhook-signature": signature,
        });
        let body = serde_json::json!(body);
        script += &call(&format!("\"{}\", {headers}, {body}", secret.text()));
    }
    let mut running = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    running
        .stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    let output = running.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_lowercase).collect()
}

const EXPECTED: [&str; 8] = [
    "true", "true", "false", "false", "false", "false", "false", "false",
];

#[test]
fn the_check_in_python_takes_what_is_ours() {
    let found = said("python3", &["-"], example("python"), |arguments| {
        format!("\nprint((lambda s, h, b: is_ours(s, h, b.encode()))({arguments}))")
    });
    assert_eq!(found, EXPECTED);
}

#[test]
fn the_check_in_javascript_takes_what_is_ours() {
    let args = ["--input-type=module", "-"];
    let found = said("node", &args, example("js"), |arguments| {
        format!("\nconsole.log(isOurs({arguments}));")
    });
    assert_eq!(found, EXPECTED);
}
