//! The words of envelopes, recipients and what happens to them.

use super::words::{mirror, worded};

mirror! {
    /// What a recipient has to do.
    pub enum Role = domain::envelope::Role {
        /// Signs.
        Signer,
        /// Reviews and approves.
        Approver,
        /// Gets a copy and does nothing.
        Copy,
    }
}

mirror! {
    /// The strength of a signature; as a request it is a minimum.
    pub enum SignatureLevel = domain::envelope::SignatureLevel {
        /// A simple electronic signature.
        Simple,
        /// An advanced electronic signature.
        Advanced,
        /// A qualified electronic signature.
        Qualified,
    }
}

mirror! {
    /// How a recipient is invited, or told a code.
    pub enum Delivery = domain::envelope::Delivery {
        /// By e-mail.
        Email,
        /// By SMS.
        Sms,
        /// By WhatsApp.
        Whatsapp,
        /// Not at all: the caller shows the signing link itself.
        None,
    }
}

mirror! {
    /// A notary's part in an envelope.
    #[derive(Default)]
    pub enum Notary = domain::envelope::Notary {
        /// No notary.
        #[default]
        None,
        /// The notary certifies the signatures.
        Certification,
        /// The notary files the document.
        Protocolization,
        /// The notary validates the document.
        Validation,
        /// Everything a notary can do.
        Full,
    }
}

mirror! {
    /// For whom a recipient acts.
    #[derive(Default)]
    pub enum ActsAs = domain::envelope::ActsAs {
        /// For themselves.
        #[default]
        Person,
        /// For an organization.
        Organization,
        /// For themselves and an organization.
        Both,
    }
}

mirror! {
    /// What a box on a page is for.
    pub enum FieldType = domain::envelope::FieldType {
        /// The signature's visible mark.
        Signature,
    }
}

mirror! {
    /// What the broker is bringing about and the provider has not confirmed yet.
    pub enum PendingKind = domain::record::PendingKind {
        /// The envelope is being taken back.
        Cancel,
        /// The deadline passed; it is being ended.
        Expire,
    }
}

mirror! {
    /// What the provider holds, compared with what was asked.
    pub enum Integrity = domain::record::Integrity {
        /// It holds what was asked.
        Verified,
        /// It holds something else; the trail tells the differences.
        Mismatch,
        /// It could not be read.
        Unreadable,
    }
}

mirror! {
    /// What a file that came back is.
    pub enum ArtifactKind = domain::facts::ArtifactKind {
        /// A signed document.
        SignedDocument,
        /// The provider's evidence.
        Evidence,
        /// A receipt.
        Receipt,
        /// A file that a signer attached.
        SignerAttachment,
        /// The broker's own evidence.
        BrokerEvidence,
    }
}

mirror! {
    /// How much a finding weighs.
    pub enum Severity = domain::finding::Severity {
        /// Worth knowing; nothing is lost.
        Info,
        /// Text or looks that the provider will not show as asked.
        Warning,
        /// The envelope cannot be sent as it is.
        Error,
    }
}

mirror! {
    /// What the pointer of a finding points into.
    pub enum FindingSource = domain::finding::FindingSource {
        /// The envelope as `GET` shows it.
        Envelope,
        /// The provider account.
        Account,
    }
}

mirror! {
    /// How well a feature is honoured.
    pub enum Support = domain::capability::Support {
        /// The provider does it.
        Native,
        /// The broker does it with what the provider has.
        Emulated,
        /// Nobody does it: asking for it is a finding.
        Unsupported,
    }
}

mirror! {
    /// A feature that an envelope may ask for.
    pub enum Feature = domain::capability::Feature {
        /// More than one document in an envelope.
        SeveralDocuments,
        /// More than one signer in an envelope.
        SeveralSigners,
        /// Recipients that act one after another.
        SequentialOrder,
        /// Recipients that act at the same time.
        ParallelOrder,
        /// A stage that needs only some of its recipients.
        StageMinimum,
        /// A name shown for a stage.
        StageName,
        /// Recipients with the role `approver`.
        RoleApprover,
        /// Recipients with the role `copy`.
        RoleCopy,
        /// Signature level `simple`.
        LevelSimple,
        /// Signature level `advanced`.
        LevelAdvanced,
        /// Signature level `qualified`.
        LevelQualified,
        /// Invitation by e-mail.
        DeliveryEmail,
        /// Invitation by SMS.
        DeliverySms,
        /// Invitation by WhatsApp.
        DeliveryWhatsapp,
        /// No invitation: the caller shows the signing link itself.
        DeliveryNone,
        /// A one-time code by SMS before access.
        AuthSmsOtp,
        /// A one-time code by e-mail before access.
        AuthEmailOtp,
        /// A one-time code by WhatsApp before access.
        AuthWhatsappOtp,
        /// A code that the sender and the recipient agreed on.
        AuthAccessCode,
        /// Proof by a certificate.
        AuthCertificate,
        /// Signature positions on the page.
        SignatureFields,
        /// The size of a signature's box.
        FieldSize,
        /// A message to everybody.
        Message,
        /// A message to one recipient.
        RecipientMessage,
        /// The language that recipients see.
        Language,
        /// A deadline.
        Expiry,
        /// Reminders at an interval.
        Reminders,
        /// A reminder on demand.
        Remind,
        /// Taking an envelope back after it was sent.
        Cancel,
        /// Correcting a recipient after the envelope was sent.
        CorrectRecipient,
        /// A recipient that acts for an organization.
        ActsAsOrganization,
        /// Files that a recipient must attach.
        RequestedAttachments,
        /// Identity documents sent along for a recipient.
        IdentityDocuments,
        /// A notary's part: certification.
        NotaryCertification,
        /// A notary's part: protocolization.
        NotaryProtocolization,
        /// A notary's part: validation.
        NotaryValidation,
        /// A notary's part: everything.
        NotaryFull,
        /// Evidence of the signing made by the provider.
        Evidence,
        /// A link under which a recipient signs, given to the caller.
        SigningUrl,
    }
}

worded! {
    /// Where an envelope stands.
    EnvelopeStatus = domain::states::EnvelopeStatus, example "in_progress"
}

worded! {
    /// Where a recipient stands.
    RecipientStatus = domain::states::RecipientStatus, example "sent"
}

worded! {
    /// Where a stage stands.
    StageStatus = domain::states::StageStatus, example "active"
}

worded! {
    /// Where one transaction at a provider stands.
    SubmissionState = domain::states::SubmissionState, example "in_progress"
}

worded! {
    /// Why a person is needed, the most severe first.
    AttentionCode = domain::attention::AttentionCode, example "submission_unknown"
}

worded! {
    /// What a person can decide about an attention.
    ResolveAction = domain::attention::ResolveAction, example "retry"
}

worded! {
    /// What happened.
    EventType = domain::events::EventKind, example "envelope.sent"
}

worded! {
    /// Whose numbering an identity number follows.
    NationalIdType = domain::values::NationalIdType, example "nif"
}
