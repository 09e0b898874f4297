export { Confirm } from "./confirm";
export { Dialog } from "./dialog";
export { HoverCard } from "./hover-card";
export { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from "./menu";
export { Popover } from "./popover";
export { SelectList } from "./select-list";
export { Tooltip } from "./tooltip";
