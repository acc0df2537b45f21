"""Examines a signed PDF with pyHanko, which shares no code with Rubrica.

Every signature must be intact, valid and trusted under the given root; the last one must cover the whole file, the
ones before it their revision; nothing but further signing may have happened between them; and the persons who signed,
in order, must be the ones that were asked. The document as it was uploaded must be the beginning of the signed file.

usage: verify_signed_pdf.py SIGNED.pdf --root CA.pem [--original ORIGINAL.pdf] --signer NAME [--signer NAME ...]
"""

import argparse
import itertools
import pathlib
import sys

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext


def faults_of(signature, status, is_last):
    """Yields what is wrong with one signature, in sentences."""
    if not status.intact:
        yield "the digest of the signed bytes differs: the file was changed"
    if not status.valid:
        yield "the signature does not verify under the signer's key"
    if not status.trusted:
        yield f"the certificate does not lead to the trusted root: {status.trust_problem_indic}"
    if is_last and status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        yield f"the last signature does not cover the whole file: {status.coverage.name}"
    if not is_last and status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        yield f"the signature does not cover its whole revision: {status.coverage.name}"
    if status.modification_level not in (None, ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING):
        yield f"the document was changed after signing: {status.modification_level.name}"
    if not status.bottom_line:
        yield "pyHanko's overall verdict is negative"
    if signature.sig_object.get("/SubFilter") != "/ETSI.CAdES.detached":
        yield f"not a PAdES signature: {signature.sig_object.get('/SubFilter')}"


def common_name(certificate):
    return certificate.subject.native["common_name"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("signed", type=pathlib.Path)
    parser.add_argument("--root", required=True, type=pathlib.Path)
    parser.add_argument("--original", type=pathlib.Path)
    parser.add_argument("--signer", action="append", required=True)
    options = parser.parse_args()

    faults = []
    trust = ValidationContext(trust_roots=[load_cert_from_pemder(str(options.root))], allow_fetching=False)
    with options.signed.open("rb") as file:
        signatures = PdfFileReader(file).embedded_signatures
        for position, signature in enumerate(signatures, start=1):
            status = validate_pdf_signature(signature, signer_validation_context=trust)
            print(f"  {signature.field_name}: {status.summary()}, by {common_name(status.signing_cert)}")
            found = faults_of(signature, status, position == len(signatures))
            faults.extend(f"{signature.field_name}: {fault}" for fault in found)
        # A person with several places in a document signs once for each, one after another.
        signed_by = [name for name, _ in itertools.groupby(common_name(s.signer_cert) for s in signatures)]

    if signed_by != options.signer:
        faults.append(f"signed by {signed_by}, expected {options.signer}")
    if options.original and not options.signed.read_bytes().startswith(options.original.read_bytes()):
        faults.append("the uploaded document is not the beginning of the signed file")
    for fault in faults:
        print(f"  error: {options.signed.name}: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
