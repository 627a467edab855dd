import { enter, expect, test } from "./fixtures";

/** Each of the three runs asks for an API of its own: one open request for each. */
const api = () => ({ desktop: "searchMemory", phone: "addMessage", nojs: "getMessage" })[test.info().project.name] ?? "";

test("the page has both QR codes, the links behind them and a reference code @nojs", async ({ page }) => {
  await enter(page, "leo");
  await page.goto("/request-more");
  for (const [name, link] of [
    ["WeChat", /^https:\/\/work\.weixin\.qq\.com\//],
    ["Discord", /^https:\/\/discord\.gg\//],
  ] as const) {
    const channel = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name }) });
    const code = channel.getByRole("img", { name: new RegExp(`QR code.*${name}`) });
    await expect(code).toBeVisible();
    await expect(code.locator("svg path, svg rect").first()).toBeAttached();
    const box = await code.boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0), "large enough to scan").toBeGreaterThanOrEqual(120);
    await expect(channel.getByRole("link")).toHaveAttribute("href", link);
  }
  await expect(page.getByText("Your reference code")).toBeVisible();
});

test("the reference code is copied", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await enter(page, "leo");
  await page.goto("/request-more");
  await page.getByRole("button", { name: "Copy the reference code" }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied.length).toBeGreaterThan(5);
  await expect(page.getByText(copied, { exact: true })).toBeVisible();
  expect(copied).not.toContain("leo");
});

test.describe("the form", () => {
  test.use({ expectedConsoleErrors: [/status of 422/] });

  test("keeps what was typed until it can be sent; a request can be withdrawn @nojs", async ({ page }) => {
    await enter(page, "leo");
    await page.goto(`/request-more?api=${api()}`);
    const choice = page.getByLabel("API", { exact: true });
    const calls = page.getByLabel("Calls you need");
    const send = page.getByRole("button", { name: "Send request" });
    const reason = `Spring festival, ${test.info().project.name}`;
    await expect(choice).toHaveValue(api());

    for (const [typed, problem] of [
      ["many", /whole number/],
      ["0", /from 1 to/],
      ["1.5", /whole number/],
      ["99999999999999999999", /whole number|from 1 to/],
    ] as const) {
      await calls.fill(typed);
      await page.getByLabel("What for").fill(reason);
      await send.click();
      await expect(calls, typed).toHaveAccessibleDescription(problem);
      await expect(calls).toHaveValue(typed);
      await expect(choice).toHaveValue(api());
      await expect(page.getByLabel("What for")).toHaveValue(reason);
    }

    await calls.fill("300");
    await send.click();
    await expect(page.getByRole("status")).toContainText("sent");
    const mine = page.getByRole("article").filter({ hasText: reason });
    await expect(mine).toContainText("300 calls");
    await expect(mine).toContainText("Waiting");

    // A second one for the same API has to wait.
    await choice.selectOption(api());
    await calls.fill("400");
    await page.getByLabel("What for").fill("And more");
    await send.click();
    await expect(choice).toHaveAccessibleDescription(/already open/);

    await mine.getByRole("button", { name: /^Withdraw/ }).click();
    await expect(page.getByRole("status")).toContainText("withdrawn");
    await expect(mine).toContainText("Withdrawn");
    await expect(mine.getByRole("button")).toHaveCount(0);
  });
});

test("answers of the past are there to read @nojs", async ({ page }) => {
  await enter(page, "developer");
  await page.goto("/request-more");
  const approved = page.getByRole("article").filter({ hasText: "Launch week" });
  await expect(approved).toContainText("200 calls granted");
  const rejected = page.getByRole("article").filter({ hasText: "import our whole archive" });
  await expect(rejected).toContainText("Rejected");
  await expect(rejected).toContainText("write to us on Discord first");
});
