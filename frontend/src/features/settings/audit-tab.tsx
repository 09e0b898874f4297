"use client";

import { useMemo } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { $api } from "@/lib/api/client";
import { id, text, useUrlState } from "@/lib/url-state";
import { AuditCheck } from "./audit-check";
import { AuditRow } from "./audit-row";
import { dayBounds } from "./days";
import { ListStates } from "./list-states";
import { Section } from "./section";
import { useMembers } from "./use-members";

const PARAMS = { actor: id(), object: text(), since: text(), until: text() };
const ANYBODY = "anybody";

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
      <search className="mb-3 grid gap-3 sm:grid-cols-2 desk:grid-cols-4">
        <Field label="By">
          {(described) => (
            <Select
              {...described}
              value={filter.actor ?? ANYBODY}
              onChange={(actor) => setAddress({ actor: actor === ANYBODY ? null : actor })}
              className="w-full"
              options={[
                { value: ANYBODY, label: "Anybody" },
                ...members.map((member) => ({ value: member.user_id, label: member.full_name })),
              ]}
            />
          )}
        </Field>
        <Field label="About the id">
          {(described) => (
            <Input
              {...described}
              value={filter.object}
              maxLength={100}
              onChange={(event) => setAddress({ object: event.target.value })}
            />
          )}
        </Field>
        <Field label="From">
          {(described) => (
            <Input
              {...described}
              type="date"
              value={filter.since}
              onChange={(event) => setAddress({ since: event.target.value })}
            />
          )}
        </Field>
        <Field label="To">
          {(described) => (
            <Input
              {...described}
              type="date"
              value={filter.until}
              onChange={(event) => setAddress({ until: event.target.value })}
            />
          )}
        </Field>
      </search>
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
