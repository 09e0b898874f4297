import { type ReactNode, useId } from "react";

export function Results({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="space-y-2">
      <h3 id={id} className="font-medium">
        {title}
      </h3>
      {children}
    </section>
  );
}

interface ResultRowProps {
  title: ReactNode;
  when: ReactNode;
  about: string;
  children: ReactNode;
}

export function ResultRow({ title, when, about, children }: ResultRowProps) {
  return (
    <li className="rounded-lg border border-line bg-surface p-3">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="min-w-0 font-medium wrap-anywhere">{title}</span>
        <span className="text-[0.8125rem] text-muted">{when}</span>
      </div>
      <p className="line-clamp-2 text-[0.8125rem] text-muted wrap-anywhere">{about}</p>
      <div className="mt-1">{children}</div>
    </li>
  );
}
