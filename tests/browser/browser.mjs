// One Chromium for a test, with a fresh profile, that remembers everything a page did wrong.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";

import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Addresses inside the browser, such as those of its PDF viewer. */
const INSIDE = ["data:", "blob:", "chrome:", "chrome-extension:"];
/** Tallest picture. */
const MOST_PIXELS = 8000;
/** How often, and with what pause, two pictures are compared until they are the same. */
const MOST_LOOKS = 20;
const PAUSE_MS = 250;

/** Starts Chromium headless. */
export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM, headless: true, args: FLAGS });
}

/**
 * Opens an empty page of `size` and notes every console error, uncaught exception, failed request, and request that leaves
 * the allowed origins. What the browser's own PDF viewer loads from inside the browser does not count.
 *
 * @returns the page and the list of complaints, which grows while the page is used.
 */
export async function openPage(browser, allowedOrigins, size = { width: 1280, height: 900 }) {
  const context = await browser.newContext({ viewport: size, locale: "es-ES" });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText;
    // Aborted: the browser itself gave it up, for a click that led to another page or for a download.
    if (reason !== "net::ERR_ABORTED") complaints.push(`failed request: ${request.url()} ${reason}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!INSIDE.includes(url.protocol) && !allowedOrigins.includes(url.origin)) complaints.push(`foreign origin: ${url.href}`);
  });
  return { page, complaints };
}

/**
 * Writes a picture of the whole page to the output folder, once the page has come to rest.
 *
 * The window is made as tall as the page first: the viewer of embedded documents paints only what is inside the window.
 */
export async function picture(page, name) {
  const size = page.viewportSize();
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: size.width, height: Math.min(Math.max(height, size.height), MOST_PIXELS) });
  let before = Buffer.alloc(0);
  let now = await page.screenshot();
  for (let looks = 0; looks < MOST_LOOKS && !now.equals(before); looks += 1) {
    await page.waitForTimeout(PAUSE_MS);
    [before, now] = [now, await page.screenshot()];
  }
  await writeFile(`${process.env.OUTPUT}/${name}.png`, now);
  await page.setViewportSize(size);
}

/** Fails when the page has to be scrolled sideways on a phone, and takes a picture of it there. */
export async function fitsOnAPhone(page, name) {
  const size = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  await picture(page, name);
  assert.ok(width <= 390, `the page is ${width} px wide on a phone of 390 px`);
  await page.setViewportSize(size);
}
