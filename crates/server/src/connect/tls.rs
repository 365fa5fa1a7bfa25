//! TLS by libpq's sslmodes, with rustls.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{ConnectError, SslMode};

/// The files of a TLS connection; those that are not there by default are `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TlsFiles {
    pub(super) roots: Option<PathBuf>,
    /// `sslrootcert=system`.
    pub(super) system_roots: bool,
    pub(super) certificate: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
}

/// How far the server's certificate is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Check {
    Nothing,
    Authority,
    AuthorityAndName,
}

pub(super) fn connector(
    mode: SslMode,
    files: &TlsFiles,
) -> Result<MakeRustlsConnect, ConnectError> {
    let have_roots = files.roots.is_some() || files.system_roots;
    let check = match mode {
        SslMode::VerifyFull => Check::AuthorityAndName,
        SslMode::VerifyCa => Check::Authority,
        // With a root certificate at hand libpq lets `require` check it.
        SslMode::Require if have_roots => Check::Authority,
        _ => Check::Nothing,
    };
    if check != Check::Nothing && !have_roots {
        return Err(ConnectError::NoRootCertificate { mode });
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    let mut pinned = Vec::new();
    if check != Check::Nothing {
        if files.system_roots {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        } else if let Some(path) = &files.roots {
            pinned = certificates(path)?;
            roots.add_parsable_certificates(pinned.iter().cloned());
        }
        if roots.is_empty() {
            return Err(ConnectError::NoRootCertificate { mode });
        }
    }
    let webpki = match check {
        Check::Nothing => None,
        _ => Some(
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .map_err(|error| ConnectError::Tls {
                    problem: error.to_string(),
                })?,
        ),
    };
    let verifier = Verifier {
        check,
        webpki,
        pinned,
        provider: Arc::clone(&provider),
    };
    let tls = |error: rustls::Error| ConnectError::Tls {
        problem: error.to_string(),
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(tls)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let config = match &files.certificate {
        None => builder.with_no_client_auth(),
        Some(certificate) => {
            let key = files.key.as_deref().unwrap_or(certificate);
            let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| ConnectError::Tls {
                problem: format!("private key {}: {error}", key.display()),
            })?;
            builder
                .with_client_auth_cert(certificates(certificate)?, secret)
                .map_err(tls)?
        }
    };
    Ok(MakeRustlsConnect::new(config))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, ConnectError> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| ConnectError::Tls {
            problem: format!("certificate {}: {error}", path.display()),
        })
}

/// rustls knows verify-full only; libpq's weaker modes leave out the name, or everything.
#[derive(Debug)]
struct Verifier {
    check: Check,
    webpki: Option<Arc<WebPkiServerVerifier>>,
    /// The certificates of the root file. A self-signed server certificate may be among them, which
    /// OpenSSL accepts and webpki, finding an authority in a server's place, does not.
    pinned: Vec<CertificateDer<'static>>,
    provider: Arc<rustls::crypto::CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(webpki) = &self.webpki else {
            return Ok(ServerCertVerified::assertion());
        };
        if self.pinned.iter().any(|pinned| pinned == end_entity) {
            if self.check == Check::AuthorityAndName {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            }
            return Ok(ServerCertVerified::assertion());
        }
        let verified =
            webpki.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verified {
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.check == Check::Authority => Ok(ServerCertVerified::assertion()),
            result => result,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
