"use client";

import { useMemo } from "react";
import { Button } from "@/components/ui/button";
import { $api } from "@/lib/api/client";
import { id, text, useUrlState } from "@/lib/url-state";
import { AuditCheck } from "./audit-check";
import { AuditFilters } from "./audit-filters";
import { AuditRow } from "./audit-row";
import { dayBounds } from "./days";
import { ListStates } from "./list-states";
import { Section } from "./section";
import { useMembers } from "./use-members";

const PARAMS = { actor: id(), object: text(), since: text(), until: text() };

export default function AuditTab() {
  const [filter, setAddress] = useUrlState(PARAMS);
  const { members } = useMembers();
  const names = useMemo(
    () => new Map(members.map((member) => [member.user_id, member.full_name])),
    [members],
  );
  const { since, until } = dayBounds(filter.since, filter.until);
  const query = {
    limit: 50,
    ...(filter.actor && { actor: filter.actor }),
    ...(filter.object.trim() && { object_id: filter.object.trim() }),
    ...(since && { since }),
    ...(until && { until }),
  };
  const list = $api.useInfiniteQuery(
    "get",
    "/api/v1/audit",
    { params: { query } },
    {
      pageParamName: "cursor",
      initialPageParam: null,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
    },
  );
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const isFiltered = Boolean(filter.actor || filter.object || filter.since || filter.until);
  const clear = () => setAddress({ actor: null, object: "", since: "", until: "" });
  return (
    <Section
      title="Audit record"
      description="Who did what, when and from where. Nobody can change it unseen: each line is chained to the one before."
      actions={<AuditCheck />}
    >
      <AuditFilters filter={filter} onChange={setAddress} members={members} />
      <ListStates
        list={list}
        what="the audit record"
        isEmpty={rows.length === 0}
        empty={
          isFiltered ? (
            <p className="flex flex-wrap items-center gap-3">
              Nothing matches. <Button onClick={clear}>Clear filters</Button>
            </p>
          ) : (
            "Nothing is recorded yet."
          )
        }
      >
        <ul className="divide-y divide-line">
          {rows.map((row) => (
            <AuditRow key={row.id} row={row} name={row.actor.user_id && names.get(row.actor.user_id)} />
          ))}
        </ul>
      </ListStates>
    </Section>
  );
}
