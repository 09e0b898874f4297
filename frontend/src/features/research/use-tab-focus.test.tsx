import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { useTabFocus } from "./use-tab-focus";

afterEach(cleanup);

function Both({ shown, calls = 0 }: { shown: "a" | "b"; calls?: number }) {
  const box = useTabFocus(shown, calls);
  return (
    <>
      <input />
      <div ref={box}>
        <div>
          {["a", "b"].map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={name === shown}
              aria-controls={`panel-${name}`}
            >
              {name}
            </button>
          ))}
        </div>
        {["a", "b"].map((name) => (
          <div key={name} role="tabpanel" id={`panel-${name}`}>
            <button type="button">in {name}</button>
          </div>
        ))}
      </div>
    </>
  );
}

test("nobody's focus is taken when the page comes", () => {
  render(<Both shown="a" />);
  expect(document.activeElement).toBe(document.body);
});

test("the focus stays where it is as long as that is there", () => {
  const { rerender } = render(<Both shown="a" />);
  screen.getByRole("textbox").focus();
  rerender(<Both shown="b" />);
  expect(document.activeElement).toBe(screen.getByRole("textbox"));
});

test("the tab that is shown gets the focus of what goes with the other one", () => {
  const { rerender } = render(<Both shown="a" />);
  screen.getByText("in a").focus();
  rerender(<Both shown="b" />);
  expect(document.activeElement).toBe(screen.getByRole("tab", { name: "b" }));
});

test("what is shown keeps the focus that it has", () => {
  const { rerender } = render(<Both shown="a" />);
  screen.getByText("in b").focus();
  rerender(<Both shown="b" />);
  expect(document.activeElement).toBe(screen.getByText("in b"));
});

test("what is called has the focus, even when it is shown a moment later", () => {
  const { rerender } = render(<Both shown="a" />);
  screen.getByRole("textbox").focus();
  rerender(<Both shown="a" calls={1} />);
  rerender(<Both shown="b" calls={1} />);
  expect(document.activeElement).toBe(screen.getByRole("tab", { name: "b" }));
});
