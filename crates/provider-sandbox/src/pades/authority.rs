//! The test authority and the certificates it issues to signers.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, DnValue, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType, SigningKey, date_time_ymd,
};

use super::PadesError;

/// How long before `now` certificates are already valid: clocks of verifiers differ.
const BACKDATED: Duration = Duration::from_hours(24);
const ROOT_LIFETIME: Duration = Duration::from_hours(24 * 365 * 10);
const LEAF_LIFETIME: Duration = Duration::from_hours(24 * 365 * 3);

/// `serialNumber` of a person's distinguished name. Source: ITU-T X.520, section 6.2.9.
const SERIAL_NUMBER: &[u64] = &[2, 5, 4, 5];
/// `emailAddress`. Source: RFC 2985, section 5.2.1.
const EMAIL_ADDRESS: &[u64] = &[1, 2, 840, 113_549, 1, 9, 1];
/// Longest common name and serial number, in characters. Source: RFC 5280, appendix A.1 (`ub-common-name`,
/// `ub-serial-number`).
const LONGEST_NAME: usize = 64;

/// A self-signed ECDSA P-256 root that lives in memory only and issues signers' certificates.
#[derive(Debug)]
pub struct TestCa {
    root: CertifiedIssuer<'static, KeyPair>,
}

impl TestCa {
    /// A new authority with a new key, valid from a day before `now` for ten years.
    ///
    /// # Errors
    /// [`PadesError::Certificate`] when key or certificate cannot be made.
    pub fn generate(now: DateTime<Utc>) -> Result<Self, PadesError> {
        let mut name = DistinguishedName::new();
        name.push(DnType::OrganizationName, "Rubrica sandbox");
        name.push(DnType::CommonName, "Rubrica sandbox test root");
        let mut params = params(name, now, ROOT_LIFETIME);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Ok(Self { root: CertifiedIssuer::self_signed(params, new_key()?)? })
    }

    /// The root certificate in PEM, for a verifier's list of trusted roots.
    #[must_use]
    pub fn root_pem(&self) -> String {
        self.root.pem()
    }

    /// The root certificate in DER.
    #[must_use]
    pub fn root_der(&self) -> &[u8] {
        self.root.der()
    }

    /// A signer's certificate with a new key, valid from a day before `now` for three years.
    ///
    /// `identifier` is the person's number with an authority (tax number, national identity) and becomes the subject's
    /// `serialNumber`. `email` is left out of the certificate when it is not ASCII, which its fields cannot hold.
    /// Names are cut at 64 characters.
    ///
    /// # Errors
    /// [`PadesError::Certificate`] when key or certificate cannot be made.
    pub fn issue(
        &self,
        common_name: &str,
        identifier: Option<&str>,
        email: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<SigningIdentity, PadesError> {
        let email = email.and_then(|address| Ia5String::try_from(address).ok());
        let mut name = DistinguishedName::new();
        name.push(DnType::CommonName, cut(common_name));
        if let Some(identifier) = identifier {
            name.push(DnType::from_oid(SERIAL_NUMBER), cut(identifier));
        }
        if let Some(email) = &email {
            name.push(DnType::from_oid(EMAIL_ADDRESS), DnValue::Ia5String(email.clone()));
        }
        let mut params = params(name, now, LEAF_LIFETIME);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
        params.use_authority_key_identifier_extension = true;
        params.subject_alt_names = email.into_iter().map(SanType::Rfc822Name).collect();

        let key = new_key()?;
        let certificate = params.signed_by(&key, &self.root)?;
        Ok(SigningIdentity { key, certificate: certificate.der().to_vec(), issuers: vec![self.root.der().to_vec()] })
    }
}

/// A signer's private key with the certificate chain that goes into the signatures.
pub struct SigningIdentity {
    key: KeyPair,
    certificate: Vec<u8>,
    issuers: Vec<Vec<u8>>,
}

impl SigningIdentity {
    /// The signer's own certificate in DER.
    #[must_use]
    pub fn certificate_der(&self) -> &[u8] {
        &self.certificate
    }

    /// The certificates above the signer's, up to the root, in DER.
    pub fn issuers_der(&self) -> impl Iterator<Item = &[u8]> {
        self.issuers.iter().map(Vec::as_slice)
    }

    /// ECDSA with SHA-256 over `message`, as the DER `SEQUENCE` that CMS carries.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, PadesError> {
        Ok(self.key.sign(message)?)
    }
}

impl fmt::Debug for SigningIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningIdentity").finish_non_exhaustive()
    }
}

fn new_key() -> Result<KeyPair, PadesError> {
    Ok(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?)
}

fn params(name: DistinguishedName, now: DateTime<Utc>, lifetime: Duration) -> CertificateParams {
    // rcgen takes its dates as types of the `time` crate; counting from the epoch spares us the dependency.
    let since_epoch = Duration::from_secs(u64::try_from(now.timestamp()).unwrap_or_default());
    let now = date_time_ymd(1970, 1, 1) + since_epoch;
    let mut params = CertificateParams::default();
    params.distinguished_name = name;
    params.not_before = now - BACKDATED;
    params.not_after = now + lifetime;
    params
}

fn cut(name: &str) -> String {
    name.chars().take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use der::Decode;
    use x509_cert::Certificate;
    use x509_cert::ext::pkix::{BasicConstraints as ParsedConstraints, KeyUsage, KeyUsages};

    fn issued(common_name: &str, email: Option<&str>) -> Certificate {
        let now = Utc::now();
        let identity = TestCa::generate(now).unwrap().issue(common_name, Some("12.345.678-5"), email, now).unwrap();
        Certificate::from_der(identity.certificate_der()).unwrap()
    }

    #[test]
    fn a_leaf_names_its_holder_and_may_only_sign() {
        let certificate = issued("Ana Pérez", Some("ana@example.com")).tbs_certificate;

        let subject = certificate.subject.to_string();
        assert!(subject.contains("CN=Ana Pérez"), "{subject}");
        assert!(subject.contains("12.345.678-5"), "{subject}");
        let (critical, usage) = certificate.get::<KeyUsage>().unwrap().unwrap();
        assert!(critical);
        assert_eq!(usage.0, KeyUsages::DigitalSignature | KeyUsages::NonRepudiation);
        let (_, constraints) = certificate.get::<ParsedConstraints>().unwrap().unwrap();
        assert!(!constraints.ca);
    }

    #[test]
    fn a_long_name_is_cut_and_a_non_ascii_address_left_out() {
        let certificate = issued(&"ñ".repeat(70), Some("añá@example.com")).tbs_certificate;

        let subject = certificate.subject.to_string();
        assert!(subject.contains(&"ñ".repeat(64)) && !subject.contains(&"ñ".repeat(65)), "{subject}");
        assert!(!subject.contains("example.com"), "{subject}");
    }

    #[test]
    fn a_debug_print_of_an_identity_holds_no_key() {
        let now = Utc::now();
        let identity = TestCa::generate(now).unwrap().issue("Ana", None, None, now).unwrap();
        assert_eq!(format!("{identity:?}"), "SigningIdentity { .. }");
    }

    #[test]
    fn authority_and_identities_can_be_shared_between_threads() {
        fn shared<T: Send + Sync + 'static>() {}
        shared::<TestCa>();
        shared::<SigningIdentity>();
        shared::<PadesError>();
    }
}
