import { createKey, row, secretOf } from "./console";
import { enter, expect, test } from "./fixtures";
import { search } from "./gateway";

/** A name of this project's own: all of them meet one server. */
const named = (name: string): string => `${name} ${test.info().project.name}`;

test("a cap stops a key, says so, and a higher one lets it go on @nojs", async ({ page, request }) => {
  await enter(page, "diego");
  const name = named("Held back");
  const secret = await createKey(page, name);
  await page.goto("/keys");
  await row(page, name).getByRole("link", { name, exact: true }).click();
  const cap = page.locator("li.cap").filter({ hasText: "Search memory" });
  await cap.getByLabel("Calls").fill("2");
  await cap.getByLabel("Counted").selectOption("week");
  await cap.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status").first()).toContainText("next call");
  await expect(cap).toContainText("0 of 2 this week");

  for (const code of [0, 0, 40_300]) expect((await search(request, secret)).code).toBe(code);
  expect((await search(request, secret)).message).toContain("the cap of this API key, 2 searchMemory calls a week");
  await page.goto("/keys");
  await expect(row(page, name)).toContainText("2 of 2 this week");
  await row(page, name).getByRole("link", { name, exact: true }).click();
  await cap.getByLabel("Calls").fill("3");
  await cap.getByRole("button", { name: "Save" }).click();
  for (const code of [0, 40_300]) expect((await search(request, secret)).code).toBe(code);
  await cap.getByLabel("Calls").fill("");
  await cap.getByRole("button", { name: "Save" }).click();
  await expect(cap).toContainText("No cap");
  expect((await search(request, secret)).code).toBe(0);
});

test("a key can be born with a cap @nojs", async ({ page, request }) => {
  await enter(page, "diego");
  const name = named("Born capped");
  await page.goto("/keys");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.locator("summary").filter({ hasText: "Limit this key" }).click();
  await page.getByLabel("Calls at most").fill("1");
  await page.getByLabel("API", { exact: true }).selectOption("searchMemory");
  await page.getByLabel("Counted").selectOption("total");
  await page.getByRole("button", { name: "Create key" }).click();
  const secret = await secretOf(page, name);
  for (const code of [0, 40_300]) expect((await search(request, secret)).code).toBe(code);
});

test.describe("a cap that makes no sense", () => {
  test.use({ expectedConsoleErrors: [/status of 422/] });

  test("is answered beside its field, and stays typed @nojs", async ({ page }) => {
    await enter(page, "diego");
    await page.goto("/projects");
    await page.getByRole("rowheader").first().getByRole("link").click();
    const cap = page.locator("li.cap").filter({ hasText: "Get message" });
    await cap.getByLabel("Calls").fill("a few");
    await cap.getByRole("button", { name: "Save" }).click();
    await expect(cap.getByLabel("Calls")).toHaveAttribute("aria-invalid", "true");
    await expect(cap.getByLabel("Calls")).toHaveAccessibleDescription(/whole number/);
    await expect(cap.getByLabel("Calls")).toHaveValue("a few");
  });
});
