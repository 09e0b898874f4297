"use client";

import { CalendarClock } from "lucide-react";
import Link from "next/link";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { ErrorBox } from "@/components/ui/error-box";
import { MoreButton } from "@/components/ui/more-button";
import { Loading, SkeletonRows } from "@/components/ui/skeleton";
import { $api } from "@/lib/api/client";
import { ScheduleRow } from "./schedule-row";
import { useTemplates } from "./template";

export function Schedules() {
  const templates = useTemplates();
  const schedules = $api.useInfiniteQuery(
    "get",
    "/api/v1/workflows/schedules",
    { params: { query: { limit: 50 } } },
    {
      pageParamName: "cursor",
      initialPageParam: null,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
    },
  );
  const items = schedules.data?.pages.flatMap((page) => page.items) ?? [];
  const titleOf = (id: string) => templates.data?.items.find((template) => template.id === id)?.title;
  return (
    <div className="mx-auto max-w-5xl space-y-4">
      {schedules.isError && (
        <ErrorBox
          error={schedules.error}
          what="The schedules could not be loaded"
          onRetry={schedules.refetch}
        />
      )}
      {schedules.isPending && (
        <Loading label="Loading the schedules">
          <SkeletonRows />
        </Loading>
      )}
      {schedules.data && items.length === 0 && <NoSchedules />}
      {items.length > 0 && (
        <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
          {items.map((schedule) => (
            <ScheduleRow key={schedule.id} schedule={schedule} template={titleOf(schedule.template_id)} />
          ))}
        </ul>
      )}
      <MoreButton list={schedules} />
    </div>
  );
}

function NoSchedules() {
  return (
    <Empty
      icon={CalendarClock}
      title="Nothing is scheduled"
      actions={
        <Button asChild look="primary">
          <Link href="/workflows/">Choose a workflow</Link>
        </Button>
      }
    >
      Fill in a workflow and press “Schedule…”: it then runs by itself, such as every Monday at eight.
    </Empty>
  );
}
