"use client";

import { useTheme } from "next-themes";
import { Toaster as Sonner } from "sonner";

export default function Toaster() {
  const { resolvedTheme } = useTheme();
  return (
    <Sonner
      theme={resolvedTheme === "dark" ? "dark" : "light"}
      position="bottom-right"
      mobileOffset={{ bottom: "5rem" }}
      toastOptions={{
        style: {
          background: "var(--surface)",
          color: "var(--ink)",
          border: "1px solid var(--line)",
          boxShadow: "var(--shadow)",
          fontFamily: "inherit",
        },
        classNames: { description: "text-muted!" },
      }}
    />
  );
}
