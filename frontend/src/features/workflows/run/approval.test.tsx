import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import type { Execution, Step } from "../execution";
import { Approval } from "./approval";

afterEach(cleanup);

test("two that wait at once have each their own name", () => {
  const run = { execution_id: "1" } as Execution;
  const steps = ["Release the memo?", "Send the letter?"].map(
    (title) => ({ name: title, waiting_for: { title, since: "2026-01-02T03:04:05Z" } }) as Step,
  );
  render(
    <QueryClientProvider client={new QueryClient()}>
      {steps.map((step) => (
        <Approval key={step.name} run={run} step={step} />
      ))}
    </QueryClientProvider>,
  );
  for (const { name } of steps) expect(screen.getByRole("region", { name })).toBeTruthy();
});
