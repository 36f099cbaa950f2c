//! HTTPS with an authority that exists only as long as the sandbox runs.

use std::io;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// A throw-away authority and the server it vouches for.
pub(crate) struct Authority {
    pub ca_pem: String,
    pub acceptor: TlsAcceptor,
}

impl Authority {
    pub(crate) fn new() -> io::Result<Self> {
        let wrong = io::Error::other::<rcgen::Error>;
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, "HALKÖDE Sandbox throw-away authority");
        let key = KeyPair::generate().map_err(wrong)?;
        let ca = params.self_signed(&key).map_err(wrong)?;
        let issuer = Issuer::new(params, key);
        let mut params = CertificateParams::new(["localhost", "127.0.0.1", "::1"].map(str::to_owned)).map_err(wrong)?;
        params.distinguished_name.push(DnType::CommonName, "localhost");
        let key = KeyPair::generate().map_err(wrong)?;
        let certificate = params.signed_by(&key, &issuer).map_err(wrong)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key))
            .map_err(io::Error::other)?;
        Ok(Self { ca_pem: ca.pem(), acceptor: TlsAcceptor::from(Arc::new(config)) })
    }
}
