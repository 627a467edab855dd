//! Puts the rooms together. The binary and the tests build the server here, so
//! that tests drive what runs.

use crate::actions::{Actions, Doors};
use crate::clock::Clock;
use crate::config::{Config, Secret};
use crate::console::Reader;
use crate::domain::StoreError;
use crate::domain::limits::CountTokens;
use crate::domain::quota::Pacing;
use crate::domain::store::Store;
use crate::hooks::Hooks;
use crate::http::admin::AdminApi;
use crate::http::console::Site;
use crate::http::gateway::{Gateway, GatewaySettings, StreamLimits, Upstream, UpstreamSettings};
use crate::http::meter::{Meter, MeterSettings};
use crate::http::{self, ConnectionLimits, Entry, Front, Services};
use crate::mail::{MailError, Post};
use crate::metering::{Metering, Reservations};
use crate::openid::{NoProvider, Provider};
use crate::qr;
use crate::tokens::{O200k, PatternError};
use allowance_app::view::{ContactChannel, ContactKind, DemoSignIn};
use axum::http::HeaderValue;
use leptos::config::LeptosOptions;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Why the server could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum AssemblyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the upstream's address is none: {0}")]
    Upstream(#[from] http::gateway::NoAddress),
    #[error("gateway.upstream_authorization cannot be sent as a header")]
    Authorization,
    #[error("[contact]: {0}")]
    Contact(#[from] qr::QrError),
    #[error("[openid]: {0}")]
    OpenId(#[from] NoProvider),
    #[error("[mail]: {0}")]
    Mail(#[from] MailError),
    #[error(transparent)]
    Tokens(#[from] PatternError),
}

/// What goes into a server.
pub struct Parts {
    pub config: Config,
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    /// Where the upstream is, without a trailing slash.
    pub upstream: String,
    /// Offered on the sign-in page of a demo; else empty.
    pub demo: Vec<DemoSignIn>,
}

/// A server, ready to listen.
pub struct Server {
    pub front: Front,
    /// What it serves.
    pub entries: Vec<Entry>,
    /// What a connection may take.
    pub connections: ConnectionLimits,
    pub actions: Actions,
    pub metering: Arc<Metering>,
    pub gateway: Arc<Gateway>,
    pub reservations: Arc<Reservations>,
    pub admin: Arc<AdminApi>,
    /// Letters that are being written.
    pub post: Arc<Post>,
    /// Messages to webhooks and mailboxes.
    pub hooks: Arc<Hooks>,
}

/// Builds the server, and starts its ledger writer.
pub async fn assemble(parts: Parts) -> Result<Server, AssemblyError> {
    let Parts {
        config,
        store,
        clock,
        upstream,
        demo,
    } = parts;
    let public_url = config.public_url();
    let connections = ConnectionLimits {
        most: config.max_connections,
        idle: Duration::from_millis(config.idle_timeout_ms),
        // The gateway gives up first, and says why.
        body: config.gateway.body_timeout() * 2,
        stall: Duration::from_millis(config.gateway.client_stall_ms),
    };
    let pacing = Pacing {
        ceiling: config.gateway.max_per_second,
        ..Pacing::default()
    };
    let (books, time) = (Arc::clone(&store), Arc::clone(&clock));
    let retention = config.meter.retention();
    let metering = Metering::start_paced(&config.catalogue, books, time, retention, pacing).await?;
    let post = Arc::new(Post::new(
        config.mail.as_ref(),
        &public_url,
        !demo.is_empty(),
    )?);
    let actions = Actions::new(
        Arc::clone(&store),
        Arc::clone(&metering),
        Arc::clone(&clock),
    )
    .ruled_by(config.authority())
    .with_doors(Doors {
        sign_up: config.sign_up,
        openid_domains: config
            .openid
            .as_ref()
            .map(|openid| openid.allowed_domains.clone().into())
            .unwrap_or_default(),
        post: Some(Arc::clone(&post)),
    })
    .sending_inside(config.webhooks.allow_private);
    let hooks = Hooks::new(
        Arc::clone(&store),
        Arc::clone(&clock),
        Arc::clone(&metering),
        Arc::clone(&post),
        config.webhooks.allow_private,
    );
    hooks.keep_sending();
    let gateway = gateway(&config, &public_url, upstream, &metering, &clock)?;
    // Before time goes on: what a grant holds must be known when it ends.
    let reservations = Reservations::start(&metering).await?;
    metering.keep_time();
    let meter = Meter::new(
        Arc::clone(&metering),
        Arc::clone(&reservations),
        Arc::clone(&clock),
        MeterSettings {
            body_timeout: config.gateway.body_timeout(),
            reservation_ms: config.meter.reservation_ms,
            request_more_url: format!("{public_url}/request-more"),
            console_url: public_url.clone(),
        },
    );
    let admin = AdminApi::new(actions.clone(), Arc::clone(&store), Arc::clone(&clock));
    let reader = Arc::new(Reader {
        store: Arc::clone(&store),
        metering: Arc::clone(&metering),
        clock: Arc::clone(&clock),
        channels: channels(&config)?,
    });
    let console: Arc<dyn allowance_app::ports::Console> = reader.clone();
    let openid = config
        .openid
        .as_ref()
        .map(|openid| Provider::new(openid, &public_url, Arc::clone(&clock)).map(Arc::new))
        .transpose()?;
    let site = Site {
        leptos: leptos_options(),
        public_url,
        demo,
        console,
        guide: reader.clone(),
        settings: reader.clone(),
        doors: reader.clone(),
        webhooks: reader.clone(),
        openid,
        trusted_proxies: config.trusted_proxies.clone(),
        reader: Arc::clone(&reader),
        bulk_grants: reader.clone(),
        code_batches: reader.clone(),
        admin_desk: reader,
        hsts: hsts(&config),
    };
    let services = Services {
        actions: actions.clone(),
        store,
        clock,
        gateway: Arc::clone(&gateway),
        meter,
        admin: Arc::clone(&admin),
        site: Arc::new(site),
        changes: metering.changes(),
    };
    let (front, entries) = http::front(&services);
    Ok(Server {
        front,
        entries,
        connections,
        actions,
        metering,
        gateway,
        reservations,
        admin,
        post,
        hooks,
    })
}

fn gateway(
    config: &Config,
    public_url: &str,
    upstream: String,
    metering: &Arc<Metering>,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<Gateway>, AssemblyError> {
    let authorization = authorization_header(config.gateway.upstream_authorization.as_ref())?;
    let elsewhere = config
        .api_upstreams
        .iter()
        .map(|(api, at)| {
            let header = authorization_header(at.authorization.as_ref())?;
            Ok((api.clone(), (at.base_url.clone(), header)))
        })
        .collect::<Result<_, AssemblyError>>()?;
    let upstream = Upstream::new(UpstreamSettings {
        base_url: upstream.trim_end_matches('/').to_owned(),
        authorization,
        elsewhere,
        timeout: config.gateway.timeout(),
        connect_timeout: config.gateway.connect_timeout(),
        max_buffered_bytes: config.gateway.max_buffered_bytes,
        max_answer_bytes: config.gateway.max_answer_bytes,
    });
    let tokens: Arc<dyn CountTokens + Send + Sync> = Arc::new(O200k::new()?);
    let gateway = Gateway::new(
        Arc::clone(metering),
        Arc::new(upstream),
        tokens,
        Arc::clone(clock),
        GatewaySettings {
            errors: config.gateway.errors,
            error_codes: config.gateway.error_codes,
            max_body_bytes: config.gateway.max_body_bytes,
            body_timeout: config.gateway.body_timeout(),
            streams: StreamLimits {
                timeout: Duration::from_millis(config.gateway.stream_timeout_ms),
                silence: Duration::from_millis(config.gateway.stream_silence_ms),
                patience: Duration::from_millis(config.gateway.client_stall_ms),
                most_bytes: config.gateway.max_stream_bytes,
            },
            max_in_flight: config.gateway.max_in_flight,
            request_more_url: format!("{public_url}/request-more"),
            console_url: public_url.to_owned(),
        },
    )?;
    Ok(gateway)
}

fn authorization_header(secret: Option<&Secret>) -> Result<Option<HeaderValue>, AssemblyError> {
    secret
        .map(|secret| {
            let mut header =
                HeaderValue::from_str(secret.expose()).map_err(|_| AssemblyError::Authorization)?;
            header.set_sensitive(true);
            Ok(header)
        })
        .transpose()
}

/// Only what is reached by HTTPS may ask for it.
fn hsts(config: &Config) -> Option<HeaderValue> {
    let asked = config.hsts_days > 0 && config.public_url().starts_with("https://");
    asked
        .then(|| HeaderValue::from_str(&format!("max-age={}", config.hsts_days * 86_400)).ok())
        .flatten()
}

fn channels(config: &Config) -> Result<Vec<ContactChannel>, qr::QrError> {
    let configured = [
        (ContactKind::WeChat, &config.contact.wechat),
        (ContactKind::Discord, &config.contact.discord),
    ];
    configured
        .into_iter()
        .filter_map(|(kind, link)| link.as_ref().map(|link| (kind, link.clone())))
        .map(|(kind, link)| {
            Ok(ContactChannel {
                kind,
                qr_svg: qr::qr_svg(&link)?,
                link,
            })
        })
        .collect()
}

/// Where the site's files lie: `LEPTOS_SITE_ROOT`, else `site` beside the
/// binary, else beside its folder, as the build leaves them.
fn leptos_options() -> LeptosOptions {
    let folder = std::env::current_exe()
        .ok()
        .and_then(|binary| binary.parent().map(Path::to_path_buf))
        .unwrap_or_default();
    let root = std::env::var_os("LEPTOS_SITE_ROOT")
        .map(PathBuf::from)
        .or_else(|| {
            [
                folder.join("site"),
                folder.join("../site"),
                PathBuf::from("target/site"),
            ]
            .into_iter()
            .find(|root| root.join("pkg").is_dir())
        });
    LeptosOptions::builder()
        .output_name("allowance")
        .site_root(
            root.unwrap_or_else(|| "site".into())
                .to_string_lossy()
                .into_owned(),
        )
        .hash_files(folder.join("hash.txt").is_file())
        .build()
}
