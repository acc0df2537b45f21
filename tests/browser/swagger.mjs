// Swagger UI as a developer uses it: authorize, open an operation, fill it in, execute it, read the answer.

import assert from "node:assert/strict";

export class SwaggerUi {
  constructor(page) {
    this.page = page;
  }

  /** Opens the page and waits until the operations are there. */
  async open(url) {
    await this.page.goto(url);
    await this.page.locator(".opblock").first().waitFor();
  }

  /** Puts the key into the dialog behind "Authorize". */
  async authorize(key) {
    await this.page.locator(".auth-wrapper .btn.authorize").click();
    const dialog = this.page.locator(".dialog-ux");
    await dialog.locator("input").first().fill(key);
    await dialog.locator(".auth-btn-wrapper .authorize").click();
    await dialog.getByText("Authorized").waitFor();
    await dialog.locator(".btn-done").click();
  }

  /** Opens an operation and makes it ready to be tried out. */
  async operation(method, path) {
    const block = this.page
      .locator(`.opblock-${method.toLowerCase()}`)
      .filter({ has: this.page.locator(`.opblock-summary-path[data-path="${path}"]`) });
    if (!(await block.evaluate((element) => element.classList.contains("is-open")))) {
      await block.locator(".opblock-summary-control").click();
    }
    const tryOut = block.locator(".try-out__btn");
    await tryOut.waitFor();
    if (!(await tryOut.evaluate((element) => element.classList.contains("cancel")))) await tryOut.click();
    return new Operation(this.page, block, method);
  }
}

class Operation {
  constructor(page, block, method) {
    this.page = page;
    this.block = block;
    this.method = method;
  }

  /** Fills in parameters by name. */
  async parameters(values) {
    for (const [name, value] of Object.entries(values)) {
      await this.block.locator(`tr[data-param-name="${name}"] input`).fill(value);
    }
    return this;
  }

  /** The text that stands in the body's editor, which is the document's own example at first. */
  async example() {
    return this.block.locator("textarea.body-param__text").inputValue();
  }

  /** Replaces the JSON body. */
  async json(value) {
    await this.block.locator("textarea.body-param__text").fill(JSON.stringify(value, null, 2));
    return this;
  }

  /** Chooses the media type of the request body. */
  async mediaType(name) {
    await this.block.locator(".opblock-section-request-body select.content-type").selectOption(name);
    return this;
  }

  /** Attaches a file of the disk to the only file field. */
  async file(path) {
    await this.block.locator('.opblock-section-request-body input[type="file"]').setInputFiles(path);
    return this;
  }

  /** Executes, expects the status in the answer and on the page, and gives the answer's JSON back. */
  async execute(expected) {
    const response = await this.#answered(expected);
    return JSON.parse(await response.text());
  }

  /** Executes, then saves the file that the page offers for download under `path`. */
  async download(expected, path) {
    await this.#answered(expected);
    const saving = this.page.waitForEvent("download");
    await this.#live().getByRole("link", { name: "Download file" }).click();
    await (await saving).saveAs(path);
  }

  /** The answer's body as the page shows it. */
  async shownBody() {
    return this.#live().locator(".response-col_description .highlight-code").first().innerText();
  }

  /** Takes a picture of the operation as it stands, from its head on. */
  async picture(name) {
    const size = this.page.viewportSize();
    await this.page.setViewportSize({ width: size.width, height: 1800 });
    await this.block.evaluate((element) => element.scrollIntoView({ block: "start" }));
    await this.page.screenshot({ path: `${process.env.OUTPUT}/${name}.png` });
    await this.page.setViewportSize(size);
  }

  #live() {
    return this.block.locator(".live-responses-table");
  }

  async #answered(expected) {
    const answer = this.page.waitForResponse((response) => response.request().method() === this.method);
    await this.block.locator(".execute-wrapper .execute").click();
    const response = await answer;
    if (response.status() !== expected) {
      assert.fail(`${this.method} ${response.url()}: ${response.status()} in place of ${expected}: ${await response.text()}`);
    }
    await this.#live().locator(".response-col_status").getByText(String(expected)).first().waitFor();
    return response;
  }

  /** Closes the operation again. */
  async close() {
    await this.block.locator(".opblock-summary-control").click();
  }
}
