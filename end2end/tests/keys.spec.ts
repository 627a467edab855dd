import { createKey, newKey, row, secretOf } from "./console";
import { enter, expect, test } from "./fixtures";
import { commandOf, run, search } from "./gateway";

/** A name of this project's own: all of them meet one server. */
const named = (name: string): string => `${name} ${test.info().project.name}`;

test("a new key is shown once, works, and is copied whole", async ({ page, context, request }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await enter(page, "diego");
  const name = named("Shown once");
  const secret = await createKey(page, name);
  const region = newKey(page, name);
  await region.getByRole("button", { name: "Copy the key" }).click();
  await expect(region.getByText("Copied").first()).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  await region.getByRole("button", { name: "Copy the command" }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const response = await run(request, commandOf(copied));
  expect(await response.json()).toMatchObject({ code: 0 });

  await page.goto("/keys");
  await expect(newKey(page, name)).toHaveCount(0);
  expect(await page.content()).not.toContain(secret);
  const cells = row(page, name);
  await expect(cells).toContainText(secret.slice(-4));
  await expect(cells).toContainText("Active");
  await expect(cells.locator("td.number")).toHaveText("1");
});

test("a key is made, and the command beside it works, without scripts @nojs", async ({ page, request }) => {
  test.skip(test.info().project.use.javaScriptEnabled !== false, "shown with scripts above");
  await enter(page, "diego");
  const name = named("Plain");
  await createKey(page, name);
  const region = newKey(page, name);
  await expect(region.getByRole("button")).toHaveCount(0);
  const response = await run(request, commandOf((await region.locator("pre").textContent()) ?? ""));
  expect(await response.json()).toMatchObject({ code: 0 });
});

test("a disabled key is refused at once, and an enabled one works again @nojs", async ({ page, request }) => {
  await enter(page, "diego");
  const name = named("On and off");
  const secret = await createKey(page, name);
  await page.goto("/keys");
  expect((await search(request, secret)).code).toBe(0);

  await page.getByRole("button", { name: `Disable ${name}` }).click();
  await expect(page.getByRole("status").first()).toContainText("disabled");
  await expect(row(page, name)).toContainText("Disabled");
  const refused = await search(request, secret);
  expect(refused.code).toBe(40_132);
  expect(refused.message).toContain("disabled");

  await page.getByRole("button", { name: `Enable ${name}` }).click();
  await expect(row(page, name)).toContainText("Active");
  expect((await search(request, secret)).code).toBe(0);
});

test("a double click makes one key, and shows it", async ({ page, request }) => {
  await enter(page, "diego");
  const name = named("Twice");
  await page.goto("/keys");
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Create key" }).dblclick();
  const secret = await secretOf(page, name);
  expect((await search(request, secret)).code).toBe(0);
  await page.goto("/keys");
  await expect(row(page, name)).toHaveCount(1);
});

test.describe("a form that cannot be taken", () => {
  test.use({ expectedConsoleErrors: [/status of 422/] });

  test("says what is wrong with a name, and keeps what was typed @nojs", async ({ page }) => {
    await enter(page, "diego");
    await page.goto("/keys");
    const expires = "2031-05-06";
    // Spaces pass the browser's own check, not the server's.
    await page.getByLabel("Name").fill("   ");
    await page.getByLabel("Expires").fill(expires);
    await page.getByRole("button", { name: "Create key" }).click();
    await expect(page.getByRole("alert")).toContainText("Nothing was saved");
    await expect(page.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
    await expect(page.getByLabel("Name")).toHaveAccessibleDescription(/This field is needed/);
    await expect(page.getByLabel("Expires")).toHaveValue(expires);

    const long = "x".repeat(61);
    await page.getByLabel("Name").fill(long);
    await page.getByRole("button", { name: "Create key" }).click();
    await expect(page.getByLabel("Name")).toHaveAccessibleDescription(/60 characters at most/);
    await expect(page.getByLabel("Name")).toHaveValue(long);
  });

  test("refuses an expiry in the past @nojs", async ({ page }) => {
    await enter(page, "diego");
    await page.goto("/keys");
    await page.getByLabel("Name").fill("Yesterday");
    await page.getByLabel("Expires").fill("2020-01-01");
    await page.getByRole("button", { name: "Create key" }).click();
    await expect(page.getByLabel("Expires")).toHaveAccessibleDescription(/today or a later day/);
    await expect(page.getByLabel("Name")).toHaveValue("Yesterday");
  });
});

test("a name is shown as text, whatever is in it @nojs", async ({ page }) => {
  await enter(page, "diego");
  const name = `<b>"&' ${test.info().project.name}`;
  await createKey(page, name);
  await expect(newKey(page, name).getByRole("heading", { level: 2 })).toContainText(name);
  await page.goto("/keys");
  await expect(row(page, name)).toHaveCount(1);
});

test("a rotated key goes on with a new secret, and the old one is stopped by hand @nojs", async ({ page, request }) => {
  await enter(page, "diego");
  const name = named("Rotated");
  const old = await createKey(page, name);
  await page.goto("/keys");
  await row(page, name).getByRole("link", { name, exact: true }).click();
  await page.getByLabel("The old secret works on for").selectOption("1h");
  await page.getByRole("button", { name: "Rotate key" }).click();
  const secret = await secretOf(page, name);
  expect(secret).not.toBe(old);
  await expect(newKey(page, name)).toContainText("stops by itself");
  expect((await search(request, old)).code).toBe(0);
  expect((await search(request, secret)).code).toBe(0);

  await page.goto("/keys");
  await expect(row(page, name)).toContainText(`Old secret mpg-…${old.slice(-4)} works until`);
  await row(page, name).getByRole("button", { name: "Stop it now" }).click();
  await expect(page.getByRole("status").first()).toContainText("stopped");
  await expect(row(page, name)).not.toContainText("works until");
  expect((await search(request, old)).code).toBe(40_132);
  expect((await search(request, secret)).code).toBe(0);
  await page.goto("/keys");
  await expect(row(page, name).locator("td.number")).toHaveText("3");
});

test("a key is renamed, and deleted for good @nojs", async ({ page, request }) => {
  await enter(page, "diego");
  const name = named("Before");
  const secret = await createKey(page, name);
  await page.goto("/keys");
  await row(page, name).getByRole("link", { name, exact: true }).click();
  const renamed = named("After مفتاح 🔑");
  await page.getByLabel("Name", { exact: true }).fill(renamed);
  await page.getByLabel("Expires").fill("2031-05-06");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("status").first()).toContainText("Saved");
  await expect(page.getByLabel("Expires")).toHaveValue("2031-05-06");
  await page.getByRole("link", { name: "All API keys" }).click();
  await expect(row(page, renamed)).toContainText("until 6 May 2031");

  await row(page, renamed).getByRole("link", { name: renamed, exact: true }).click();
  await page.locator("summary").filter({ hasText: "Delete key" }).click();
  await page.getByRole("button", { name: "Delete for good" }).click();
  await expect(page.getByRole("status").first()).toContainText("deleted");
  await expect(row(page, renamed)).toHaveCount(0);
  expect((await search(request, secret)).code).toBe(40_132);
});
