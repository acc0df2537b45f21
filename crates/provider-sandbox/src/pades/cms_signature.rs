//! The CMS object of a PAdES baseline-B signature.

use aws_lc_rs::digest;
use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedAttributes, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use der::asn1::{ObjectIdentifier, OctetString, SetOfVec};
use der::oid::db::{rfc5911, rfc5912};
use der::{Any, Decode, Encode};
use x509_cert::Certificate;
use x509_cert::attr::Attribute;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::{PadesError, SigningIdentity};

/// Bytes for everything in the CMS object besides the certificates; about 600 are used.
const BESIDES_CERTIFICATES: usize = 1536;

/// Room to reserve for [`detached`]'s result, in bytes.
pub(super) fn room(identity: &SigningIdentity) -> usize {
    BESIDES_CERTIFICATES + identity.certificate_der().len() + identity.issuers_der().map(<[u8]>::len).sum::<usize>()
}

/// A DER-encoded detached signature over content whose SHA-256 digest is `content_digest`.
///
/// Signed are content type, message digest and the signer's certificate; the signing time stands in the PDF's signature
/// dictionary, where alone PAdES allows it. Source: ETSI EN 319 142-1 V1.1.1, section 6.3.
pub(super) fn detached(identity: &SigningIdentity, content_digest: &[u8]) -> Result<Vec<u8>, PadesError> {
    let certificate = Certificate::from_der(identity.certificate_der())?;
    let signed_attrs = signed_attributes(identity, content_digest)?;
    let signature = identity.sign(&signed_attrs.to_der()?)?;
    let sha256 = AlgorithmIdentifierOwned { oid: rfc5912::ID_SHA_256, parameters: None };

    let signer = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: certificate.tbs_certificate.issuer.clone(),
            serial_number: certificate.tbs_certificate.serial_number.clone(),
        }),
        digest_alg: sha256.clone(),
        signed_attrs: Some(signed_attrs),
        signature_algorithm: AlgorithmIdentifierOwned { oid: rfc5912::ECDSA_WITH_SHA_256, parameters: None },
        signature: OctetString::new(signature)?,
        unsigned_attrs: None,
    };
    let mut certificates = vec![CertificateChoices::Certificate(certificate)];
    for issuer in identity.issuers_der() {
        certificates.push(CertificateChoices::Certificate(Certificate::from_der(issuer)?));
    }
    let signed_data = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::try_from([sha256])?,
        encap_content_info: EncapsulatedContentInfo { econtent_type: rfc5911::ID_DATA, econtent: None },
        certificates: Some(CertificateSet(SetOfVec::try_from(certificates)?)),
        crls: None,
        signer_infos: SignerInfos(SetOfVec::try_from(vec![signer])?),
    };
    let content = ContentInfo { content_type: rfc5911::ID_SIGNED_DATA, content: Any::encode_from(&signed_data)? };
    Ok(content.to_der()?)
}

fn signed_attributes(identity: &SigningIdentity, content_digest: &[u8]) -> Result<SignedAttributes, PadesError> {
    let certificate_digest = digest::digest(&digest::SHA256, identity.certificate_der());
    // SigningCertificateV2, ESSCertIDv2s and ESSCertIDv2 are a SEQUENCE each; with SHA-256, the default, the innermost
    // holds the digest alone. Source: RFC 5035, sections 3 and 4.
    let signing_certificate = vec![vec![vec![OctetString::new(certificate_digest.as_ref())?]]];
    Ok(SetOfVec::try_from([
        attribute(rfc5911::ID_CONTENT_TYPE, &rfc5911::ID_DATA)?,
        attribute(rfc5911::ID_MESSAGE_DIGEST, &OctetString::new(content_digest)?)?,
        attribute(rfc5911::ID_AA_SIGNING_CERTIFICATE_V_2, &signing_certificate)?,
    ])?)
}

fn attribute<T>(oid: ObjectIdentifier, value: &T) -> Result<Attribute, PadesError>
where
    T: der::Tagged + der::EncodeValue,
{
    Ok(Attribute { oid, values: SetOfVec::try_from([Any::encode_from(value)?])? })
}
