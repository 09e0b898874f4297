"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { ErrorBox } from "@/components/ui/error-box";
import { Field, Textarea } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { api, type Schemas, unwrap } from "@/lib/api/client";
import { useAddress } from "../address";
import type { DocumentOut } from "../documents-cache";
import { ANALYSIS_OPTIONS } from "./analysis-types";
import { MOST_QUESTIONS, questionsOf } from "./questions";

export function AskForAnalysis({ document }: { document: DocumentOut }) {
  const queries = useQueryClient();
  const [, setAddress] = useAddress();
  const [type, setType] = useState<Schemas["AnalysisType"]>("general");
  const [typed, setTyped] = useState("");
  const questions = questionsOf(typed);
  const isTooMany = questions.length > MOST_QUESTIONS;
  const ask = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/documents/{document_id}/analyze", {
          params: { path: { document_id: document.id } },
          body: { analysis_type: type, questions },
        }),
      ),
    onSuccess: ({ analysis_id }) => {
      void queries.invalidateQueries({ queryKey: ["get", "/api/v1/documents/{document_id}/analyses"] });
      setAddress({ analysis: analysis_id, tab: "analyses" }, { history: "push" });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isTooMany) ask.mutate();
  };
  return (
    <form onSubmit={submit} className="space-y-3 rounded-lg border border-line bg-surface p-4">
      <Field label="What kind of document is it?">
        {(described) => (
          <Select
            {...described}
            className="w-full"
            value={type}
            onChange={setType}
            options={ANALYSIS_OPTIONS}
          />
        )}
      </Field>
      <Field
        label="Questions"
        hint="If you have some: one on each line."
        error={isTooMany ? `At most ${MOST_QUESTIONS} questions at once.` : undefined}
      >
        {(described) => (
          <Textarea
            {...described}
            rows={3}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </Field>
      {ask.isError && <ErrorBox error={ask.error} what="The analysis was not begun" />}
      <Button type="submit" look="primary" isPending={ask.isPending} disabled={document.page_count === null}>
        Analyse
      </Button>
      {document.page_count === null && (
        <p className="text-muted">It can be analysed when it has been read.</p>
      )}
    </form>
  );
}
