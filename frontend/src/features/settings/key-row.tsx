"use client";

import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Time } from "@/components/ui/time";
import type { Schemas } from "@/lib/api/client";
import { useMe } from "@/lib/api/use-session";
import { formatDuration, plural } from "@/lib/format";

interface KeyRowProps {
  one: Schemas["ApiKeyOut"];
  onAsk: (act: "revoke" | "rotate") => void;
}

export function KeyRow({ one, onAsk }: KeyRowProps) {
  const { data: me } = useMe();
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-2 py-3">
      <div className="min-w-0 flex-1 basis-64 space-y-1">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium wrap-anywhere">{one.name}</span>
          <code className="font-mono text-muted text-xs">{one.prefix}…</code>
          <KeyState one={one} />
        </p>
        <p className="flex flex-wrap gap-1">
          {one.scopes.map((scope) => (
            <Badge key={scope}>{scope}</Badge>
          ))}
        </p>
        <p className="text-[0.8125rem] text-muted">
          Made <Time at={one.created_at} />
          {one.created_by === me?.id && " by you"} ·{" "}
          {one.last_used_at ? (
            <>
              last used <Time at={one.last_used_at} /> ({plural(one.usage_count, "request")})
            </>
          ) : (
            "never used"
          )}
          {one.rate_limit_requests &&
            ` · at most ${plural(one.rate_limit_requests, "request")} in ${formatDuration(one.rate_limit_window ?? 60)}`}
        </p>
      </div>
      {!one.revoked_at && (
        <div className="flex gap-2">
          {one.created_by === me?.id && (
            <Button size="small" onClick={() => onAsk("rotate")}>
              Renew<span className="sr-only"> {one.name}</span>
            </Button>
          )}
          <Button size="small" onClick={() => onAsk("revoke")}>
            Revoke<span className="sr-only"> {one.name}</span>
          </Button>
        </div>
      )}
    </li>
  );
}

function KeyState({ one }: { one: KeyRowProps["one"] }) {
  if (one.revoked_at) return <Badge tone="bad">Revoked</Badge>;
  if (!one.expires_at) return <Badge>Does not expire</Badge>;
  const isOver = Date.parse(one.expires_at) <= Date.now();
  return (
    <Badge tone={isOver ? "warn" : "muted"}>
      {isOver ? "Expired" : "Expires"} <Time at={one.expires_at} />
    </Badge>
  );
}
