"use client";

import { ErrorBox } from "@/components/ui/error-box";
import { Progress } from "@/components/ui/progress";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { Time } from "@/components/ui/time";
import { $api, type Schemas } from "@/lib/api/client";
import { formatBytes, formatNumber } from "@/lib/format";
import { Section } from "./section";

type Item = Schemas["UsageItem"];

const NAMES: Record<string, string> = {
  requests_per_minute: "Requests this minute",
  monthly_events: "Events this month",
  monthly_tokens: "Model tokens this month",
  storage_bytes: "Storage",
};

export function UsageSection() {
  const usage = $api.useQuery("get", "/api/v1/tenants/current/usage");
  return (
    <Section
      title="Use"
      description={usage.data && `What the “${usage.data.tier}” plan allows, and what is used of it.`}
    >
      {usage.isPending && (
        <Loading label="Loading the use">
          <SkeletonRows rows={3} className="px-0" />
        </Loading>
      )}
      {usage.isError && (
        <ErrorBox error={usage.error} what="The use could not be loaded" onRetry={usage.refetch} />
      )}
      {usage.data && (
        <ul className="grid gap-x-8 gap-y-4 sm:grid-cols-2">
          {usage.data.items.map((item) => (
            <UsageRow key={item.name} item={item} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function UsageRow({ item }: { item: Item }) {
  const name = NAMES[item.name] ?? item.name.replaceAll("_", " ");
  const amount = (value: number) =>
    item.name === "storage_bytes" ? formatBytes(value) : formatNumber(value);
  const used = item.used === null ? "not counted" : amount(item.used);
  return (
    <li className="space-y-1.5">
      <p className="flex justify-between gap-3">
        <span className="font-medium">{name}</span>
        <span className="text-muted tabular-nums">
          {used} {item.limit === null ? "· no limit" : `of ${amount(item.limit)}`}
        </span>
      </p>
      {item.limit !== null && item.used !== null && (
        <Progress label={name} fraction={item.limit > 0 ? item.used / item.limit : 1} />
      )}
      {item.resets_at && (
        <p className="text-muted text-xs">
          Begins again <Time at={item.resets_at} />
        </p>
      )}
    </li>
  );
}
