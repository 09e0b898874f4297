"use client";

import type { ComponentProps } from "react";
import { Button } from "./button";

interface MoreButtonProps extends Omit<ComponentProps<typeof Button>, "isPending" | "onClick" | "asChild"> {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

/** Below a list that comes in pages, as long as there are more. */
export function MoreButton({ list, children = "Show more", ...props }: MoreButtonProps) {
  if (!list.hasNextPage) return null;
  return (
    <Button {...props} isPending={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
      {children}
    </Button>
  );
}
