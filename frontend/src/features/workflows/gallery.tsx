"use client";

import { Search, Workflow } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { ErrorBox } from "@/components/ui/error-box";
import { Input } from "@/components/ui/field";
import { Loading, Skeleton } from "@/components/ui/skeleton";
import { plural } from "@/lib/format";
import { id, text, useUrlState } from "@/lib/url-state";
import { matching, useCategories, useTemplates } from "./template";
import { TemplateCard } from "./template-card";

const PARAMS = { q: text(), category: id() };
const GRID = "grid gap-4 sm:grid-cols-2 2xl:grid-cols-3";

export function Gallery() {
  const [{ q, category }, setAddress] = useUrlState(PARAMS);
  const templates = useTemplates();
  const shown = matching(templates.data?.items ?? [], q, category);
  return (
    <div className="mx-auto max-w-7xl space-y-5">
      <Filters />
      {templates.isError && (
        <ErrorBox
          error={templates.error}
          what="The workflows could not be loaded"
          onRetry={templates.refetch}
        />
      )}
      {templates.isPending && (
        <Loading label="Loading the workflows">
          <div className={GRID}>
            {["one", "two", "three", "four", "five", "six"].map((key) => (
              <Skeleton key={key} className="h-52 rounded-xl" />
            ))}
          </div>
        </Loading>
      )}
      {templates.data && shown.length === 0 && (
        <Empty
          icon={Workflow}
          title={templates.data.items.length > 0 ? "No workflow matches" : "There are no workflows"}
          actions={
            templates.data.items.length > 0 && (
              <Button onClick={() => setAddress({ q: "", category: null })}>Show all</Button>
            )
          }
        >
          {templates.data.items.length > 0
            ? "Try fewer words, or another category."
            : "Your administrator has switched all templates off."}
        </Empty>
      )}
      <p className="sr-only" aria-live="polite">
        {templates.data && plural(shown.length, "workflow")}
      </p>
      <ul className={GRID}>
        {shown.map((template) => (
          <TemplateCard key={template.id} template={template} />
        ))}
      </ul>
    </div>
  );
}

function Filters() {
  const [{ q, category }, setAddress] = useUrlState(PARAMS);
  const categories = useCategories();
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
      <div className="relative w-full sm:w-72">
        <Search aria-hidden className="absolute start-3 top-2.5 size-4 text-muted" />
        <Input
          type="search"
          aria-label="Search workflows"
          placeholder="Search workflows"
          value={q}
          className="ps-9"
          onChange={(event) => setAddress({ q: event.target.value })}
        />
      </div>
      <fieldset className="flex flex-wrap gap-1.5">
        <legend className="sr-only">Category</legend>
        <Chip isOn={category === null} label="All" onClick={() => setAddress({ category: null })} />
        {categories.data?.items.map(({ name, title }) => (
          <Chip
            key={name}
            isOn={category === name}
            label={title}
            onClick={() => setAddress({ category: category === name ? null : name })}
          />
        ))}
      </fieldset>
    </div>
  );
}

function Chip({ isOn, label, onClick }: { isOn: boolean; label: string; onClick: () => void }) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={onClick}
      className="h-8 rounded-full border border-line-strong/60 bg-surface px-3 text-[0.8125rem] hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent aria-pressed:text-accent-ink"
    >
      {label}
    </button>
  );
}
