import { act, cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { IconButton } from "./icon-button";
import { Menu, MenuItem } from "./menu";
import { Popover } from "./popover";
import { Select } from "./select";

class Pointer extends MouseEvent {
  readonly pointerType = "mouse";
}

beforeEach(() => {
  vi.stubGlobal("PointerEvent", Pointer);
  Element.prototype.scrollIntoView = () => {};
  Element.prototype.hasPointerCapture = () => false;
});
afterEach(cleanup);

function Actions({ onEdit = () => {} }: { onEdit?: () => void }) {
  return (
    <Menu trigger={<IconButton label="Actions">…</IconButton>}>
      <MenuItem onSelect={onEdit}>Edit</MenuItem>
      <MenuItem>Delete</MenuItem>
    </Menu>
  );
}

const actions = () => screen.getByRole("button", { name: "Actions", hidden: true });

describe("a menu", () => {
  test("that is pressed before its program is here opens when it comes, at the same button", async () => {
    render(<Actions />);
    const button = actions();
    fireEvent.pointerDown(button, { button: 0 });
    expect(await screen.findByRole("menu")).toBeTruthy();
    expect(actions()).toBe(button);
    expect(button.getAttribute("aria-expanded")).toBe("true");
    expect(button.getAttribute("aria-controls")).toBe(screen.getByRole("menu").id);
  });

  test("gives the focus back to its button", async () => {
    render(<Actions />);
    act(() => actions().focus());
    fireEvent.keyDown(actions(), { key: "Enter" });
    await screen.findByRole("menu");
    fireEvent.keyDown(screen.getByRole("menu"), { key: "Escape" });
    await waitFor(() => expect(document.activeElement).toBe(actions()));
    expect(actions().getAttribute("aria-expanded")).toBe("false");
  });

  test("does what is chosen", async () => {
    const onEdit = vi.fn();
    render(<Actions onEdit={onEdit} />);
    fireEvent.pointerDown(actions(), { button: 0 });
    fireEvent.click(await screen.findByRole("menuitem", { name: "Edit" }));
    expect(onEdit).toHaveBeenCalledOnce();
  });
});

describe("a dialog", () => {
  function Edited() {
    const [isOpen, setOpen] = useState(false);
    return (
      <>
        <Actions onEdit={() => setOpen(true)} />
        <Dialog isOpen={isOpen} onOpenChange={setOpen} title="Name and labels" />
      </>
    );
  }

  test("takes the focus, and gives it back to the button of the menu that it was opened from", async () => {
    render(<Edited />);
    fireEvent.pointerDown(actions(), { button: 0 });
    const item = await screen.findByRole("menuitem", { name: "Edit" });
    act(() => item.focus());
    fireEvent.click(item);
    const dialog = await screen.findByRole("dialog", { name: "Name and labels" });
    await waitFor(() => expect(dialog.contains(document.activeElement)).toBe(true));
    fireEvent.keyDown(dialog, { key: "Escape" });
    await waitFor(() => expect(document.activeElement).toBe(actions()));
  });
});

describe("a popover", () => {
  test("opens and closes at its button", async () => {
    render(
      <Popover label="Filter" trigger={<Button>Labels</Button>}>
        <input aria-label="Matter" />
      </Popover>,
    );
    fireEvent.click(screen.getByRole("button", { name: "Labels" }));
    await screen.findByRole("dialog", { name: "Filter" });
    fireEvent.click(screen.getByRole("button", { name: "Labels", hidden: true }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });
});

describe("a select", () => {
  const OPTIONS = [
    { value: "any", label: "Any state" },
    { value: "failed", label: "Failed" },
  ] as const;
  function State() {
    const [value, setValue] = useState<"any" | "failed">("any");
    return (
      <form>
        <label htmlFor="state">State</label>
        <Select id="state" value={value} onChange={setValue} options={OPTIONS} />
      </form>
    );
  }
  const state = () => screen.getByRole("combobox", { name: "State", hidden: true });

  test("shows what is chosen, and keeps the id that its label points at", async () => {
    render(<State />);
    expect(state().textContent).toBe("Any state");
    fireEvent.click(state());
    fireEvent.keyDown(await screen.findByRole("option", { name: "Failed" }), { key: "Enter" });
    await waitFor(() => expect(state().textContent).toBe("Failed"));
    expect(state().id).toBe("state");
  });

  test("is changed by a letter", async () => {
    render(<State />);
    act(() => state().focus());
    fireEvent.keyDown(state(), { key: "f" });
    await waitFor(() => expect(state().textContent).toBe("Failed"));
  });
});

describe("a tooltip", () => {
  test("describes what has the focus", async () => {
    render(<IconButton label="Close">×</IconButton>);
    const button = screen.getByRole("button", { name: "Close" });
    act(() => button.focus());
    expect((await screen.findByRole("tooltip")).textContent).toContain("Close");
    expect(button.getAttribute("aria-describedby")).toBeTruthy();
    act(() => button.blur());
    await waitFor(() => expect(screen.queryByRole("tooltip")).toBeNull());
  });
});
