// The simulated providers' pages: the index that lists the transactions, and the page of each signer.

import assert from "node:assert/strict";

/** The link to a signer's page, by the index's row of the document. */
async function link(page, index, documentName, signerName) {
  await page.goto(index);
  const row = page.getByRole("row", { name: documentName });
  return row.getByRole("link", { name: signerName }).getAttribute("href", { timeout: 10_000 });
}

/** Opens a signer's page as the index links it. */
export async function openSignersPage(page, index, documentName, signerName) {
  await page.goto(await link(page, index, documentName, signerName));
  await page.getByRole("heading", { level: 1 }).waitFor();
}

/** The document that the page shows, as the signer's browser gets it. */
export async function shownDocument(page) {
  const address = await page.locator("object.paper").getAttribute("data");
  const response = await page.request.get(new URL(address, page.url()).href);
  assert.equal(response.status(), 200);
  assert.equal(response.headers()["content-type"], "application/pdf");
  return response.body();
}

/** Presses "Firmar" (or "Aprobar") and waits for the page that follows. */
export async function sign(page, button = "Firmar") {
  await page.getByRole("button", { name: button, exact: true }).click();
  await page.getByRole("status").waitFor();
}
