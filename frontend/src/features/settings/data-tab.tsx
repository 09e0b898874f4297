"use client";

import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { ErrorBox } from "@/components/ui/error-box";
import { api, unwrap } from "@/lib/api/client";
import { session } from "@/lib/api/session";
import { useFirm, useMe } from "@/lib/api/use-session";
import { saveFile } from "@/lib/save-file";
import { DeleteDialog } from "./delete-dialog";
import { Section } from "./section";

export default function DataTab() {
  const { data: me } = useMe();
  const firm = useFirm();
  if (!me) return null;
  return (
    <>
      <ExportSection userId={me.id} />
      <DeleteAccount userId={me.id} email={me.email} />
      {firm?.role === "owner" && <DeleteFirm name={firm.tenant_name} />}
    </>
  );
}

function ExportSection({ userId }: { userId: string }) {
  const save = useMutation({
    mutationFn: async () => {
      const init = { params: { path: { user_id: userId } }, parseAs: "blob" } as const;
      const blob: Blob | undefined = await unwrap<Blob>(api.GET("/api/v1/users/{user_id}/export", init));
      saveFile(blob, `elenchus-${userId}.json`);
    },
  });
  return (
    <Section
      title="A copy of your data"
      description="All that is kept of you, as one JSON file."
      actions={
        <Button isPending={save.isPending} onClick={() => save.mutate()}>
          <Download aria-hidden /> Download
        </Button>
      }
    >
      {save.isError && (
        <ErrorBox error={save.error} what="The copy could not be made" onRetry={() => save.mutate()} />
      )}
    </Section>
  );
}

/** What was deleted has no session any more: the server's word about it changes nothing. */
const leave = () => session.signOut().catch(() => {});

function DeleteAccount({ userId, email }: { userId: string; email: string }) {
  const [isAsking, setAsking] = useState(false);
  return (
    <Section
      title="Delete your account"
      description="A firm that nobody else is in goes with it. You are signed out at once; what is yours is erased when the time to restore it is over."
      actions={
        <Button look="danger" onClick={() => setAsking(true)}>
          Delete my account
        </Button>
      }
    >
      {isAsking && (
        <DeleteDialog
          title="Delete your account?"
          what="your e-mail address"
          name={email}
          act="Delete my account"
          onClose={() => setAsking(false)}
          onDelete={async () => {
            await unwrap(api.DELETE("/api/v1/users/{user_id}", { params: { path: { user_id: userId } } }));
            await leave();
          }}
        />
      )}
    </Section>
  );
}

function DeleteFirm({ name }: { name: string }) {
  const [isAsking, setAsking] = useState(false);
  return (
    <Section
      title={`Delete ${name}`}
      description="With all its documents, research and members. Nobody sees it any more at once; it is erased when the time to restore it is over."
      actions={
        <Button look="danger" onClick={() => setAsking(true)}>
          Delete the firm
        </Button>
      }
    >
      {isAsking && (
        <DeleteDialog
          title={`Delete ${name}?`}
          what="the firm’s name"
          name={name}
          act="Delete the firm"
          onClose={() => setAsking(false)}
          onDelete={async (typed) => {
            await unwrap(api.DELETE("/api/v1/tenants/current", { body: { name: typed } }));
            await leave();
          }}
        />
      )}
    </Section>
  );
}
