//! nginx before the same upstream: `proxy_pass`, `limit_req` and a static key check.
//! It counts in memory, roughly, and writes nothing.

use crate::served::free_address;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;
use tokio::net::TcpStream;

pub struct Nginx {
    child: Child,
    pub address: String,
    _folder: TempDir,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The master ends its workers when it is asked to, not when it is killed.
        let _ = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let _ = self.child.wait();
    }
}

impl Nginx {
    /// Nothing where nginx is not installed.
    pub async fn start(upstream: &str, authorization: &str) -> Option<Self> {
        let found = ["/usr/sbin/nginx", "/usr/bin/nginx"]
            .into_iter()
            .find(|path| Path::new(path).exists())?;
        let folder = TempDir::new().unwrap();
        let address = free_address().await;
        let path = folder.path().display();
        let configuration = format!(
            "user root; worker_processes auto; pid {path}/pid; error_log {path}/error.log;\n\
             events {{ worker_connections 4096; }}\n\
             http {{\n\
               access_log off; client_body_temp_path {path}/body; proxy_temp_path {path}/proxy;\n\
               fastcgi_temp_path {path}/f; uwsgi_temp_path {path}/u; scgi_temp_path {path}/s;\n\
               keepalive_requests 1000000;\n\
               limit_req_zone $http_authorization zone=keys:10m rate=1000000r/s;\n\
               upstream api {{ server {upstream}; keepalive 128; keepalive_requests 1000000; }}\n\
               server {{\n\
                 listen {address};\n\
                 location / {{\n\
                   if ($http_authorization != \"{authorization}\") {{ return 401; }}\n\
                   limit_req zone=keys burst=1000000 nodelay;\n\
                   proxy_http_version 1.1; proxy_set_header Connection \"\"; proxy_pass http://api;\n\
                 }}\n\
               }}\n\
             }}\n"
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, configuration).unwrap();
        let child = Command::new(found)
            .args(["-c", &file.display().to_string(), "-g", "daemon off;"])
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        for _ in 0..200 {
            if TcpStream::connect(&address).await.is_ok() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        Some(Self {
            child,
            address,
            _folder: folder,
        })
    }
}
