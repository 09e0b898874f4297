"use client";

import { useSearchParams } from "next/navigation";
import type { ComponentProps, MouseEvent } from "react";
import { useUrlChange, writeParams } from "@/lib/url-state";
import { type Address, PARAMS } from "./address";

interface AddressLinkProps extends Omit<ComponentProps<"a">, "href" | "onClick"> {
  to: Partial<Address>;
}

/** A link within this page: one click changes the address in place; it can also be opened in a new tab. */
export function AddressLink({ to, ...props }: AddressLinkProps) {
  const search = useSearchParams().toString();
  const setAddress = useUrlChange(PARAMS);
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    setAddress(to, { history: "push" });
  };
  return <a href={`/documents/${writeParams(PARAMS, search, to)}`} onClick={follow} {...props} />;
}
