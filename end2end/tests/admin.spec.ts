import { createKey, figures, grantForm, row } from "./console";
import { accounts, enter, expect, otherBrowser, test } from "./fixtures";
import { search } from "./gateway";

test("an account is found by e-mail, name, reference code and part of them @nojs", async ({ page }) => {
  await enter(page, "admin");
  // Newer accounts, of other tests too, stand before hers on the first page.
  await page.goto(`/admin?q=${accounts.aisha.email}`);
  const aisha = row(page, accounts.aisha.email);
  await expect(aisha).toContainText("Aisha Rahman");
  const reference = (await aisha.locator("code").first().textContent()) ?? "";
  for (const sought of [accounts.aisha.email, "AISHA", "rahman", reference, "lantern"]) {
    await page.getByRole("searchbox").fill(sought);
    await page.getByRole("button", { name: "Search" }).click();
    await expect(aisha, sought).toHaveCount(1);
    await expect(page.getByRole("rowheader"), sought).toHaveCount(1);
    await expect(page.getByRole("searchbox")).toHaveValue(sought);
  }
  await page.goto("/admin?q=%25");
  await expect(page.getByText("No account matches")).toBeVisible();
  await page.goto("/admin?q=nobody-at-all&page=-3");
  await expect(page.getByText("No account matches")).toBeVisible();
});

test("a grant with its reason counts for the next call, and is in the audit log @nojs", async ({ page, browser, request }) => {
  const reason = `Apology for the outage, ${test.info().project.name}`;
  const developer = await otherBrowser(browser, "priya");
  await developer.page.goto("/usage");
  const before = await figures(developer.page, "getMessage");

  await enter(page, "admin");
  await page.goto("/admin?q=priya");
  await page.getByRole("link", { name: accounts.priya.email }).click();
  await page.getByLabel("API", { exact: true }).selectOption("getMessage");
  await grantForm(page).getByLabel("Calls", { exact: true }).fill("70");
  await grantForm(page).getByLabel("Reason", { exact: true }).fill(reason);
  await page.getByRole("button", { name: "Grant" }).click();
  await expect(page.getByRole("status")).toContainText("granted");
  const grant = page.getByRole("region", { name: "Grants" }).last().getByRole("row").filter({ hasText: reason });
  await expect(grant).toContainText("70");
  await expect(grant).toContainText(accounts.admin.email);

  await developer.page.reload();
  // Others are granted calls meanwhile: each run gives as much.
  const after = await figures(developer.page, "getMessage");
  expect(after.remaining - before.remaining).toBeGreaterThanOrEqual(70);
  expect((after.remaining - before.remaining) % 70).toBe(0);
  const key = await createKey(developer.page, `After the grant, ${test.info().project.name}`);
  expect((await search(request, key)).code).toBe(0);
  await developer.close();

  await page.goto("/admin/audit");
  const entry = page.getByRole("row").filter({ hasText: reason });
  await expect(entry).toContainText(accounts.admin.email);
  await expect(entry).toContainText(accounts.priya.email);
  await expect(entry).toContainText("70");
});

test.describe("what the desk refuses", () => {
  test.use({ expectedConsoleErrors: [/status of 422/] });

  test("a grant needs a number and a reason, and keeps what was typed @nojs", async ({ page }) => {
    await enter(page, "admin");
    await page.goto("/admin?q=priya");
    await page.getByRole("link", { name: accounts.priya.email }).click();
    await grantForm(page).getByLabel("Calls", { exact: true }).fill("-5");
    await grantForm(page).getByLabel("Reason", { exact: true }).fill("A slip of the finger");
    await page.getByRole("button", { name: "Grant" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
    await expect(grantForm(page).getByLabel("Calls", { exact: true })).toHaveAttribute("aria-invalid", "true");
    await expect(grantForm(page).getByLabel("Reason", { exact: true })).toHaveValue("A slip of the finger");
    await grantForm(page).getByLabel("Calls", { exact: true }).fill("5");
    await grantForm(page).getByLabel("Reason", { exact: true }).fill("  ");
    await page.getByRole("button", { name: "Grant" }).click();
    await expect(grantForm(page).getByLabel("Reason", { exact: true })).toHaveAccessibleDescription(/This field is needed/);
    await expect(grantForm(page).getByLabel("Calls", { exact: true })).toHaveValue("5");
  });

  test("a rejection needs its sentence, which the developer reads @once", async ({ page, browser }) => {
    const why = "A smaller pilot first, please: 500 would be fine.";
    const developer = await otherBrowser(browser, "priya");
    await developer.page.goto("/request-more?api=addMessage");
    await developer.page.getByLabel("Calls you need").fill("900000");
    await developer.page.getByLabel("What for").fill("To try something large.");
    await developer.page.getByRole("button", { name: "Send request" }).click();
    await expect(developer.page.getByRole("status")).toContainText("sent");

    await enter(page, "admin");
    await page.goto("/admin/requests");
    const waiting = page.getByRole("listitem").filter({ hasText: "To try something large." });
    await waiting.getByRole("button", { name: "Reject" }).click();
    await expect(waiting.getByLabel("Answer")).toHaveAccessibleDescription(/This field is needed/);
    await waiting.getByLabel("Answer").fill(why);
    await waiting.getByRole("button", { name: "Reject" }).click();
    await expect(page.getByRole("status")).toContainText("rejected");
    await expect(waiting).toHaveCount(0);
    await page.getByRole("link", { name: "Answered" }).click();
    await expect(waiting).toContainText(why);

    await developer.page.goto("/request-more");
    const mine = developer.page.getByRole("article").filter({ hasText: "To try something large." });
    await expect(mine).toContainText("Rejected");
    await expect(mine).toContainText(why);
    await developer.close();

    await page.goto("/admin/audit");
    await expect(page.getByRole("row").filter({ hasText: why })).toContainText("request.rejected");
  });
});

test.describe("for a developer", () => {
  test.use({ expectedConsoleErrors: [/status of 404/] });

  test("there is no desk @nojs", async ({ page }) => {
    await enter(page, "leo");
    await page.goto("/usage");
    await expect(page.getByRole("link", { name: "Audit log" })).toHaveCount(0);
    for (const path of ["/admin", "/admin/requests", "/admin/audit", "/admin/accounts/acc_x", "/admin/nothing"]) {
      const response = await page.goto(path);
      expect(response?.status(), path).toBe(404);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Page not found");
    }
    const posted = await page.request.post("/admin/accounts/acc_x/grants", {
      form: { api: "searchMemory", calls: "1000", reason: "For me" },
    });
    expect(posted.status()).toBe(404);
  });

  test("an account that is not there is not found @nojs", async ({ page }) => {
    await enter(page, "admin");
    expect((await page.goto("/admin/accounts/acc_nobody"))?.status()).toBe(404);
  });
});
