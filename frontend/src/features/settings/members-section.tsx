"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Select } from "@/components/ui/select";
import { Time } from "@/components/ui/time";
import { toast } from "@/components/ui/toast";
import { api, type Schemas, unwrap } from "@/lib/api/client";
import { session } from "@/lib/api/session";
import { meOptions, useFirm, useMay, useMe } from "@/lib/api/use-session";
import { ListStates } from "./list-states";
import { type Role, roleLabel, rolesToGive } from "./roles";
import { Section } from "./section";
import { MEMBERS_KEY, useMembers } from "./use-members";

type Member = Schemas["MemberOut"];

export function MembersSection() {
  const { list, members } = useMembers();
  const { data: me } = useMe();
  const [leaving, setLeaving] = useState<Member | null>(null);
  const [changing, setChanging] = useState<{ member: Member; role: Role } | null>(null);
  return (
    <Section title="Members" description="Who belongs to the firm, and what each may do.">
      <ListStates list={list} what="the members" isEmpty={members.length === 0} empty="Nobody is in it.">
        <ul className="divide-y divide-line">
          {members.map((member) => (
            <MemberRow
              key={member.user_id}
              member={member}
              isMe={member.user_id === me?.id}
              onRole={(role) => setChanging({ member, role })}
              onRemove={() => setLeaving(member)}
            />
          ))}
        </ul>
      </ListStates>
      <RemoveMember member={leaving} isMe={leaving?.user_id === me?.id} onClose={() => setLeaving(null)} />
      <ChangeRole
        change={changing}
        isMe={changing?.member.user_id === me?.id}
        onClose={() => setChanging(null)}
      />
    </Section>
  );
}

interface MemberRowProps {
  member: Member;
  isMe: boolean;
  onRole: (role: Role) => void;
  onRemove: () => void;
}

function MemberRow({ member, isMe, onRole, onRemove }: MemberRowProps) {
  const isAdmin = useMay("admin");
  const own = useFirm()?.role;
  const isBeyondMe = member.role === "owner" && own !== "owner";
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-2.5">
      <div className="min-w-0 flex-1 basis-56">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium wrap-anywhere">{member.full_name}</span>
          {isMe && <Badge>You</Badge>}
          {!member.is_active && <Badge tone="warn">Suspended</Badge>}
        </p>
        <p className="text-[0.8125rem] text-muted wrap-anywhere">
          {member.email}
          {member.last_login_at && (
            <>
              {" "}
              · last signed in <Time at={member.last_login_at} />
            </>
          )}
        </p>
      </div>
      {isAdmin && !isBeyondMe ? (
        <Select
          aria-label={`Role of ${member.full_name}`}
          value={member.role}
          onChange={onRole}
          options={rolesToGive(own)}
          className="w-36"
        />
      ) : (
        <span className="text-muted">{roleLabel(member.role)}</span>
      )}
      {(isMe || (isAdmin && !isBeyondMe)) && (
        <Button size="small" onClick={onRemove}>
          {isMe ? "Leave" : "Remove"}
          {!isMe && <span className="sr-only"> {member.full_name}</span>}
        </Button>
      )}
    </li>
  );
}

interface ChangeRoleProps {
  change: { member: Member; role: Role } | null;
  isMe: boolean;
  onClose: () => void;
}

function ChangeRole({ change, isMe, onClose }: ChangeRoleProps) {
  const queries = useQueryClient();
  const set = useMutation({
    mutationFn: ({ member, role }: NonNullable<ChangeRoleProps["change"]>) => {
      const params = { path: { user_id: member.user_id } };
      return unwrap(api.PATCH("/api/v1/tenants/current/members/{user_id}", { params, body: { role } }));
    },
    onSuccess: async (member) => {
      void toast.done(`${member.full_name} is ${roleLabel(member.role).toLowerCase()} now`);
      await queries.invalidateQueries({ queryKey: MEMBERS_KEY });
      if (isMe) await queries.invalidateQueries({ queryKey: meOptions.queryKey });
    },
  });
  const label = change ? roleLabel(change.role) : "";
  return (
    <Confirm
      isOpen={change !== null}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={change ? `Make ${isMe ? "yourself" : change.member.full_name} ${label.toLowerCase()}?` : ""}
      act={`Make ${label.toLowerCase()}`}
      isDangerous={isMe}
      onConfirm={async () => change && set.mutateAsync(change)}
    >
      {isMe
        ? "You cannot give yourself a higher role again; somebody else must."
        : "It takes effect at once."}
    </Confirm>
  );
}

interface RemoveMemberProps {
  member: Member | null;
  isMe: boolean;
  onClose: () => void;
}

function RemoveMember({ member, isMe, onClose }: RemoveMemberProps) {
  const queries = useQueryClient();
  const firm = useFirm();
  const remove = useMutation({
    mutationFn: async ({ user_id }: Member) => {
      const params = { path: { user_id } };
      await unwrap(api.DELETE("/api/v1/tenants/current/members/{user_id}", { params }));
      if (isMe) return session.signOut().catch(() => {}); // this session was in the firm that was left
      await queries.invalidateQueries({ queryKey: MEMBERS_KEY });
    },
  });
  const name = firm?.tenant_name ?? "the firm";
  return (
    <Confirm
      isOpen={member !== null}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={isMe ? `Leave ${name}?` : `Remove ${member?.full_name ?? ""} from ${name}?`}
      act={isMe ? "Leave the firm" : "Remove"}
      onConfirm={async () => member && remove.mutateAsync(member)}
    >
      {isMe
        ? "You are signed out. To come back you must be invited again."
        : "They are signed out of it at once, and their API keys end. What they have added stays."}
    </Confirm>
  );
}
