import { row } from "./console";
import { enter, expect, test } from "./fixtures";

test.use({ expectedConsoleErrors: [/status of 422/] });

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
  await expect(page.getByLabel("Project").locator("option", { hasText: name })).toHaveCount(1);
  await page.goto("/projects");
  await row(page, name).getByRole("link", { name: `Usage of ${name}` }).click();
  await expect(page).toHaveURL(/\/usage\?project=prj_/);
  await expect(page.getByLabel("Project").locator("option:checked")).toHaveText(name);
});
