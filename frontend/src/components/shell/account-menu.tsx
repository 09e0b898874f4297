"use client";

import { useQueryClient } from "@tanstack/react-query";
import { Keyboard, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import { Menu, MenuChoice, MenuItem, MenuSeparator } from "@/components/ui/menu";
import { toast } from "@/components/ui/toast";
import { session } from "@/lib/api/session";
import { useFirm, useMe } from "@/lib/api/use-session";
import { HOME } from "@/lib/next-page";
import { AccountButton } from "./account-button";
import type { Overlay } from "./shell";

const THEMES = [
  { value: "system", label: "As the system", icon: <Monitor aria-hidden /> },
  { value: "light", label: "Light", icon: <Sun aria-hidden /> },
  { value: "dark", label: "Dark", icon: <Moon aria-hidden /> },
] as const;
type Theme = (typeof THEMES)[number]["value"];

interface AccountMenuProps {
  look: "side" | "top";
  onOpen: (overlay: Overlay) => void;
}

/** Open when it comes: it is loaded by whoever wants to see it. */
export default function AccountMenu({ look, onOpen }: AccountMenuProps) {
  const me = useMe().data;
  const firm = useFirm();
  const { theme = "system", setTheme } = useTheme();
  const firms = me?.memberships ?? [];
  return (
    <Menu
      isOpenAtFirst
      align={look === "side" ? "start" : "end"}
      side={look === "side" ? "top" : "bottom"}
      className="w-60"
      trigger={<AccountButton look={look} />}
    >
      {me && (
        <div className="px-2 py-1.5">
          <p className="truncate font-medium">{me.full_name}</p>
          <p className="truncate text-muted text-xs">{me.email}</p>
        </div>
      )}
      {firms.length > 1 && firm && (
        <>
          <MenuSeparator />
          <FirmChoice firms={firms} current={firm.tenant_id} />
        </>
      )}
      <MenuSeparator />
      <MenuChoice<Theme> label="Appearance" value={theme as Theme} onChange={setTheme} options={THEMES} />
      <MenuSeparator />
      <MenuItem onSelect={() => onOpen("shortcuts")} keys="?">
        <Keyboard aria-hidden /> Keyboard shortcuts
      </MenuItem>
      <MenuItem onSelect={() => session.signOut().catch(() => {})}>
        <LogOut aria-hidden /> Sign out
      </MenuItem>
    </Menu>
  );
}

interface Firm {
  tenant_id: string;
  tenant_name: string;
}

function FirmChoice({ firms, current }: { firms: readonly Firm[]; current: string }) {
  const queries = useQueryClient();
  const enter = async (tenantId: string) => {
    try {
      await session.switchTenant(tenantId);
      queries.clear();
      location.assign(HOME);
    } catch (error) {
      toast.failed("The firm could not be changed", error);
    }
  };
  const options = firms.map(({ tenant_id, tenant_name }) => ({ value: tenant_id, label: tenant_name }));
  return <MenuChoice label="Firm" value={current} onChange={enter} options={options} />;
}
