"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Dialog } from "@/components/ui/dialog";
import { Time } from "@/components/ui/time";
import { toast } from "@/components/ui/toast";
import { $api, api, type Schemas, unwrap } from "@/lib/api/client";
import { InviteDialog } from "./invite-dialog";
import { ListStates } from "./list-states";
import { roleLabel } from "./roles";
import { Section } from "./section";
import { ShownOnce } from "./shown-once";

type Invitation = Schemas["InvitationOut"];

const KEY = ["get", "/api/v1/tenants/current/invitations"];

export function InvitationsSection() {
  const list = $api.useInfiniteQuery(
    "get",
    "/api/v1/tenants/current/invitations",
    { params: { query: { limit: 100 } } },
    {
      pageParamName: "cursor",
      initialPageParam: null,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
    },
  );
  const queries = useQueryClient();
  const [isInviting, setInviting] = useState(false);
  const [made, setMade] = useState<Schemas["NewInvitationOut"] | null>(null);
  const [revoking, setRevoking] = useState<Invitation | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: KEY });
  const resend = useMutation({
    mutationFn: ({ email, role }: Invitation) =>
      unwrap(api.POST("/api/v1/tenants/current/invitations", { body: { email, role } })),
    onSuccess: (invitation) => {
      setMade(invitation);
      return refresh();
    },
    onError: (error) => void toast.failed("The invitation was not sent again", error),
  });
  const invitations = list.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Section
      title="Invitations"
      description="Who was invited, and has not joined yet."
      actions={
        <Button look="primary" onClick={() => setInviting(true)}>
          <UserPlus aria-hidden /> Invite
        </Button>
      }
    >
      <ListStates
        list={list}
        what="the invitations"
        isEmpty={invitations.length === 0}
        empty="Nobody is invited. Invite colleagues to share the firm’s documents and research with them."
      >
        <ul className="divide-y divide-line">
          {invitations.map((one) => (
            <InvitationRow
              key={one.id}
              one={one}
              isPending={resend.isPending && resend.variables.id === one.id}
              onResend={() => resend.mutate(one)}
              onRevoke={() => setRevoking(one)}
            />
          ))}
        </ul>
      </ListStates>
      {isInviting && (
        <InviteDialog
          onClose={() => setInviting(false)}
          onMade={(invitation) => {
            setInviting(false);
            setMade(invitation);
            void refresh();
          }}
        />
      )}
      {made && <MadeDialog made={made} onClose={() => setMade(null)} />}
      <Revoke one={revoking} onClose={() => setRevoking(null)} onRevoked={refresh} />
    </Section>
  );
}

interface InvitationRowProps {
  one: Invitation;
  isPending: boolean;
  onResend: () => void;
  onRevoke: () => void;
}

function InvitationRow({ one, isPending, onResend, onRevoke }: InvitationRowProps) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-2.5">
      <div className="min-w-0 flex-1 basis-56">
        <p className="font-medium wrap-anywhere">{one.email}</p>
        <p className="text-[0.8125rem] text-muted">
          {roleLabel(one.role)} · invited <Time at={one.created_at} /> · ends <Time at={one.expires_at} />
        </p>
      </div>
      <Button size="small" isPending={isPending} onClick={onResend}>
        Send again<span className="sr-only"> to {one.email}</span>
      </Button>
      <Button size="small" onClick={onRevoke}>
        Revoke<span className="sr-only"> the invitation of {one.email}</span>
      </Button>
    </li>
  );
}

interface RevokeProps {
  /** null while none is asked about. */
  one: Invitation | null;
  onClose: () => void;
  onRevoked: () => Promise<void>;
}

function Revoke({ one, onClose, onRevoked }: RevokeProps) {
  const revoke = async () => {
    if (!one) return;
    const params = { path: { invitation_id: one.id } };
    await unwrap(api.DELETE("/api/v1/tenants/current/invitations/{invitation_id}", { params }));
    await onRevoked();
  };
  return (
    <Confirm
      isOpen={one !== null}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`Revoke the invitation of ${one?.email ?? ""}?`}
      act="Revoke"
      onConfirm={revoke}
    >
      Its link stops working at once.
    </Confirm>
  );
}

function MadeDialog({ made, onClose }: { made: Schemas["NewInvitationOut"]; onClose: () => void }) {
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      size="medium"
      title={`${made.email} is invited`}
      description="A mail is on its way where this server sends mail. You can also give them this link yourself; it is shown this once, and ends an earlier one."
      actions={
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <ShownOnce label="Link to accept" secret={made.accept_url} />
    </Dialog>
  );
}
