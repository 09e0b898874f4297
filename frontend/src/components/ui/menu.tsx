"use client";

import { Slot } from "radix-ui";
import type { KeyboardEvent, PointerEvent, ReactNode } from "react";
import type { MenuChoiceProps, MenuItemProps, MenuProps } from "./floats/menu";
import { useFloats } from "./use-floats";
import { useTrigger } from "./use-trigger";

interface MenuWithTriggerProps extends MenuProps {
  /** The button; it must take a ref. */
  trigger: ReactNode;
}

export function Menu({ trigger, isOpenAtFirst = false, ...props }: MenuWithTriggerProps) {
  const { body, isAsked, ask, near } = useTrigger({ isOpen: isOpenAtFirst });
  const press = (event: PointerEvent) => {
    if (body || event.button !== 0 || event.ctrlKey) return;
    event.preventDefault(); // else the button takes the focus back from the menu
    ask();
  };
  const type = (event: KeyboardEvent) => {
    if (body || !["Enter", " ", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    ask();
  };
  return (
    <>
      <Slot.Root
        aria-haspopup="menu"
        aria-expanded={false}
        data-state="closed"
        onPointerDown={press}
        onKeyDown={type}
        {...near}
      >
        {trigger}
      </Slot.Root>
      {body && <body.floats.Menu target={body.target} isOpenAtFirst={isAsked} {...props} />}
    </>
  );
}

export function MenuItem(props: MenuItemProps) {
  const floats = useFloats(true);
  return floats && <floats.MenuItem {...props} />;
}

export function MenuChoice<T extends string>(props: MenuChoiceProps<T>) {
  const floats = useFloats(true);
  return floats && <floats.MenuChoice {...props} />;
}

export function MenuLabel({ children }: { children: ReactNode }) {
  const floats = useFloats(true);
  return floats && <floats.MenuLabel>{children}</floats.MenuLabel>;
}

export function MenuSeparator() {
  const floats = useFloats(true);
  return floats && <floats.MenuSeparator />;
}
