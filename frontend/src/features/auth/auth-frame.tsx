import type { ReactNode } from "react";
import { Mark, Wordmark } from "@/components/shell/wordmark";

const PROMISES = [
  ["Every quote is looked up", "in the whole document it comes from, across its pages."],
  ["Every citation opens its passage", "so that you read the source, not a summary of it."],
  ["What no source supports is marked", "and what the sources do not answer is said to be so."],
] as const;

export function AuthFrame({ children }: { children: ReactNode }) {
  return (
    <div className="grid min-h-dvh desk:grid-cols-[minmax(22rem,5fr)_7fr]">
      <aside className="hidden flex-col justify-between bg-[oklch(0.27_0.06_262)] p-10 text-[oklch(0.96_0.008_90)] desk:flex xl:p-14">
        <span className="dark inline-flex items-center gap-2.5">
          <Mark />
          <span className="font-semibold font-serif text-xl tracking-tight">Elenchus</span>
        </span>
        <div className="max-w-md space-y-8">
          <p className="font-serif text-3xl leading-snug xl:text-4xl">
            Answers that have been cross-examined.
          </p>
          <ul className="space-y-4">
            {PROMISES.map(([promise, how]) => (
              <li key={promise} className="border-[oklch(0.8_0.13_88)] border-s-2 ps-4">
                <p className="font-medium">{promise}</p>
                <p className="text-[oklch(0.84_0.02_262)]">{how}</p>
              </li>
            ))}
          </ul>
        </div>
        <p className="text-[oklch(0.8_0.02_262)] text-xs">Legal research on your firm’s own server.</p>
      </aside>
      <main id="main" className="flex flex-col items-center px-5 py-10 sm:justify-center">
        <div className="w-full max-w-sm space-y-8">
          <Wordmark className="desk:hidden" />
          {children}
        </div>
      </main>
    </div>
  );
}

export function AuthHeading({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <header className="space-y-1.5">
      <h1 className="font-semibold text-2xl tracking-tight">{title}</h1>
      {children && <div className="text-muted">{children}</div>}
    </header>
  );
}
