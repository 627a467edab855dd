//! A browser without a screen: cookies, forms and redirects.

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder};
use std::collections::BTreeMap;

pub struct Page {
    pub status: u16,
    /// Path and query at which it ended.
    pub at: String,
    pub text: String,
}

impl Page {
    /// The value of the field of that id.
    pub fn field(&self, id: &str) -> &str {
        let tag = self.between(&format!("id=\"{id}\""), ">");
        tag.split("value=\"")
            .nth(1)
            .map_or("", |rest| rest.split('"').next().unwrap())
    }

    /// The text between the first `before` and the next `after`.
    pub fn between(&self, before: &str, after: &str) -> &str {
        let start = self
            .text
            .find(before)
            .unwrap_or_else(|| panic!("no {before}"))
            + before.len();
        let rest = &self.text[start..];
        &rest[..rest.find(after).unwrap_or(rest.len())]
    }

    #[track_caller]
    pub fn assert_has(&self, text: &str) {
        assert!(
            self.text.contains(text),
            "{text:?} is not on {}:\n{}",
            self.at,
            self.text
        );
    }

    #[track_caller]
    pub fn assert_has_not(&self, text: &str) {
        assert!(!self.text.contains(text), "{text:?} is on {}", self.at);
    }
}

/// One answer, as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Path and query that were asked for.
    pub at: String,
    pub location: String,
    pub text: String,
}

pub struct Browser {
    address: String,
    client: Client,
    cookies: BTreeMap<String, String>,
    /// Every answer so far.
    pub seen: Vec<Seen>,
    /// Every value that a cookie had so far.
    pub had: Vec<(String, String)>,
}

impl Browser {
    pub fn new(address: &str) -> Self {
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            address: address.into(),
            client,
            cookies: BTreeMap::new(),
            seen: Vec::new(),
            had: Vec::new(),
        }
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    pub fn drop_cookie(&mut self, name: &str) {
        self.cookies.remove(name);
    }

    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.into(), value.into());
    }

    pub async fn open(&mut self, path: &str) -> Page {
        let request = self.request(Method::GET, path);
        self.follow(request, path).await
    }

    /// Posts a form as a page of this site does, and follows where it leads.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self
            .request(Method::POST, path)
            .header("sec-fetch-site", "same-origin")
            .form(fields);
        self.follow(request, path).await
    }

    /// One request: where its answer leads, and no further.
    pub async fn step(&mut self, path: &str) -> String {
        let response = self.request(Method::GET, path).send().await.unwrap();
        if self.is_here(path) {
            self.keep_cookies(&response);
        }
        self.note(path, response).await.location
    }

    async fn note(&mut self, at: &str, response: reqwest::Response) -> Seen {
        let to = response.headers().get(LOCATION);
        let seen = Seen {
            at: at.to_owned(),
            location: to.map_or("", |to| to.to_str().unwrap()).to_owned(),
            text: response.text().await.unwrap(),
        };
        self.seen.push(seen.clone());
        seen
    }

    fn is_here(&self, path: &str) -> bool {
        path.starts_with('/') || path.starts_with(&self.address)
    }

    /// A request with this browser's cookies; to another site, without.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        if !self.is_here(path) {
            return self.client.request(method, path);
        }
        let path = path.strip_prefix(&self.address).unwrap_or(path);
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        self.client
            .request(method, format!("{}{path}", self.address))
            .header(COOKIE, cookies.join("; "))
    }

    async fn follow(&mut self, request: RequestBuilder, path: &str) -> Page {
        let mut at = path.to_owned();
        let mut response = request.send().await.unwrap();
        for _ in 0..5 {
            if self.is_here(&at) {
                self.keep_cookies(&response);
            }
            if !response.headers().contains_key(LOCATION) {
                break;
            }
            let next = self.note(&at, response).await.location;
            at = next;
            response = self.request(Method::GET, &at).send().await.unwrap();
        }
        let status = response.status().as_u16();
        let text = self.note(&at, response).await.text;
        Page { status, at, text }
    }

    fn keep_cookies(&mut self, response: &reqwest::Response) {
        for cookie in response.headers().get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() || cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
                self.had.push((name.into(), value.into()));
            }
        }
    }
}

/// The fields of the sign-in form.
pub fn sign_in_fields<'a>(email: &'a str, next: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("email", email),
        ("password", super::PASSWORD),
        ("next", next),
    ]
}
