import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

/** The program of what floats, on its way: it comes, or fails, when the test says so. */
let arrivals: ((isLost: boolean) => void)[] = [];

class Pointer extends MouseEvent {
  readonly pointerType = "mouse";
}

const ignored = () => {};

beforeEach(() => {
  arrivals = [];
  vi.resetModules();
  vi.doMock("./floats", async (original) => {
    const floats = await original();
    const isLost = await new Promise<boolean>((arrive) => arrivals.push(arrive));
    if (isLost) throw new Error("Failed to load chunk");
    return floats as object;
  });
  vi.stubGlobal("PointerEvent", Pointer);
  Element.prototype.scrollIntoView = () => {};
  Element.prototype.hasPointerCapture = () => false;
  process.on("unhandledRejection", ignored);
});
afterEach(() => {
  cleanup();
  process.off("unhandledRejection", ignored);
});

async function arrive({ isLost = false } = {}): Promise<void> {
  await vi.waitFor(() => expect(arrivals).not.toEqual([]), 5_000);
  await act(async () => {
    arrivals.shift()?.(isLost);
    await new Promise((settled) => setTimeout(settled, 50));
  });
}

async function renderMenu(): Promise<HTMLElement> {
  const { Menu, MenuItem } = await import("./menu");
  render(
    <>
      <Menu trigger={<button type="button">Actions</button>}>
        <MenuItem>Edit</MenuItem>
      </Menu>
      <input aria-label="Name" />
    </>,
  );
  return screen.getByRole("button", { name: "Actions" });
}

describe("a menu that is pressed before its program is here", () => {
  test("opens when it comes", async () => {
    fireEvent.pointerDown(await renderMenu(), { button: 0 });
    await arrive();
    expect(screen.queryByRole("menu")).not.toBeNull();
  });

  test("opens no more after Escape", async () => {
    const button = await renderMenu();
    act(() => button.focus());
    fireEvent.keyDown(button, { key: "Enter" });
    fireEvent.keyDown(button, { key: "Escape" });
    await arrive();
    expect(screen.queryByRole("menu")).toBeNull();
  });

  test("opens no more when something else was gone to", async () => {
    fireEvent.pointerDown(await renderMenu(), { button: 0 });
    fireEvent.pointerDown(screen.getByLabelText("Name"), { button: 0 });
    act(() => screen.getByLabelText("Name").focus());
    await arrive();
    expect(screen.queryByRole("menu")).toBeNull();
    expect(document.activeElement).toBe(screen.getByLabelText("Name"));
  });

  test("opens no more by itself when its program was lost", async () => {
    const button = await renderMenu();
    fireEvent.pointerDown(button, { button: 0 });
    await arrive({ isLost: true });
    fireEvent.pointerEnter(button);
    await arrive();
    expect(screen.queryByRole("menu")).toBeNull();
    fireEvent.pointerDown(button, { button: 0 });
    expect(screen.queryByRole("menu")).not.toBeNull();
  });
});

describe("a popover that is opened by its owner", () => {
  test("is closed for the owner, too, when its program was lost", async () => {
    const [{ Popover }, { useState }] = await Promise.all([import("./popover"), import("react")]);
    function Owner() {
      const [isOpen, setOpen] = useState(false);
      return (
        <>
          <Popover
            label="Comment"
            isOpen={isOpen}
            onOpenChange={setOpen}
            trigger={<button type="button">Poor</button>}
          >
            What was wrong?
          </Popover>
          {isOpen && "asked"}
        </>
      );
    }
    render(<Owner />);
    const button = screen.getByRole("button", { name: "Poor" });
    fireEvent.click(button);
    expect(screen.queryByText("asked")).not.toBeNull();
    await arrive({ isLost: true });
    expect(screen.queryByText("asked")).toBeNull();
    fireEvent.click(button);
    await arrive();
    expect(screen.queryByRole("dialog", { name: "Comment" })).not.toBeNull();
  });
});

describe("a dialog that is asked for before its program is here", () => {
  async function renderDialog(onOpenChange: (isOpen: boolean) => void): Promise<void> {
    const { Dialog } = await import("./dialog");
    render(<Dialog isOpen onOpenChange={onOpenChange} title="Name" />);
  }

  test("is closed by Escape", async () => {
    const onOpenChange = vi.fn();
    await renderDialog(onOpenChange);
    fireEvent.keyDown(document.body, { key: "Escape" });
    expect(onOpenChange).toHaveBeenCalledExactlyOnceWith(false);
    await arrive();
  });

  test("can be asked for again when it was lost, which is said, whoever else it was on its way for", async () => {
    const onOpenChange = vi.fn();
    const said = vi.fn();
    process.on("unhandledRejection", said);
    const { loadFloats } = await import("./use-floats");
    loadFloats().catch(() => {});
    await renderDialog(onOpenChange);
    await arrive({ isLost: true });
    process.off("unhandledRejection", said);
    expect(onOpenChange).toHaveBeenCalledExactlyOnceWith(false);
    expect(said).toHaveBeenCalled();
  });
});
