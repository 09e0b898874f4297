import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

/** A table that scrolls inside of its own box, with a head that stays. `label` names it. */
export function Table({ label, className, children, ...props }: ComponentProps<"table"> & { label: string }) {
  return (
    <table aria-label={label} className={cn("w-full border-separate border-spacing-0", className)} {...props}>
      {children}
    </table>
  );
}

export function Head({ className, ...props }: ComponentProps<"thead">) {
  return <thead className={cn("sticky top-0 z-10 bg-canvas", className)} {...props} />;
}

export function HeadCell({ className, ...props }: ComponentProps<"th">) {
  return (
    <th
      scope="col"
      className={cn(
        "whitespace-nowrap border-line border-b px-3 py-2 text-start font-medium text-muted text-xs",
        className,
      )}
      {...props}
    />
  );
}

export function Row({ className, ...props }: ComponentProps<"tr">) {
  return <tr className={cn("group hover:bg-hover aria-selected:bg-selected", className)} {...props} />;
}

export function Cell({ className, ...props }: ComponentProps<"td">) {
  return <td className={cn("border-line border-b px-3 py-2.5 align-top", className)} {...props} />;
}
