//! The mails that the vendor sends: who was told what.

use super::VENDOR;
use super::contract::Contract;
use crate::ledger::{Notice, NoticeKind};
use crate::sandbox::Sandbox;

/// Records a mail to one address about a contract.
pub(super) fn tell(sandbox: &Sandbox, kind: NoticeKind, email: &str, contract: &str) {
    sandbox.notify(Notice {
        at: sandbox.now(),
        vendor: VENDOR.to_owned(),
        kind,
        recipient: email.to_owned(),
        reference: contract.to_owned(),
    });
}

/// Records a mail to every signer of a contract.
pub(super) fn tell_all(sandbox: &Sandbox, contract: &Contract, kind: NoticeKind) {
    for signer in &contract.signers {
        tell(sandbox, kind, &signer.data.email, &contract.id);
    }
}
