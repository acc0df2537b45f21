// What a caller of the API writes against the types made from the contract. It is compiled, not run.

import type { paths, components } from "./api.js";

type CreateEnvelope = paths["/v1/envelopes"]["post"]["requestBody"]["content"]["application/json"];
type Created = paths["/v1/envelopes"]["post"]["responses"]["201"]["content"]["application/json"];
type Envelope = paths["/v1/envelopes/{envelope_id}"]["get"]["responses"]["200"]["content"]["application/json"];

export const request: CreateEnvelope = {
  subject: "Employment contract",
  recipients: [{ role: "signer", name: "Jesús Sánchez Alonso", email: "jesus@example.com", routing_order: 1 }],
};

export function isOver(envelope: Envelope): boolean {
  switch (envelope.status) {
    case "completed":
    case "declined":
    case "rejected":
    case "expired":
    case "canceled":
    case "failed":
      return true;
    case "draft":
    case "submitting":
    case "submitted":
    case "sent":
    case "in_progress":
    case "finalizing":
      return false;
  }
}

export function signedDocuments(envelope: Created): string[] {
  return envelope.artifacts.filter((artifact) => artifact.kind === "signed_document").map((artifact) => artifact.sha256);
}

// @ts-expect-error a recipient has a role that the contract lists
export const wrong: CreateEnvelope = { subject: "x", recipients: [{ role: "witness", name: "x", routing_order: 1 }] };

export type Problem = components["schemas"]["Problem"];
