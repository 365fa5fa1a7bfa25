//! Connections by libpq's conventions to a real server, encrypted and not.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod common;

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use pgwright_server::postgres::Client;
use pgwright_server::{ConnectError, Options, Sandbox, connect};

struct Server {
    sandbox: Sandbox,
    port: u16,
    directory: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// A sandbox that listens on the loopback, with a certificate for `localhost` by an authority of its
/// own, and a password for the role `secured`.
fn server(name: &str, ssl: bool) -> Option<Server> {
    let installation = common::servers().into_iter().next()?;
    let directory = PathBuf::from(format!("/tmp/pgwright-tls-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir(&directory).unwrap();
    std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(0o755)).unwrap();
    if ssl && !certificates(&directory) {
        eprintln!("skipped: no openssl");
        return None;
    }
    // The key must be the server's own.
    let probe = Sandbox::start(&installation, &Options::default()).unwrap();
    let owner = std::fs::metadata(probe.data_dir()).unwrap();
    drop(probe);
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let file = |name: &str| directory.join(name).to_str().unwrap().to_owned();
    let mut settings = vec![
        ("listen_addresses", "127.0.0.1".to_owned()),
        ("port", port.to_string()),
        ("hba_file", file("hba")),
    ];
    if ssl {
        chown(
            directory.join("server.key"),
            Some(owner.uid()),
            Some(owner.gid()),
        )
        .unwrap();
        settings.push(("ssl", "on".to_owned()));
        settings.push(("ssl_cert_file", file("server.crt")));
        settings.push(("ssl_key_file", file("server.key")));
    }
    let hba = "local all all trust\n\
               hostssl all tls_only 127.0.0.1/32 trust\n\
               hostnossl all plain_only 127.0.0.1/32 trust\n\
               host all secured 127.0.0.1/32 scram-sha-256\n\
               host all postgres 127.0.0.1/32 trust\n";
    std::fs::write(directory.join("hba"), hba).unwrap();
    let settings = settings
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let options = Options {
        settings,
        ..Options::default()
    };
    let sandbox = match Sandbox::start(&installation, &options) {
        Err(error) if error.to_string().contains("not supported by this build") => {
            eprintln!("skipped: {installation} is built without TLS");
            return None;
        }
        result => result.unwrap(),
    };
    let sql = "CREATE ROLE tls_only LOGIN; CREATE ROLE plain_only LOGIN; \
               CREATE ROLE secured LOGIN PASSWORD 'hush: \\ it''s'";
    sandbox
        .connect("postgres")
        .unwrap()
        .batch_execute(sql)
        .unwrap();
    Some(Server {
        sandbox,
        port,
        directory,
    })
}

/// root.crt, server.crt and server.key, other.crt; false without openssl.
fn certificates(directory: &Path) -> bool {
    let openssl = |arguments: &str| {
        let words = arguments.split_whitespace();
        let output = Command::new("openssl")
            .args(words)
            .current_dir(directory)
            .output();
        output.is_ok_and(|output| output.status.success())
    };
    std::fs::write(
        directory.join("extensions"),
        "subjectAltName=DNS:localhost\n",
    )
    .unwrap();
    openssl(
        "req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.crt -subj /CN=root -days 9",
    ) && openssl(
        "req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.crt -subj /CN=other -days 9",
    ) && openssl(
        "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost",
    ) && openssl(
        "x509 -req -in server.csr -CA root.crt -CAkey root.key -CAcreateserial \
             -extfile extensions -out server.crt -days 9",
    )
}

impl Server {
    fn connect(&self, rest: &str) -> Result<Client, ConnectError> {
        connect(&format!(
            "host=localhost hostaddr=127.0.0.1 port={} dbname=postgres {rest}",
            self.port
        ))
    }

    fn is_encrypted(&self, rest: &str) -> bool {
        let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
        self.connect(rest)
            .unwrap()
            .query_one(sql, &[])
            .unwrap()
            .get(0)
    }

    fn file(&self, name: &str) -> String {
        self.directory.join(name).to_str().unwrap().to_owned()
    }
}

#[test]
fn every_sslmode_does_as_libpq_does() {
    let Some(server) = server("modes", true) else {
        return;
    };
    let (root, other) = (server.file("root.crt"), server.file("other.crt"));
    for (mode, encrypted) in [
        ("disable".to_owned(), false),
        ("allow".to_owned(), false),
        ("prefer".to_owned(), true),
        ("require".to_owned(), true),
        (format!("verify-ca sslrootcert={root}"), true),
        (format!("verify-full sslrootcert={root}"), true),
    ] {
        assert_eq!(
            server.is_encrypted(&format!("user=postgres sslmode={mode}")),
            encrypted,
            "{mode}"
        );
    }
    // Allow and prefer try the other way where pg_hba.conf refuses the one.
    assert!(server.is_encrypted("user=tls_only sslmode=allow"));
    assert!(!server.is_encrypted("user=plain_only sslmode=prefer"));
    assert!(server.connect("user=plain_only sslmode=require").is_err());
    assert!(server.connect("user=tls_only sslmode=disable").is_err());
    // The wrong authority, and the wrong name.
    for mode in ["require", "verify-ca", "verify-full"] {
        let refused = server.connect(&format!("user=postgres sslmode={mode} sslrootcert={other}"));
        assert!(refused.is_err(), "{mode}");
    }
    let by_address = |mode: &str| {
        connect(&format!(
            "host=127.0.0.1 port={} user=postgres dbname=postgres sslmode={mode} sslrootcert={root}",
            server.port
        ))
    };
    assert!(by_address("verify-ca").is_ok());
    let error = by_address("verify-full").err().unwrap().to_string();
    assert!(error.contains("127.0.0.1"), "{error}");
}

#[test]
fn a_server_without_tls_is_refused_where_tls_is_required() {
    let Some(server) = server("plain", false) else {
        return;
    };
    assert!(!server.is_encrypted("user=postgres sslmode=prefer"));
    let error = server
        .connect("user=postgres sslmode=require")
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("does not support TLS"), "{error}");
    // A Unix socket needs none.
    let socket = server.sandbox.conninfo("postgres");
    connect(&format!("{socket} sslmode=require")).unwrap();
}

#[test]
fn passwords_come_from_the_string_or_the_password_file_and_appear_nowhere() {
    let Some(server) = server("password", false) else {
        return;
    };
    server
        .connect(r"user=secured password='hush: \\ it\'s'")
        .unwrap();
    let passfile = server.directory.join("pass");
    let line = format!("localhost:{}:*:secured:hush\\: \\\\ it's\n", server.port);
    std::fs::write(&passfile, line).unwrap();
    std::fs::set_permissions(&passfile, std::fs::Permissions::from_mode(0o600)).unwrap();
    server
        .connect(&format!("user=secured passfile={}", passfile.display()))
        .unwrap();
    // Others may read it: not used.
    std::fs::set_permissions(&passfile, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(
        server
            .connect(&format!("user=secured passfile={}", passfile.display()))
            .is_err()
    );

    let error = server
        .connect("user=secured password=wrong-hush")
        .err()
        .unwrap();
    let shown = format!("{error} {error:?}");
    assert!(
        shown.contains("28P01") && !shown.contains("wrong-hush"),
        "{shown}"
    );
}

#[test]
fn hosts_are_tried_in_turn_and_session_attributes_hold() {
    let Some(server) = server("hosts", false) else {
        return;
    };
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = |attributes: &str| {
        format!(
            "postgres://postgres@127.0.0.1:{nobody},127.0.0.1:{}/postgres?target_session_attrs={attributes}",
            server.port
        )
    };
    for attributes in ["any", "read-write", "primary", "prefer-standby"] {
        connect(&url(attributes)).unwrap();
    }
    let error = connect(&url("standby")).err().unwrap().to_string();
    assert!(error.contains("standby"), "{error}");
}
