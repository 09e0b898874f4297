"use client";

import type { ComponentProps } from "react";
import { useFirm, useMe } from "@/lib/api/use-session";
import { cn } from "@/lib/cn";

interface AccountButtonProps extends ComponentProps<"button"> {
  look: "side" | "top";
}

export function AccountButton({ look, ...trigger }: AccountButtonProps) {
  const name = useMe().data?.full_name;
  const firm = useFirm()?.tenant_name;
  return (
    <button
      type="button"
      aria-label={name ? `Account: ${name}` : "Account"}
      className={cn(
        "flex items-center gap-2.5 rounded-lg text-start transition-colors hover:bg-hover data-[state=open]:bg-hover",
        look === "side" ? "w-full p-1.5 max-xl:justify-center" : "size-11 justify-center",
      )}
      {...trigger}
    >
      <span
        aria-hidden
        className="flex size-8 shrink-0 items-center justify-center rounded-full bg-accent-soft font-semibold text-accent-text text-xs"
      >
        {initials(name)}
      </span>
      {look === "side" && (
        <span className="min-w-0 flex-1 leading-tight max-xl:hidden">
          <span className="block truncate font-medium">{name ?? "Account"}</span>
          <span className="block truncate text-muted text-xs">{firm}</span>
        </span>
      )}
    </button>
  );
}

function initials(name: string | undefined): string {
  const words = name?.trim().split(/\s+/) ?? [];
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => word?.charAt(0) ?? "",
  );
  return letters.join("").toUpperCase();
}
