"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { SubjectLink } from "./job-facts";
import type { Job } from "./job-status";
import { subjectWords } from "./job-words";
import { knownName } from "./known-name";

/** What a job is about, in words; its id is with the job's details. */
export function SubjectCell({ subject }: { subject: Job["subject"] }) {
  const queries = useQueryClient();
  const { type, id } = subject;
  const name = useMemo(() => knownName(queries, { type, id }), [queries, type, id]);
  return (
    <>
      {name && <span className="text-muted">{subjectWords(subject).label} </span>}
      <SubjectLink subject={subject} name={name} />
    </>
  );
}
