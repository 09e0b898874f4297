"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { AccountButton } from "./account-button";
import type { Overlay } from "./shell";

interface AccountProps {
  look: "side" | "top";
  onOpen: (overlay: Overlay) => void;
}

const load = () => import("./account-menu");
const Side = dynamic(load, { ssr: false, loading: () => <AccountButton look="side" /> });
const Top = dynamic(load, { ssr: false, loading: () => <AccountButton look="top" /> });

/** The menu is a fifth of the shell's program, so it comes when it is wanted. */
export function Account({ look, onOpen }: AccountProps) {
  const [isWanted, setWanted] = useState(false);
  const Menu = look === "side" ? Side : Top;
  if (isWanted) return <Menu look={look} onOpen={onOpen} />;
  return (
    <AccountButton
      look={look}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={() => load()}
      onFocus={() => load()}
      onClick={() => setWanted(true)}
    />
  );
}
