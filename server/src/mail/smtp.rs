//! The one place that knows SMTP.

use crate::config::{MailConfig, MailSecurity};
use allowance_app::letters::Letter;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::time::Duration;
use tokio::sync::Semaphore;

/// One exchange with the SMTP server.
const PATIENCE: Duration = Duration::from_secs(20);
/// Connections at once.
const AT_ONCE: usize = 4;

/// Why a letter did not leave.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("an address of the letter is none: {0}")]
    Address(#[from] lettre::address::AddressError),
    #[error("the letter cannot be written: {0}")]
    Letter(#[from] lettre::error::Error),
    #[error("the SMTP server: {0}")]
    Server(#[from] lettre::transport::smtp::Error),
}

impl MailError {
    /// Whether the same letter may be taken later.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self, Self::Server(error) if !error.is_permanent())
    }
}

pub(super) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    turns: Semaphore,
}

impl Smtp {
    pub(super) fn new(config: &MailConfig, public_url: &str) -> Result<Self, MailError> {
        type Transport = AsyncSmtpTransport<Tokio1Executor>;
        let builder = match config.security {
            MailSecurity::StartTls => Transport::starttls_relay(&config.host)?,
            MailSecurity::Tls => Transport::relay(&config.host)?,
            MailSecurity::None => Transport::builder_dangerous(&config.host),
        };
        let mut builder = builder
            .port(config.port)
            .timeout(Some(PATIENCE))
            .hello_name(ClientId::Domain(own_name(public_url)));
        if let Some((user, password)) = &config.credentials {
            builder =
                builder.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
        }
        Ok(Self {
            transport: builder.build(),
            from: config.from.parse()?,
            turns: Semaphore::new(AT_ONCE),
        })
    }

    pub(super) async fn send(&self, to: &str, letter: &Letter) -> Result<(), MailError> {
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.parse()?))
            .subject(&letter.subject)
            // Answering machines keep quiet (RFC 3834).
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body.clone())?;
        let _turn = self.turns.acquire().await;
        self.transport.send(message).await?;
        Ok(())
    }
}

/// How we greet the server: by the host of our own address.
fn own_name(public_url: &str) -> String {
    public_url
        .parse::<http::Uri>()
        .ok()
        .and_then(|url| url.host().map(str::to_owned))
        .unwrap_or_else(|| "localhost".into())
}

#[derive(Debug, Clone, Copy)]
struct AutoSubmitted;

impl lettre::message::header::Header for AutoSubmitted {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), "auto-generated".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::accounts;

    #[test]
    fn what_we_take_for_a_mailbox_can_be_written_to() {
        for address in [
            "ann+dev@example.com",
            "o'neil@example.com",
            "jörg.müller@bücher.example",
            "用户+测试@例子.公司",
        ] {
            let email = accounts::email(address).unwrap();
            assert!(email.parse::<lettre::Address>().is_ok(), "{address}");
        }
    }

    #[test]
    fn the_server_is_greeted_by_our_own_name() {
        assert_eq!(
            own_name("https://allowance.example.org/x"),
            "allowance.example.org"
        );
        assert_eq!(own_name("nonsense at all"), "localhost");
    }
}
