import { chooser, row, secretOf } from "./console";
import { enter, expect, test } from "./fixtures";
import { search } from "./gateway";

test.use({ expectedConsoleErrors: [/status of (422|409)/] });

test("a project is created once, and takes keys @nojs", async ({ page }) => {
  await enter(page, "diego");
  await page.goto("/projects");
  const name = `Night shift ${test.info().project.name}`;
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Description").fill("Answers while we sleep");
  await page.getByRole("button", { name: "Create project" }).click();
  await expect(page.getByRole("status")).toContainText("created");
  await expect(row(page, name)).toContainText("Answers while we sleep");
  // A reload confirms nothing twice.
  await page.reload();
  await expect(row(page, name)).toHaveCount(1);

  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Description").fill("The same again");
  await page.getByRole("button", { name: "Create project" }).click();
  await expect(page.getByLabel("Name")).toHaveAccessibleDescription(/taken/);
  await expect(page.getByLabel("Name")).toHaveValue(name);
  await expect(page.getByLabel("Description")).toHaveValue("The same again");
  await expect(row(page, name)).toHaveCount(1);

  await page.goto("/keys");
  await expect(page.getByLabel("Project", { exact: true }).locator("option", { hasText: name })).toHaveCount(1);
  await page.goto("/projects");
  await row(page, name).getByRole("link", { name: `Usage of ${name}` }).click();
  await expect(page).toHaveURL(/\/usage\?project=prj_/);
  await expect(chooser(page, "project").locator("summary")).toContainText(name);
});

test("a deleted project stops its keys, and needs its name typed @nojs", async ({ page, request }) => {
  await enter(page, "diego");
  const name = `Short lived ${test.info().project.name}`;
  await page.goto("/projects");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Create project" }).click();
  await row(page, name).getByRole("link", { name, exact: true }).click();
  await expect(page.getByText("No keys in this project")).toBeVisible();
  await page.getByRole("link", { name: "New key" }).click();
  await expect(page.getByLabel("Project", { exact: true }).locator("option:checked")).toHaveText(name);
  const key = `Doomed ${test.info().project.name}`;
  await page.getByLabel("Name", { exact: true }).fill(key);
  await page.getByRole("button", { name: "Create key" }).click();
  const secret = await secretOf(page, key);
  expect((await search(request, secret)).code).toBe(0);

  await page.goto("/projects");
  await row(page, name).getByRole("link", { name, exact: true }).click();
  await expect(row(page, key)).toContainText("Active");
  await page.locator("summary").filter({ hasText: "Delete project" }).click();
  await page.getByLabel("Name of the project").fill("something else");
  await page.getByRole("button", { name: "Delete project and keys" }).click();
  await expect(page.getByLabel("Name of the project")).toHaveAccessibleDescription(/exactly as it is shown/);
  expect((await search(request, secret)).code).toBe(0);
  await page.getByLabel("Name of the project").fill(name);
  await page.getByRole("button", { name: "Delete project and keys" }).click();
  await expect(page.getByRole("status").first()).toContainText("deleted");
  await expect(row(page, name)).toHaveCount(0);
  expect((await search(request, secret)).code).toBe(40_132);
});

test("two windows that edit one project do not overwrite each other @nojs", async ({ page }) => {
  await enter(page, "diego");
  const name = `Two windows ${test.info().project.name}`;
  await page.goto("/projects");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Create project" }).click();
  await row(page, name).getByRole("link", { name, exact: true }).click();
  const other = await page.context().newPage();
  await other.goto(page.url().split("?")[0] ?? "");
  await other.getByLabel("Name", { exact: true }).fill(`${name} (theirs)`);
  await other.getByRole("button", { name: "Save", exact: true }).click();
  await expect(other.getByRole("status").first()).toContainText("Saved");
  await other.close();

  await page.getByLabel("Name", { exact: true }).fill(`${name} (mine)`);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByLabel("Name", { exact: true })).toHaveAccessibleDescription(/changed to .*theirs/);
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue(`${name} (mine)`);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("status").first()).toContainText("Saved");
});
