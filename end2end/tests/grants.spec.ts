import { grantForm } from "./console";
import { accounts, enter, expect, otherBrowser, test } from "./fixtures";

test("calls that come again every day are given, seen by their developer, and revoked @nojs", async ({ page, browser }) => {
  const reason = `A class, ${test.info().project.name}`;
  await enter(page, "admin");
  await page.goto("/admin?q=priya");
  await page.getByRole("link", { name: accounts.priya.email }).click();
  await page.getByLabel("API", { exact: true }).selectOption("addMessage");
  await grantForm(page).getByLabel("Calls", { exact: true }).fill("30");
  await grantForm(page).getByLabel("Reason", { exact: true }).fill(reason);
  await page.getByText("Start, end, repetition").click();
  await page.getByLabel("Give", { exact: true }).selectOption("day");
  await page.getByLabel("Calls that roll over").fill("15");
  await page.getByRole("button", { name: "Grant", exact: true }).click();
  await expect(page.getByRole("status")).toContainText("granted");
  const grant = page.getByRole("row").filter({ hasText: reason }).filter({ hasText: "0 of 30" });
  await expect(grant).toContainText("In force");
  await expect(grant).toContainText("Every day, up to 15 left calls roll over");

  const developer = await otherBrowser(browser, "priya");
  await developer.page.goto("/limits");
  const theirs = developer.page.getByRole("row").filter({ hasText: "0 of 30" });
  await expect(theirs.first()).toContainText("Every day");
  await expect(developer.page.getByText(reason)).toHaveCount(0);
  await developer.close();

  await grant.getByText("Revoke", { exact: true }).click();
  await grant.getByRole("button", { name: "Revoke now" }).click();
  await expect(page.getByRole("status")).toContainText("revoked");
  await expect(grant).toContainText("Revoked");
  await expect(grant.getByRole("button", { name: "Revoke now" })).toHaveCount(0);
});

test.describe("terms that make no sense", () => {
  test.use({ expectedConsoleErrors: [/status of 422/] });

  test("are named, and kept @nojs", async ({ page }) => {
    await enter(page, "admin");
    await page.goto("/admin?q=priya");
    await page.getByRole("link", { name: accounts.priya.email }).click();
    await grantForm(page).getByLabel("Calls", { exact: true }).fill("30");
    await grantForm(page).getByLabel("Reason", { exact: true }).fill("A slip");
    await page.getByText("Start, end, repetition").click();
    await page.getByLabel("Priority").fill("9000");
    await page.getByRole("button", { name: "Grant", exact: true }).click();
    await expect(page.getByLabel("Priority")).toBeVisible();
    await expect(page.getByLabel("Priority")).toHaveValue("9000");
    await expect(page.getByLabel("Priority")).toHaveAccessibleDescription(/Enter a number from −100 to 100/);
  });
});
