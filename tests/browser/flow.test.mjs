// One envelope from Swagger UI to the signed document, with nothing but clicks.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { fitsOnAPhone, launch, openPage, picture } from "./browser.mjs";
import { openSignersPage, shownDocument, sign } from "./signer.mjs";
import { SwaggerUi } from "./swagger.mjs";

const { API_URL, SANDBOX_URL, API_KEY, CONTRACT, OUTPUT } = process.env;
const ORIGINS = [API_URL, SANDBOX_URL];

const ENVELOPE = {
  reference: "BROWSER-1",
  subject: "Employment contract",
  message: "Please read and sign.",
  language: "es-ES",
  recipients: [
    {
      role: "signer",
      name: "Jesús Sánchez Alonso",
      given_name: "Jesús",
      family_name: "Sánchez",
      second_family_name: "Alonso",
      email: "jesus@example.com",
      routing_order: 1,
      fields: [{ type: "signature", document: 1, page: 1, x: 72, y: 640, width: 150, height: 50 }],
    },
    {
      role: "signer",
      name: "Ana Pérez Ruiz",
      given_name: "Ana",
      family_name: "Pérez",
      second_family_name: "Ruiz",
      email: "ana@example.com",
      routing_order: 2,
      fields: [{ type: "signature", document: 1, page: 1, x: 320, y: 640, width: 150, height: 50 }],
    },
  ],
};

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

test("a developer carries an envelope through from Swagger UI, and its signers sign in their browsers", async () => {
  const docs = await openPage(browser, ORIGINS);
  const swagger = new SwaggerUi(docs.page);
  await swagger.open(`${API_URL}/docs/`);
  await picture(docs.page, "docs");
  await swagger.authorize(API_KEY);

  const create = await swagger.operation("POST", "/v1/envelopes");
  assert.ok((await create.example()).includes('"recipients"'), "the editor begins with the document's example");
  await create.json(ENVELOPE);
  const draft = await create.execute(201);
  assert.equal(draft.status, "draft");
  await create.picture("docs-create-envelope");
  await create.close();
  const id = { envelope_id: draft.id };

  const upload = await swagger.operation("POST", "/v1/envelopes/{envelope_id}/documents");
  await upload.parameters(id);
  await upload.mediaType("multipart/form-data");
  await upload.file(CONTRACT);
  const document = await upload.execute(201);
  await upload.picture("docs-upload-document");
  await upload.close();

  const plan = await swagger.operation("GET", "/v1/envelopes/{envelope_id}/plan");
  await plan.parameters(id);
  assert.equal((await plan.execute(200)).submissions.length, 1);
  await plan.close();

  const send = await swagger.operation("POST", "/v1/envelopes/{envelope_id}/send");
  await send.parameters({ ...id, Prefer: "wait=20" });
  const sent = await send.execute(202);
  assert.equal(sent.status, "sent", JSON.stringify(sent));
  await send.close();

  const original = await readFile(CONTRACT);
  for (const signer of ENVELOPE.recipients) {
    const { page, complaints } = await openPage(browser, ORIGINS);
    await openSignersPage(page, SANDBOX_URL, document.name, signer.name);
    assert.ok((await shownDocument(page)).equals(original), "the signer sees the uploaded bytes");
    await picture(page, `signer-${signer.routing_order}-before`);
    await fitsOnAPhone(page, `signer-${signer.routing_order}-phone`);
    await sign(page);
    await picture(page, `signer-${signer.routing_order}-after`);
    assert.deepEqual(complaints, []);
    await page.context().close();
  }

  const read = await swagger.operation("GET", "/v1/envelopes/{envelope_id}");
  await read.parameters(id);
  let envelope = await read.execute(200);
  for (let looks = 0; envelope.status !== "completed" && looks < 60; looks += 1) {
    await docs.page.waitForTimeout(500);
    envelope = await read.execute(200);
  }
  assert.equal(envelope.status, "completed", JSON.stringify(envelope));
  assert.match(await read.shownBody(), /"status":\s*"completed"/);
  await read.picture("docs-completed-envelope");
  await read.close();

  const list = await swagger.operation("GET", "/v1/envelopes/{envelope_id}/artifacts");
  await list.parameters(id);
  const artifacts = (await list.execute(200)).data;
  await list.close();
  const signed = artifacts.find((artifact) => artifact.kind === "signed_document");
  assert.equal(signed.verification.status, "valid");
  assert.deepEqual(
    signed.verification.signatures.map((signature) => signature.integrity),
    ["intact", "intact"],
  );

  const fetch = await swagger.operation("GET", "/v1/envelopes/{envelope_id}/artifacts/{artifact_id}/content");
  await fetch.parameters({ ...id, artifact_id: signed.id });
  const path = `${OUTPUT}/signed.pdf`;
  await fetch.download(200, path);
  const bytes = await readFile(path);
  assert.equal(createHash("sha256").update(bytes).digest("hex"), signed.sha256, "the browser saved the signed document");
  assert.ok(bytes.subarray(0, original.length).equals(original), "the uploaded bytes are its beginning");

  assert.deepEqual(docs.complaints, []);
});
