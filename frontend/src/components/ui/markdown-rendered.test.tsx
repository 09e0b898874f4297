import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import MarkdownRendered from "./markdown-rendered";

describe("Markdown", () => {
  afterEach(cleanup);

  it("lets nothing in that runs, loads or tells", () => {
    const text =
      "![pixel](https://evil.example/p.png) <img src=x onerror=alert(1)> <script>alert(1)</script> [x](javascript:alert(1))";
    const { container } = render(<MarkdownRendered text={text} />);
    expect(container.querySelector("img, script, [onerror], [href^=javascript]")).toBeNull();
  });

  it("opens links elsewhere, without saying where from", () => {
    render(<MarkdownRendered text="[the Act](https://www.legislation.gov.uk/)" />);
    const link = screen.getByRole("link", { name: "the Act" });
    expect([link.getAttribute("target"), link.getAttribute("rel")]).toEqual([
      "_blank",
      "noopener noreferrer nofollow",
    ]);
  });

  it("renders tables, and scrolls them by themselves", () => {
    render(<MarkdownRendered text={"| Step | Deadline |\n|---|---|\n| Notice | 14 days |"} />);
    expect(screen.getByRole("region", { name: "Table" }).querySelector("td")?.textContent).toBe("Notice");
  });
});
