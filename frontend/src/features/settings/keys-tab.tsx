"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Dialog } from "@/components/ui/dialog";
import { Checkbox } from "@/components/ui/field";
import { $api, api, type Schemas, unwrap } from "@/lib/api/client";
import { flag, useUrlState } from "@/lib/url-state";
import { KeyRow } from "./key-row";
import { ListStates } from "./list-states";
import { NewKeyDialog } from "./new-key-dialog";
import { Section } from "./section";
import { ShownOnce } from "./shown-once";

type ApiKey = Schemas["ApiKeyOut"];

const PARAMS = { revoked: flag() };
const KEY = ["get", "/api/v1/api-keys"];

export default function KeysTab() {
  const [{ revoked }, setAddress] = useUrlState(PARAMS);
  const list = $api.useInfiniteQuery(
    "get",
    "/api/v1/api-keys",
    { params: { query: { limit: 100, revoked } } },
    {
      pageParamName: "cursor",
      initialPageParam: null,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
    },
  );
  const queries = useQueryClient();
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<Schemas["ApiKeyMade"] | null>(null);
  const [asked, ask] = useState<{ act: "revoke" | "rotate"; key: ApiKey } | null>(null);
  const show = (key: Schemas["ApiKeyMade"]) => {
    setMaking(false);
    setMade(key);
    void queries.invalidateQueries({ queryKey: KEY });
  };
  const keys = list.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Section
      title="API keys"
      description="With one, a program of yours does what its scopes allow, in your name."
      actions={
        <Button look="primary" onClick={() => setMaking(true)}>
          <KeyRound aria-hidden /> New key
        </Button>
      }
    >
      <div className="mb-2 flex items-center gap-2">
        <Checkbox
          id="revoked-keys"
          checked={revoked}
          onCheckedChange={(next) => setAddress({ revoked: next === true })}
        />
        <label htmlFor="revoked-keys">Show revoked keys too</label>
      </div>
      <ListStates
        list={list}
        what="the API keys"
        isEmpty={keys.length === 0}
        empty="There is none yet. Make one to upload documents or ask questions from a program."
      >
        <ul className="divide-y divide-line">
          {keys.map((key) => (
            <KeyRow key={key.id} one={key} onAsk={(act) => ask({ act, key })} />
          ))}
        </ul>
      </ListStates>
      {isMaking && <NewKeyDialog onClose={() => setMaking(false)} onMade={show} />}
      {made && <MadeKey made={made} onClose={() => setMade(null)} />}
      <AskAboutKey asked={asked} onClose={() => ask(null)} onRotated={show} />
    </Section>
  );
}

function MadeKey({ made, onClose }: { made: Schemas["ApiKeyMade"]; onClose: () => void }) {
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      size="medium"
      title={`The key “${made.name}”`}
      description="Copy it now and keep it where secrets are kept: it is shown this once."
      actions={
        <Button look="primary" onClick={onClose}>
          I have copied it
        </Button>
      }
    >
      <ShownOnce label="API key" secret={made.key} />
    </Dialog>
  );
}

interface AskProps {
  asked: { act: "revoke" | "rotate"; key: ApiKey } | null;
  onClose: () => void;
  onRotated: (key: Schemas["ApiKeyMade"]) => void;
}

function AskAboutKey({ asked, onClose, onRotated }: AskProps) {
  const queries = useQueryClient();
  const run = useMutation({
    mutationFn: async ({ act, key }: NonNullable<AskProps["asked"]>) => {
      const params = { path: { key_id: key.id } };
      if (act === "rotate") {
        return onRotated(await unwrap(api.POST("/api/v1/api-keys/{key_id}/rotate", { params })));
      }
      await unwrap(api.DELETE("/api/v1/api-keys/{key_id}", { params }));
      await queries.invalidateQueries({ queryKey: KEY });
    },
  });
  const isRotation = asked?.act === "rotate";
  return (
    <Confirm
      isOpen={asked !== null}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`${isRotation ? "Renew" : "Revoke"} the key “${asked?.key.name ?? ""}”?`}
      act={isRotation ? "Renew" : "Revoke"}
      onConfirm={async () => asked && run.mutateAsync(asked)}
    >
      {isRotation
        ? "It gets another secret. Programs that use the present one stop working until they have it."
        : "Programs that use it stop working at once. It cannot be brought back."}
    </Confirm>
  );
}
