// Snippets work as they are pasted: these tests read them off the page and run them.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Page } from "@playwright/test";
import { createKey } from "./console";
import { enter, expect, test } from "./fixtures";

const execute = promisify(execFile);
/** Has the package `requests`; the test script knows where. */
const python = process.env.ALLOWANCE_PYTHON ?? "python3";

const named = (name: string): string => `${name} ${test.info().project.name}`;

/** A snippet of the page, by the id of its API. */
async function snippet(page: Page, id: string): Promise<string> {
  const text = await page.locator(`#snippet-${id}`).textContent();
  expect(text, id).toBeTruthy();
  return text ?? "";
}

/** What a shell prints that has run the page's `export` line with a real key, and then `script`. */
async function shell(page: Page, secret: string, script: string): Promise<string> {
  const line = await snippet(page, "export");
  expect(line).toContain("YOUR_API_KEY");
  const env = { ...process.env, FORCE_COLOR: "0" };
  const { stdout } = await execute("bash", ["-euc", `${line.replace("YOUR_API_KEY", secret)}\n${script}`], { env });
  return stdout;
}

test("every curl example works as it is pasted @nojs", async ({ page }) => {
  await enter(page, "diego");
  const secret = await createKey(page, named("curl"));
  await page.goto("/quick-start");
  for (const api of ["addMessage", "searchMemory", "getMessage"]) {
    const answer = JSON.parse(await shell(page, secret, await snippet(page, api))) as { code: number };
    expect(answer.code, api).toBe(0);
  }
});

test("every Python example works as it is pasted @nojs", async ({ page }) => {
  await enter(page, "diego");
  const secret = await createKey(page, named("Python"));
  await page.goto("/quick-start");
  await page.getByRole("link", { name: "Python", exact: true }).click();
  await expect(page).toHaveURL(/lang=python/);
  for (const api of ["addMessage", "searchMemory", "getMessage"]) {
    const code = await snippet(page, api);
    const printed = await shell(page, secret, `${python} - <<'PASTED'\n${code}\nPASTED`);
    expect(printed, api).toMatch(/^0 /);
  }
  const official = await snippet(page, "official");
  expect(official).toContain("MemOSClient(");
  expect(official).toContain(await page.locator("#base-url").innerText());
});

test("every JavaScript example works as it is pasted @nojs", async ({ page }) => {
  await enter(page, "diego");
  const secret = await createKey(page, named("JavaScript"));
  await page.goto("/quick-start?lang=javascript");
  for (const api of ["addMessage", "searchMemory", "getMessage"]) {
    const code = await snippet(page, api);
    const printed = await shell(page, secret, `node --input-type=module - <<'PASTED'\n${code}\nPASTED`);
    expect(printed, api).toMatch(/^0 /);
  }
});

test("a test call from the page is a real one, and says how it went @nojs", async ({ page }) => {
  await enter(page, "diego");
  const name = named("Tried");
  await createKey(page, name);
  await page.goto("/quick-start");
  const test = page.locator("#test");
  await expect(test).toContainText("it costs one call");
  const choice = test.getByLabel("API key");
  const option = choice.locator("option").filter({ hasText: name });
  await choice.selectOption((await option.getAttribute("value")) ?? "");
  await test.getByRole("button", { name: "Send a test call" }).click();
  const answer = page.locator("#test .tested");
  await expect(answer).toContainText("It worked");
  await expect(answer.locator("[data-figure=code]")).toHaveText("0");
  await expect(answer).toContainText(name);
  await expect(answer.getByRole("link", { name: /^req_/ })).toHaveAttribute("href", /^\/requests\/req_/);
  await page.goto("/keys");
  const row = page.getByRole("row").filter({ has: page.getByRole("rowheader").filter({ hasText: name }) });
  await expect(row.locator("td.number").first()).toHaveText("1");
});

test("a test call with nothing left is refused in words @nojs", async ({ page }) => {
  await enter(page, "aisha");
  await page.goto("/quick-start");
  await page.getByRole("button", { name: "Send a test call" }).click();
  const answer = page.locator("#test .tested");
  await expect(answer).toContainText("It failed, and cost nothing.");
  await expect(answer.locator("[data-figure=code]")).toHaveText("40300");
  await expect(answer).toContainText("all 1,000 searchMemory calls of this account are used");
});

test("the limits page has both tables with the account's own numbers @nojs", async ({ page }) => {
  await enter(page, "aisha");
  await page.goto("/limits");
  const search = (table: string) => page.locator(`[data-table=${table}] tr[data-api=searchMemory]`);
  await expect(search("quota").getByRole("cell").last()).toHaveText("0");
  await expect(search("call")).toContainText("4,000 tokens");
  await expect(search("call")).toContainText("10 memories");
  await expect(page.getByText("10 requests a second")).toBeVisible();
  await page.getByRole("main").getByRole("link", { name: "Request more" }).click();
  await expect(page).toHaveURL(/\/request-more/);
});
