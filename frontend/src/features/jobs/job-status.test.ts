import { describe, expect, it } from "vitest";
import { type Job, jobSentence, mayCancel, mayRetry } from "./job-status";
import { jobName, subjectWords, typeWords } from "./job-words";

const job = (changes: Partial<Job>) =>
  ({ status: "queued", stage: null, progress: 0, attempts: 0, error: null, ...changes }) as Job;

describe("what a job says of itself", () => {
  it("tells why it failed in the server's words", () => {
    const error = { code: "no_text", detail: "There is no text in it." };
    expect(jobSentence(job({ status: "failed", error }))).toBe("There is no text in it.");
  });

  it("tells what it waits for", () => {
    expect(jobSentence(job({}))).toMatch(/when a worker is free/);
    expect(jobSentence(job({ attempts: 1 }))).toMatch(/tried again/);
    expect(jobSentence(job({ never_started: true }))).toMatch(/No worker/);
    expect(jobSentence(job({ stage: "Waits for approval" }))).toBe("Waits for approval");
  });

  it("tells how far it is, and that it stops", () => {
    expect(jobSentence(job({ status: "running", stage: "Reading", progress: 0.4 }))).toBe("Reading, 40%");
    expect(jobSentence(job({ status: "running", cancel_requested: true }))).toMatch(/stops/);
  });

  it("may be cancelled once, and run again when it ended without success", () => {
    expect(mayCancel(job({ status: "running", cancel_requested: false }))).toBe(true);
    expect(mayCancel(job({ status: "running", cancel_requested: true }))).toBe(false);
    expect(
      ["queued", "running", "completed", "failed", "cancelled"].filter((status) =>
        mayRetry(job({ status: status as Job["status"] })),
      ),
    ).toEqual(["failed", "cancelled"]);
  });
});

describe("its words", () => {
  it("are plain, also of kinds that this build does not know", () => {
    expect(typeWords("library.ingest")).toBe("Read a document");
    expect(typeWords("events.roll_up")).toBe("Events: roll: up");
  });

  it("name what it is about", () => {
    expect(
      jobName({ type: "workflows.run", subject: { type: "execution", id: "0123456789abcdef01234567" } }),
    ).toBe("Run a workflow (…234567)");
    expect(subjectWords({ type: "document", id: "d" }).href).toBe("/documents/?id=d");
    expect(subjectWords({ type: "mail", id: "m" })).toEqual({ label: "Mail", href: null });
  });
});
