import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Composer } from "./composer";

afterEach(() => {
  cleanup();
  localStorage.clear();
});

function renderWith(onAsk: (question: string) => Promise<boolean>): HTMLTextAreaElement {
  render(
    <Composer
      conversationId="1"
      hindrance={null}
      isAnswering={false}
      onAsk={onAsk}
      onStop={() => {}}
      scope="All are asked."
    />,
  );
  return screen.getByLabelText("Your question");
}

function ask(box: HTMLTextAreaElement, question: string): void {
  fireEvent.change(box, { target: { value: question } });
  fireEvent.keyDown(box, { key: "Enter" });
}

describe("a question", () => {
  test("leaves the box when it is sent", async () => {
    const box = renderWith(async () => true);
    ask(box, "What is the rent?");
    expect(box.value).toBe("");
  });

  test("that could not be sent is there again, before what was typed since", async () => {
    let answer = (_: boolean) => {};
    const onAsk = vi.fn(
      () =>
        new Promise<boolean>((resolve) => {
          answer = resolve;
        }),
    );
    const box = renderWith(onAsk);
    ask(box, "What is the rent?");
    expect(onAsk).toHaveBeenCalledExactlyOnceWith("What is the rent?");
    fireEvent.change(box, { target: { value: "And the deposit?" } });
    answer(false);
    await waitFor(() => expect(box.value).toBe("What is the rent?\nAnd the deposit?"));
  });
});
