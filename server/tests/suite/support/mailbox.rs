//! A small real SMTP server, which keeps what it is sent.

use allowance::config::{MailConfig, MailSecurity};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

#[derive(Debug, Clone)]
pub struct Received {
    pub to: String,
    /// With its headers, as it came over the wire.
    pub raw: String,
}

impl Received {
    pub fn header(&self, name: &str) -> String {
        let head = self.raw.split("\r\n\r\n").next().unwrap();
        let head = head.replace("\r\n ", " ");
        let line = head
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("no {name} in {head}")).into()
    }

    /// The subject without its encoding (RFC 2047, base 64).
    pub fn subject(&self) -> String {
        let mut text = Vec::new();
        for word in self.header("Subject").split(' ') {
            if let Some(word) = word.strip_prefix("=?utf-8?b?") {
                text.extend(base64(word.trim_end_matches("?=")));
                continue;
            }
            if !text.is_empty() {
                text.push(b' ');
            }
            text.extend(word.as_bytes());
        }
        String::from_utf8(text).unwrap()
    }

    /// The text without its encoding.
    pub fn text(&self) -> String {
        let body = self.raw.split_once("\r\n\r\n").unwrap().1;
        let text = match self.header("Content-Transfer-Encoding").as_str() {
            "base64" => base64(body),
            "quoted-printable" => quoted(body),
            _ => body.as_bytes().to_vec(),
        };
        String::from_utf8(text).unwrap().replace("\r\n", "\n")
    }

    /// Path and query of the link that leads to a page.
    pub fn link(&self, page: &str) -> String {
        let text = self.text();
        let start = text.find(&format!("{page}?token=")).unwrap();
        text[start..].split_whitespace().next().unwrap().to_owned()
    }
}

fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut held, mut bytes) = (0_u32, 0, Vec::new());
    for digit in text.bytes() {
        let Some(value) = DIGITS.iter().position(|known| *known == digit) else {
            continue;
        };
        bits = bits << 6 | u32::try_from(value).unwrap();
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xFF).unwrap());
        }
    }
    bytes
}

fn quoted(text: &str) -> Vec<u8> {
    let text = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first == b'=' {
            let code = std::str::from_utf8(&rest[..2]).unwrap();
            bytes.push(u8::from_str_radix(code, 16).unwrap());
            rest = &rest[2..];
        } else {
            bytes.push(*first);
        }
    }
    bytes
}

pub struct Mailbox {
    pub config: MailConfig,
    letters: mpsc::UnboundedReceiver<Received>,
}

impl Mailbox {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let config = MailConfig {
            host: "127.0.0.1".into(),
            port: listener.local_addr().unwrap().port(),
            security: MailSecurity::None,
            credentials: None,
            from: "Allowance <no-reply@allowance.example>".into(),
        };
        let (sender, letters) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                tokio::spawn(converse(tcp, sender.clone()));
            }
        });
        Self { config, letters }
    }

    /// The next letter.
    pub async fn next(&mut self) -> Received {
        self.letters.recv().await.unwrap()
    }

    /// Letters that came and were not looked at.
    pub fn rest(&mut self) -> Vec<Received> {
        std::iter::from_fn(|| self.letters.try_recv().ok()).collect()
    }
}

async fn converse(tcp: TcpStream, letters: mpsc::UnboundedSender<Received>) {
    let (read, mut write) = tcp.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test\r\n").await.unwrap();
    let mut to = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        let (word, _) = line.split_at(line.len().min(4));
        let answer = match word.to_ascii_uppercase().as_str() {
            "EHLO" => "250-test\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                "250 ok\r\n"
            }
            "DATA" => {
                write.write_all(b"354 go\r\n").await.unwrap();
                let mut raw = String::new();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    raw.push_str(line.strip_prefix('.').unwrap_or(&line));
                    raw.push_str("\r\n");
                }
                let to = std::mem::take(&mut to);
                letters.send(Received { to, raw }).unwrap();
                "250 kept\r\n"
            }
            "QUIT" => "221 bye\r\n",
            _ => "250 ok\r\n",
        };
        if write.write_all(answer.as_bytes()).await.is_err() || word.eq_ignore_ascii_case("QUIT") {
            break;
        }
    }
}
