"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Time } from "@/components/ui/time";
import { $api, api, type Schemas, unwrap } from "@/lib/api/client";
import { session } from "@/lib/api/session";
import { deviceName } from "./device-name";
import { ListStates } from "./list-states";
import { Section } from "./section";

type Session = Schemas["SessionOut"];

export function SessionsSection() {
  const list = $api.useInfiniteQuery(
    "get",
    "/api/v1/auth/sessions",
    { params: { query: { limit: 50 } } },
    {
      pageParamName: "cursor",
      initialPageParam: null,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
    },
  );
  const [asked, setAsked] = useState<Session | "all" | null>(null);
  const sessions = list.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Section
      title="Where you are signed in"
      actions={<Button onClick={() => setAsked("all")}>Sign out everywhere</Button>}
    >
      <ListStates list={list} what="your sessions" isEmpty={sessions.length === 0} empty="None.">
        <ul className="divide-y divide-line">
          {sessions.map((one) => (
            <SessionRow key={one.id} one={one} onEnd={() => setAsked(one)} />
          ))}
        </ul>
      </ListStates>
      <EndSession asked={asked} onClose={() => setAsked(null)} />
    </Section>
  );
}

function SessionRow({ one, onEnd }: { one: Session; onEnd: () => void }) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2.5">
      <div className="min-w-0 flex-1 basis-56">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium wrap-anywhere" title={one.user_agent}>
            {deviceName(one.user_agent)}
          </span>
          {one.is_current && <Badge tone="good">This device</Badge>}
        </p>
        <p className="text-[0.8125rem] text-muted">
          {one.ip_address} · last used <Time at={one.last_used_at} /> · signed in <Time at={one.created_at} />
        </p>
      </div>
      <Button size="small" onClick={onEnd}>
        Sign out<span className="sr-only"> {deviceName(one.user_agent)}</span>
      </Button>
    </li>
  );
}

function EndSession({ asked, onClose }: { asked: Session | "all" | null; onClose: () => void }) {
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: async (which: Session | "all") => {
      if (which === "all") {
        await unwrap(api.POST("/api/v1/auth/logout-all"));
        return session.signOut().catch(() => {}); // the server has ended this one already
      }
      if (which.is_current) return session.signOut();
      await unwrap(
        api.DELETE("/api/v1/auth/sessions/{session_id}", { params: { path: { session_id: which.id } } }),
      );
      await queries.invalidateQueries({ queryKey: ["get", "/api/v1/auth/sessions"] });
    },
  });
  const isAll = asked === "all";
  const name = asked && asked !== "all" ? deviceName(asked.user_agent) : "";
  return (
    <Confirm
      isOpen={asked !== null}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={isAll ? "Sign out everywhere?" : `Sign out “${name}”?`}
      act={isAll ? "Sign out everywhere" : "Sign out"}
      onConfirm={async () => asked && end.mutateAsync(asked)}
    >
      {isAll ? "All your devices, this one too, must sign in again." : "It must sign in again."}
    </Confirm>
  );
}
